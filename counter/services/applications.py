"""The one door: every application, from the web or from paper, comes in through ``submit_bundle``."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from counter import ids, tenancy, vault
from counter.models.application import Application, SearchToken, Status
from counter.models.bundle import Bundle, Channel
from counter.models.event import Event, Kind
from counter.models.notice import NoticeKind
from counter.queries.records import sealed_as
from counter.services import (
    attachments,
    audit,
    definitions,
    delivery,
    links,
    notices,
    overlays,
    receipts,
    routing,
    search,
    suppliers,
)
from counter.services.receipts import Line, Receipt
from counter.services.writing import insert
from forms.bundle import Bundle as Asked
from forms.bundle import Incomplete
from forms.kinds.dates import JST
from forms.model import Application as Filed
from forms.model import Problem, Procedure

ACTORS = {Channel.ONLINE: "resident", Channel.PAPER: "desk", Channel.COUNTER: "desk"}


class NotComplete(Exception):
    """The bundle may not be submitted yet; ``problems`` says what is to be mended, and where."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__(f"{len(self.problems)} problems")


class WrongDoor(ValueError):
    """This procedure makes no application (安否 has a door of its own), or none was chosen."""


def submit_bundle(
    session: Session,
    *,
    procedures: Sequence[Procedure],
    answers: Mapping[str, Any],
    channel: Channel,
    nonce: str,
    language: str,
    provenance: Mapping[str, Any] | None = None,
    received_at: dt.datetime,
    counter_date: dt.date | None = None,
    actor: str | None = None,
) -> Receipt:
    """File every procedure of a bundle at its offices, in the caller's transaction; nothing exists before it commits.

    The same ``nonce`` again gives the same receipt, secret included, and writes nothing. ``provenance`` says how an
    answer came about, by its path in the document (default: typed online, read from paper). ``counter_date`` is the
    day a paper was handed over: it arrived then. ``actor``: the clerk who files for somebody at a counter. Raises NotComplete before anything is written.
    """
    if earlier := receipts.of_nonce(session, nonce):
        return earlier
    asked = Asked(procedures, overlays.of(session, [procedure.code for procedure in procedures]))
    if not procedures or any(procedure.door != "application" for procedure in procedures):
        raise WrongDoor
    try:
        filed = asked.applications(answers)
    except Incomplete as incomplete:
        raise NotComplete(incomplete.problems) from None
    made_with = {one.digest: asked.definition(one.procedure, one.ward) for one in filed}
    try:
        sent = attachments.enclosed(session, nonce, [(one, made_with[one.digest]) for one in filed])
    except attachments.Missing as missing:
        if raced := receipts.of_nonce(session, nonce):
            return raced
        raise NotComplete(missing.problems) from None
    decisions = routing.decide(session, [(made_with[one.digest], one.ward, one.answers) for one in filed])

    bundle = _new_bundle(session, nonce, channel, language, received_at)
    if bundle is None:  # somebody else was faster with the same nonce, and has committed
        raced = receipts.of_nonce(session, nonce)
        assert raced is not None
        return raced

    definitions.keep(session, made_with)
    keys = vault.of(session).new_keys(session, "application", [one.ward for one in filed])
    rows = [
        _row(session, one, decision, made_with[one.digest], bundle, line, key_id, provenance, counter_date)
        for line, (one, decision, key_id) in enumerate(zip(filed, decisions, keys, strict=True), start=1)
    ]
    linked = links.pairs(rows, filed, made_with)
    with tenancy.all_wards(session, "one bundle goes to the offices of several wards at once"):
        session.execute(sa.insert(Application), rows, execution_options={"render_nulls": True})
        received = [_received(row, bundle, actor) for row in rows]
        session.execute(sa.insert(Event), [*received, *links.events(linked, rows)])
        links.keep(session, linked)
        files = [(row, one.answers, made_with[one.digest]) for row, one in zip(rows, filed, strict=True)]
        attachments.pass_on(session, sent, files, received_at)
        if tokens := _tokens(session, rows, filed):
            session.execute(sa.insert(SearchToken), tokens)
        filings = [
            (row["ward"], row["id"], one.answers)
            for row, one in zip(rows, filed, strict=True)
            if one.procedure == suppliers.PROCEDURE
        ]
        suppliers.note_filings(session, filings, received_at)
        delivery.create(session, bundle.id, [(row, to.way) for row, to in zip(rows, decisions, strict=True)])
    for row in sorted(
        rows, key=lambda row: (row["ward"], row["line"])
    ):  # one order of chains, so that none wait in a ring
        detail = {"bundle": bundle.id, "procedure": row["procedure"], "office": row["office"], "channel": channel.value}
        audit.record(session, row["ward"], actor or ACTORS[channel], "application.received", row["id"], detail)
    _tell(session, bundle, filed, rows)
    return _receipt(session, bundle, rows, decisions, made_with)


