"""A procedure as frozen data: sections, fields, and how each procedure asks them. Wrong definitions fail here.

The rules numbered below are those of docs/adr/0002-one-definition-many-faces.md.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from forms.kinds.base import Kind
from forms.kinds.choices import Person
from forms.messages import Message

if TYPE_CHECKING:
    from forms.conditions import Condition, Holds


class WrongDefinition(TypeError):
    """A definition that contradicts itself; raised when its module is imported."""


@dataclass(frozen=True, slots=True)
class Section:
    """A top-level key of the answers document, and a page. ``many``: a list whose items have random ids.

    ``first``: the names of fields that its page begins with, whoever asks them; no part of a digest.
    """

    key: str
    title: str
    many: bool = False
    order: int = 100
    first: tuple[str, ...] = field(default=(), metadata={"digest": False})


@dataclass(frozen=True, slots=True)
class Field:
    """One fact; ``key`` means one thing in the whole product, for ever.

    ``fresh``: true of one application only (the purpose of a certificate): never carried over from an earlier one.
    """

    section: Section
    name: str
    label: str
    kind: Kind
    hint: str = ""
    fresh: bool = field(default=False, metadata={"digest": False})

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[a-z][a-z0-9_]*", self.name) or not re.fullmatch(r"[a-z][a-z0-9-]*", self.section.key):
            raise WrongDefinition(f"a field is named in lower case: {self.section.key}.{self.name}")

    @property
    def key(self) -> str:
        return f"{self.section.key}.{self.name}"

    @property
    def prefill(self) -> bool:
        """Whether an earlier answer may be carried over: never consent, signature, photograph or purpose."""
        return self.kind.prefill and not self.fresh


@dataclass(frozen=True, slots=True)
class Ask:
    """How a procedure asks a field. ``when``: opens the question; inside an About it sees earlier fields there."""

    field: Field
    required: bool = True
    when: Condition | None = None


@dataclass(frozen=True, slots=True)
class About:
    """Questions about a person (``who`` a role field) or about the members of a list that ``where`` chooses."""

    who: Field | Section
    asks: tuple[Ask, ...]
    where: Condition | None = None
    when: Condition | None = None
    required: bool = True
    name: str = ""
    title: str = ""
    rows: int = 3

    @property
    def record_key(self) -> str:
        """Its key in the office's record."""
        return self.name or (self.who.name if isinstance(self.who, Field) else self.who.key)

    @property
    def label(self) -> str:
        return self.title or (self.who.label if isinstance(self.who, Field) else self.who.title)

    @property
    def section_key(self) -> str:
        """The list section its people stand in."""
        if isinstance(self.who, Section):
            return self.who.key
        assert isinstance(self.who.kind, Person)
        return self.who.kind.of


@dataclass(frozen=True, slots=True)
class Must:
    """A rule over several answers, checked once all are given; ``at`` names where its message stands."""

    holds: Holds
    say: str
    at: Field


@dataclass(frozen=True, slots=True)
class Deadline:
    """``days`` (and ``years``, 民法143条) from the day of ``after``, which does not count (民法140条), past holidays (142条)."""

    days: int
    after: Field
    say: str
    source: str = ""
    years: int = 0


@dataclass(frozen=True, slots=True)
class Trigger:
    """The life event ``event`` calls for the procedure, because of ``reason``.

    ``apart``: only when the places of the event lie in different wards or municipalities; ``within``: only when they
    lie in one ward. ``when``: over the answers of the guide to that event; unanswered does not hold.
    """

    event: str
    reason: str
    deadline: Deadline | None = None
    apart: bool = False
    within: bool = False
    when: Condition | None = None


@dataclass(frozen=True, slots=True)
class Procedure:
    """手続. ``to``: the answer that names the ward or wards; ``office``: key of the 所管課 there.

    ``or_to``: answers that name it instead, where another answer decides which of them is asked.
    ``ward``: set where a ward's overlay made the definition its own; ``own_words`` are then the ward's translations,
    each (Japanese, language code, text). ``visit``: does not end online (事前入力, then the counter).
    ``door``: ``application`` or ``safety``.
    ``category``: key of ``forms.guide.CATEGORIES``. ``words``: what people search it by. ``at_hand``: what to lay ready.
    ``linked``: the clock that it shares with other procedures of one event. ``days``: 標準処理期間 (行政手続法6条), from the
    day after arrival. What follows ``or_to`` describes it to people and is no part of its digest.
    """

    code: str
    title: str
    office: str
    to: Field
    asks: tuple[Ask | About, ...]
    musts: tuple[Must, ...] = ()
    ward: str = ""
    own_words: tuple[tuple[str, str, str], ...] = ()
    or_to: tuple[Field, ...] = ()
    summary: str = field(default="", metadata={"digest": False})
    triggers: tuple[Trigger, ...] = field(default=(), metadata={"digest": False})
    visit: bool = field(default=False, metadata={"digest": False})
    door: str = field(default="application", metadata={"digest": False})
    category: str = field(default="", metadata={"digest": False})
    words: str = field(default="", metadata={"digest": False})
    at_hand: tuple[str, ...] = field(default=(), metadata={"digest": False})
    linked: str = field(default="", metadata={"digest": False})
    days: int = field(default=14, metadata={"digest": False})

    def __post_init__(self) -> None:
        from forms.rules import check

        check(self)

    @property
    def destinations(self) -> tuple[Field, ...]:
        """The fields of which one names the ward or wards."""
        return (self.to, *self.or_to)

    @property
    def top_asks(self) -> tuple[Ask, ...]:
        return tuple(item for item in self.asks if isinstance(item, Ask))

    @property
    def abouts(self) -> tuple[About, ...]:
        return tuple(item for item in self.asks if isinstance(item, About))

    def fields(self) -> Iterator[Field]:
        """Every field it may ask, roles and choosing fields too; one may come twice."""
        for item in self.asks:
            if isinstance(item, Ask):
                yield item.field
                continue
            if isinstance(item.who, Field):
                yield item.who
            if item.where:
                yield from (found for found in item.where.fields() if found.section.key == item.section_key)
            yield from (ask.field for ask in item.asks)


@dataclass(frozen=True, slots=True)
class Question:
    """One question on the path: where it stands in the document, who asks it, where it lands in their records.

    ``choosing``: decides who belongs to a list and leaves with no record of its own.
    """

    path: str
    field: Field
    required: bool
    by: tuple[str, ...]
    lands: tuple[tuple[str, str], ...] = ()
    choosing: bool = False


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a bundle may not be submitted yet. ``code``: missing | invalid | nobody | not-ours | must."""

    path: str
    message: Message
    code: str
    by: str = ""
    part: str = ""


@dataclass(frozen=True, slots=True)
class Application:
    """One procedure to one ward's office. ``answers``: its record; ``origins``: record path → document path."""

    procedure: str
    ward: str
    office: str
    digest: str
    answers: dict[str, Any]
    origins: dict[str, str]


def ask(*fields: Field | Ask, required: bool = True) -> tuple[Ask, ...]:
    """Fields asked plainly; an Ask among them stays as it is."""
    return tuple(item if isinstance(item, Ask) else Ask(item, required=required) for item in fields)
