"""Fields as other people's paper asks them: a name, an address or a date in one box, an era that stands there printed."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from forms.kinds import Address, Cell, Kana, Kind, Name, Part
from forms.messages import N_, Invalid
from ocr.decoding import lexicons
from ocr.decoding.lexicons import Lexicon

UNLISTED = -14.0
"""What a family or given name that is in no list costs, beside the log likelihood of those that are."""
CLEAR = 0.7
"""How much likelier one cut must be than the next."""
POSTCODE = re.compile(r"^\s*〒?\s*(\d{3})\s*[-－ー‐−]?\s*(\d{4})(?!\d)\s*")
NUMBER = re.compile(
    r"^[\s]*((?:[0-9０-９一二三四五六七八九十]+\s*(?:丁目|番地の|番地|番|号(?!室)|の|[-－ー‐−―])?\s*)+)"
)
CHOME = re.compile(r"^([0-9０-９一二三四五六七八九十]+)丁目")


@dataclass(frozen=True, slots=True)
class _Written(Kind):
    """Another kind, written on paper in a way of its own: only how it is parsed differs."""

    inner: Kind

    @property
    def code(self) -> str:  # type: ignore[override]
        return self.inner.code

    def show(self, value: Any) -> str:
        return self.inner.show(value)

    def raw(self, value: Any) -> Any:
        return self.inner.raw(value)

    def valid(self, value: Any) -> bool:
        return self.inner.valid(value)

    def parts(self) -> tuple[Part, ...]:
        return self.inner.parts()

    def cells(self) -> tuple[Cell, ...]:
        return self.inner.cells()


@dataclass(frozen=True, slots=True)
class OneBox(_Written):
    """A kind of several parts that is written into one box: the text is cut into its parts before it is parsed."""

    def parse(self, raw: Any) -> Any:
        return self.inner.parse(parts_of(self.inner, raw) if isinstance(raw, str) else raw)


@dataclass(frozen=True, slots=True)
class PrintedEra(_Written):
    """A date before whose year the paper has its era printed: 「令和　年　月　日」."""

    era: str

    def parse(self, raw: Any) -> Any:
        if isinstance(raw, Mapping) and not raw.get("era") and len(str(raw.get("year") or "")) < 4:
            raw = {**raw, "era": self.era}
        return self.inner.parse(raw)


def parts_of(kind: Kind, text: str) -> Any:
    """What the kind's parse takes: parts where they can be told apart, else the text. Raises Invalid for a name that
    could end anywhere: a clerk says where."""
    if isinstance(kind, (Name, Kana)):
        family, given = split_name(text, kana=isinstance(kind, Kana))
        if not given and len(family) > 2:
            raise Invalid(N_("氏と名の切れ目が分かりません。分けて入力してください。"), part="family")
        return {"family": family, "given": given}
    return split_address(text) if isinstance(kind, Address) else text


def split_name(text: str, *, kana: bool = False) -> tuple[str, str]:
    """(family, given): at a space, else where both halves are names people have; ("text", "") where nothing tells."""
    pieces = text.split()
    if len(pieces) == 2:
        return pieces[0], pieces[1]
    whole = "".join(pieces)
    book = lexicons.names()
    families, givens = (book.family_kana, book.given_kana) if kana else (book.families, book.givens)
    scored = [(_known(families, whole[:at]) + _known(givens, whole[at:]), at) for at in range(1, len(whole))]
    likely = [(score, at) for score, at in scored if score > 2 * UNLISTED + 0.01]
    if not likely:
        return whole, ""
    best = sorted(likely, reverse=True)
    if len(best) > 1 and best[0][0] - best[1][0] < CLEAR:
        return whole, ""  # ミナミ|サキ and ミナ|ミサキ: a coin would decide
    at = best[0][1]
    return whole[:at], whole[at:]


def _known(listed: Lexicon, text: str) -> float:
    return float(listed.logs.get(text, UNLISTED))


def split_address(text: str) -> dict[str, str]:
    """The parts of an address in one line, as far as the postal table knows its towns."""
    rest = unicodedata.normalize("NFKC", text).strip()
    parts: dict[str, str] = {}
    if code := POSTCODE.match(rest):
        parts["postcode"], rest = f"{code[1]}{code[2]}", rest[code.end() :]
    rest = "".join(rest.split()) if " " not in rest.strip() else rest.strip()
    table = lexicons.places()
    city = next((rest[:end] for end in range(min(len(rest), 14), 2, -1) if rest[:end] in table.cities), "")
    if not city:
        return {**parts, "city": rest}
    parts["city"], rest = city, rest[len(city) :].strip()
    towns = table.by_city.get(city) or table.by_city.get(f"{lexicons.TOKYO}{city}") or frozenset()
    town = next((rest[:end] for end in range(min(len(rest), 14), 0, -1) if rest[:end] in towns), "")
    if not town:
        found = re.match(r"^[^0-9０-９\s]+", rest)
        town = found[0] if found else ""
    rest = rest[len(town) :].strip()
    if chome := CHOME.match(rest):
        town, rest = town + chome[0], rest[chome.end() :]
    number = NUMBER.match(rest)
    parts |= {"town": town, "number": number[1].strip() if number else ""}
    building = rest[number.end() :].strip() if number else rest.strip()
    return {key: value for key, value in {**parts, "building": building}.items() if value}
