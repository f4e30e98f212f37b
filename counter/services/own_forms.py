"""Paper that a ward printed itself: a blank scan becomes pages, zones are drawn over them, versions are put to use."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from counter import ids, vault
from counter.models.own_form import OwnForm, OwnFormPage, OwnState
from counter.services import audit, definitions
from counter.services.blobs import Blobs
from counter.services.own_forms_zones import ERROR, Blank, Drawing, Finding, check, sheet
from forms import paper
from forms.model import Procedure

if TYPE_CHECKING:
    from ocr.prepared import Prepared

JOB = "prepare-own-form.1"
QUEUE = "reading"
MOST_PAGES = 12
TRIES = 3
DPI = 200
GAVE_UP = "用紙の準備の途中で止まりました。もう一度読み取ったファイルで試してください。"
TELLS_A_NUMBER = "個人番号（マイナンバー）とみられる番号が書かれていたため、画像を消しました。何も書かれていない用紙を読み取ってください。"
NO_PAGES = "ページがありません。"


class SomebodyElse(Exception):
    """The form was changed meanwhile; nothing of ours was kept."""


class NotNow(Exception):
    """What was asked cannot be done to a form in this state."""


class NotReady(Exception):
    """The form has errors, or nobody has said that the blank is blank; `findings` tells."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        self.findings = tuple(findings)
        super().__init__(f"{len(self.findings)} findings")


@dataclass(frozen=True, slots=True)
class Upload:
    """A scan that waits for its job."""

    data: bytes
    ward: str


def find(session: Session, form_id: str) -> OwnForm | None:
    return session.scalars(sa.select(OwnForm).where(OwnForm.id == form_id)).one_or_none()


def pages(session: Session, form: OwnForm) -> list[OwnFormPage]:
    found = sa.select(OwnFormPage).where(OwnFormPage.form_id == form.id).order_by(OwnFormPage.page)
    return list(session.scalars(found))


def blanks(rows: Sequence[OwnFormPage]) -> tuple[Blank, ...]:
    """The pages' sizes in millimetres."""
    px = DPI / 25.4
    return tuple(Blank(row.page, round(row.width / px, 2), round(row.height / px, 2), row.mark) for row in rows)


def picture(session: Session, blobs: Blobs, form: OwnForm, page: OwnFormPage) -> bytes:
    """The blank page as a PNG."""
    return vault.of(session).open_bytes(session, form.key_id, _at(form, page.page), blobs.get(page.blob))


# -- from a scan to pages --------------------------------------------------------------------------------------------


def receive(
    session: Session,
    blobs: Blobs,
    *,
    ward: str,
    actor: str,
    title: str,
    procedure: Procedure,
    data: bytes,
    before: OwnForm | None = None,
) -> OwnForm:
    """Keep a blank scan sealed and queue its preparation. `before`: the version whose zones are taken over."""
    form = _new(session, ward, actor, title, procedure.code, before)
    form.source = blobs.put(vault.of(session).seal_bytes(session, form.key_id, f"own_form:source:{form.id}", data))
    session.flush()
    session.info["enqueue"](session, JOB, f"own-form:{form.id}", ward, form.id, queue=QUEUE)
    audit.record(session, ward, actor, "own-form.receive", form.id, {"procedure": procedure.code})
    return form


def _new(session: Session, ward: str, actor: str, title: str, procedure: str, before: OwnForm | None) -> OwnForm:
    form_id = ids.new_id()
    line = before.line if before is not None else form_id
    last = session.scalar(sa.select(sa.func.max(OwnForm.number)).where(OwnForm.line == line)) or 0
    same = before is not None and before.procedure == procedure
    form = OwnForm(
        ward=ward,
        id=form_id,
        line=line,
        number=last + 1,
        title=title[:80],
        procedure=procedure,
        key_id=vault.of(session).new_key(session, "own-form", ward),
        remarks=[],
        drawing=dict(before.drawing) if before is not None and same else Drawing().dump(),
        created_by=actor,
    )
    session.add(form)
    session.flush()
    return form


