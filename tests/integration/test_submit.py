"""The one door: what one submission writes, and that it writes it once."""

from __future__ import annotations

import datetime as dt
import itertools
import threading
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.orm import Session

from counter import folding, tenancy
from counter.extensions import Store
from counter.jobs import engine
from counter.models.application import Application, SearchToken, Status
from counter.models.audit import AuditEvent
from counter.models.bundle import Bundle, Channel
from counter.models.definition import Definition
from counter.models.delivery import Delivery
from counter.models.event import Event, EventsAreOnlyAdded
from counter.queries import records
from counter.services import search
from counter.services.applications import NotComplete, WrongDoor, submit_bundle
from counter.services.receipts import Receipt
from forms import snapshot
from forms.procedures import CATALOGUE
from tests import moves
from tests.conftest import both_backends

NOW = dt.datetime(2026, 11, 12, 3, 4, 5, tzinfo=dt.UTC)


def submit(session: Session, nonce: str = "n1", codes: tuple[str, ...] = moves.MOVE, **changes: Any) -> Receipt:
    filed: dict[str, Any] = {
        "procedures": moves.procedures(*codes),
        "answers": moves.answers(),
        "channel": Channel.ONLINE,
        "nonce": nonce,
        "language": "ja",
        "received_at": NOW,
    }
    return submit_bundle(session, **(filed | changes))


def everything(session: Session) -> dict[str, int]:
    tables = (Bundle, Application, Event, Delivery, SearchToken)
    with tenancy.all_wards(session, "the test counts"):
        counts = {
            table.__tablename__: session.scalar(sa.select(sa.func.count()).select_from(table)) or 0 for table in tables
        }
    return counts | {"jobs": engine.depth(session)}


def test_a_move_files_four_applications_each_at_its_office_with_its_own_fields_only(store: Store) -> None:
    with store.scope() as session:
        receipt = submit(session)
    assert [(line.suffix, line.procedure_code, line.ward, line.status) for line in receipt.lines] == [
        (1, "move-out", moves.SHIBUYA, "received"),
        (2, "move-in", moves.KOTO, "awaiting-visit"),
        (3, "health-insurance", moves.KOTO, "received"),
        (4, "child-allowance", moves.KOTO, "received"),
    ]
    assert all(line.title and line.office_name and line.reason for line in receipt.lines)
    with store.session(write=False) as session, tenancy.all_wards(session, "the test reads both wards"):
        rows = {row.procedure: row for row in session.scalars(sa.select(Application))}
        kept = {code: records.opened(session, row) for code, row in rows.items()}
    assert {code: (row.ward, row.office) for code, row in rows.items()} == {
        "move-out": (moves.SHIBUYA, "resident-registry"),
        "move-in": (moves.KOTO, "resident-registry"),
        "health-insurance": (moves.KOTO, "health-insurance"),
        "child-allowance": (moves.KOTO, "child-support"),
    }
    for code, content in kept.items():
        assert set(content.record) <= {"move", *(about.record_key for about in CATALOGUE[code].abouts), *OWN[code]}
        assert set(content.provenance) == set(content.origins)
    assert "account" not in str(kept["health-insurance"].record)
    assert kept["child-allowance"].record["claimant"]["account"]["number"] == "1234567"
    assert [child["name"]["given"] for child in kept["child-allowance"].record["children"]] == ["一郎"]


OWN = {
    "move-out": {"who"},
    "move-in": {"who"},
    "health-insurance": {"event", "who", "health-insurance"},
    "child-allowance": {"event", "child-allowance", "child-allowance-consent"},
}


