"""振分: which office of which ward takes an application, and why. The wards' offices here are plausible fixtures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from forms.gather import record_value
from forms.messages import N_
from forms.model import Procedure
from forms.wards import WARDS, WardInfo

OFFICES: dict[str, str] = {
    "resident-registry": N_("区民課 住民記録係"),
    "health-insurance": N_("国保年金課 資格係"),
    "child-support": N_("子育て支援課 手当医療係"),
    "pension": N_("国保年金課 国民年金係"),
    "childcare": N_("保育課 入園係"),
    "schools": N_("学務課 就学係"),
    "care-insurance": N_("介護保険課 資格認定係"),
    "bereavement": N_("区民課 おくやみ係"),
    "disaster": N_("防災危機管理課"),
    "procurement": N_("経理課 契約係"),
}
"""Keys that procedures name, and what the office is called where a ward has not said otherwise."""


class NotOurs(LookupError):
    """The ward is none of the 23, or it has no such office; nothing is routed by default."""


@dataclass(frozen=True, slots=True)
class Route:
    """``reason`` says in words which rule chose the office and from which answer, ``to`` the key of that answer."""

    ward: str
    office: str
    office_name: str
    reason: str
    to: str


def route(
    procedure: Procedure, ward: str, offices: dict[str, str] | None = None, record: Mapping[str, Any] | None = None
) -> Route:
    """The office of ``ward`` for ``procedure``; ``offices`` are the ward's own, by key. Raises NotOurs.

    ``record`` tells which answer named the ward, where it is one of several.
    """
    names = OFFICES if offices is None else offices
    if ward not in WARDS or procedure.office not in names:
        raise NotOurs(f"{procedure.code}: {ward}/{procedure.office}")
    name = names[procedure.office]
    named = (field for field in procedure.destinations if record_value(record or {}, field.key) is not None)
    to = next(named, procedure.to)
    reason = f"「{to.label}」が{WARDS[ward].name}のため、{WARDS[ward].name} {name}（{procedure.title}の所管）"
    return Route(ward, procedure.office, name, reason, to.key)


def ward_of(code: str) -> WardInfo:
    """The ward of a code; raises NotOurs for any other."""
    if code not in WARDS:
        raise NotOurs(code)
    return WARDS[code]
