"""Trying a drawing out: a filled sample is read as it would be, shown over its page, and put away again."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from counter import ids, vault
from counter.models.own_form import OwnForm, OwnFormTrial, OwnState
from counter.services import audit, own_forms, own_forms_reading, pictures, sheets
from counter.services.blobs import Blobs
from counter.services.own_forms import NotNow
from counter.services.own_forms_fields import places

if TYPE_CHECKING:
    from ocr.results import PageReading
    from ocr.results import Reading as Read
    from ocr.template import Template

JOB = "try-own-form.1"
WAITING, READ, FAILED = "waiting", "read", "failed"
MOST_PAGES = 6
TRIES = 3
KEPT = dt.timedelta(hours=24)
GAVE_UP = "読み取りの途中で止まりました。"
UNREADABLE = "読み取れませんでした。"


@dataclass(frozen=True, slots=True)
class Sample:
    """A sample to be read, and everything it is compared with; `digest` is the draft's."""

    data: bytes
    templates: Mapping[str, Template]
    digest: str


@dataclass(frozen=True, slots=True)
class Trial:
    """A trial in the open. `pages`: as `tried` made them, empty until it is read."""

    id: str
    state: str
    reason: str | None
    created_at: dt.datetime
    pages: tuple[dict[str, Any], ...] = ()


def begin(session: Session, blobs: Blobs, form: OwnForm, *, actor: str, data: bytes) -> OwnFormTrial:
    """Keep a sample sealed under a key of its own and queue its reading; an earlier trial is put away."""
    if form.state not in (OwnState.DRAFT, OwnState.ACTIVE):
        raise NotNow
    put_away(session, blobs, form)
    seals = vault.of(session)
    trial = OwnFormTrial(
        ward=form.ward, id=ids.new_id(), form_id=form.id, key_id=seals.new_key(session, "own-form-trial", form.ward),
        state=WAITING, blobs=[], created_by=actor,
    )  # fmt: skip
    trial.source = blobs.put(seals.seal_bytes(session, trial.key_id, f"own_form_trial:source:{trial.id}", data))
    session.add(trial)
    session.flush()
    session.info["enqueue"](session, JOB, f"own-trial:{trial.id}", form.ward, trial.id, queue=own_forms.QUEUE)
    audit.record(session, form.ward, actor, "own-form.try", form.id)
    return trial


def to_try(session: Session, blobs: Blobs, known: Mapping[str, Template], trial_id: str) -> Sample | None:
    """The sample with all it is compared with; `known`: every sheet of this ward by digest. None: nothing to do."""
    trial = _find(session, trial_id)
    if trial is None or trial.source is None or trial.state != WAITING:
        return None
    if trial.attempts >= TRIES:
        failed(session, blobs, trial_id, GAVE_UP)
        return None
    trial.attempts += 1
    session.flush()
    form = own_forms.find(session, trial.form_id)
    procedure = sheets.on_paper().get(form.procedure) if form is not None else None
    if form is None or procedure is None:
        failed(session, blobs, trial_id, UNREADABLE)
        return None
    draft = own_forms_reading.drafted(session, blobs, form, procedure)
    versions = set(session.scalars(sa.select(OwnForm.sheet_digest).where(OwnForm.line == form.line)))
    others = {digest: one for digest, one in known.items() if digest not in versions}
    data = vault.of(session).open_bytes(
        session, trial.key_id, f"own_form_trial:source:{trial.id}", blobs.get(trial.source)
    )
    return Sample(data, {**others, draft.sheet.sheet_digest: draft}, draft.sheet.sheet_digest)


def tried(
    session: Session, blobs: Blobs, trial_id: str, digest: str, seen: Sequence[tuple[PageReading | None, Any]]
) -> None:
    """Keep what was read, sealed; `seen`: a page's reading (None: the reader failed on it) and its picture."""
    trial = _find(session, trial_id)
    if trial is None or trial.state != WAITING:
        return
    form = own_forms.find(session, trial.form_id)
    procedure = sheets.on_paper().get(form.procedure) if form is not None else None
    words = {place.path: place for place in places(procedure)} if procedure is not None else {}
    titles = {**own_forms_reading.titles(session), **_ours()}
    seals, found, names = vault.of(session), [], []
    for number, (reading, image) in enumerate(seen, 1):
        page, jpeg = _page(reading, image, digest, words, titles)
        names.append(blobs.put(seals.seal_bytes(session, trial.key_id, _at(trial, number), jpeg)))
        found.append(page)
    trial.blobs, trial.state = names, READ
    trial.seen = seals.seal(session, trial.key_id, f"own_form_trial:seen:{trial.id}", found)
    _drop_source(blobs, trial)
    session.flush()


