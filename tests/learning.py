"""What a ward learns, for tests: confirmed sheets whose lines were seen, and a school that takes no computing."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from counter import ids, tenancy, vault
from counter.extensions import Store
from counter.jobs import engine
from counter.models.intake import Batch, Correction, FormState, PaperForm, Reading, ScanFile, ScanPage
from counter.services import memory
from forms.gather import project
from forms.procedures import CATALOGUE
from ocr.memory import LineKeys
from ocr.results import LineSeen
from ocr.training import Confirmed, Learnt, Result, Tried, Work
from tests.desk import Paper
from tests.moves import KOTO, answers
from tests.papers import Reader
from tests.staff import rows

CODE = "child-allowance"
RECORD: dict[str, Any] = project(CATALOGUE[CODE], answers())[0]
FAMILY, GIVEN = (RECORD["applicant"]["name"][part] for part in ("family", "given"))
BETTER = Tried(lines=8, right_before=4, right_after=6, won=2, lost=0, better=True, why="2件多く正しく読めました。")
WORSE = Tried(lines=8, right_before=4, right_after=3, won=0, lost=1, why="1件多く読み誤りました。")


@dataclasses.dataclass
class School:
    """Stands in for the child: lays one key along each character, and says of each memory what the test wants."""

    trial: Tried = BETTER
    now: Tried | None = None
    works: list[Work] = dataclasses.field(default_factory=list)
    meanwhile: Callable[[], object] = lambda: None

    def __call__(self, work: Work) -> Result:
        self.works.append(work)
        self.meanwhile()
        learnt = tuple(
            Learnt(one.id, keys(one).dump(), "".join(sorted(one.text)), "".join(set(one.text) & set("ゐヱ𠮟")))
            for one in work.places
            if not one.held_out
        )
        return Result(learnt, frozenset(), self.trial, self.now)


def keys(one: Confirmed) -> LineKeys:
    vectors = np.zeros((len(one.text), 120), np.float16)
    vectors[:, len(one.text) % 120] = 1
    return LineKeys(one.id, one.group, one.kind, one.weights, vectors, one.text)


def seen(number: int = 1) -> tuple[LineSeen, ...]:
    return (LineSeen(np.full((6, 120), number / 8, np.float16), "0123abcd"),)


def sheet(paper: Paper, reader: Reader, *, said: dict[str, str] | None = None, confirm: bool = True, **how: Any) -> str:
    """A sheet in the reader's hand whose written places were seen as lines; returns the form's id."""
    before = len(reader.pages)
    reader.write(RECORD, **how)
    pages = len(reader.pages) - before
    reader.pages[before:] = [
        dataclasses.replace(page, values={
            key: dataclasses.replace(one, lines=seen(len(one.text))) if key.startswith("applicant.name.") and one.text else one
            for key, one in page.values.items()
        })
        for page in reader.pages[before:]
    ]  # fmt: skip
    known = {form.id for form in rows(paper.store, KOTO, PaperForm)}
    form = next(form for form in paper.take_in(pages=pages) if form.id not in known)
    if confirm:
        assert paper.press(form.id, "confirm", **(said or {})).status_code == 302
    return form.id


@dataclasses.dataclass(frozen=True)
class Written:
    """What stands in one place of a sheet, and how the recogniser saw it."""

    path: str
    kind: str
    text: str
    lines: tuple[LineSeen, ...]
    changed: bool = False


def filed(store: Store, *texts: str, places: Sequence[Written] = ()) -> str:
    """A confirmed form whose places (a name's, with these texts) were seen, without the desk; returns its id."""
    texts = texts or (FAMILY, GIVEN)
    names = zip(("family", "given"), texts, strict=True) if not places else ()
    written = places or [Written(f"applicant.name.{part}", "name", text, seen(len(text))) for part, text in names]
    now = dt.datetime.now(dt.UTC)
    with store.scope() as session, tenancy.tenant(session, KOTO):
        seals = vault.of(session)
        batch = Batch(ward=KOTO, id=ids.new_id(), nonce=ids.new_id(), counter_date=now.date(), created_by="staff:1")
        key = seals.new_key(session, "paper", KOTO)
        file = ScanFile(
            ward=KOTO, id=ids.new_id(), batch_id=batch.id, position=0, key_id=key, name=b"", size=0, state="read"
        )
        form = PaperForm(
            ward=KOTO, id=ids.new_id(), batch_id=batch.id, file_id=file.id, key_id=key, procedure=CODE,
            state=FormState.CONFIRMED, touched_at=now,
        )  # fmt: skip
        page = ScanPage(
            ward=KOTO, id=ids.new_id(), batch_id=batch.id, file_id=file.id, position=0, form_id=form.id, page=1, blob="",
            width=1, height=1, found=True, problems=[], seconds=0.1,
        )  # fmt: skip
        for row in (batch, file, form, page):
            session.add(row)
            session.flush()
        for one in written:
            reading = Reading(
                ward=KOTO, id=ids.new_id(), page_id=page.id, form_id=form.id, key=one.path, part=True, confidence=0.9,
                accepted=not one.changed, reasons=[], crop=[0, 0, 1, 1],
            )  # fmt: skip
            content = {"value": one.text, "text": "" if one.changed else one.text}
            reading.content = seals.seal(session, key, f"reading:content:{reading.id}", content)
            said = Correction(
                ward=KOTO, id=ids.new_id(), form_id=form.id, reading_id=reading.id, field=one.path, kind=one.kind,
                changed=one.changed, accepted=not one.changed, by="staff:1", at=now,
            )  # fmt: skip
            told_now = {"read": content["text"], "confirmed": one.text}
            said.content = seals.seal(session, key, f"correction:content:{said.id}", told_now)
            session.add(reading)
            memory.keep_lines(session, form, reading, one.lines)
            session.add(said)
        memory.note_confirmed(session, form)
        return form.id


def read(store: Store, ward: str = KOTO) -> memory.ActiveMemory | None:
    with store.scope(write=False) as session, tenancy.tenant(session, ward):
        return memory.active(session)


def labels(active: memory.ActiveMemory | None) -> list[str]:
    return [LineKeys.load(line).labels for line in active.lines] if active else []


def doing(store: Store, verb: Callable[..., Any], *given: Any, ward: str = KOTO, **more: Any) -> Any:
    with store.scope() as session, tenancy.tenant(session, ward):
        return verb(session, *given, **more)


def engine_has(store: Store, job_id: str) -> bool:
    with store.scope(write=False) as session:
        return job_id in engine.unfinished(session, [job_id])