def to_prepare(session: Session, blobs: Blobs, form_id: str) -> Upload | None:
    """The scan, opened; None when there is nothing to do."""
    form = find(session, form_id)
    if form is None or form.source is None or form.state != OwnState.PREPARING:
        return None
    if form.attempts >= TRIES:
        failed(session, blobs, form_id, GAVE_UP)
        return None
    form.attempts += 1
    session.flush()
    sealed = blobs.get(form.source)
    return Upload(vault.of(session).open_bytes(session, form.key_id, f"own_form:source:{form.id}", sealed), form.ward)


def prepared(session: Session, blobs: Blobs, form_id: str, made: Sequence[Prepared], remarks: Sequence[str]) -> None:
    """The pages are there: zones may be drawn. The upload itself is erased; a page that tells a 個人番号 keeps nothing."""
    form = find(session, form_id)
    if form is None or form.state != OwnState.PREPARING:
        return
    if not made or any(page.tells_a_number for page in made):
        failed(session, blobs, form_id, TELLS_A_NUMBER if made else NO_PAGES)
        return
    seals = vault.of(session)
    for number, page in enumerate(made, 1):
        blob = blobs.put(seals.seal_bytes(session, form.key_id, _at(form, number), page.png))
        session.add(
            OwnFormPage(
                ward=form.ward, form_id=form.id, page=number, blob=blob, width=page.width, height=page.height,
                mark=page.mark,
                layout={name: [list(box) for box in boxes] for name, boxes in page.layout.items()},
            )
        )  # fmt: skip
    form.remarks = list(dict.fromkeys(remarks))
    form.state = OwnState.DRAFT
    _drop_source(blobs, form)
    session.flush()


def failed(session: Session, blobs: Blobs, form_id: str, reason: str) -> None:
    form = find(session, form_id)
    if form is not None and form.state == OwnState.PREPARING:
        form.state, form.reason = OwnState.FAILED, reason[:200]
        _drop_source(blobs, form)
        session.flush()


def _drop_source(blobs: Blobs, form: OwnForm) -> None:
    if form.source is not None:
        blobs.drop(form.source)
        form.source = None


# -- drawing and putting to use --------------------------------------------------------------------------------------


def save(
    session: Session,
    form: OwnForm,
    *,
    version: int,
    actor: str,
    title: str,
    drawing: Drawing,
    looked_over: bool,
    now: dt.datetime,
) -> None:
    """Keep what was drawn, whatever is still wrong with it. Raises SomebodyElse or NotNow."""
    _claim(form, version, OwnState.DRAFT)
    form.title, form.drawing, form.looked_over = title[:80], drawing.dump(), looked_over
    _touch(session, form, actor, now, "own-form.save", {"zones": len(drawing.zones)})


def findings(session: Session, form: OwnForm, procedure: Procedure) -> list[Finding]:
    found = check(Drawing.load(form.drawing), procedure, blanks(pages(session, form)))
    if form.remarks and not form.looked_over:
        found.insert(0, Finding(ERROR, "用紙に何も記入されていないことを、まだ確かめていません。"))
    return found


def activate(
    session: Session, form: OwnForm, procedure: Procedure, *, version: int, actor: str, now: dt.datetime
) -> None:
    """From here on scans of this paper are recognised and read. Earlier versions stay known as far as their paper differs:
    two sheets that look alike cannot be told apart. Raises SomebodyElse, NotNow or NotReady."""
    _claim(form, version, OwnState.DRAFT)
    errors = [one for one in findings(session, form, procedure) if one.level == ERROR]
    if errors:
        raise NotReady(errors)
    made = sheet(Drawing.load(form.drawing), procedure, blanks(pages(session, form)))
    definitions.keep(session, {made.definition_digest: procedure})
    form.content, form.sheet_digest, form.definition_digest = (
        paper.dump(made),
        made.sheet_digest,
        made.definition_digest,
    )
    form.state, form.recognised, form.activated_by, form.activated_at = OwnState.ACTIVE, True, actor, now
    mine = {page.mark for page in pages(session, form)}
    for earlier in _versions(session, form):
        if earlier.id != form.id and earlier.state in (OwnState.ACTIVE, OwnState.REPLACED):
            earlier.state = OwnState.REPLACED
            earlier.recognised = earlier.recognised and not mine & {page.mark for page in pages(session, earlier)}
    _touch(session, form, actor, now, "own-form.activate", {"sheet": made.sheet_digest, "number": form.number})


