"""One move, two wards, one clock: each side sees that the other acted, and nothing of what was said there."""

from __future__ import annotations

import datetime as dt
import itertools
import random
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from counter import tenancy
from counter.extensions import Store
from counter.models.application import Application, Status
from counter.models.event import Event, Kind
from counter.models.link import Link
from counter.queries import links as seen
from counter.services import links, status
from forms.model import Application as Filed
from tests import moves
from tests.conftest import both_backends
from tests.integration.test_submit import NOW, submit

LAST_DAY = dt.date(2026, 11, 25)  # 14 days after 11 November


def sides(store: Store) -> dict[str, Application]:
    with store.session(write=False) as session, tenancy.all_wards(session, "the test reads both wards"):
        return {row.procedure: row for row in session.scalars(sa.select(Application))}


def act(store: Store, row: Application, kind: Kind, at: dt.datetime, to: Status | None = None) -> None:
    with store.scope() as session, tenancy.tenant(session, row.ward):
        status.append(
            session,
            row.ward,
            row.id,
            kind,
            actor="staff:1",
            at=at,
            status=to,
            arrived_at=at if kind is Kind.ARRIVED else None,
        )


def picture(store: Store, row: Application) -> seen.Counterpart:
    """What the ward of this application knows of the other."""
    with store.session(write=False) as session, tenancy.tenant(session, row.ward):
        (one,) = seen.counterparts(session, row.ward, row.id)
        return one


@both_backends
def test_a_move_between_wards_is_linked_under_one_clock(store: Store) -> None:
    with store.scope() as session:
        receipt = submit(session)
    rows = sides(store)
    out, into = picture(store, rows["move-out"]), picture(store, rows["move-in"])
    assert (out.ward, out.procedure, out.last_day) == (moves.KOTO, "move-in", LAST_DAY)
    assert (into.ward, into.procedure, into.last_day) == (moves.SHIBUYA, "move-out", LAST_DAY)
    with store.session(write=False) as session:
        (clock,) = seen.clocks(session, receipt.bundle_id)
        assert clock.last_day == LAST_DAY
        assert [(side.line, side.ward, side.procedure) for side in clock.sides] == [
            (1, moves.SHIBUYA, "move-out"), (2, moves.KOTO, "move-in"),
        ]  # fmt: skip
    with store.session(write=False) as session, tenancy.all_wards(session, "the test reads history"):
        told = session.execute(
            sa.select(Application.procedure, Event.seq, Event.detail)
            .join(Application, Application.id == Event.application_id)
            .where(Event.kind == Kind.LINKED)
        ).all()
    assert sorted((row.procedure, row.seq, row.detail["wards"]) for row in told) == [
        ("move-in", 2, [moves.SHIBUYA]), ("move-out", 2, [moves.KOTO]),
    ]  # fmt: skip
    assert {rows[code].last_event for code in ("move-out", "move-in")} == {2}
    assert rows["child-allowance"].last_event == 1


@both_backends
@pytest.mark.parametrize("order", list(itertools.permutations(["move-out", "move-in"])), ids="-".join)
def test_each_side_sees_that_the_other_acted_in_either_order(store: Store, order: tuple[str, str]) -> None:
    with store.scope() as session:
        submit(session)
    rows = sides(store)
    for number, code in enumerate(order):
        other = rows[next(each for each in order if each != code)]
        row, at = rows[code], NOW + dt.timedelta(hours=number + 1)
        act(store, row, Kind.TAKEN, at)
        assert picture(store, other).taken_at == at
        begun = Kind.ARRIVED if row.status == Status.AWAITING_VISIT else Kind.STATUS
        act(store, row, begun, at + dt.timedelta(minutes=1), Status.IN_REVIEW)
        assert picture(store, other).taken_at == at, "the first time counts"
        act(store, row, Kind.STATUS, at + dt.timedelta(minutes=2), Status.DONE)
        assert picture(store, other).done_at == at + dt.timedelta(minutes=2)
        act(store, row, Kind.STATUS, at + dt.timedelta(minutes=3), Status.IN_REVIEW)
        assert picture(store, other).done_at is None, "a decision that is taken back is taken back there too"
        act(store, row, Kind.STATUS, at + dt.timedelta(minutes=4), Status.DONE)
    assert picture(store, rows[order[0]]).done_at and picture(store, rows[order[1]]).done_at


