"""Pages that nobody knows: a clerk lays them to the form before; and says of a form that it is no duplicate."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from counter import vault
from counter.models.intake import OPEN, FormState, PaperForm, ScanPage
from counter.services import audit
from counter.services.blobs import Blobs

JOINED = "前の申請書の続きの紙でした"


class NotNow(Exception):
    """The form or the one before it is not (or no longer) such that this can be done."""


def is_unknown(form: PaperForm) -> bool:
    """Whether nobody knows yet what paper it is."""
    return form.state == FormState.MANUAL and form.procedure is None and form.answers is None


def before(session: Session, form: PaperForm) -> PaperForm | None:
    """The form whose page lay right before this one's in the stack, if it is still open; blank backs do not count."""
    first = session.scalars(
        sa.select(ScanPage).where(ScanPage.form_id == form.id).order_by(ScanPage.position).limit(1)
    ).one_or_none()
    if first is None:
        return None
    return session.scalars(
        sa.select(PaperForm)
        .join(ScanPage, sa.and_(ScanPage.ward == PaperForm.ward, ScanPage.form_id == PaperForm.id))
        .where(
            ScanPage.file_id == first.file_id,
            ScanPage.position < first.position,
            PaperForm.id != form.id,
            PaperForm.state.in_(OPEN),
        )
        .order_by(ScanPage.position.desc())
        .limit(1)
    ).one_or_none()


def join(session: Session, blobs: Blobs, form: PaperForm, *, version: int, actor: str, now: dt.datetime) -> PaperForm:
    """The pages go to the form before, sealed anew under its key. Raises NotNow; returns that form."""
    target = before(session, form)
    if target is None or not is_unknown(form) or form.version != version:
        raise NotNow
    seals = vault.of(session)
    last = session.scalar(sa.select(sa.func.max(ScanPage.page)).where(ScanPage.form_id == target.id)) or 0
    pages = session.scalars(sa.select(ScanPage).where(ScanPage.form_id == form.id).order_by(ScanPage.position)).all()
    for number, page in enumerate(pages, last + 1):
        aad = f"scan_page:blob:{page.id}"
        jpeg = seals.open_bytes(session, form.key_id, aad, blobs.get(page.blob))
        old, page.blob = page.blob, blobs.put(seals.seal_bytes(session, target.key_id, aad, jpeg))
        page.form_id, page.page, page.trace = target.id, number, None
        _drop_after_commit(session, blobs, old)
    form.state, form.reason = FormState.SET_ASIDE, JOINED
    _touch(session, form, actor, now)
    _touch(session, target, actor, now)
    audit.record(session, form.ward, actor, "paper.join", form.id, {"to": target.id})
    return target


def another(session: Session, form: PaperForm, *, version: int, actor: str, now: dt.datetime) -> None:
    """A clerk looked at both: it is not the same paper. Raises NotNow."""
    if form.twin_id is None or form.twin_settled_by is not None or form.version != version or form.state not in OPEN:
        raise NotNow
    form.twin_settled_by = actor
    _touch(session, form, actor, now)
    audit.record(session, form.ward, actor, "paper.another", form.id, {"than": form.twin_id})


def _touch(session: Session, form: PaperForm, actor: str, now: dt.datetime) -> None:
    form.touched_by, form.touched_at = actor, now
    try:
        session.flush()
    except StaleDataError as stale:
        raise NotNow from stale


def _drop_after_commit(session: Session, blobs: Blobs, name: str) -> None:
    """Only then nothing names it any more; before, a roll back would have lost the page."""

    @sa.event.listens_for(session, "after_commit", once=True)
    def _(_: Session) -> None:
        blobs.drop(name)