def retire(session: Session, form: OwnForm, *, version: int, actor: str, now: dt.datetime) -> None:
    """Scans of it are no longer recognised; what was read before stays as it is. It can be taken up again."""
    _claim(form, version, OwnState.ACTIVE, OwnState.REPLACED)
    form.state, form.recognised = OwnState.RETIRED, False
    _touch(session, form, actor, now, "own-form.retire")


def resume(session: Session, form: OwnForm, *, version: int, actor: str, now: dt.datetime) -> None:
    _claim(form, version, OwnState.RETIRED)
    if any(other.state == OwnState.ACTIVE for other in _versions(session, form)):
        raise NotNow
    form.state, form.recognised = OwnState.ACTIVE, True
    _touch(session, form, actor, now, "own-form.resume")


def new_version(session: Session, blobs: Blobs, form: OwnForm, *, actor: str, now: dt.datetime) -> OwnForm:
    """A draft over the same paper, with the zones as they are; the open draft of this paper if there is one."""
    open_draft = next((one for one in _versions(session, form) if one.state == OwnState.DRAFT), None)
    if open_draft is not None:
        return open_draft
    if form.state not in (OwnState.ACTIVE, OwnState.REPLACED, OwnState.RETIRED):
        raise NotNow
    made = _new(session, form.ward, actor, form.title, form.procedure, form)
    seals = vault.of(session)
    for page in pages(session, form):
        sealed = seals.seal_bytes(session, made.key_id, _at(made, page.page), picture(session, blobs, form, page))
        session.add(
            OwnFormPage(
                ward=made.ward, form_id=made.id, page=page.page, blob=blobs.put(sealed), width=page.width,
                height=page.height, mark=page.mark, layout=page.layout,
            )
        )  # fmt: skip
    made.remarks, made.looked_over, made.state = list(form.remarks), form.looked_over, OwnState.DRAFT
    _touch(session, made, actor, now, "own-form.new-version", {"from": form.id, "number": made.number})
    return made


def discard(session: Session, blobs: Blobs, form: OwnForm, *, version: int, actor: str) -> None:
    """A draft that nobody wants: its pages are erased, its key with them. Forms that read anything are never discarded."""
    _claim(form, version, OwnState.DRAFT, OwnState.FAILED, OwnState.PREPARING)
    for page in pages(session, form):
        blobs.drop(page.blob)
        session.delete(page)
    _drop_source(blobs, form)
    session.flush()
    ward, key_id, form_id = form.ward, form.key_id, form.id
    session.delete(form)
    session.flush()
    vault.of(session).shred(session, key_id)
    audit.record(session, ward, actor, "own-form.discard", form_id)


def _versions(session: Session, form: OwnForm) -> list[OwnForm]:
    return list(session.scalars(sa.select(OwnForm).where(OwnForm.line == form.line).order_by(OwnForm.number)))


def _claim(form: OwnForm, version: int, *states: OwnState) -> None:
    if form.state not in states:
        raise NotNow
    if form.version != version:
        raise SomebodyElse


def _touch(
    session: Session,
    form: OwnForm,
    actor: str,
    now: dt.datetime,
    action: str,
    detail: Mapping[str, Any] | None = None,
) -> None:
    form.touched_by, form.touched_at = actor, now
    try:
        session.flush()
    except StaleDataError as stale:
        raise SomebodyElse from stale
    audit.record(session, form.ward, actor, action, form.id, dict(detail or {}))


def _at(form: OwnForm, number: int) -> str:
    return f"own_form_page:blob:{form.id}:{number}"
