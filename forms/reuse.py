"""保存したデータの再利用: which answers may be kept with consent and carried to the next application. An allow-list.

Never on it (docs/adr/0007-once-only.md): consents, signatures, declarations, photographs and other files, 個人番号, the
purpose of a certificate, a mandate, and whatever says something about one event only: dates, causes, who moves along.
"""

from __future__ import annotations

from dataclasses import dataclass

from forms.kinds import Person
from forms.model import Field

HOME_KEY = "home.address"


@dataclass(frozen=True, slots=True)
class Carried:
    """How a fact may be carried. ``fresh``: days after which it is asked again, filled in; 0: never grows old.

    ``of``: the roles it is told in relation to; with other people in them it is not carried.
    ``not_for``: procedures that exist because the fact has just changed.
    """

    fresh: int = 0
    of: tuple[str, ...] = ()
    not_for: tuple[str, ...] = ()


_YEAR, _TWO = 365, 730
_HEAD = "who.head"
_CLAIMING = ("child-allowance.claimant",)
_RAISING = ("child-allowance.claimant", "who.guardian")

CARRIED: dict[str, Carried] = {
    HOME_KEY: Carried(fresh=_TWO),
    "people.name": Carried(),
    "people.kana": Carried(),
    "people.birth_date": Carried(),
    "people.sex": Carried(),
    "people.phone": Carried(fresh=_YEAR),
    "people.email": Carried(fresh=_YEAR),
    "people.account": Carried(fresh=_TWO),
    "people.pension": Carried(fresh=_YEAR),
    "people.pension_number": Carried(),
    "people.relation": Carried(fresh=_TWO, of=(_HEAD,)),
    "people.raised": Carried(fresh=_YEAR, of=_RAISING),
    "people.to_claimant": Carried(of=_CLAIMING),
    "people.together": Carried(fresh=_YEAR, of=_CLAIMING),
    _HEAD: Carried(fresh=_TWO, not_for=("household-change", "bereavement")),
    "who.guardian": Carried(fresh=_TWO),
    "child-allowance.claimant": Carried(fresh=_TWO),
    "child-allowance.has_spouse": Carried(fresh=_YEAR, of=_CLAIMING),
    "child-allowance.spouse": Carried(fresh=_YEAR, of=_CLAIMING),
    "childcare.has_other": Carried(fresh=_YEAR, of=("who.guardian",)),
    "childcare.other_guardian": Carried(fresh=_YEAR, of=("who.guardian",)),
}

# What is filled from which fact: the home and the head of last time are where and whom one comes from.
READ_FROM: dict[str, str] = {HOME_KEY: HOME_KEY, "move.old_address": HOME_KEY, _HEAD: _HEAD, "who.old_head": _HEAD}
# Which answers tell where somebody lives, the one that counts more first.
HOME_TOLD_BY = ("move.new_address", HOME_KEY)
GONE = "who.deceased"  # whoever fills this role is kept no more


def fact_of(field: Field) -> str | None:
    """The kept fact that may fill this field; None for whatever is never carried."""
    key = READ_FROM.get(field.key, field.key)
    return key if field.kind.prefill and key in CARRIED else None


def is_role(field: Field) -> bool:
    """Whether its value points to a person, whose id is another one in every draft."""
    return isinstance(field.kind, Person)
