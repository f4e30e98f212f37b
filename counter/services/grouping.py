"""Which form a page belongs to: by its serial wherever its other pages came, else by what lay before it in the stack."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from counter import ids, vault
from counter.models.intake import OPEN, FormState, PaperForm, ScanFile, ScanPage, TwinWhy
from counter.services import duplicates, once
from counter.services.duplicates import Trace

if TYPE_CHECKING:
    from ocr.results import PageReading

UNREADABLE = "読み取れませんでした"
BLANK = "白紙のページ"
OTHER_WARD = "ほかの区の用紙です"

_BLANK_PAGE = "blank-page"


def form_of(
    session: Session, file: ScanFile, seen: PageReading | None, found: Trace, scanned_before: str | None, position: int
) -> PaperForm:
    """The form that still lacks this page; else a new one, which says what it may be over again."""
    if seen is None:
        return new_form(session, file, FormState.MANUAL, reason=UNREADABLE)
    why = next((issue for issue in seen.problems if issue.fatal), None)
    if why is not None and why.code == _BLANK_PAGE:
        return new_form(session, file, FormState.SET_ASIDE, reason=BLANK)
    if belongs_elsewhere(session, file.ward, seen.serial):
        return new_form(session, file, FormState.MANUAL, reason=OTHER_WARD, serial=seen.serial)
    same = _with_serial(session, file, seen.serial)
    form = _lacking(session, file, same, seen) if seen.serial else _begun_before(session, file, seen, position)
    if form is not None:
        form.state = FormState.REVIEW if seen.found and form.state == FormState.MANUAL else form.state
        _look_again(session, form, seen, found, scanned_before)
        flag_modified(form, "state")  # whoever has the form open has not seen this page
        session.flush()
        return form
    twin, twin_why = _twin(session, same, seen, found) if same else (scanned_before, TwinWhy.ALIKE)
    return new_form(
        session,
        file,
        FormState.REVIEW if seen.found else FormState.MANUAL,
        procedure=seen.procedure,
        sheet_digest=seen.sheet_digest,
        serial=seen.serial,
        reason=why.text[:200] if why else None,
        twin_id=twin,
        twin_why=twin_why if twin else None,
    )


def belongs_elsewhere(session: Session, ward: str, serial: str | None) -> bool:
    """Whether a draft printed this sheet for another ward. Which one, and whose, is not told here."""
    printed = once.sheet(session, serial)
    return printed is not None and printed.addressee not in (None, ward)


def new_form(session: Session, file: ScanFile, state: FormState, **values: Any) -> PaperForm:
    form = PaperForm(
        ward=file.ward,
        id=ids.new_id(),
        batch_id=file.batch_id,
        file_id=file.id,
        state=state,
        key_id=vault.of(session).new_key(session, "paper", file.ward),
        **values,
    )
    session.add(form)
    session.flush()
    return form


def _with_serial(session: Session, file: ScanFile, serial: str | None) -> Sequence[PaperForm]:
    """Every form of the ward with this serial, those of this stack first, then the newest."""
    if not serial:
        return ()
    return session.scalars(
        sa.select(PaperForm)
        .where(PaperForm.serial == serial, PaperForm.state != FormState.SET_ASIDE)
        .order_by(
            sa.case((PaperForm.batch_id == file.batch_id, 0), else_=1),
            sa.case((PaperForm.batch_id == file.batch_id, PaperForm.created_at)),
            PaperForm.created_at.desc(),
            PaperForm.id,
        )
    ).all()


def _lacking(session: Session, file: ScanFile, same: Sequence[PaperForm], seen: PageReading) -> PaperForm | None:
    fitting = [
        form for form in same if form.sheet_digest == seen.sheet_digest and form.state in OPEN and form.answers is None
    ]
    having = _having(session, fitting, seen.page)
    return next((form for form in fitting if form.id not in having), None)


def _having(session: Session, forms: Sequence[PaperForm], page: int | None) -> dict[str, ScanPage]:
    if not forms:
        return {}
    pages = session.scalars(
        sa.select(ScanPage)
        .where(ScanPage.form_id.in_([form.id for form in forms]), ScanPage.page == page)
        .order_by(ScanPage.created_at, ScanPage.id)
    )
    return {found.form_id: found for found in pages}


def _begun_before(session: Session, file: ScanFile, seen: PageReading, position: int) -> PaperForm | None:
    """A sheet without a serial goes on with the page right before it, when that is the page before of the same form."""
    if not seen.found or not seen.page or seen.page < 2 or position < 1:
        return None
    return session.scalars(
        sa.select(PaperForm)
        .join(ScanPage, sa.and_(ScanPage.ward == PaperForm.ward, ScanPage.form_id == PaperForm.id))
        .where(
            ScanPage.file_id == file.id,
            ScanPage.position == position - 1,
            ScanPage.page == seen.page - 1,
            ScanPage.found.is_(True),
            PaperForm.sheet_digest == seen.sheet_digest,
            PaperForm.serial.is_(None),
            PaperForm.state.in_(OPEN),
            PaperForm.answers.is_(None),
        )
    ).one_or_none()


def _look_again(session: Session, form: PaperForm, seen: PageReading, found: Trace, scanned_before: str | None) -> None:
    """A first page with little on it told little: this one may tell whether the form is one over again."""
    if form.twin_id is None and scanned_before not in (None, form.id):
        form.twin_id, form.twin_why = scanned_before, TwinWhy.ALIKE
    elif form.twin_why == TwinWhy.SAME_PAGE and found:
        twin = session.scalars(sa.select(PaperForm).where(PaperForm.id == form.twin_id)).one()
        page = _having(session, [twin], seen.page).get(twin.id)
        before = duplicates.open_trace(session, twin.key_id, page) if page is not None else {}
        if before and not duplicates.alike(found, before):
            form.twin_why = TwinWhy.COPIED_SERIAL


def _twin(
    session: Session, same: Sequence[PaperForm], seen: PageReading, found: Trace
) -> tuple[str | None, TwinWhy | None]:
    forms = [form for form in same if form.sheet_digest == seen.sheet_digest]
    if not forms:
        return same[0].id, TwinWhy.OTHER_SHEET
    having = _having(session, forms, seen.page)
    if not having:
        return forms[0].id, TwinWhy.LATE_PAGE
    first = next(form for form in forms if form.id in having)
    differ = False
    for form in forms:
        if form.id in having:
            before = duplicates.open_trace(session, form.key_id, having[form.id])
            if not (found and before):
                continue
            if duplicates.alike(found, before):
                return form.id, TwinWhy.SAME_PAGE
            differ = True
    return first.id, TwinWhy.COPIED_SERIAL if differ else TwinWhy.SAME_PAGE
