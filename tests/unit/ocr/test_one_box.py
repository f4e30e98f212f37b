"""Fields that other people's paper asks in one box, and blank scans of that paper."""

from __future__ import annotations

import numpy as np
import pytest

from forms.kinds import Address, Date, Kana, Name
from forms.messages import Invalid
from ocr.blank_scan import coloured, looks_filled, prepare_page
from ocr.layout import Layout
from ocr.one_box import OneBox, PrintedEra, split_address, split_name
from ocr.prepared import EMPTY


@pytest.mark.parametrize(("text", "family", "given"), [
    ("山田太郎", "山田", "太郎"), ("小鳥遊 六花", "小鳥遊", "六花"), ("林　大翔", "林", "大翔"), ("勅使河原蓮", "勅使河原", "蓮"),
])  # fmt: skip
def test_a_name_is_cut_where_people_s_names_are(text: str, family: str, given: str) -> None:
    assert split_name(text) == (family, given)
    assert OneBox(Name()).parse(text) == {"family": family, "given": given}


def test_a_name_that_could_end_anywhere_goes_to_a_clerk() -> None:
    with pytest.raises(Invalid):
        OneBox(Name()).parse("龘靐齉麤")
    assert OneBox(Kana()).parse("ヤマダ タロウ") == {"family": "ヤマダ", "given": "タロウ"}


@pytest.mark.parametrize(("text", "parts"), [
    ("東京都江東区東陽4-11-28", {"city": "東京都江東区", "town": "東陽", "number": "4-11-28"}),
    ("〒135-0016 東京都江東区東陽四丁目11番28号 江東マンション203号室",
     {"postcode": "1350016", "city": "東京都江東区", "town": "東陽四丁目", "number": "11番28号", "building": "江東マンション203号室"}),
    ("大阪府大阪市北区梅田1-1", {"city": "大阪府大阪市北区", "town": "梅田", "number": "1-1"}),
])  # fmt: skip
def test_an_address_in_one_line_is_cut_into_its_parts(text: str, parts: dict[str, str]) -> None:
    assert split_address(text) == parts
    assert OneBox(Address()).parse(text) == parts


def test_a_printed_era_is_known_and_a_western_year_keeps_its_own() -> None:
    date = PrintedEra(Date(), "reiwa")
    assert date.parse({"year": "8", "month": "11", "day": "2"})["iso"] == "2026-11-02"
    assert date.parse({"year": "2026", "month": "11", "day": "2"})["iso"] == "2026-11-02"
    assert OneBox(Date()).parse("昭和50年1月2日")["iso"] == "1975-01-02"


def test_a_blank_that_is_none_is_noticed() -> None:
    page = np.full((2339, 1654, 3), 250, np.uint8)
    assert prepare_page(page, None).remarks == (EMPTY,)
    page[400:404, 200:1500] = 20
    page[900:1000, 200:1500:3] = 20
    assert not coloured(page)
    page[600:620, 300:500] = (30, 40, 160)  # a blue pen beside black print
    assert coloured(page)
    nothing = Layout((), (), (), (), ())
    assert looks_filled(page[..., 0], nothing, _Silent()) == []  # type: ignore[arg-type]


class _Silent:
    name = "silent"

    def read(self, lines: object, kinds: object = ()) -> list[object]:
        return []