def test_what_stands_beside_each_application(store: Store) -> None:
    with store.scope() as session:
        receipt = submit(session)
    with store.session(write=False) as session, tenancy.all_wards(session, "the test reads both wards"):
        rows = list(session.scalars(sa.select(Application).order_by(Application.line)))
        events = list(session.scalars(sa.select(Event)))
        deliveries = list(session.scalars(sa.select(Delivery)))
        definitions = {row.digest: row.content for row in session.scalars(sa.select(Definition))}
        audited = list(session.scalars(sa.select(AuditEvent).where(AuditEvent.action == "application.received")))
    assert [row.arrived_at for row in rows] == [NOW, None, NOW, NOW]
    linked = {(row.id, 2, "linked") for row in rows if row.procedure in ("move-out", "move-in")}
    assert {(e.application_id, e.seq, e.kind) for e in events} == {(row.id, 1, "received") for row in rows} | linked
    assert {(d.ward, d.application_id, d.office, d.state) for d in deliveries} == {
        (row.ward, row.id, row.office, "waiting") for row in rows
    }
    for row in rows:
        assert snapshot.load(definitions[row.definition_digest]) == CATALOGUE[row.procedure]
        assert row.routing_inputs["rule"] and row.routing_inputs["ward"] == row.ward
        assert b"\xe5\xb1\xb1\xe7\x94\xb0" not in row.sealed  # 山田
    assert {(a.chain, a.object_id) for a in audited} == {(row.ward, row.id) for row in rows}
    assert receipt.secret not in str([vars(row) for row in rows])


@both_backends
def test_the_same_nonce_gives_the_same_receipt_and_writes_nothing(store: Store) -> None:
    with store.scope() as session:
        first = submit(session)
    with store.session() as session:
        before = everything(session)
    with store.scope() as session:
        assert submit(session) == first
        assert submit(session, answers={}) == first  # even when today's answers no longer hold
    with store.session() as session:
        assert everything(session) == before
        assert before == {
            "bundle": 1, "application": 4, "event": 6, "delivery": 4, "jobs": 1,
            "search_token": before["search_token"],
        }  # fmt: skip


