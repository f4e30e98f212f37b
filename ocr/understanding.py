"""Decodes all lines of a page together: what one place says informs the others of the same person or address."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import product

import numpy as np

from forms.kinds import Kind
from forms.messages import Invalid
from forms.paper import Zone
from ocr.accept import Agreement, Doubt
from ocr.decoding import lexicons
from ocr.decoding.by_kind import decoder
from ocr.decoding.hints import Hints
from ocr.decoding.lexicons import pref
from ocr.decoding.numbers import checked
from ocr.decoding.ranking import Decoded, Prior, Ranked, reweigh
from ocr.posterior import Posterior

FIRST = ("postcode", "kana")
SECOND = ("city",)
IMPOSSIBLE = -5.0
SURE = 0.5


Lines = Mapping[str, Decoded]
"""zone key → decoded"""


def decode_lines(
    seen: Mapping[str, Posterior], zones: Mapping[str, Zone], kinds: Mapping[str, Kind], eras: Mapping[str, str]
) -> dict[str, Decoded]:
    """``seen``: zone key → posterior of its one line; ``eras``: record path of a date → the era circled."""
    decoded: dict[str, Decoded] = {}
    for stage in (FIRST, SECOND, None):
        for key, posterior in seen.items():
            zone = zones[key]
            if key not in decoded and (stage is None or zone.kind in stage):
                decoded[key] = decoder(zone.kind)(posterior, hints(zone, zones, decoded, kinds, eras))
    return decoded


def agree(
    decoded: Lines, zones: Mapping[str, Zone], kinds: Mapping[str, Kind], eras: Mapping[str, str]
) -> dict[str, Decoded]:
    """Candidates weighed again by what the other places of the same person, address or date say."""
    return _agree_dates(_agree_addresses(_agree_names(dict(decoded), zones), zones), zones, kinds, eras)


def hints(
    zone: Zone, zones: Mapping[str, Zone], decoded: Lines, kinds: Mapping[str, Kind], eras: Mapping[str, str]
) -> Hints:
    """What is known for this zone so far."""
    kind = _part_kind(zone, kinds)
    made = Hints(
        part=zone.part or (zone.kind if zone.kind in ("year", "month", "day") else ""),
        boxes=len(zone.cells) if len(zone.cells) > 1 else 0,
    )
    if kind is not None:
        made = replace(made, valid=lambda text: takes(kind, text))
    if zone.kind == "name":
        twin = kana_of(zone, zones)
        if twin is not None and twin.key in decoded:
            made = replace(made, kana=decoded[twin.key].shares())
    if zone.kind in ("city", "town"):
        made = replace(made, postcodes=_shares(f"{zone.field}.postcode", decoded))
    if zone.kind == "town":
        made = replace(made, cities=_shares(f"{zone.field}.city", decoded))
    if zone.kind == "year":
        made = replace(made, era=eras.get(zone.field, ""))
    return made


def _shares(key: str, decoded: Lines) -> Mapping[str, float]:
    return decoded[key].shares() if key in decoded else {}


def _part_kind(zone: Zone, kinds: Mapping[str, Kind]) -> Kind | None:
    kind = kinds.get(zone.field)
    if kind is None or not zone.part:
        return kind
    return next((part.kind for part in kind.parts() if part.name == zone.part), None)


def takes(kind: Kind, text: str) -> bool:
    try:
        kind.parse(text)
    except Invalid:
        return False
    return True


def kana_of(zone: Zone, zones: Mapping[str, Zone]) -> Zone | None:
    """The furigana of the same person's name: the same owner's kana field, the same part."""
    owner = zone.field.rpartition(".")[0]
    for other in zones.values():
        if other.kind == "kana" and other.part == zone.part and other.field.rpartition(".")[0] == owner:
            return other
    return None


# -- agreement after the fact -------------------------------------------------------------------------------------


def _agree_names(decoded: dict[str, Decoded], zones: Mapping[str, Zone]) -> dict[str, Decoded]:
    """Readings of the name that was read make the furigana likelier that spell them."""
    book = lexicons.names()
    for key, name in list(decoded.items()):
        if zones[key].kind != "name":
            continue
        twin = kana_of(zones[key], zones)
        if twin is None or twin.key not in decoded:
            continue
        heard: dict[str, float] = defaultdict(float)
        for ranked in name.ranked[:4]:
            for reading in book.readings.get(ranked.text, ()):
                heard[reading] += ranked.share
        if heard:
            decoded[twin.key] = reweigh(decoded[twin.key], _spelling(heard))
    return decoded


def _spelling(heard: Mapping[str, float]) -> Prior:
    return lambda text: float(np.log(0.15 + heard.get(text, 0.0)))


def _agree_addresses(decoded: dict[str, Decoded], zones: Mapping[str, Zone]) -> dict[str, Decoded]:
    """A postal code that fits the town that was read is likelier."""
    table = lexicons.places()
    for key, code in list(decoded.items()):
        zone = zones[key]
        if zone.kind != "postcode":
            continue
        town, city = decoded.get(f"{zone.field}.town"), decoded.get(f"{zone.field}.city")
        if town is None and city is None:
            continue

        def fits(text: str, town: Decoded | None = town, city: Decoded | None = city) -> float:
            best = 0.0
            for whole, name in table.by_code.get(text, ()):
                in_city = city is None or any(same_city(r.text, whole) and r.share > 0.2 for r in city.ranked[:3])
                in_town = town is None or any(same_town(r.text, name) and r.share > 0.2 for r in town.ranked[:3])
                best = max(best, 1.0 if in_city and in_town else 0.1 if in_city or in_town and name else 0.0)
            return float(np.log(0.02 + best))

        decoded[key] = reweigh(code, fits)
    return decoded


def same_city(written: str, whole: str) -> bool:
    return bool(written) and written in (whole, whole[len(pref(whole)) :])


def same_town(written: str, name: str) -> bool:
    return bool(name) and (written == name or written.startswith(name) and written.endswith("丁目"))


def _agree_dates(
    decoded: dict[str, Decoded], zones: Mapping[str, Zone], kinds: Mapping[str, Kind], eras: Mapping[str, str]
) -> dict[str, Decoded]:
    """Year, month and day that make a day that exists, and that the field takes, are likelier together."""
    fields: dict[str, dict[str, str]] = defaultdict(dict)
    for key in decoded:
        if zones[key].kind in ("year", "month", "day"):
            fields[zones[key].field][zones[key].kind] = key
    for path, keys in fields.items():
        kind = kinds.get(path)
        if kind is None or len(keys) < 2:
            continue
        names = list(keys)
        chances: dict[str, dict[str, float]] = {name: defaultdict(float) for name in names}
        for chosen in product(*(decoded[keys[name]].ranked[:3] for name in names)):
            share = float(np.prod([ranked.share for ranked in chosen]))
            raw = {name: ranked.text for name, ranked in zip(names, chosen, strict=True)} | {"era": eras.get(path, "")}
            if not _makes(kind, raw):
                share *= float(np.exp(IMPOSSIBLE))
            for name, ranked in zip(names, chosen, strict=True):
                chances[name][ranked.text] += share
        for name in names:
            decoded[keys[name]] = _with_shares(decoded[keys[name]], chances[name])
    return decoded


def _makes(kind: Kind, raw: Mapping[str, str]) -> bool:
    try:
        kind.parse(raw)
    except Invalid:
        return False
    return True


def _with_shares(decoded: Decoded, shares: Mapping[str, float]) -> Decoded:
    total = sum(shares.values())
    if total <= 0:
        return decoded
    ranked = [Ranked(r.text, shares.get(r.text, 0.0) / total, r.seen) for r in decoded.ranked]
    return Decoded(tuple(sorted(ranked, key=lambda r: -r.share)), decoded.seen)


# -- evidence -----------------------------------------------------------------------------------------------------


def agreements(
    zone: Zone, text: str, texts: Mapping[str, str], zones: Mapping[str, Zone], kinds: Mapping[str, Kind]
) -> tuple[list[Agreement], list[Doubt]]:
    """What the rest of the page says about this text; ``texts``: zone key → what was decided there."""
    if zone.kind in ("postcode", "city", "town"):
        return _address_evidence(zone, texts)
    if zone.kind in ("name", "kana"):
        return _name_evidence(zone, text, texts, zones)
    if zone.kind in CHECKED and checked(text):
        return [Agreement.CHECK_DIGIT], []
    return [], []


CHECKED = ("corporate_number", "invoice_number")
"""Kinds that carry 法人番号; a person's 登録番号 carries no check digit and proves nothing."""


