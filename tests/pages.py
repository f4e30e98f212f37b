"""Page objects made from the definitions: a resident who reads pages as HTML, fills what is asked and goes on."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from xml.etree import ElementTree

import html5lib
from flask.testing import FlaskClient
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from counter.services.guide import place_question
from counter.services.journey import ROSTER
from forms.kinds.base import Kind
from forms.life_events import LIFE_EVENTS
from forms.path import look_up
from forms.procedures import CATALOGUE
from tests.enclosures import photo

KINDS: dict[str, Kind] = {found.key: found.kind for one in CATALOGUE.values() for found in one.fields()}
KINDS |= {ask.field.key: ask.field.kind for event in LIFE_EVENTS.values() for ask in event.asks}
KINDS |= {place_question(one).path: place_question(one).field.kind for e in LIFE_EVENTS.values() for one in e.places}


class Invalid(AssertionError):
    """A page that is no valid HTML, or holds what no page may hold."""


@dataclass
class Page:
    """One answer of the server, parsed; refuses HTML with parse errors."""

    response: TestResponse
    tree: ElementTree.Element = field(init=False)

    def __post_init__(self) -> None:
        parser = html5lib.HTMLParser(tree=html5lib.getTreeBuilder("etree"), namespaceHTMLElements=False)
        self.tree = parser.parse(self.response.text)
        if parser.errors:
            lines = self.response.text.split("\n")
            where = [f"{code}: {lines[place[0] - 1][:200]}" for place, code, _ in parser.errors[:5]]
            raise Invalid("\n".join(where))
        ids = [found.get("id") for found in self.tree.iter() if found.get("id")]
        if len(ids) != len(set(ids)):
            raise Invalid(f"an id stands twice: {sorted(i for i in set(ids) if ids.count(i) > 1)}")
        for found in self.tree.iter():
            for name, value in found.attrib.items():
                if name != "value" and ("<r" in value or ("{" in value and "|" in value)):
                    raise Invalid(f"ruby in the attribute {name}: {value}")
            self._check_reference(found, set(ids))

    def _check_reference(self, found: ElementTree.Element, ids: set[str | None]) -> None:
        for name in ("for", "aria-describedby", "aria-labelledby"):
            missing = [one for one in (found.get(name) or "").split() if one not in ids]
            if missing:
                raise Invalid(f"{name} names what is not there: {missing}")

    @property
    def text(self) -> str:
        return "".join(self.tree.itertext())

    @property
    def title(self) -> str:
        return self.tree.findtext(".//title") or ""

    @property
    def heading(self) -> str:
        return "".join(self.tree.find(".//h1").itertext()).strip()  # type: ignore[union-attr]

    def texts(self, css_class: str) -> list[str]:
        return [
            "".join(one.itertext()).strip() for one in self.tree.iter() if css_class in (one.get("class") or "").split()
        ]

    @property
    def links(self) -> dict[str, str]:
        return {"".join(one.itertext()).strip(): one.get("href", "") for one in self.tree.iter("a")}

    def links_with(self, words: str) -> str:
        return next(href for text, href in self.links.items() if words in text)

    @property
    def questions(self) -> list[str]:
        """The document paths that this page asks."""
        return [one.get("data-path", "") for one in self.tree.iter() if one.get("data-path")]

    def form(self, form_id: str = "page-form") -> tuple[str, MultiDict[str, str]]:
        """Where the form goes, and what a browser would send if nobody touched it."""
        forms = [one for one in self.tree.iter("form") if form_id in (one.get("id"), one.get("action"), "")]
        assert forms, f"no form {form_id} on {self.heading}"
        return forms[0].get("action", ""), _fields(forms[0])


def _fields(form: ElementTree.Element) -> MultiDict[str, str]:
    sent: MultiDict[str, str] = MultiDict()
    for one in form.iter():
        name = one.get("name")
        if not name or one.tag == "button":
            continue
        if one.tag == "select":
            chosen = [option for option in one.iter("option") if "selected" in option.attrib] or list(
                one.iter("option")
            )[:1]
            sent.setlist(name, [option.get("value", "") for option in chosen])
        elif one.tag == "textarea":
            sent.add(name, one.text or "")
        elif one.get("type") == "file":
            continue
        elif one.get("type") not in ("checkbox", "radio") or "checked" in one.attrib:
            sent.add(name, one.get("value", ""))
    return sent


class Resident:
    """Somebody at a browser without scripts. ``page`` is what they see."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client
        self.page: Page
        self.address = ""
        self.seen: list[str] = []

    def open(self, address: str) -> Page:
        return self._see(self.client.get(address, follow_redirects=True))

    def begin(self, *codes: str, **fields: str) -> Page:
        """A draft of these procedures, begun with the catalogue's button; ``fields``: the event and its wards."""
        self.open(f"/procedures/{codes[0]}")
        return self.send("/apply/", procedure=list(codes), **fields)

    def send(self, form_id: str = "page-form", press: tuple[str, str] | None = None, **changes: Any) -> Page:
        """Send the form of the page with changes by input name; ``press``: name and value of another button."""
        action, sent = self.page.form(form_id)
        for name, value in changes.items():
            sent.setlist(name, value if isinstance(value, list) else [value])
        if press:
            sent.add(*press)
        return self._see(self.client.post(action or self.address, data=sent, follow_redirects=True))

    def fill(self, answers: Mapping[str, Any]) -> Page:
        """Answer every question of the page from a document and send it."""
        changes: dict[str, Any] = {}
        for path in self.page.questions:
            changes.update(self.inputs(path, answers))
        return self.send(**changes)

    def inputs(self, path: str, answers: Mapping[str, Any]) -> dict[str, Any]:
        """The inputs that say what the document says at a path."""
        people = {mine: theirs["id"] for mine, theirs in zip(self.people, answers.get("people", ()), strict=False)}
        section, *rest = path.split(".")
        kind = KINDS[f"{section}.{rest[-1]}"]
        source = f"{section}.{people.get(rest[0], rest[0])}.{rest[1]}" if len(rest) == 2 else path
        value = look_up(answers, source)
        if value is None:
            return {}
        if kind.code == "file":
            return {f"{path}.file": (io.BytesIO(photo()), "写真.jpg")}
        if kind.code == "person":
            value = {theirs: mine for mine, theirs in people.items()}[value]
        raw = kind.raw(value)
        return {f"{path}.{part}": text for part, text in raw.items()} if isinstance(raw, dict) else {path: raw}

    @property
    def people(self) -> list[str]:
        """The ids that the server gave to the people of the draft, as the roster showed them."""
        return self._people

    _people: list[str] = []

    def _see(self, response: TestResponse) -> Page:
        assert response.status_code < 500, response.text
        self.address = response.request.full_path.rstrip("?")
        self.page = Page(response)
        self.seen.append(self.page.heading)
        if response.request.path.endswith(f"/{ROSTER}"):
            self._people = [path.split(".")[1] for path in self.page.questions]
        return self.page

    def guide(self, answers: Mapping[str, Any], *, most: int = 20) -> Page:
        """From the first question of 手続ナビ to its list."""
        for _ in range(most):
            if not self.page.questions:
                return self.page
            self.fill(answers)
            assert "error-summary" not in self.page.response.text, self.page.texts("sc-banner--error")
        raise AssertionError(f"no end after {most} pages: {self.seen}")

    def walk(self, answers: Mapping[str, Any], *, most: int = 60) -> Page:
        """From the task list to the check page, answering what is asked."""
        for _ in range(most):
            if self.address.endswith("/check") or "/receipt" in self.address:
                return self.page
            if self.address.partition("?")[0].endswith(f"/{ROSTER}"):
                while len(self.people) < len(answers["people"]):
                    self.send(press=("_do", "add"))
                self.fill(answers)
            elif "/q/" in self.address:
                self.fill(answers)
            else:
                self.open(self.page.tree.find(".//a[@class='sc-button sc-button--large']").get("href"))  # type: ignore[union-attr, arg-type]
            assert "error-summary" not in self.page.response.text, self.page.texts("sc-banner--error")
        raise AssertionError(f"no end after {most} pages: {self.seen}")