def _tell(session: Session, bundle: Bundle, filed: Sequence[Filed], rows: Sequence[Mapping[str, Any]]) -> None:
    """A mail to the applicant, if an address was given."""
    if notices.keep_address(session, bundle.id, [one.answers for one in filed]):
        about = [notices.Of(row["ward"], row["id"]) for row in rows]
        notices.queue(session, bundle_id=bundle.id, kind=NoticeKind.RECEIVED, application=about, at=bundle.received_at)


def _new_bundle(
    session: Session, nonce: str, channel: Channel, language: str, received_at: dt.datetime
) -> Bundle | None:
    """The bundle's row, or None when its nonce is taken: two writers at once are told apart here by the database."""
    bundle_id = ids.new_id()
    values = {
        "id": bundle_id,
        "nonce": nonce,
        "secret_hash": receipts.hashed(session, bundle_id, receipts.secret(session, nonce)),
        "channel": channel.value,
        "language": language,
        "received_at": received_at,
    }
    adding = insert(session, Bundle).values(values).on_conflict_do_nothing(index_elements=["nonce"])
    inserted = session.scalar(adding.returning(Bundle.id))
    return Bundle(**values) if inserted else None


def _row(
    session: Session,
    filed: Filed,
    decision: routing.Decision,
    definition: Procedure,
    bundle: Bundle,
    line: int,
    key_id: str,
    provenance: Mapping[str, Any] | None,
    counter_date: dt.date | None,
) -> dict[str, Any]:
    application_id = ids.new_id()
    content = {
        "record": filed.answers,
        "origins": filed.origins,
        "provenance": _provenance(filed.origins, provenance or {}, Channel(bundle.channel)),
    }
    arrived_at = _arrived(definition, bundle, counter_date)
    return {
        "ward": decision.ward,
        "id": application_id,
        "bundle_id": bundle.id,
        "line": line,
        "procedure": filed.procedure,
        "definition_digest": filed.digest,
        "office": decision.office,
        "routing_reason": decision.reason,
        "routing_inputs": decision.inputs,
        "channel": bundle.channel,
        "key_id": key_id,
        "sealed": vault.of(session).seal(session, key_id, sealed_as(decision.ward, application_id), content),
        "received_at": bundle.received_at,
        "arrived_at": arrived_at,
        "status": Status.RECEIVED.value if arrived_at else Status.AWAITING_VISIT.value,
        "assignee": None,
        "last_event": 1,
    }


def _arrived(definition: Procedure, bundle: Bundle, counter_date: dt.date | None) -> dt.datetime | None:
    """When the application legally arrives (到達): at once, at the visit it needs, or on the day paper was handed over."""
    if bundle.channel == Channel.PAPER:
        return dt.datetime.combine(counter_date, dt.time(), JST) if counter_date else bundle.received_at
    if bundle.channel == Channel.COUNTER:
        return bundle.received_at  # identity was checked by the clerk who filed it
    return None if definition.visit else bundle.received_at


_USUALLY = {Channel.ONLINE: "typed", Channel.PAPER: "paper", Channel.COUNTER: "counter"}


def _provenance(origins: Mapping[str, str], said: Mapping[str, Any], channel: Channel) -> dict[str, Any]:
    usual = {"how": _USUALLY[channel]}
    return {record_path: said.get(document_path, usual) for record_path, document_path in origins.items()}


def _received(row: Mapping[str, Any], bundle: Bundle, actor: str | None) -> dict[str, Any]:
    return {
        "ward": row["ward"],
        "application_id": row["id"],
        "seq": 1,
        "kind": Kind.RECEIVED.value,
        "status": row["status"],
        "actor": actor or ACTORS[Channel(bundle.channel)],
        "detail": {"arrived": row["arrived_at"] is not None},
        "note": None,
        "at": bundle.received_at,
    }


def _tokens(session: Session, rows: Sequence[Mapping[str, Any]], filed: Sequence[Filed]) -> list[dict[str, Any]]:
    return [
        {"ward": row["ward"], "application_id": row["id"], "purpose": purpose, "token": token}
        for row, one in zip(rows, filed, strict=True)
        for purpose, token in search.tokens(session, row["ward"], one.answers)
    ]


def _receipt(
    session: Session,
    bundle: Bundle,
    rows: Sequence[Mapping[str, Any]],
    decisions: Sequence[routing.Decision],
    made_with: Mapping[str, Procedure],
) -> Receipt:
    lines = tuple(
        Line(
            suffix=row["line"],
            application_id=row["id"],
            procedure_code=row["procedure"],
            title=made_with[row["definition_digest"]].title,
            ward=row["ward"],
            office_name=decision.office_name,
            status=row["status"],
            reason=decision.reason,
        )
        for row, decision in zip(rows, decisions, strict=True)
    )
    return Receipt(bundle.id, ids.grouped(bundle.id), receipts.secret(session, bundle.nonce), bundle.received_at, lines)