def _address_evidence(zone: Zone, texts: Mapping[str, str]) -> tuple[list[Agreement], list[Doubt]]:
    code, city, town = (texts.get(f"{zone.field}.{part}", "") for part in ("postcode", "city", "town"))
    table = lexicons.places()
    there = table.by_code.get(code, ())
    found: list[Agreement] = []
    fitting = [(whole, name) for whole, name in there if not city or same_city(city, whole)]
    if code and town and any(same_town(town, name) for _, name in fitting):
        found.append(Agreement.POSTCODE_TOWN)
    elif (
        code
        and town
        and city
        and there
        and any(table.by_city.get(whole, frozenset()) & {town} for whole in table.by_city if same_city(city, whole))
    ):
        # both are in the table and they contradict each other
        return ([Agreement.LISTED] if zone.kind == "city" else []), [Doubt.POSTCODE_DIFFERS]
    if zone.kind == "city" and city in table.cities:
        found.append(Agreement.LISTED)
    if zone.kind == "town" and town in table.towns:
        found.append(Agreement.LISTED)
    if zone.kind == "postcode" and there:
        found.append(Agreement.POSTCODE_EXISTS)
    return found, []


def _name_evidence(
    zone: Zone, text: str, texts: Mapping[str, str], zones: Mapping[str, Zone]
) -> tuple[list[Agreement], list[Doubt]]:
    book = lexicons.names()
    listed = book.families if zone.part == "family" else book.givens
    kana_listed = book.family_kana if zone.part == "family" else book.given_kana
    if zone.kind == "name":
        twin = kana_of(zone, zones)
        spoken, written = texts.get(twin.key, "") if twin else "", text
    else:
        names = [key for key, other in zones.items() if other.kind == "name" and kana_of(other, zones) == zone]
        spoken, written = text, texts.get(names[0], "") if names else ""
    found: list[Agreement] = []
    readings = book.readings.get(written, frozenset())
    if spoken and written and (spoken in readings or lexicons.katakana(written) == spoken):
        found.append(Agreement.KANA_NAME)
    if zone.kind == "name" and text in listed or zone.kind == "kana" and text in kana_listed:
        found.append(Agreement.LISTED)
    return found, []


TWIN_SHARE = 0.008


def has_twin(kind: str, lines: Sequence[Decoded]) -> bool:
    """Furigana that could as well have been written with or without a voicing mark: ダイスケ and タイスケ both exist."""
    if kind != "kana":
        return False
    return any(
        ranked.share > TWIN_SHARE and unvoiced(ranked.text) == unvoiced(line.text)
        for line in lines
        for ranked in line.ranked[1:]
    )


def unvoiced(kana: str) -> str:
    return "".join(unicodedata.normalize("NFD", c)[0] for c in kana).translate(SMALL_TO_LARGE)


SMALL_TO_LARGE = str.maketrans("ァィゥェォッャュョヮ", "アイウエオツヤユヨワ")


def joined(parts: Sequence[str]) -> str:
    """Ruled lines of one paragraph."""
    return "".join(parts)
