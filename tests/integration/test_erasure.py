"""What is erased cannot be read, found or told from the log; everything else is as it was."""

import datetime as dt

import pytest
import sqlalchemy as sa

from counter import tenancy, vault
from counter.extensions import Store
from counter.models.application import Application, SearchToken
from counter.models.audit import AuditEvent
from counter.models.bundle import Channel
from counter.services import applications, audit, erasure
from counter.services.applications import sealed_as
from counter.vault import Shredded
from tests import moves
from tests.conftest import both_backends
from tests.databases import Home


@both_backends
def test_an_erased_application_is_gone_and_the_others_are_not(store: Store, home: Home) -> None:
    with store.scope() as session:
        applications.submit_bundle(
            session,
            procedures=moves.procedures(*moves.MOVE),
            answers=moves.answers(),
            channel=Channel.ONLINE,
            nonce="n",
            language="ja",
            received_at=dt.datetime.now(dt.UTC),
        )
    with store.scope() as session, tenancy.tenant(session, moves.KOTO):
        erased, kept = session.scalars(sa.select(Application).order_by(Application.line).limit(2))
        erasure.erase_application(session, erased, actor="staff:1")
        erasure.erase_application(session, erased, actor="staff:1")
    with store.scope(write=False) as session, tenancy.tenant(session, moves.KOTO):
        with pytest.raises(Shredded):
            opened(session, erased)
        assert opened(session, kept)
        tokens = set(session.scalars(sa.select(SearchToken.application_id)))
        assert erased.id not in tokens
        assert kept.id in tokens
        told = session.scalars(sa.select(AuditEvent.action).where(AuditEvent.object_id == erased.id)).all()
        assert set(told) == {"application.erase"}
        assert audit.verify(session, home.instance / "audit-heads") == []


def opened(session: object, application: Application) -> object:
    place = sealed_as(application.ward, application.id)
    return vault.of(session).open(session, application.key_id, place, application.sealed)  # type: ignore[arg-type]
