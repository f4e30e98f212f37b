"""Typed decoding on posteriors that say one thing and nearly another."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

import numpy as np
import pytest

from ocr.decoding.by_kind import DECODERS, decoder
from ocr.decoding.charsets import fold
from ocr.decoding.hints import Hints
from ocr.decoding.language import language
from ocr.decoding.lexicons import names, places, pref
from ocr.decoding.numbers import checked
from ocr.decoding.texts import text_prior
from ocr.engines.tesseract import _japanese
from ocr.posterior import Alphabet, TextPosterior
from ocr.understanding import unvoiced

ALPHABET = Alphabet(
    ("", *"ニ二ロ口カ力ヘへ八ハ", *(c for c in _japanese().characters if c and c not in "ニ二ロ口カ力ヘへ八ハ"))
)


def saw(text: str, confidence: float = 0.9) -> TextPosterior:
    return TextPosterior(ALPHABET, text, confidence)


def read(kind: str, text: str, confidence: float = 0.9, **hints: object) -> str:
    return decoder(kind)(saw(text, confidence), Hints(**hints)).text  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("kind", "seen", "meant"),
    [
        ("postcode", "135-0016", "1350016"),
        ("postcode", "l35OO16", "1350016"),
        ("phone", "O9O-1234-5678", "090-1234-5678"),
        ("digits", "12З4567".replace("З", "3"), "1234567"),
        ("digits", "ー12", "12"),
        ("number", "3-2-1", "3-2-1"),
        ("number", "3丁目2番1号", "3丁目2番1号"),
        ("kana", "夕力八シ", "タカハシ"),
        ("kana", "やまだ", "ヤマダ"),
        ("city", "東京都江東区", "東京都江東区"),
        ("ward", "渋谷区", "渋谷区"),
        ("text", "会社員", "会社員"),
        ("email", "taro@example.jp", "taro@example.jp"),
        ("invoice_number", "T7123456789012", "T7123456789012"),
    ],
)
def test_what_a_kind_makes_of_it(kind: str, seen: str, meant: str) -> None:
    assert read(kind, seen) == meant


@pytest.mark.parametrize(
    ("part", "seen", "meant"),
    [
        ("month", "04", "4"),
        ("month", "l2", "12"),
        ("day", "31", "31"),
        ("day", "八", "11"),
        ("year", "元", "1"),
        ("year", "2O24", "2024"),
        ("year", "07", "7"),
    ],
)
def test_dates_are_normalised(part: str, seen: str, meant: str) -> None:
    assert read(part, seen, part=part) == meant


def test_a_day_that_cannot_be_stays_what_was_written() -> None:
    found = decoder("day")(saw("34", 0.98), Hints(part="day"))
    assert "34" in [ranked.text for ranked in found.ranked]


def test_the_era_bounds_the_year() -> None:
    seen = saw("64", 0.5)
    assert decoder("year")(seen, Hints(part="year", era="showa")).text == "64"
    assert (
        decoder("year")(seen, Hints(part="year", era="heisei")).share
        < decoder("year")(seen, Hints(part="year", era="showa")).share
    )


@pytest.mark.parametrize("name", ["水天堂", "鵜飼谷", "グエン", "Nguyen", "朝陽", "㐂田"])
def test_a_lexicon_is_no_filter(name: str) -> None:
    known = "".join(c for c in name if c in ALPHABET.index)
    assert read("name", known, 0.97, part="family") == known
    assert read("town", "豊海新町", 0.97) == "豊海新町"


def test_the_furigana_decide_between_names() -> None:
    doubtful = saw("大輔", 0.4)
    told = decoder("name")(doubtful, Hints(part="given", kana={"ダイスケ": 1.0}))
    untold = decoder("name")(doubtful, Hints(part="given", kana={"ハナコ": 1.0}))
    assert told.shares().get("大輔", 0) > untold.shares().get("大輔", 0)


def test_the_postcode_decides_between_towns() -> None:
    doubtful = saw("東易", 0.2)
    assert decoder("town")(doubtful, Hints(postcodes={"1350016": 1.0}, cities={"東京都江東区": 1.0})).text == "東陽"


def test_chinese_forms_are_folded_and_japanese_ones_kept() -> None:
    assert [fold(c) for c in "內泽滨Ａ☑亀"] == ["内", "沢", "浜", "A", "", "亀"]
    for character in "髙﨑邊邉齋齊廣澤濱國":
        assert fold(character) == character, "an old form in a name is the name"


def test_look_alikes_follow_their_neighbours() -> None:
    assert text_prior("カタカナ") > text_prior("力タカナ")
    assert text_prior("努力") > text_prior("努カ")


def test_every_kind_answers_on_nothing_and_on_noise() -> None:
    rng = np.random.default_rng(5)
    for kind in DECODERS:
        for text in ("", "".join(ALPHABET.characters[i] for i in rng.integers(1, len(ALPHABET), 6))):
            found = decoder(kind)(saw(text, 0.3), Hints(part=kind))
            assert found.ranked and 0 <= found.share <= 1.0001


def test_lexicons_are_there() -> None:
    assert "佐藤" in names().families and "サトウ" in names().readings["佐藤"]
    assert ("東京都江東区", "東陽") in places().by_code["1350016"]
    assert pref("東京都江東区") == "東京都" and pref("神奈川県横浜市") == "神奈川県" and pref("江東区") == ""


def test_voicing_marks() -> None:
    assert unvoiced("ダイスケ") == unvoiced("タイスケ") != unvoiced("ハナコ")


class Torn:
    """A reader torn between two texts of the same length, the wrong one a little ahead."""

    alphabet = ALPHABET

    def __init__(self, wrong: str, right: str) -> None:
        self._both = saw(wrong, 0.99), saw(right, 0.99)

    @property
    def peak(self) -> np.ndarray:
        return np.maximum(self._both[0].peak, self._both[1].peak)

    def columns(self, ids: Sequence[int]) -> np.ndarray:
        one, two = (posterior.columns(ids) for posterior in self._both)
        return np.asarray(np.logaddexp(one + np.log(0.55), two + np.log(0.45)), np.float32)


@pytest.mark.parametrize(
    ("kind", "wrong", "right"),
    [
        ("building", "7リーンパレス5-1204", "グリーンパレス5-1204"),
        ("building", "中村マンション30見号", "中村マンション302号"),
        ("text", "全国健廉保険協会", "全国健康保険協会"),
        ("long_text", "友人の家にいま可。", "友人の家にいます。"),
        ("email", "taro@gmail.c0m", "taro@gmail.com"),
        ("phone", "01-1234-5678", "03-1234-5678"),
        ("bank", "みずは銀行", "みずほ銀行"),
        ("corporate_number", "7123456789013", "7123456789012"),
    ],
)
def test_what_is_usual_there_decides(kind: str, wrong: str, right: str) -> None:
    found = decoder(kind)(Torn(wrong, right), Hints())
    assert found.text == right and len(found.ranked) > 1


def test_language_knows_what_follows() -> None:
    model = language()
    assert model.log("いま", "す") > model.log("いま", "可") + 3
    assert model.log("保険", "組") > model.log("保険", "維") + 3
    assert model.log("𠮷", "野") < 0


def test_check_digits() -> None:
    right = "7123456789012"
    assert checked(right) and checked("T" + right) and not checked("7123456789013") and not checked("")


def test_nothing_that_a_screen_obeys_comes_out() -> None:
    """Whatever is written on paper, decoding answers no control, bidi or other invisible characters."""
    hostile = Alphabet(("", *"=@+-<>&\"'", "\u202e", "\u200b", "\x07", "\n", "\u2066", *ALPHABET.characters[1:400]))
    for kind in DECODERS:
        found = decoder(kind)(TextPosterior(hostile, "\u202e=<b>\x07\u200b1\n\u2066", 0.95), Hints(part=kind))
        for text in (ranked.text for ranked in found.ranked):
            assert not any(unicodedata.category(c) in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp") for c in text), (kind, text)
