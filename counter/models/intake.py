"""Paper on its way in: batches of scanned files, their pages, the forms those pages make up, what was read, what a clerk changed."""

from __future__ import annotations

import datetime as dt
import enum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from counter.models.base import Base, WardOwned, id_column, now


class FileState(enum.StrEnum):
    """Where an uploaded file stands."""

    WAITING = "waiting"  # 読取待ち
    READ = "read"  # 読取済
    FAILED = "failed"  # 読めない: waits for a hand
    HELD = "held"  # 同じファイル: came before, a clerk says whether to read it again
    CANCELLED = "cancelled"  # 取消: a clerk did not want it read


class BatchState(enum.StrEnum):
    """Whether the reading of a batch goes on."""

    RUNNING = "running"  # 読取中, or done
    PAUSED = "paused"  # 一時停止
    CANCELLED = "cancelled"  # 取消: what was read stays


class TwinWhy(enum.StrEnum):
    """Why a form may be another one over again."""

    SAME_PAGE = "same-page"  # the same page of the same serial, and it looks the same
    COPIED_SERIAL = "copied-serial"  # the same serial, filled in differently: copies of one blank sheet
    LATE_PAGE = "late-page"  # a page of a case that was settled without it
    OTHER_SHEET = "other-sheet"  # the same serial on another form
    ALIKE = "alike"  # no serial, but written alike


class FormState(enum.StrEnum):
    """Where a paper form (all pages with one serial) stands."""

    REVIEW = "review"  # 確認待ち
    SECOND = "second"  # 2人目の確認待ち: somebody looked it over, another is to
    MANUAL = "manual"  # 手入力待ち: not recognised, or not readable
    CONFIRMED = "confirmed"  # 受付済
    SET_ASIDE = "set-aside"  # 対象外: a clerk said why


OPEN = (FormState.REVIEW, FormState.SECOND, FormState.MANUAL)


class Batch(WardOwned, Base):
    """What was laid into the scanner at one go (取込束). Its counter date is when the applications arrived."""

    __tablename__ = "batch"

    id: Mapped[str] = id_column()
    nonce: Mapped[str] = mapped_column(sa.String(64))
    counter_date: Mapped[dt.date]
    created_by: Mapped[str] = mapped_column(sa.String(80))
    created_at: Mapped[dt.datetime] = mapped_column(default=now)
    source: Mapped[str] = mapped_column(sa.String(10), default="upload", server_default="upload")  # | folder
    state: Mapped[str] = mapped_column(
        sa.String(10), default=BatchState.RUNNING, server_default=BatchState.RUNNING.value
    )

    __table_args__ = (
        sa.UniqueConstraint("ward", "nonce"),
        sa.Index("ix_batch_recent", "ward", "created_at", "id"),
    )


class ScanFile(WardOwned, Base):
    """One uploaded file. The original rests encrypted, under a key of its own, until its forms are settled."""

    __tablename__ = "scan_file"

    id: Mapped[str] = id_column()
    batch_id: Mapped[str] = mapped_column(sa.String(17))
    position: Mapped[int]
    key_id: Mapped[str] = mapped_column(sa.ForeignKey("vault_key.id"))
    name: Mapped[bytes] = mapped_column(sa.LargeBinary)  # sealed: people name files after people
    blob: Mapped[str | None] = mapped_column(sa.String(17))
    size: Mapped[int]
    state: Mapped[str] = mapped_column(sa.String(10), default=FileState.WAITING)
    pages: Mapped[int | None]
    attempts: Mapped[int] = mapped_column(default=0)  # a file that kills its reader is not tried for ever
    reason: Mapped[str | None] = mapped_column(sa.String(200))
    created_at: Mapped[dt.datetime] = mapped_column(default=now)
    read_at: Mapped[dt.datetime | None]
    fingerprint: Mapped[bytes | None] = mapped_column(sa.LargeBinary(16))  # keyed: equal bytes of a ward are equal
    twin_id: Mapped[str | None] = mapped_column(sa.String(17))  # the file that had the same bytes
    origin: Mapped[bytes | None] = mapped_column(sa.LargeBinary(16))  # keyed: which file of a watched folder it was

    __table_args__ = (
        sa.ForeignKeyConstraint(["ward", "batch_id"], ["batch.ward", "batch.id"]),
        sa.UniqueConstraint("ward", "batch_id", "position"),
        sa.UniqueConstraint("ward", "origin"),
        sa.Index("ix_scan_file_fingerprint", "ward", "fingerprint"),
        sa.Index("ix_scan_file_waiting", "state", "ward"),
    )


