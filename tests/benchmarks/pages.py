"""What a page of the resident's flow costs for the largest bundle: every procedure of moving in, five people.

python -m tests.benchmarks.pages [--rounds 3]
"""

from __future__ import annotations

import argparse
import gc
import itertools
import json
import logging
import random
import statistics
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import flask
from flask.testing import FlaskClient

from counter import config, create_app, installation
from counter.extensions import Store
from counter.services import drafts
from counter.services.journey import journey
from forms.bundle import Bundle
from forms.model import Procedure
from forms.path import still
from forms.procedures import CATALOGUE
from tests import documents
from tests.pages import Page

WORDS = ("児童手当", "引っ越し", "kokumin", "じゅうみんひょう", "お金", "%_", "child")


def largest() -> list[Procedure]:
    """Everything that moving from one ward into another can call for, certificates and disaster apart."""
    return [
        one
        for one in CATALOGUE.values()
        if one.door == "application" and any(each.event == "moving" and not each.within for each in one.triggers)
    ]


def main() -> None:
    logging.disable(logging.WARNING)
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        settings = {"INSTANCE": Path(folder), "RATELIMIT_ENABLED": False, "WTF_CSRF_ENABLED": False}
        installation.migrate(config.load(settings))
        app = create_app(settings)
        store: Store = app.extensions["store"]
        print(json.dumps(_measure(app, store, asked.rounds), indent=1, ensure_ascii=False))
        store.engine.dispose()


def _measure(app: flask.Flask, store: Store, rounds: int) -> dict[str, Any]:
    procedures = largest()
    document = _whole(procedures)
    spent: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for number in range(-1, rounds):
        if number == 0:  # as counter/gunicorn.py does once a process has started
            gc.collect()
            gc.freeze()
        client, address, owner_draft = _resident(app, store, procedures, document)
        seen = spent if number >= 0 else defaultdict(list)
        for name, call in _calls(client, address, procedures, owner_draft):
            if name == "GET status":
                _status(client, address)  # where it is, is read from the receipt, and not part of it
            _time(seen[name], call)
    questions = Bundle(procedures).asked(still(document))
    everything = [one for timed in spent.values() for one in timed]
    flow = [one for name, timed in spent.items() if not name.startswith(("search", "guide")) for one in timed]
    return {
        "procedures": len(procedures),
        "people": 5,
        "questions": len(questions),
        "requests": len(everything),
        "flow_wall_ms": _spread([wall for wall, _ in flow]),
        "flow_cpu_ms": _spread([cpu for _, cpu in flow]),
        "worst_p95_wall_ms": dict(
            sorted(
                ((name, _spread([w for w, _ in timed])["p95"]) for name, timed in spent.items()), key=lambda x: -x[1]
            )[:8]
        ),
        "search_wall_ms": _spread([w for name, timed in spent.items() if name == "search" for w, _ in timed]),
        "guide_wall_ms": _spread([w for name, timed in spent.items() if name == "guide" for w, _ in timed]),
        "asked_ms": round(_asked(procedures, document), 2),
    }


def _whole(procedures: list[Procedure]) -> dict[str, Any]:
    """Five people whose answers may be submitted for every procedure."""
    households = (documents.household(procedures, random.Random(seed), people=5) for seed in itertools.count())
    return next(one for one in households if not Bundle(procedures).problems(one))


def _resident(
    app: flask.Flask, store: Store, procedures: list[Procedure], document: dict[str, Any]
) -> tuple[FlaskClient, str, drafts.Draft]:
    owner = drafts.new_token()
    with store.scope() as session:
        draft = drafts.begin(
            session, owner, [one.code for one in procedures], event="moving", answers=json.loads(json.dumps(document))
        )
        session.commit()
    client = app.test_client()
    client.set_cookie("owner", owner)
    return client, f"/apply/{draft.id}/", draft


def _calls(
    client: FlaskClient, address: str, procedures: list[Procedure], draft: drafts.Draft
) -> list[tuple[str, Callable[[], Any]]]:
    calls: list[tuple[str, Callable[[], Any]]] = [("GET tasks", lambda: _ok(client.get(address)))]
    for page in journey(procedures, draft.answers, {}).pages:
        at = f"{address}people" if page.key == "people" else f"{address}q/{page.key}"
        kind = page.key.partition(".")[0] + (".person" if page.person else "")
        calls.append((f"GET {kind}", lambda at=at: _ok(client.get(at))))
        action, sent = Page(client.get(at)).form()
        calls.append((f"POST {kind}", lambda to=action or at, sent=sent: _ok(client.post(to, data=sent))))
    calls.append(("GET check", lambda: _ok(client.get(f"{address}check"))))
    calls.append(("POST submit", lambda: _submitted(client.post(f"{address}submit"))))
    calls.append(("GET receipt", lambda: _ok(client.get(f"{address}receipt"))))
    calls.append(("GET status", lambda: _ok(client.get(_status(client, address)))))
    calls += [("search", lambda word=word: _ok(client.get(f"/procedures?q={word}"))) for word in WORDS]
    calls.append(("guide", lambda: _ok(client.get("/start/moving"))))
    calls.append(("front", lambda: _ok(client.get("/"))))
    return calls


def _submitted(answer: Any) -> None:
    assert answer.status_code == 303 and answer.location.endswith("/receipt"), (answer.status_code, answer.location)


def _status(client: FlaskClient, address: str) -> str:
    if address not in _statuses:
        links = Page(client.get(f"{address}receipt")).links
        _statuses[address] = next(href for href in links.values() if "/status/" in href)
    return _statuses[address]


_statuses: dict[str, str] = {}


def _ok(answer: Any) -> None:
    assert answer.status_code in (200, 302, 303), (answer.status_code, answer.request.path)


def _time(into: list[tuple[float, float]], call: Callable[[], Any]) -> None:
    cpu, wall = time.process_time(), time.perf_counter()
    call()
    into.append(((time.perf_counter() - wall) * 1000, (time.process_time() - cpu) * 1000))


def _spread(values: list[float]) -> dict[str, float]:
    if len(values) < 2:
        return {"p50": round(values[0], 1) if values else 0.0, "p95": round(values[0], 1) if values else 0.0}
    cuts = statistics.quantiles(values, n=20)
    return {"p50": round(statistics.median(values), 1), "p95": round(cuts[-1], 1), "max": round(max(values), 1)}


def _asked(procedures: list[Procedure], document: dict[str, Any]) -> float:
    """Milliseconds of one judgement of everything, without what was memorised."""
    gc.collect()
    bundle, begun = Bundle(procedures), time.perf_counter()
    for _ in range(50):
        bundle.asked(still(document))
    return (time.perf_counter() - begun) / 50 * 1000


if __name__ == "__main__":
    main()
