"""What a page of questions brings along so that two tabs of one draft never write over each other unnoticed."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field

import flask
from markupsafe import Markup

SEEN = "_seen"  # JSON: a mark of every answer as the page showed it
TAB = "_tab"  # the page itself
CHOSEN = "_keep:"  # of a conflict that was shown: mine or theirs
ASKED = "_asked"  # paths of the conflicts that were shown
OURS = (SEEN, TAB, ASKED, "csrf_token")
_NEVER = "?"
_LONGEST = 20_000


@dataclass(frozen=True, slots=True)
class Sent:
    """Empty where a page brings nothing along: then what is sent last counts."""

    tab: str = ""
    seen: Mapping[str, str] = field(default_factory=dict)
    chosen: Mapping[str, str] = field(default_factory=dict)


def sent() -> Sent:
    form = flask.request.form
    chosen = {name.removeprefix(CHOSEN): value for name, value in form.items() if name.startswith(CHOSEN)}
    open_ = dict.fromkeys((path for path in form.get(ASKED, "").split() if path not in chosen), _NEVER)
    return Sent(form.get(TAB, "")[:40], {**_seen(form.get(SEEN, "")), **open_}, chosen)


def hidden(seen: Mapping[str, str]) -> Markup:
    """The inputs of a page that was just made. A browser must not fill them with what an older page held."""
    words = '<input type="hidden" name="{}" value="{}" autocomplete="off">'
    return Markup(words * 2).format(SEEN, packed(seen), TAB, secrets.token_hex(6))  # noqa: S704 - format escapes


def packed(seen: Mapping[str, str]) -> str:
    return json.dumps(seen, separators=(",", ":"))


def _seen(text: str) -> dict[str, str]:
    """What a page of ours made; anything else is as good as nothing."""
    try:
        found = json.loads(text[:_LONGEST]) if text else {}
    except (ValueError, RecursionError):
        return {}
    if not isinstance(found, dict):
        return {}
    return {path: mark for path, mark in found.items() if isinstance(mark, str)}
