"""Words for people: marked for translation where they are written, translated only at the edge."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


def N_(msgid: str) -> str:
    """Mark a message id for extraction; the edge translates it."""
    return msgid


@dataclass(frozen=True, slots=True)
class Message:
    """A message id and what is filled into its ``%(name)s`` places; a value that is a Message is translated too."""

    msgid: str
    params: tuple[tuple[str, object], ...] = ()

    def text(self, translate: Callable[[str], str] = str) -> str:
        if not self.params:
            return translate(self.msgid)
        filled = {name: value.text(translate) if isinstance(value, Message) else value for name, value in self.params}
        return translate(self.msgid) % filled


class Invalid(ValueError):
    """What was written cannot be taken; ``message`` says how to mend it, ``part`` names the part it is about."""

    def __init__(self, msgid: str, part: str = "", **params: object) -> None:
        self.message = Message(msgid, tuple(sorted(params.items())))
        self.part = part
        super().__init__(msgid)
