"""A clerk at the desk: takes scans in, opens the review screen and presses its buttons, as a browser would."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask.testing import FlaskClient
from werkzeug.datastructures import MultiDict

from counter.extensions import Store
from counter.models.intake import PaperForm
from tests.moves import KOTO
from tests.pages import Page
from tests.papers import Reader, picture, read_all, send
from tests.staff import rows


@dataclass
class Paper:
    """Forms read from paper, as a clerk at the desk has them before them."""

    desk: FlaskClient
    store: Store
    reader: Reader
    instance: Path

    def take_in(self, *, pages: int = 3, **data: str) -> list[PaperForm]:
        send(self.desk, ("stack.tiff", picture(pages)), **data)
        return read_all(self.store, self.instance)

    def fields(self, form_id: str, client: FlaskClient | None = None) -> MultiDict[str, str]:
        page = Page((client or self.desk).get(f"/desk/forms/{form_id}"))
        found = next(form for form in page.tree.iter("form") if form.get("id") == "review-form")
        return inputs(found)

    def press(self, form_id: str, action: str, said: MultiDict[str, str] | None = None, **changes: str) -> Any:
        said = MultiDict(said if said is not None else self.fields(form_id))
        for name, value in {**changes, "action": action}.items():
            said[name.replace("__", ".")] = value
        return self.desk.post(f"/desk/forms/{form_id}", data=said)

    def form(self, form_id: str) -> PaperForm:
        return next(form for form in rows(self.store, KOTO, PaperForm) if form.id == form_id)


def inputs(form: Any) -> MultiDict[str, str]:
    """What a browser would send of a form, without the pressed button."""
    said: MultiDict[str, str] = MultiDict()
    for node in form.iter():
        name = node.get("name")
        if not name:
            continue
        if node.tag == "input" and node.get("type") in ("radio", "checkbox"):
            if node.get("checked") is not None:
                said.add(name, node.get("value", "on"))
        elif node.tag == "input":
            said.add(name, node.get("value", ""))
        elif node.tag == "textarea":
            said.add(name, "".join(node.itertext()).removeprefix("\n"))
        elif node.tag == "select":
            chosen = [option for option in node.iter("option") if option.get("selected") is not None]
            said.add(name, (chosen or list(node.iter("option")))[0].get("value", ""))
    return said
