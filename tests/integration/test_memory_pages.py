"""The page about what readers learnt: what the desk sees, what an admin may do, and what it never tells."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from counter import ids
from counter.extensions import Store
from counter.jobs.train import train
from counter.models.audit import AuditEvent
from counter.models.intake import PaperForm
from counter.models.memory import MemoryLine, MemoryVersion
from counter.services import memory_training
from tests.desk import Paper
from tests.learning import BETTER, FAMILY, School, filed, read, sheet
from tests.moves import KOTO, SHIBUYA
from tests.pages import Page
from tests.papers import Reader
from tests.staff import desk_clerk, hire, rows, sign_in


@pytest.fixture(autouse=True)
def nobody_aside(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory_training, "aside", lambda form_id: False)


@pytest.fixture
def admin(app: Flask, store: Store) -> FlaskClient:
    hire(store, app, "admin@example.jp", role="admin")
    return sign_in(app, "admin@example.jp")


def learnt(store: Store, *texts: str, **how: Any) -> str:
    form = filed(store, *texts, **how)
    train(store, KOTO, learn=School(trial=BETTER))
    return form


def test_an_empty_memory_says_what_it_is_for(desk: FlaskClient) -> None:
    page = Page(desk.get("/desk/memory"))
    assert "まだ何も覚えていません" in page.text
    assert "/desk/review" in str(page.response.data) or "確認を待つ" in page.text


def test_the_desk_sees_what_it_brought_and_single_characters_alone(desk: FlaskClient, store: Store) -> None:
    learnt(store, "阿佐ヶ谷", "ゐゑ")
    learnt(store, "小鳥遊", "ゑ")
    page = Page(desk.get("/desk/memory"))
    assert "第2版で読み取っています" in page.text
    assert "4行" in page.text and "ゐ" in page.text
    shown = desk.get("/desk/memory/versions/1").text
    assert "この版の後に変わったこと" in shown
    for word in ("小鳥遊", "阿佐"):
        assert word not in shown and word not in page.text
    assert "鳥" in shown and "2行" in shown
    assert "戻す理由" not in shown and 'action="/desk/memory/switch"' not in page.text
    assert desk.post("/desk/memory/switch", data={"to": "off", "seen": "2", "reason": "x"}).status_code == 403
    assert desk.get("/desk/memory/versions/9").status_code == 404


def test_an_admin_stops_returns_and_resumes_with_a_reason(admin: FlaskClient, store: Store) -> None:
    learnt(store)
    learnt(store)
    assert admin.post("/desk/memory/switch", data={"to": "off", "seen": "2", "reason": " "}).status_code == 422
    assert admin.post("/desk/memory/switch", data={"to": "off", "seen": "1", "reason": "様子を見る"}).status_code == 409
    assert admin.post("/desk/memory/versions/2", data={"seen": "2", "reason": "x"}).status_code == 422
    assert admin.post("/desk/memory/versions/7", data={"seen": "2", "reason": "x"}).status_code == 404
    answer = admin.post("/desk/memory/versions/1", data={"seen": "2", "reason": "誤った訂正"}, follow_redirects=True)
    assert "第1版に戻しました" in answer.text and "誤った訂正" in answer.text
    assert len((read(store) or pytest.fail()).lines) == 2
    admin.post("/desk/memory/switch", data={"to": "off", "seen": "3", "reason": "様子を見る"})
    assert read(store) is None
    assert "再開する" in admin.get("/desk/memory").text
    admin.post("/desk/memory/switch", data={"to": "on", "seen": "4"})
    train(store, KOTO, learn=School())
    assert read(store)
    with store.scope(write=False) as session:
        told = set(session.scalars(sa.select(AuditEvent.action).where(AuditEvent.actor.like("staff:%"))))
    assert {"memory.roll-back", "memory.switch-off", "memory.switch-on"} <= told


def test_an_admin_has_one_application_forgotten(
    admin: FlaskClient, app: Flask, store: Store, paper: Paper, reader: Reader
) -> None:
    form = sheet(paper, reader)
    train(store, KOTO, learn=School())
    learnt(store)
    bundle = next(str(one.bundle_id) for one in rows(store, KOTO, PaperForm) if one.id == form)
    for wrong in ("", "12", ids.new_id()):
        assert admin.post("/desk/memory/forget", data={"number": wrong}).status_code == 422
    hire(store, app, "other@example.jp", role="admin", ward=SHIBUYA)
    learnt_elsewhere = sign_in(app, "other@example.jp").post("/desk/memory/forget", data={"number": bundle})
    assert learnt_elsewhere.status_code == 422  # as absent as a number that never was
    asked = admin.post("/desk/memory/forget", data={"number": ids.grouped(bundle)})
    assert "2行を消す" in asked.text and FAMILY not in asked.text
    assert len(rows(store, KOTO, MemoryLine)) == 4
    admin.post("/desk/memory/forget", data={"number": bundle, "sure": "yes"})
    assert form not in {row.form_id for row in rows(store, KOTO, MemoryLine)}
    assert admin.post("/desk/memory/forget", data={"number": bundle, "sure": "yes"}).status_code == 422
    assert max(row.number for row in rows(store, KOTO, MemoryVersion)) == 3


def test_the_page_asks_the_same_however_much_was_learnt(app: Flask, store: Store) -> None:
    clerk = desk_clerk(store, app, name="counting")
    learnt(store)
    learnt(store)
    first = statements(app, clerk)
    for _ in range(3):
        learnt(store)
    assert statements(app, clerk) == first


def statements(app: Flask, clerk: FlaskClient) -> int:
    asked: list[str] = []
    engine = app.extensions["store"].engine
    note = lambda *given: asked.append(given[2])  # noqa: E731
    sa.event.listen(engine, "before_cursor_execute", note)
    assert clerk.get("/desk/memory").status_code == 200
    assert clerk.get("/desk/memory/versions/1").status_code == 200
    sa.event.remove(engine, "before_cursor_execute", note)
    return len(asked)