@both_backends
def test_posts_at_the_same_moment_make_one_record(store: Store) -> None:
    start = threading.Barrier(6)
    receipts: list[Receipt] = []

    def post() -> None:
        start.wait()
        with store.scope() as session:
            receipts.append(submit(session, "double-click"))

    threads = [threading.Thread(target=post) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(receipts) == 6
    assert len(set(receipts)) == 1
    with store.session() as session:
        counted = everything(session)
    assert (counted["bundle"], counted["application"], counted["jobs"]) == (1, 4, 1)


def test_nothing_is_left_of_a_submission_that_was_not_committed(store: Store) -> None:
    with store.session() as session:
        submit(session)
        session.rollback()
    with store.session() as session:
        assert set(everything(session).values()) == {0}
    with store.scope() as session:
        submit(session)
    with store.session() as session:
        assert everything(session)["application"] == 4


def test_an_incomplete_bundle_is_refused_before_anything_is_written(store: Store) -> None:
    answers = moves.answers()
    del answers["move"]["in_date"]
    with store.scope() as session, pytest.raises(NotComplete) as refused:
        submit(session, answers=answers)
    assert [problem.path for problem in refused.value.problems] == ["move.in_date"]
    with store.session() as session:
        assert set(everything(session).values()) == {0}


@pytest.mark.parametrize("codes", [("safety",), ()])
def test_what_makes_no_application_does_not_come_in_here(store: Store, codes: tuple[str, ...]) -> None:
    with store.scope() as session, pytest.raises(WrongDoor):
        submit(session, procedures=moves.procedures(*codes) if codes else [])


def test_every_choice_and_order_of_procedures_makes_as_many_distinct_cases(store: Store) -> None:
    seen: set[str] = set()
    for size in range(1, 5):
        for codes in itertools.permutations(moves.MOVE, size):
            with store.scope() as session:
                receipt = submit(session, "+".join(codes), codes)
                with tenancy.all_wards(session, "the test reads both wards"):
                    rows = session.scalars(
                        sa.select(Application).where(Application.bundle_id == receipt.bundle_id)
                    ).all()
                    kept = {row.procedure: records.opened(session, row).record for row in rows}
            assert [line.procedure_code for line in receipt.lines] == list(codes)
            assert [line.suffix for line in receipt.lines] == list(range(1, size + 1))
            ids = {line.application_id for line in receipt.lines}
            assert len(ids) == size and not ids & seen
            seen |= ids
            assert kept == {code: RECORDS(code) for code in codes}


def RECORDS(code: str) -> dict[str, Any]:
    """What the office of a procedure gets when it is filed alone."""
    from forms.gather import project

    return project(CATALOGUE[code], moves.answers())[0]


def test_paper_arrives_on_the_day_it_was_handed_over(store: Store) -> None:
    with store.scope() as session:
        receipt = submit(session, "paper", ("move-in",), channel=Channel.PAPER, counter_date=dt.date(2026, 11, 10))
        with tenancy.tenant(session, moves.KOTO):
            row = session.get_one(Application, (moves.KOTO, receipt.lines[0].application_id))
    assert row.arrived_at == dt.datetime(2026, 11, 9, 15, tzinfo=dt.UTC)
    assert row.status == Status.RECEIVED


def test_provenance_follows_each_answer_into_its_record(store: Store) -> None:
    scanned = {"how": "scanned", "score": 0.91, "reader": "ppocr"}
    with store.scope() as session:
        receipt = submit(session, codes=("move-out",), provenance={"people.a1.name": scanned})
        with tenancy.tenant(session, moves.SHIBUYA):
            row = session.get_one(Application, (moves.SHIBUYA, receipt.lines[0].application_id))
            content = records.opened(session, row)
    assert content.provenance["applicant.name"] == scanned
    assert content.provenance["move.out_date"] == {"how": "typed"}


def test_an_application_keeps_the_definition_it_was_made_with(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    import dataclasses

    with store.scope() as session:
        old = submit(session, "old", ("move-out",))
    asks = tuple(
        dataclasses.replace(item, required=False) if index == 2 else item
        for index, item in enumerate(CATALOGUE["move-out"].asks)
    )
    changed = dataclasses.replace(CATALOGUE["move-out"], title="転出届（新）", asks=asks)
    with store.scope() as session:
        new = submit(session, "new", procedures=[changed])  # a draft begun before the change is filed by today's
        again = submit(session, "old", procedures=[changed])
        with tenancy.tenant(session, moves.SHIBUYA):
            rows = {row.bundle_id: row for row in session.scalars(sa.select(Application))}
            kept = session.get_one(Definition, rows[old.bundle_id].definition_digest)
            content = records.opened(session, rows[old.bundle_id])
    assert again == old and again.lines[0].title == "転出届"
    assert new.lines[0].title == "転出届（新）"
    assert rows[old.bundle_id].definition_digest != rows[new.bundle_id].definition_digest
    assert snapshot.load(kept.content) == CATALOGUE["move-out"]
    assert content.record["applicant"]["name"]["family"] == "山田"


def test_records_are_found_by_what_a_clerk_was_told(store: Store) -> None:
    with store.scope() as session:
        submit(session)
    asked = [
        (folding.NAME, "山田 太郎"),
        (folding.KANA, "やまだ　たろう"),
        (folding.BIRTH, "1985-04-01"),
        (folding.PHONE, "０９０-1234-5678"),
    ]
    with store.session(write=False) as session, tenancy.tenant(session, moves.KOTO):
        for purpose, text in asked:
            token = search.token(session, moves.KOTO, purpose, text)
            found = session.scalars(sa.select(SearchToken.application_id).where(SearchToken.token == token)).all()
            assert found, purpose
            assert token != search.token(session, moves.SHIBUYA, purpose, text)


def test_history_is_only_added_to(store: Store) -> None:
    with store.scope() as session:
        receipt = submit(session)
    with store.session() as session, tenancy.tenant(session, moves.SHIBUYA):
        entry = session.get_one(Event, (moves.SHIBUYA, receipt.lines[0].application_id, 1))
        entry.status = "done"
        with pytest.raises(EventsAreOnlyAdded):
            session.flush()


def test_a_submission_takes_few_statements_however_many_procedures(store: Store) -> None:
    with store.scope() as session:
        submit(session, "warm")
    counted = []
    for codes in (("move-in",), moves.MOVE):
        statements: list[str] = []
        event.listen(store.engine, "before_cursor_execute", lambda *args, into=statements: into.append(args[2]))
        with store.scope() as session:
            submit(session, "+".join(codes), codes)
        counted.append(len(statements))
    assert counted[1] <= counted[0] + 5  # one more ward: its root key and its audit chain; and what links the two
    assert counted[1] <= 24
