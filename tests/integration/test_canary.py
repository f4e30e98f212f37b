"""Two wards, two processes, everything at once: every answer holds its own canary and nobody else's."""

from __future__ import annotations

import http.cookiejar
import random
import re
import threading
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa

from counter import create_app, tenancy
from counter.demo import seed_people
from counter.extensions import Store
from counter.models.application import Application
from counter.services import receipts
from counter.services.receipts import Receipt
from counter.web.account.views import DEMO_PASSWORD
from tests import moves
from tests.conftest import both_backends
from tests.databases import Home
from tests.residents import Resident, with_finished_drafts
from tests.servers import Server

FILED = {moves.SHIBUYA: ("SB", ("move-out",)), moves.KOTO: ("KT", ("move-in",))}
CLERKS = {moves.SHIBUYA: "shibuya-clerk@example.jp", moves.KOTO: "koto-clerk@example.jp"}
CANARY = re.compile(r"(?:SB|KT)\d{5}")


class Browser:
    """Somebody's browser: cookies, redirects, and a memory of every page's canaries."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._jar = http.cookiejar.CookieJar()
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self._jar))
        self.pages = 0

    def ask(self, path: str, form: dict[str, str] | None = None, cookie: str = "") -> tuple[int, str]:
        data = None if form is None else urllib.parse.urlencode(form).encode()
        request = urllib.request.Request(self._server.url + path, data, {"Cookie": cookie} if cookie else {})
        self.pages += 1
        try:
            with self._opener.open(request, timeout=30) as response:
                return response.status, response.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()


@pytest.fixture
def server(home: Home) -> Iterator[Server]:
    app = create_app({**home.settings})
    with app.app_context(), app.extensions["store"].scope() as session:
        seed_people(session)
    app.extensions["store"].engine.dispose()
    with Server(home, processes=2, threads=6, workers=1, app="tests.open_wsgi:app") as server:
        yield server


@both_backends
def test_two_wards_and_two_processes_at_once_find_no_foreign_data(store: Store, server: Server, long: bool) -> None:
    each = 600 if long else 25
    filed = {ward: with_finished_drafts(store, each, codes=codes, canary=mark) for ward, (mark, codes) in FILED.items()}
    residents = [resident for of_ward in filed.values() for resident in of_ward]
    random.Random(7).shuffle(residents)
    over = threading.Event()
    with ThreadPoolExecutor(8) as people:
        clerks = [people.submit(_works, server, store, ward, over) for ward in FILED]
        submitted = [people.submit(_files, server, store, resident) for resident in residents]
        try:
            pages = sum(one.result() for one in submitted)
        finally:
            over.set()
        seen = {ward: clerk.result() for ward, clerk in zip(FILED, clerks, strict=True)}
    for ward, (mark, _) in FILED.items():
        assert seen[ward], "a clerk opened nothing: the test proves nothing"
        assert all(canary.startswith(mark) for canary in seen[ward])
    assert pages >= 5 * len(residents)


def _files(server: Server, store: Store, resident: Resident) -> int:
    """Check, press twice at once, read the receipt, ask for the status: own canary, own number, nobody else's."""
    browser, cookie = Browser(server), f"owner={resident.owner}"
    base = f"/apply/{resident.draft.id}"
    status, page = browser.ask(f"{base}/check", cookie=cookie)
    assert status == 200 and set(CANARY.findall(page)) == {resident.canary}
    with ThreadPoolExecutor(2) as fingers:
        pressed = [fingers.submit(Browser(server).ask, f"{base}/submit", {}, cookie) for _ in range(2)]
    receipt = _receipt(store, resident)
    for press in pressed:
        status, page = press.result()
        assert status == 200 and receipt.number in page
        assert set(CANARY.findall(page)) <= {resident.canary}
    status, page = browser.ask("/status/", {"number": receipt.number, "secret": receipt.secret})
    assert status == 200 and receipt.number in page
    assert set(CANARY.findall(page)) <= {resident.canary}
    assert [line.procedure_code for line in receipt.lines] == list(resident.draft.procedures)
    return browser.pages + 4


def _receipt(store: Store, resident: Resident) -> Receipt:
    with store.session(write=False) as session:
        receipt = receipts.of_nonce(session, resident.draft.nonce)
    assert receipt is not None
    return receipt


def _works(server: Server, store: Store, ward: str, over: threading.Event) -> set[str]:
    """A clerk opens whatever is in the queue, and tries every other ward's number: the canaries that were seen."""
    browser, seen = Browser(server), set()
    status, _ = browser.ask("/staff/sign-in", {"email": CLERKS[ward], "password": DEMO_PASSWORD})
    assert status == 200
    opened: set[str] = set()
    while not over.is_set() or not opened:
        mine, others = _ids(store, ward)
        status, page = browser.ask("/office/cases?order=newest")
        assert status == 200 and not any(one in page for one in others)
        for application_id in sorted(mine - opened)[:5]:
            status, page = browser.ask(f"/office/cases/{application_id}")
            found = set(CANARY.findall(page))
            assert status == 200 and len(found) == 1
            seen |= found
            opened.add(application_id)
        for application_id in sorted(others)[:2]:
            absent, page = browser.ask(f"/office/cases/{application_id}")
            assert absent == 404 and not CANARY.search(page)
    return seen


def _ids(store: Store, ward: str) -> tuple[set[str], set[str]]:
    with store.session(write=False) as session, tenancy.all_wards(session, "the test knows every ward's numbers"):
        rows = session.execute(sa.select(Application.ward, Application.id)).all()
    return {row.id for row in rows if row.ward == ward}, {row.id for row in rows if row.ward != ward}
