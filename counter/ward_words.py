"""The translations that wards wrote for their own questions and notes: no catalogue has them, their settings do."""

from __future__ import annotations

from collections.abc import Iterable

import flask

from forms.model import Procedure

WordsOfWard = tuple[tuple[str, str, str], ...]


def learn(words: WordsOfWard) -> None:
    """Let this request know what a ward wrote: (Japanese, language code, text)."""
    known = flask.g.setdefault("ward_words", {})
    known.update({(japanese, language): text for japanese, language, text in words})


def learn_from(definitions: Iterable[Procedure]) -> None:
    """As `learn`, from definitions that wards made their own."""
    for definition in definitions:
        if definition.own_words:
            learn(definition.own_words)


def known(japanese: str, language: str) -> str | None:
    """A ward's own translation, if this request met it."""
    return flask.g.get("ward_words", {}).get((japanese, language)) if flask.has_app_context() else None
