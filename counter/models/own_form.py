"""Paper that a ward printed itself: blank pages, the zones drawn over them, their versions, and what was tried out on them."""

from __future__ import annotations

import datetime as dt
import enum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from counter.models.base import Base, WardOwned, id_column, now


class OwnState(enum.StrEnum):
    """Where a version of a ward's own form stands."""

    PREPARING = "preparing"  # 準備中: the blank scan is being looked at
    FAILED = "failed"  # 開けない
    DRAFT = "draft"  # 下書き: zones are drawn
    ACTIVE = "active"  # 使用中
    REPLACED = "replaced"  # 旧版
    RETIRED = "retired"  # 使用終了


class OwnForm(WardOwned, Base):
    """One version of a form. All versions of one paper share its `line`; `version` guards against two clerks at once.

    `drawing` is what was drawn, `content` the sheet that came of it when it was activated (forms.paper.dump), under
    `sheet_digest`. `recognised`: whether scans are compared with it.
    """

    __tablename__ = "own_form"

    id: Mapped[str] = id_column()
    line: Mapped[str] = mapped_column(sa.String(17))
    number: Mapped[int]
    title: Mapped[str] = mapped_column(sa.String(80))
    procedure: Mapped[str] = mapped_column(sa.String(40))
    state: Mapped[str] = mapped_column(sa.String(10), default=OwnState.PREPARING)
    recognised: Mapped[bool] = mapped_column(default=False)
    key_id: Mapped[str] = mapped_column(sa.ForeignKey("vault_key.id"))
    source: Mapped[str | None] = mapped_column(sa.String(17))  # the upload, sealed, until its pages are ready
    attempts: Mapped[int] = mapped_column(default=0)  # a file that kills its reader is not tried for ever
    reason: Mapped[str | None] = mapped_column(sa.String(200))
    remarks: Mapped[list[str]]
    looked_over: Mapped[bool] = mapped_column(default=False)  # a clerk says that nobody wrote on the blank
    drawing: Mapped[dict[str, Any]]
    version: Mapped[int] = mapped_column(default=1)
    definition_digest: Mapped[str | None] = mapped_column(sa.String(16))
    sheet_digest: Mapped[str | None] = mapped_column(sa.String(16))
    content: Mapped[dict[str, Any] | None] = mapped_column(sa.JSON(none_as_null=True))
    created_by: Mapped[str] = mapped_column(sa.String(80))
    created_at: Mapped[dt.datetime] = mapped_column(default=now)
    touched_by: Mapped[str | None] = mapped_column(sa.String(80))
    touched_at: Mapped[dt.datetime | None]
    activated_by: Mapped[str | None] = mapped_column(sa.String(80))
    activated_at: Mapped[dt.datetime | None]

    __table_args__ = (
        sa.UniqueConstraint("ward", "line", "number"),
        sa.Index("ix_own_form_recognised", "ward", "recognised"),
        sa.Index("ix_own_form_sheet", "ward", "sheet_digest"),
    )
    __mapper_args__ = {"version_id_col": version}


class OwnFormPage(WardOwned, Base):
    """One blank page, laid flat at 200 dpi. `mark` is a digest of its picture; `layout` what zones may snap to, in mm."""

    __tablename__ = "own_form_page"

    form_id: Mapped[str] = mapped_column(sa.String(17), primary_key=True)
    page: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    blob: Mapped[str] = mapped_column(sa.String(17))
    width: Mapped[int]
    height: Mapped[int]
    mark: Mapped[str] = mapped_column(sa.String(64))
    layout: Mapped[dict[str, Any]]

    __table_args__ = (sa.ForeignKeyConstraint(["ward", "form_id"], ["own_form.ward", "own_form.id"]),)


class OwnFormTrial(WardOwned, Base):
    """A filled sample that was tried out on a form. Everything lies under a key of its own, shredded when it is put away."""

    __tablename__ = "own_form_trial"

    id: Mapped[str] = id_column()
    form_id: Mapped[str] = mapped_column(sa.String(17))
    key_id: Mapped[str] = mapped_column(sa.ForeignKey("vault_key.id"))
    source: Mapped[str | None] = mapped_column(sa.String(17))
    state: Mapped[str] = mapped_column(sa.String(10))  # waiting | read | failed
    attempts: Mapped[int] = mapped_column(default=0)
    reason: Mapped[str | None] = mapped_column(sa.String(200))
    blobs: Mapped[list[str]]  # the pages' pictures
    seen: Mapped[bytes | None] = mapped_column(sa.LargeBinary)  # sealed: what was read, page by page
    created_by: Mapped[str] = mapped_column(sa.String(80))
    created_at: Mapped[dt.datetime] = mapped_column(default=now)

    __table_args__ = (
        sa.ForeignKeyConstraint(["ward", "form_id"], ["own_form.ward", "own_form.id"]),
        sa.Index("ix_own_form_trial_form", "ward", "form_id", "created_at"),
    )
