"""Whether a reading may stand without a look, by rules that each give their reason; never by one score alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from unicodedata import normalize

from ocr.calibration import Calibration, Sort, calibration


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
    UNCHECKED = "検査数字が合わない"
    POOR = "写りがよくない"
    GAP = "読取の辞書にない字かもしれません"


BLANK_REASON = "空欄"


STRONG = frozenset({Agreement.POSTCODE_TOWN, Agreement.KANA_NAME, Agreement.CHECK_DIGIT})
COUNTS: Mapping[str, frozenset[Agreement]] = dict.fromkeys(
    ("kana", "city", "ward", "town", "bank"), STRONG | {Agreement.LISTED}
)
"""Which agreements count for a kind; all others count the strong ones."""
NEEDS: Mapping[str, Agreement] = {"corporate_number": Agreement.CHECK_DIGIT}
"""Without it a reading of this kind never stands."""

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


def twins(text: str) -> tuple[str, ...]:
    """The text with one character in its other shape, to be offered: rare shapes are hard to type."""
    found = (
        text[:place] + other + text[place + 1 :]
        for place, character in enumerate(text)
        for group in VARIANTS
        if character in group
        for other in group
        if normalize("NFC", other) != normalize("NFC", character)  # compatibility ideographs are stored as their twin
    )
    return tuple(dict.fromkeys(found))


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that is known about one reading when it is judged."""

    kind: str
    text: str
    raw: float
    """share of the best candidate, lowered where the recogniser itself saw something else"""
    agreements: Sequence[Agreement] = ()
    doubts: Sequence[Doubt | str] = ()
    """what forbids acceptance whatever the confidence"""
    runner_up: float = 0.0
    """share of the second candidate"""
    poor: bool = False
    """the picture is blurred, faint or cut off"""

    @property
    def counting(self) -> tuple[Agreement, ...]:
        counts = COUNTS.get(self.kind, STRONG)
        return tuple(dict.fromkeys(agreement for agreement in self.agreements if agreement in counts))

    @property
    def against(self) -> tuple[str, ...]:
        """What forbids that it stands without a look, however sure it is."""
        found = [str(doubt) for doubt in self.doubts]
        if self.kind == "name" and has_variant(self.text):
            found.append(str(Doubt.VARIANT))
        if self.kind in NEEDS and NEEDS[self.kind] not in self.agreements:
            found.append(str(Doubt.UNCHECKED))
        return tuple(dict.fromkeys(found))

    @property
    def sort(self) -> Sort:
        return Sort(bool(self.counting), Agreement.TWO_READERS in self.agreements, self.poor)


@dataclass(frozen=True, slots=True)
class Verdict:
    """``confidence``: the chance of being right, as it was measured on places like this."""

    accepted: bool
    confidence: float
    reasons: tuple[str, ...] = field(default=())


def judge(evidence: Evidence, known: Calibration | None = None) -> Verdict:
    """Accepted with what speaks for it, or not with what speaks against it."""
    known = known or calibration()
    sort = evidence.sort
    confidence = known.chance(evidence.kind, evidence.raw, sort)
    if evidence.against:
        return Verdict(False, confidence, evidence.against)
    if known.stands(evidence.kind, evidence.raw, sort):
        said = [str(one) for one in (*evidence.counting, *([Agreement.TWO_READERS] if sort.twice else []))]
        return Verdict(True, confidence, tuple(said) or (f"確信度{min(99, int(confidence * 100))}%",))
    if evidence.poor and known.stands(evidence.kind, evidence.raw, replace(sort, poor=False)):
        return Verdict(False, confidence, (str(Doubt.POOR),))
    return Verdict(False, confidence, (str(Doubt.CLOSE if evidence.runner_up > CLOSE else Doubt.LOW),))


CLOSE = 0.05
