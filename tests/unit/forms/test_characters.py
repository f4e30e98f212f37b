"""Substitutes of smaller character sets: what is changed, what never is, and that nothing is lost in silence."""

from __future__ import annotations

import copy
import random
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forms.characters import GETA, SETS, UNICODE, of_record, to_tell, written
from forms.exports import row, substituted
from forms.gather import project
from forms.itaiji import VARIANTS
from forms.procedures import CATALOGUE
from tests.documents import household

SMALLER = sorted(set(SETS) - {UNICODE})
CODECS = {"jisx0213": "euc_jis_2004", "jisx0208": "iso2022_jp", "cp932": "cp932"}
KAMI = "\ufa19"  # 神 as a compatibility ideograph


@pytest.mark.parametrize(
    ("character_set", "text", "expected"),
    [
        ("jisx0208", "髙橋", "高橋"), ("cp932", "髙橋", "髙橋"), ("jisx0213", "髙橋", "高橋"),
        ("jisx0208", "山﨑", "山崎"), ("jisx0213", "山﨑", "山﨑"), ("cp932", "𠮷田", "吉田"),
        ("jisx0208", KAMI, "神"), ("cp932", "辻\U000e0100", "辻"), ("jisx0208", "濵田", "浜田"),
        ("cp932", "Nguyễn Đức", "Nguyen Duc"), ("jisx0208", "é", "e"), ("jisx0208", "e\u0301", "e"),
        ("cp932", "か\u3099", "が"), ("jisx0208", "ｱﾝ", "アン"), ("cp932", "𪛖", GETA), ("cp932", "김", GETA),
        ("cp932", "\ue000", GETA), ("cp932", "राम", GETA * 2), ("jisx0208", "東陽4-11-28", "東陽4-11-28"),
    ],
)  # fmt: skip
def test_the_nearest_character_that_the_office_holds(character_set: str, text: str, expected: str) -> None:
    assert written(character_set, text).text == expected


def test_what_nobody_knows_is_flagged_with_its_code_point() -> None:
    [change] = written("cp932", "𪛖").changes
    assert (change.substitute, change.known, change.code) == (GETA, False, "U+2A6D6")
    [change] = written("cp932", "辻\U000e0100").changes
    assert (change.original, change.code, change.known) == ("辻\U000e0100", "U+8FBB U+E0100", True)


def test_an_office_without_a_set_or_with_an_unknown_one_holds_everything() -> None:
    for character_set in (None, UNICODE, "ebcdic"):
        assert written(character_set, "髙𠮷𪛖").text == "髙𠮷𪛖"


def test_every_variant_leads_to_a_character_that_every_set_holds() -> None:
    for variant, known in VARIANTS.items():
        assert unicodedata.normalize("NFC", variant) == variant, f"{variant} needs no entry"
        assert known.encode("iso2022_jp"), known
        with pytest.raises(UnicodeError):
            variant.encode("iso2022_jp")


@pytest.mark.parametrize("character_set", SMALLER)
@given(text=st.text(st.characters(exclude_categories=["Cs"]), max_size=40))
@settings(max_examples=150, deadline=None, derandomize=True)
def test_what_is_written_can_be_stored_and_every_change_is_told(character_set: str, text: str) -> None:
    found = written(character_set, text)
    assert "?" not in found.text.replace("?", "", text.count("?") + unicodedata.normalize("NFKC", text).count("?"))
    if not text.isascii():
        found.text.encode(CODECS[character_set])
    assert (found.text == text) == (not found.changes)
    assert written(character_set, found.text).text == found.text


def test_records_and_tables_keep_the_original_byte_for_byte_with_the_substitute_beside_it() -> None:
    told = 0
    for seed in range(12):
        rng = random.Random(seed)
        for code in ("move-in", "child-allowance"):
            procedure = CATALOGUE[code]
            record, _ = project(procedure, household([procedure], rng))
            before = copy.deepcopy(record)
            cells = row(procedure, record)
            values, _ = of_record("jisx0208", record)
            beside = substituted(procedure, record, "jisx0208")
            assert record == before and row(procedure, record) == cells
            assert values or not beside
            told += bool(beside)
            assert substituted(procedure, record, None) == ""
    assert told > 5


def test_what_only_looks_the_same_is_not_told_to_people() -> None:
    record = {"a": {"phone": "０３－１２３４", "kana": "ｱﾝ", "name": "髙"}}
    assert [change.original for change in to_tell("jisx0208", record)] == ["髙"]
    file = {"id": "X" * 17, "name": "髙.jpg", "type": "image/jpeg", "size": 1}
    assert of_record("jisx0208", {"a": {"paper": [file]}}) == ({}, ())
