"""What readers learn in a ward: from confirmed sheets alone, in versions, forgotten exactly, seen by nobody else."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest
import sqlalchemy as sa

from counter import ids, tenancy, vault
from counter.extensions import Store
from counter.jobs import engine
from counter.jobs.train import forget_old, train
from counter.models.application import Application
from counter.models.intake import Batch, Correction, FormState, PaperForm, Reading, ScanFile, ScanPage
from counter.models.memory import MemoryLine, MemoryVersion, SeenLine, Step
from counter.queries import memory as told
from counter.services import erasure, memory, memory_training, memory_versions
from counter.services.memory_versions import Conflict, NotUsable
from forms.gather import project
from forms.procedures import CATALOGUE
from ocr.memory import LineKeys
from ocr.results import LineSeen
from ocr.training import Confirmed, Learnt, Result, Tried, Work
from tests.conftest import both_backends
from tests.desk import Paper
from tests.moves import KOTO, SHIBUYA, answers
from tests.papers import Reader
from tests.staff import rows

CODE = "child-allowance"
RECORD: dict[str, Any] = project(CATALOGUE[CODE], answers())[0]
FAMILY, GIVEN = (RECORD["applicant"]["name"][part] for part in ("family", "given"))
BETTER = Tried(lines=8, right_before=4, right_after=6, won=2, lost=0, better=True, why="2件多く正しく読めました。")
WORSE = Tried(lines=8, right_before=4, right_after=3, won=0, lost=1, why="1件多く読み誤りました。")


@pytest.fixture(autouse=True)
def asides(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """Ids of the sheets that are put aside; chance would make tests differ."""
    found: set[str] = set()
    monkeypatch.setattr(memory_training, "aside", found.__contains__)
    return found


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


@both_backends
def test_a_confirmed_sheet_is_learnt_and_read_with(paper: Paper, store: Store, reader: Reader) -> None:
    form = sheet(paper, reader, misread={"applicant.name.family": "山口"}, said={"applicant.name.family": FAMILY})
    assert engine_has(store, f"train:{form}")
    school = School()
    assert read(store) is None
    assert train(store, KOTO, learn=school) == 1
    (work,) = school.works
    assert {(one.kind, one.part, one.text) for one in work.places} == {
        ("name", "family", "山田"),
        ("name", "given", "太郎"),
    }
    assert np.frombuffer(work.places[0].lines[0], "<f2").reshape(-1, 120).shape == (6, 120)
    assert sorted(labels(read(store))) == sorted([FAMILY, GIVEN])
    (version,) = rows(store, KOTO, MemoryVersion)
    assert (version.in_force, version.lines, version.sheets, version.added, version.why) == (1, 2, 1, 2, BETTER.why)
    assert version.seconds is not None and version.seconds < 60
    assert {(row.changed, row.looked) for row in rows(store, KOTO, MemoryLine)} == {(True, True), (False, False)}
    assert rows(store, KOTO, SeenLine) == []
    assert train(store, KOTO, learn=school) == 0 and len(school.works) == 1


def engine_has(store: Store, job_id: str) -> bool:
    with store.scope(write=False) as session:
        return job_id in engine.unfinished(session, [job_id])


def test_many_confirmations_are_one_training_and_the_next_sheet_one_more(store: Store) -> None:
    for _ in range(3):
        filed(store)
    school = School()
    assert train(store, KOTO, learn=school) == 1
    assert len(school.works[0].places) == 6
    filed(store)
    assert train(store, KOTO, learn=school) == 1
    assert len(school.works[1].places) == 2 and len(school.works[1].known) == 6
    assert school.works[1].in_force == {LineKeys.load(line).id for line in school.works[1].known}
    assert len(labels(read(store))) == 8


def test_what_no_person_confirmed_teaches_nothing(paper: Paper, store: Store, reader: Reader) -> None:
    open_form = sheet(paper, reader, confirm=False)
    school = School()
    assert train(store, KOTO, learn=school) == 0 and not school.works
    assert rows(store, KOTO, SeenLine)
    set_aside = sheet(paper, reader, confirm=False)
    doing(store, set_aside_as, set_aside)
    assert forget_old(store, 730) == 0
    left = {row.form_id for row in rows(store, KOTO, SeenLine)}
    assert left == {open_form, set_aside}  # a clerk may take it back for a day
    later = dt.datetime.now(dt.UTC) + dt.timedelta(days=2)
    forget_old(store, 730, later)
    assert {row.form_id for row in rows(store, KOTO, SeenLine)} == {open_form}


def set_aside_as(session: Any, form_id: str) -> None:
    session.execute(
        sa.update(PaperForm)
        .where(PaperForm.id == form_id)
        .values(state=FormState.SET_ASIDE, touched_at=dt.datetime.now(dt.UTC), version=PaperForm.version)
    )


def test_lines_rest_sealed_and_go_with_their_key(paper: Paper, store: Store, reader: Reader) -> None:
    form = sheet(paper, reader, confirm=False)
    features = seen(2)[0].features.tobytes()
    waiting = rows(store, KOTO, SeenLine)
    assert waiting and all(features[:64] not in row.content for row in waiting)
    paper.press(form, "confirm")
    train(store, KOTO, learn=School())
    learnt = rows(store, KOTO, MemoryLine)
    assert all(FAMILY.encode() not in row.content + row.labels for row in learnt)
    assert doing(store, memory.forget_form, form, actor="staff:1") == 2
    with store.scope(write=False) as session, pytest.raises(vault.Shredded):
        vault.of(session).open_bytes(
            session, learnt[0].key_id, told.line_as("content", learnt[0].id), learnt[0].content
        )


@both_backends
def test_forgetting_a_sheet_leaves_every_version_as_if_it_had_never_been(
    paper: Paper, store: Store, reader: Reader
) -> None:
    kept, gone = filed(store), sheet(paper, reader)
    school = School()
    train(store, KOTO, learn=school)
    filed(store)
    train(store, KOTO, learn=school)
    before = {form.id: form for form in rows(store, KOTO, PaperForm)}
    never = [line for line in (read(store) or pytest.fail()).lines if LineKeys.load(line).group != gone]
    with store.scope() as session, tenancy.tenant(session, KOTO):
        application = session.scalars(
            sa.select(Application).where(Application.bundle_id == before[gone].bundle_id)
        ).one()
        erasure.erase_application(session, application, actor="staff:1")
        erasure.erase_application(session, application, actor="staff:1")
    active = read(store)
    assert active is not None and list(active.lines) == never
    for version in rows(store, KOTO, MemoryVersion):
        made_of = doing(store, told.lines, version.spans)
        assert gone not in {row.form_id for row in made_of}
    assert kept in {row.form_id for row in rows(store, KOTO, MemoryLine)}
    last = max(rows(store, KOTO, MemoryVersion), key=lambda row: row.number)
    assert (last.step, last.gone) == (Step.FORGOTTEN, 2)
    assert engine_has(store, f"train:{KOTO}:{last.number}")
    assert train(store, KOTO, learn=school) == 1  # what is left is examined again
    assert list((read(store) or pytest.fail()).lines) == never
    assert list(school.works[-1].known) == never


def test_a_sheet_that_is_forgotten_while_it_is_learnt_stays_forgotten(store: Store) -> None:
    gone, kept = filed(store), filed(store)
    school = School(meanwhile=lambda: doing(store, memory.forget_form, gone, actor="staff:1"))
    train(store, KOTO, learn=school)
    assert {row.form_id for row in rows(store, KOTO, MemoryLine)} == {kept}


@both_backends
def test_a_training_that_dies_or_is_repeated_changes_nothing_twice(store: Store) -> None:
    filed(store)

    def dies() -> None:
        raise RuntimeError

    with pytest.raises(RuntimeError):
        train(store, KOTO, learn=School(meanwhile=dies))
    assert rows(store, KOTO, MemoryVersion) == [] and rows(store, KOTO, SeenLine)
    school = School()

    def another() -> None:
        if len(school.works) == 1:
            train(store, KOTO, learn=School())

    school.meanwhile = another  # two workers take up the same lines: the slower gives way
    assert train(store, KOTO, learn=school) == 0
    assert len(rows(store, KOTO, MemoryVersion)) == 1
    assert len(rows(store, KOTO, MemoryLine)) == 2


def test_only_a_memory_that_wins_is_read_with(store: Store) -> None:
    school = School(trial=WORSE)
    filed(store)
    train(store, KOTO, learn=school)
    assert read(store) is None
    school.trial = BETTER
    filed(store)
    train(store, KOTO, learn=school)
    assert len(labels(read(store))) == 4
    school.trial, school.now = WORSE, BETTER  # the newest lines spoil it: what was in force stays
    filed(store)
    train(store, KOTO, learn=school)
    assert len(labels(read(store))) == 4
    school.now = WORSE  # later sheets say that it never was any good
    filed(store)
    train(store, KOTO, learn=school)
    assert read(store) is None
    assert [row.in_force for row in rows(store, KOTO, MemoryVersion)] == [None, 2, 2, None]


def test_sheets_put_aside_examine_and_are_never_learnt(store: Store, asides: set[str]) -> None:
    form = filed(store)
    asides.add(form)
    filed(store)
    school = School()
    train(store, KOTO, learn=school)
    filed(store)
    train(store, KOTO, learn=school)
    for work in school.works:
        assert {one.group for one in work.places if one.held_out} == {form}
    examined = [one for one in school.works[1].places if one.held_out]
    assert sorted(one.text for one in examined) == sorted([FAMILY, GIVEN])
    assert examined[0].lines == (seen(2)[0].features.tobytes(),)
    assert form not in {LineKeys.load(line).group for line in (read(store) or pytest.fail()).lines}


def test_a_person_goes_back_and_learning_goes_on_from_there(store: Store) -> None:
    forms = []
    for _ in range(3):
        forms.append(filed(store))
        train(store, KOTO, learn=School())
    who: dict[str, Any] = {"actor": "staff:1", "reason": "誤った訂正が入った"}
    with pytest.raises(Conflict):
        doing(store, memory_versions.roll_back, KOTO, 1, seen=2, **who)
    with pytest.raises(NotUsable):
        doing(store, memory_versions.roll_back, KOTO, 3, seen=3, **who)
    with pytest.raises(memory_versions.NoReason):
        doing(store, memory_versions.roll_back, KOTO, 1, seen=3, actor="staff:1", reason=" ")
    doing(store, memory_versions.roll_back, KOTO, 1, seen=3, **who)
    assert groups(store) == {forms[0]}
    forms.append(filed(store))
    train(store, KOTO, learn=School())
    assert groups(store) == {forms[0], forms[3]}  # what was left out stays left out
    doing(store, memory_versions.roll_back, KOTO, 3, seen=5, **who)
    assert groups(store) == set(forms[:3])  # and can be taken up again
    doing(store, memory_versions.switch_off, KOTO, seen=6, **who)
    assert read(store) is None
    filed(store)
    train(store, KOTO, learn=School())
    assert read(store) is None  # no training switches on what a person switched off
    doing(store, memory_versions.switch_on, KOTO, seen=8, actor="staff:1")
    assert train(store, KOTO, learn=School()) == 1
    assert len(groups(store)) == 4


def groups(store: Store) -> set[str]:
    return {LineKeys.load(line).group for line in (read(store) or pytest.fail()).lines}


def test_wards_learn_apart(store: Store) -> None:
    form = filed(store)
    train(store, KOTO, learn=School())
    assert read(store) and read(store, SHIBUYA) is None
    assert train(store, SHIBUYA, learn=School()) == 0
    assert doing(store, memory.forget_form, form, actor="staff:1", ward=SHIBUYA) == 0
    with pytest.raises(Conflict):
        doing(store, memory_versions.switch_off, SHIBUYA, ward=SHIBUYA, seen=1, actor="staff:1", reason="x")
    assert read(store)


def test_lines_past_their_time_are_forgotten(store: Store) -> None:
    filed(store)
    train(store, KOTO, learn=School())
    now = dt.datetime.now(dt.UTC)
    assert forget_old(store, 730, now + dt.timedelta(days=729)) == 0
    assert forget_old(store, 730, now + dt.timedelta(days=731)) == 2
    assert read(store) is None and rows(store, KOTO, MemoryLine) == []


def test_reading_asks_one_question_while_nothing_changes(store: Store) -> None:
    filed(store)
    train(store, KOTO, learn=School())
    first = read(store)
    asked: list[str] = []
    sa.event.listen(store.engine, "before_cursor_execute", lambda *given: asked.append(given[2]))
    assert read(store) is first
    assert len([one for one in asked if one.startswith("SELECT")]) == 1