def failed(session: Session, blobs: Blobs, trial_id: str, reason: str) -> None:
    trial = _find(session, trial_id)
    if trial is not None and trial.state == WAITING:
        trial.state, trial.reason = FAILED, reason[:200]
        _drop_source(blobs, trial)
        session.flush()


def latest(session: Session, form: OwnForm) -> Trial | None:
    """The form's trial, opened."""
    trial = _newest(session, form)
    if trial is None:
        return None
    pages: Sequence[dict[str, Any]] = ()
    if trial.seen is not None:
        pages = vault.of(session).open(session, trial.key_id, f"own_form_trial:seen:{trial.id}", trial.seen)
    return Trial(trial.id, trial.state, trial.reason, trial.created_at, tuple(pages))


def page_picture(session: Session, blobs: Blobs, form: OwnForm, number: int) -> bytes | None:
    trial = _newest(session, form)
    if trial is None or not 1 <= number <= len(trial.blobs):
        return None
    return vault.of(session).open_bytes(session, trial.key_id, _at(trial, number), blobs.get(trial.blobs[number - 1]))


def put_away(session: Session, blobs: Blobs, form: OwnForm) -> None:
    """Erase every trial of a form: whoever filled the sample is forgotten."""
    for trial in session.scalars(sa.select(OwnFormTrial).where(OwnFormTrial.form_id == form.id)).all():
        _erase(session, blobs, trial)


def purge(session: Session, blobs: Blobs, now: dt.datetime) -> int:
    """Erase trials that lie longer than a day; returns how many."""
    old = session.scalars(sa.select(OwnFormTrial).where(OwnFormTrial.created_at < now - KEPT)).all()
    for trial in old:
        _erase(session, blobs, trial)
    return len(old)


def _erase(session: Session, blobs: Blobs, trial: OwnFormTrial) -> None:
    for name in trial.blobs:
        blobs.drop(name)
    _drop_source(blobs, trial)
    key_id = trial.key_id
    session.delete(trial)
    session.flush()
    vault.of(session).shred(session, key_id)


def _page(
    reading: PageReading | None, image: Any, digest: str, words: Mapping[str, Any], titles: Mapping[str, str]
) -> tuple[dict[str, Any], bytes]:
    values = list(reading.values.values()) if reading is not None and reading.found else []
    pixels = pictures.withheld(image) if reading is None else reading.straightened  # nobody looked through it
    jpeg, width, height = pictures.encode(pixels)
    scale = width / pixels.shape[1]
    mine = reading is not None and reading.found and reading.sheet_digest == digest
    whole = {one.key for one in values}
    return {
        "page": reading.page if reading is not None else None,
        "found": bool(mine),
        "other": titles.get(str(reading.sheet_digest), "")
        if reading is not None and reading.found and not mine
        else "",
        "problems": [UNREADABLE] if reading is None else [issue.text for issue in reading.problems],
        "width": width,
        "height": height,
        "values": [
            _value(one, words, scale)
            for one in sorted(values, key=lambda one: (one.crop[1], one.crop[0]))
            if mine and one.key.rpartition(".")[0] not in whole
        ],
    }, jpeg


def _value(one: Read, words: Mapping[str, Any], scale: float) -> dict[str, Any]:
    place = words.get(one.key)
    shown = ""
    if place is not None and one.value not in (None, "", [], {}):
        shown = str(place.kind.show(one.value))
    return {
        "label": f"{place.group} {place.label}".strip() if place is not None else one.key,
        "text": one.text,
        "shown": shown,
        "accepted": bool(one.accepted),
        "reasons": list(one.reasons),
        "crop": [round(float(side) * scale) for side in one.crop],
    }


def _ours() -> dict[str, str]:
    from forms.paper import sheet

    return {sheet(procedure).sheet_digest: procedure.title for procedure in sheets.on_paper().values()}


def _newest(session: Session, form: OwnForm) -> OwnFormTrial | None:
    found = sa.select(OwnFormTrial).where(OwnFormTrial.form_id == form.id)
    return session.scalars(found.order_by(OwnFormTrial.created_at.desc(), OwnFormTrial.id).limit(1)).one_or_none()


def _find(session: Session, trial_id: str) -> OwnFormTrial | None:
    return session.scalars(sa.select(OwnFormTrial).where(OwnFormTrial.id == trial_id)).one_or_none()


def _drop_source(blobs: Blobs, trial: OwnFormTrial) -> None:
    if trial.source is not None:
        blobs.drop(trial.source)
        trial.source = None


def _at(trial: OwnFormTrial, number: int) -> str:
    return f"own_form_trial:blob:{trial.id}:{number}"
