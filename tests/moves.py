"""A household that moves from 渋谷 to 江東, as a resident would answer; varied by a seed, marked by a canary."""

from __future__ import annotations

import copy
from typing import Any

from forms.model import Procedure
from forms.procedures import CATALOGUE

SHIBUYA, KOTO = "131130", "131083"
MOVE = ("move-out", "move-in", "health-insurance", "child-allowance")
BEGIN = {"event": "moving", "old_address": SHIBUYA, "new_address": KOTO}


def procedures(*codes: str) -> list[Procedure]:
    return [CATALOGUE[code] for code in codes or MOVE]


def day(iso: str) -> dict[str, str]:
    return {"iso": iso, "precision": "day", "as_written": iso}


def address(city: str, town: str, postcode: str) -> dict[str, str]:
    return {"postcode": postcode, "city": city, "town": town, "number": "1-2-3"}


def phone(digits: str = "09012345678") -> dict[str, str]:
    return {"e164": f"+81{digits[1:]}", "as_written": digits}


_ANSWERS: dict[str, Any] = {
    "event": {"cause": "moving"},
    "move": {
        "old_address": address("東京都渋谷区", "神南", "1500041"),
        "new_address": address("東京都江東区", "東陽", "1350016"),
        "out_date": day("2026-11-10"),
        "in_date": day("2026-11-11"),
        "jan1": "old",
    },
    "who": {"filed_by": "self", "applicant": "a1", "head": "a1", "old_head": "a1"},
    "child-allowance": {"claimant": "a1", "has_spouse": "yes", "spouse": "b2"},
    "child-allowance-consent": {"consent": "yes"},
    "health-insurance": {"previous": "none", "payment": "slip"},
    "people": [
        {
            "id": "a1", "name": {"family": "山田", "given": "太郎"}, "kana": {"family": "ヤマダ", "given": "タロウ"},
            "birth_date": day("1985-04-01"), "sex": "1", "phone": phone(), "moves": "yes", "relation": "head",
            "joins_insurance": "yes", "pension": "national", "raised": "no",
            "account": {"bank": "0001", "branch": "001", "type": "ordinary", "number": "1234567"},
        },
        {
            "id": "b2", "name": {"family": "山田", "given": "花子"}, "kana": {"family": "ヤマダ", "given": "ハナコ"},
            "birth_date": day("1987-08-15"), "sex": "2", "moves": "yes", "relation": "spouse",
            "joins_insurance": "no", "raised": "no",
        },
        {
            "id": "c3", "name": {"family": "山田", "given": "一郎"}, "kana": {"family": "ヤマダ", "given": "イチロウ"},
            "birth_date": day("2019-06-30"), "sex": "1", "moves": "yes", "relation": "child",
            "joins_insurance": "yes", "raised": "yes", "to_claimant": "child", "together": "yes",
        },
    ],
}  # fmt: skip


def told() -> dict[str, Any]:
    """The answers together with what the guide asks before."""
    guide = {
        "at_old_address": SHIBUYA, "at_new_address": KOTO, "members": ["pupil"], "insurance": "yes", "pension": "no",
        "nursery": "no", "school_costs": "no", "seal": "no",
    }  # fmt: skip
    return {**answers(), "guide": guide}


def answers(canary: str = "") -> dict[str, Any]:
    """Complete for every procedure of a move; ``canary`` marks the applicant's given name and everybody's family."""
    document = copy.deepcopy(_ANSWERS)
    if canary:
        for person in document["people"]:
            person["name"]["family"] = f"山田{canary}"
    return document