@pytest.mark.parametrize("how", [(Kind.WITHDRAWN, Status.WITHDRAWN), (Kind.STATUS, Status.REJECTED)])
def test_a_side_that_ends_without_a_result_is_told_alike_whatever_the_reason(
    store: Store, how: tuple[Kind, Status]
) -> None:
    with store.scope() as session:
        submit(session)
    rows = sides(store)
    act(store, rows["move-out"], how[0], NOW, how[1])
    other = picture(store, rows["move-in"])
    assert other.ended_at == NOW and other.done_at is None
    assert rows["move-in"].status == sides(store)["move-in"].status, "the other application is not touched"


@both_backends
def test_nothing_of_the_other_ward_can_be_read_from_this_one(store: Store) -> None:
    with store.scope() as session:
        submit(session, answers=moves.answers("CANARY"))
    rows = sides(store)
    for code, other in (("move-out", "move-in"), ("move-in", "move-out")):
        row, foreign = rows[code], rows[other]
        act(store, foreign, Kind.TAKEN, NOW)
        with store.session(write=False) as session, tenancy.tenant(session, row.ward):
            (link,) = session.scalars(sa.select(Link)).all()  # the other ward's half is not even there
            known = {name: str(getattr(link, name)) for name in sorted(Link.__mapper__.columns.keys())}
            assert link.application_id == row.id
            for secret in (foreign.id, foreign.key_id, "CANARY", "山田", "神南", "東陽", "太郎"):
                assert secret not in str(known) and secret not in str(seen.counterparts(session, row.ward, row.id))
            assert session.get(Application, (foreign.ward, foreign.id)) is None
            assert seen.counterparts(session, foreign.ward, foreign.id) == ()


def test_the_pair_opens_nothing(store: Store) -> None:
    with store.scope() as session:
        submit(session)
    with store.session(write=False) as session, tenancy.all_wards(session, "the test reads both halves"):
        pairs = set(session.scalars(sa.select(Link.pair)))
        ids = set(session.scalars(sa.select(Application.id))) | set(session.scalars(sa.select(Application.bundle_id)))
    assert len(pairs) == 1 and not pairs & ids


def test_procedures_without_a_clock_or_in_one_ward_are_not_linked(store: Store) -> None:
    with store.scope() as session:
        submit(session, codes=("move-in", "health-insurance", "child-allowance"))
    with store.session(write=False) as session, tenancy.all_wards(session, "the test counts"):
        assert session.scalar(sa.select(sa.func.count()).select_from(Link)) == 0


def test_any_mix_of_procedures_gets_exactly_the_right_links(session: Session) -> None:
    """N procedures of clocks and wards at random: a pair for each two that share a clock, differ, and are apart."""
    rng = random.Random(8)
    linked = 0
    for _ in range(300):
        count = rng.randint(1, 7)
        codes = rng.sample([f"p{number}" for number in range(9)], count)
        clocks = {code: rng.choice(["", "", "move", "birth"]) for code in codes}
        wards = {code: rng.choice([moves.KOTO, moves.SHIBUYA, "131016"]) for code in codes}
        rows = [
            {"id": f"id-{code}", "ward": wards[code], "procedure": code, "received_at": NOW, "last_event": 1}
            for code in codes
        ]
        filed = [Filed(code, wards[code], "office", code, {}, {}) for code in codes]
        made = links.pairs(rows, filed, {code: stub(code, clocks[code]) for code in codes})
        wanted = {
            (one, other)
            for one, other in itertools.permutations(codes, 2)
            if clocks[one] and clocks[one] == clocks[other] and wards[one] != wards[other]
        }
        ids = {f"id-{code}": code for code in codes}
        assert {(ids[link["application_id"]], link["other_procedure"]) for link in made} == wanted
        assert len(made) == len(wanted) and len({link["pair"] for link in made}) == len(wanted) // 2
        for link in made:
            (twin,) = [each for each in made if each["pair"] == link["pair"] and each is not link]
            assert (link["ward"], link["other_ward"]) == (twin["other_ward"], twin["ward"])
        assert {row["procedure"] for row in rows if row["last_event"] == 2} == {one for one, _ in wanted}
        linked += len(made)
    assert linked > 200


def stub(code: str, clock: str) -> Any:
    from types import SimpleNamespace

    return SimpleNamespace(code=code, linked=clock, triggers=())
