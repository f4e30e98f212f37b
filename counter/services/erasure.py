"""Erasure: shred the key, drop what finds the record again, empty its audit events; the chain stays whole."""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from counter import tenancy, vault
from counter.models.application import Application, SearchToken
from counter.models.intake import PaperForm
from counter.models.keys import Key
from counter.services import attachments, audit, memory, notices


def erase_application(session: Session, application: Application, *, actor: str) -> None:
    """What was asked and answered is gone for good; that a case existed, and when, remains for the statistics.

    The session works for the application's ward. Erasing twice is no error.
    """
    vault.of(session).shred(session, application.key_id)
    session.execute(sa.delete(SearchToken).where(SearchToken.application_id == application.id))
    attachments.erase(session, application)
    left = _left(session, application.bundle_id)
    _forget_paper(session, application, actor, shred=not left)
    audit.erase(session, application.id)
    audit.record(session, application.ward, actor, "application.erase", application.id)
    if not left:
        notices.forget(session, application.bundle_id)


def is_erased(session: Session, form: PaperForm) -> bool:
    """Whether a sheet's pages and readings went with its applications."""
    key = session.get(Key, form.key_id)
    return key is None or key.wrapped is None


def _forget_paper(session: Session, application: Application, actor: str, *, shred: bool) -> None:
    """What readers learnt from the sheet it came on, in whichever ward's memory; with ``shred`` the sheet itself: its
    pages, what was read on them and what was corrected. One sheet may hold several applications, so the last one does.
    """
    with tenancy.all_wards(session, "the sheet was read at one ward's desk, and may have gone to another ward"):
        forms = session.execute(
            sa.select(PaperForm.ward, PaperForm.id, PaperForm.key_id)
            .where(PaperForm.bundle_id == application.bundle_id)
            .order_by(PaperForm.ward, PaperForm.id)
        ).all()
    for form in forms:
        with tenancy.tenant(session, form.ward):
            memory.forget_form(session, form.id, actor=actor)
        if shred:
            vault.of(session).shred(session, form.key_id)


def _left(session: Session, bundle_id: str) -> int:
    """How many applications of a bundle can still be opened, in whichever ward."""
    with tenancy.all_wards(session, "the address of a bundle goes with the last of its applications"):
        return (
            session.scalar(
                sa.select(sa.func.count())
                .select_from(Application)
                .join(Key, Key.id == Application.key_id)
                .where(Application.bundle_id == bundle_id, Key.wrapped.is_not(None))
            )
            or 0
        )