class PaperForm(WardOwned, Base):
    """One filled form: the pages that carry one serial. `version` guards it against two clerks at once."""

    __tablename__ = "paper_form"

    id: Mapped[str] = id_column()
    batch_id: Mapped[str] = mapped_column(sa.String(17))
    file_id: Mapped[str] = mapped_column(sa.String(17))  # where its first page came from
    key_id: Mapped[str] = mapped_column(sa.ForeignKey("vault_key.id"))
    serial: Mapped[str | None] = mapped_column(sa.String(17))
    procedure: Mapped[str | None] = mapped_column(sa.String(40))
    sheet_digest: Mapped[str | None] = mapped_column(sa.String(16))
    state: Mapped[str] = mapped_column(sa.String(10))
    reason: Mapped[str | None] = mapped_column(sa.String(200))
    answers: Mapped[bytes | None] = mapped_column(sa.LargeBinary)  # sealed document, once somebody began to review
    version: Mapped[int] = mapped_column(default=1)
    bundle_id: Mapped[str | None] = mapped_column(sa.String(17))
    touched_by: Mapped[str | None] = mapped_column(sa.String(80))
    created_at: Mapped[dt.datetime] = mapped_column(default=now)
    touched_at: Mapped[dt.datetime | None]
    review_seconds: Mapped[int] = mapped_column(default=0, server_default="0")  # a clerk's, pauses cut off
    review_fields: Mapped[int] = mapped_column(default=0, server_default="0")  # that were confirmed
    twin_id: Mapped[str | None] = mapped_column(sa.String(17))  # the form that this one may be over again
    twin_why: Mapped[str | None] = mapped_column(sa.String(16))
    twin_settled_by: Mapped[str | None] = mapped_column(sa.String(80))  # who said that it is another one
    held_by: Mapped[str | None] = mapped_column(sa.String(80))  # who has it before them, until `held_until`
    held_until: Mapped[dt.datetime | None]
    first_by: Mapped[str | None] = mapped_column(sa.String(80))  # who looked it over before the second look
    returned: Mapped[bytes | None] = mapped_column(sa.LargeBinary)  # sealed: why the second sent it back

    __table_args__ = (
        sa.ForeignKeyConstraint(["ward", "batch_id"], ["batch.ward", "batch.id"]),
        sa.ForeignKeyConstraint(["ward", "file_id"], ["scan_file.ward", "scan_file.id"]),
        sa.Index("ix_paper_form_queue", "ward", "state", "created_at", "id"),
        sa.Index("ix_paper_form_serial", "ward", "serial"),
        sa.Index("ix_paper_form_bundle", "bundle_id"),
        sa.Index("ix_paper_form_batch", "ward", "batch_id", "created_at", "id"),
        sa.Index("ix_paper_form_sheet", "ward", "sheet_digest", "created_at"),
    )
    __mapper_args__ = {"version_id_col": version}


