"""Whether a reading may stand without a look, by rules that each give their reason; never by one score alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum


class Agreement(StrEnum):
    """Evidence beside the recogniser's own belief; the words are shown to the clerk."""

    POSTCODE_TOWN = "郵便番号と住所が一致"
    POSTCODE_EXISTS = "実在する郵便番号"
    KANA_NAME = "フリガナと氏名が一致"
    CHECK_DIGIT = "検査数字が正しい"
    LISTED = "辞書にある語"
    VALID = "形式が正しい"
    TWO_READERS = "2つの読取が一致"


class Doubt(StrEnum):
    """Why somebody should look."""

    LOW = "確信度が低い"
    CLOSE = "似た候補がある"
    STRANGE = "ほかの種類の文字に見える"
    VARIANT = "異体字の可能性"
    RED = "赤い記入がある"
    OUTSIDE = "枠からはみ出している"
    PART = "一部の欄に確認が必要"
    DISAGREE = "2つの読取が違う"
    KANA_DIFFERS = "フリガナと氏名が合わない"
    POSTCODE_DIFFERS = "郵便番号と住所が合わない"
    SPOT_CHECK = "抜き取り確認"
    FIRST_MISSING = "手書き文字の読取が停止中"
    FREE = "自由記述は確認が必要"


BLANK_REASON = "空欄"


@dataclass(frozen=True, slots=True)
class Rule:
    """Least confidence of a kind: ``alone``, and with an agreement that counts for it."""

    alone: float
    agreed: float
    counts: frozenset[Agreement] = frozenset()


STRONG = frozenset({Agreement.POSTCODE_TOWN, Agreement.KANA_NAME, Agreement.CHECK_DIGIT, Agreement.TWO_READERS})
NEVER = 1.01

RULES: Mapping[str, Rule] = {
    "postcode": Rule(0.995, 0.80, STRONG),
    "phone": Rule(0.99, 0.93, frozenset({Agreement.VALID}) | STRONG),
    "digits": Rule(0.99, 0.93, frozenset({Agreement.TWO_READERS})),
    "corporate_number": Rule(NEVER, 0.6, frozenset({Agreement.CHECK_DIGIT})),
    "invoice_number": Rule(NEVER, 0.6, frozenset({Agreement.CHECK_DIGIT})),
    "number": Rule(0.97, 0.90, STRONG),
    "year": Rule(0.97, 0.9, STRONG),
    "month": Rule(0.97, 0.9, STRONG),
    "day": Rule(0.97, 0.9, STRONG),
    "kana": Rule(0.97, 0.6, STRONG | {Agreement.LISTED}),
    "name": Rule(0.985, 0.75, STRONG),
    "city": Rule(0.97, 0.85, STRONG | {Agreement.LISTED}),
    "ward": Rule(0.95, 0.85, STRONG | {Agreement.LISTED}),
    "town": Rule(0.97, 0.75, STRONG),
    "building": Rule(0.98, 0.95, STRONG),
    "bank": Rule(0.97, 0.9, STRONG | {Agreement.LISTED}),
    "email": Rule(0.995, 0.98, STRONG),
    "text": Rule(0.98, 0.95, STRONG),
    "long_text": Rule(NEVER, NEVER),
}
DEFAULT = Rule(0.98, 0.95, STRONG)

VARIANTS = (
    "高髙", "崎﨑嵜﨑", "辺邊邉", "斎斉齋齊齎", "沢澤", "浜濱濵", "広廣", "桜櫻", "島嶋嶌", "徳德", "吉𠮷", "瀬瀨", "渡渉",
    "国國", "桑桒", "塚塚", "隆隆", "栄榮", "竜龍", "滝瀧", "条條", "柳栁", "船舩", "富冨", "峰峯", "館舘", "曽曾", "恵惠",
    "真眞", "秀秀", "薮藪", "梅楳", "園薗", "蔵藏", "関關", "豊豐", "万萬", "与與", "青靑", "清淸", "黒黑", "増增", "渕淵",
)  # fmt: skip
_RARER = {character for group in VARIANTS for character in group[1:]}
_GATED = "高崎斎斉吉"
"""Commoner forms whose rarer twin is met often and that the recogniser's dictionary levels out (all 8 errors of two
agreeing readers were 髙→高 and 﨑→崎)."""


def has_variant(text: str) -> bool:
    """Whether a character has a twin that looks almost alike: the furigana cannot tell them apart either."""
    return any(c in _RARER or c in _GATED for c in text)


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that is known about one reading when it is judged."""

    kind: str
    text: str
    confidence: float
    agreements: Sequence[Agreement] = ()
    doubts: Sequence[Doubt | str] = ()
    """what forbids acceptance whatever the confidence"""
    runner_up: float = 0.0
    """share of the second candidate"""


@dataclass(frozen=True, slots=True)
class Verdict:
    accepted: bool
    reasons: tuple[str, ...] = field(default=())


def judge(evidence: Evidence, rules: Mapping[str, Rule] = RULES) -> Verdict:
    """Accepted with what speaks for it, or not with what speaks against it."""
    rule = rules.get(evidence.kind, DEFAULT)
    if evidence.doubts:
        return Verdict(False, tuple(str(doubt) for doubt in dict.fromkeys(evidence.doubts)))
    if evidence.kind == "name" and has_variant(evidence.text):
        return Verdict(False, (str(Doubt.VARIANT),))
    counting = [agreement for agreement in evidence.agreements if agreement in rule.counts]
    if counting and evidence.confidence >= rule.agreed:
        return Verdict(True, tuple(str(agreement) for agreement in counting))
    if evidence.confidence >= rule.alone:
        return Verdict(True, (f"確信度{min(99, int(evidence.confidence * 100))}%",))
    if rule.alone > 1 and not counting:
        return Verdict(False, (str(Doubt.FREE if "text" in evidence.kind else Doubt.LOW),))
    return Verdict(False, (str(Doubt.CLOSE if evidence.runner_up > 0.05 else Doubt.LOW),))
