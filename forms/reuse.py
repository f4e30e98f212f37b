"""保存したデータの再利用: which answers may be kept with consent and carried to the next application. An allow-list.

Never on it (docs/adr/0009-once-only.md): consents, signatures, declarations, photographs and other files, 個人番号, the
purpose of a certificate, a mandate, and whatever says something about one event only: dates, causes, who moves along.
"""

from __future__ import annotations

from dataclasses import dataclass

from forms.kinds import Person
from forms.model import Field

DAY, YEAR = 1, 365
HOME_KEY = "home.address"


@dataclass(frozen=True, slots=True)
class Carried:
    """How a fact may be carried. ``fresh``: days after which it is asked again, filled in; 0: never grows old.

    ``of``: the role it is told in relation to; with another person in that role it is not carried.
    """

    fresh: int = 0
    of: str = ""


_OLD = 2 * YEAR
_CLAIMANT, _HEAD = "child-allowance.claimant", "who.head"

CARRIED: dict[str, Carried] = {
    HOME_KEY: Carried(fresh=_OLD),
    "people.name": Carried(),
    "people.kana": Carried(),
    "people.birth_date": Carried(),
    "people.sex": Carried(),
    "people.phone": Carried(fresh=YEAR),
    "people.email": Carried(fresh=YEAR),
    "people.account": Carried(fresh=_OLD),
    "people.pension": Carried(fresh=YEAR),
    "people.relation": Carried(fresh=_OLD, of=_HEAD),
    "people.raised": Carried(fresh=YEAR, of=_CLAIMANT),
    "people.to_claimant": Carried(of=_CLAIMANT),
    "people.together": Carried(fresh=YEAR, of=_CLAIMANT),
    "who.head": Carried(fresh=_OLD),
    "who.old_head": Carried(fresh=_OLD),
    "child-allowance.claimant": Carried(fresh=_OLD),
    "child-allowance.has_spouse": Carried(fresh=YEAR, of=_CLAIMANT),
    "child-allowance.spouse": Carried(fresh=YEAR, of=_CLAIMANT),
}

# What is filled from which fact: the home of last time is where one moves from, never where one moves to.
READ_FROM: dict[str, str] = {HOME_KEY: HOME_KEY, "move.old_address": HOME_KEY}
# Which answers tell a fact, the one that counts more first.
TOLD_BY: dict[str, tuple[str, ...]] = {HOME_KEY: ("move.new_address", HOME_KEY)}


def fact_of(field: Field) -> str | None:
    """The kept fact that may fill this field; None for whatever is never carried."""
    key = READ_FROM.get(field.key, field.key)
    return key if field.kind.prefill and key in CARRIED else None


def is_role(field: Field) -> bool:
    """Whether its value points to a person, whose id is another one in every draft."""
    return isinstance(field.kind, Person)
