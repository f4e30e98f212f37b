"""What readers learn in a ward: from confirmed sheets alone, in versions, forgotten exactly, seen by nobody else."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pytest
import sqlalchemy as sa

from counter import tenancy, vault
from counter.extensions import Store
from counter.jobs.train import forget_old, train
from counter.models.application import Application
from counter.models.intake import FormState, PaperForm
from counter.models.memory import MemoryLine, MemoryVersion, SeenLine, Step
from counter.queries import memory as told
from counter.services import erasure, memory, memory_training, memory_versions
from counter.services.memory_versions import Conflict, NotUsable
from ocr.memory import LineKeys
from ocr.training import Tried
from tests.conftest import both_backends
from tests.desk import Paper
from tests.learning import (
    BETTER,
    FAMILY,
    GIVEN,
    WORSE,
    School,
    doing,
    engine_has,
    filed,
    labels,
    read,
    seen,
    sheet,
)
from tests.moves import KOTO, SHIBUYA
from tests.papers import Reader
from tests.staff import rows


@pytest.fixture(autouse=True)
def asides(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """Ids of the sheets that are put aside; chance would make tests differ."""
    found: set[str] = set()
    monkeypatch.setattr(memory_training, "aside", found.__contains__)
    return found


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


def test_what_is_in_force_stays_while_too_little_is_left_to_examine_it_with(store: Store) -> None:
    form = filed(store)
    filed(store)
    train(store, KOTO, learn=School())
    doing(store, memory.forget_form, form, actor="staff:1")
    train(store, KOTO, learn=School(trial=Tried(lines=2, why="確認用の行が20行になるまで待ちます（いま2行）。")))
    assert len(labels(read(store))) == 2


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