class ScanPage(WardOwned, Base):
    """One page image (読取画像): our own re-encoded, straightened copy, 個人番号 blanked; never the upload itself."""

    __tablename__ = "scan_page"

    id: Mapped[str] = id_column()
    batch_id: Mapped[str] = mapped_column(sa.String(17))
    file_id: Mapped[str] = mapped_column(sa.String(17))
    position: Mapped[int]
    form_id: Mapped[str] = mapped_column(sa.String(17))
    page: Mapped[int]  # of the sheet; counts up from 1 where the sheet is unknown
    blob: Mapped[str] = mapped_column(sa.String(17))
    width: Mapped[int]
    height: Mapped[int]
    found: Mapped[bool]
    problems: Mapped[list[str]]
    seconds: Mapped[float]
    created_at: Mapped[dt.datetime] = mapped_column(default=now)
    trace: Mapped[bytes | None] = mapped_column(sa.LargeBinary)  # sealed: how the ink lies, to know a second scan

    __table_args__ = (
        sa.ForeignKeyConstraint(["ward", "file_id"], ["scan_file.ward", "scan_file.id"]),
        sa.ForeignKeyConstraint(["ward", "form_id"], ["paper_form.ward", "paper_form.id"]),
        sa.UniqueConstraint("ward", "file_id", "position"),
        sa.Index("ix_scan_page_form", "ward", "form_id", "page"),
        sa.Index("ix_scan_page_batch", "ward", "batch_id", "created_at"),
    )


class Reading(WardOwned, Base):
    """What the reader made of one zone or field. `content` seals value, text and alternatives."""

    __tablename__ = "reading"

    id: Mapped[str] = id_column()
    page_id: Mapped[str] = mapped_column(sa.String(17))
    form_id: Mapped[str] = mapped_column(sa.String(17))
    key: Mapped[str] = mapped_column(sa.String(120))
    part: Mapped[bool] = mapped_column(default=False)  # a zone of a field that has several; the field has its own
    content: Mapped[bytes] = mapped_column(sa.LargeBinary)
    confidence: Mapped[float]
    accepted: Mapped[bool]
    spot_check: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    # accepted by its rule and drawn to be looked at all the same: `accepted` is False then
    reasons: Mapped[list[str]]
    crop: Mapped[list[int]] = mapped_column(sa.JSON)

    __table_args__ = (
        sa.ForeignKeyConstraint(["ward", "page_id"], ["scan_page.ward", "scan_page.id"]),
        sa.ForeignKeyConstraint(["ward", "form_id"], ["paper_form.ward", "paper_form.id"]),
        sa.UniqueConstraint("ward", "page_id", "key"),
        sa.Index("ix_reading_form", "ward", "form_id"),
    )


class ReviewRule(WardOwned, Base):
    """What a ward wants of the review of a procedure's paper."""

    __tablename__ = "review_rule"

    procedure: Mapped[str] = mapped_column(sa.String(40), primary_key=True)
    second_look: Mapped[bool] = mapped_column(default=False)
    by: Mapped[str] = mapped_column(sa.String(80))
    at: Mapped[dt.datetime] = mapped_column(default=now)


class Correction(WardOwned, Base):
    """A clerk changed a reading (訂正), or confirmed it unchanged: what the reader may learn from. Values are sealed."""

    __tablename__ = "correction"

    id: Mapped[str] = id_column()
    form_id: Mapped[str] = mapped_column(sa.String(17))
    reading_id: Mapped[str] = mapped_column(sa.String(17))
    field: Mapped[str] = mapped_column(sa.String(120))
    kind: Mapped[str] = mapped_column(sa.String(40))
    changed: Mapped[bool]
    # what a figure of accuracy needs and nothing that tells of a person
    procedure: Mapped[str | None] = mapped_column(sa.String(40))
    accepted: Mapped[bool | None]  # by its rule, spot checks among them
    spot_check: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    seconds: Mapped[float | None]  # that a clerk spent in the field; None: never entered it
    content: Mapped[bytes] = mapped_column(sa.LargeBinary)
    by: Mapped[str] = mapped_column(sa.String(80))
    at: Mapped[dt.datetime] = mapped_column(default=now)

    __table_args__ = (
        sa.Index("ix_correction_time", "ward", "at", "id"),
        sa.ForeignKeyConstraint(["ward", "form_id"], ["paper_form.ward", "paper_form.id"]),
        sa.ForeignKeyConstraint(["ward", "reading_id"], ["reading.ward", "reading.id"]),
        sa.UniqueConstraint("ward", "reading_id"),
    )
