"""Kinds: the vectors of their rules, and what must hold for every value of every kind."""

from __future__ import annotations

import datetime as dt
import random
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forms import kinds
from forms.kinds import ALL_KINDS, Kind
from forms.kinds.choices import WARD_OPTIONS
from forms.messages import Invalid
from forms.my_number import is_my_number
from forms.wards import WARDS, check_digit, ward_of_city
from tests.documents import answer

OPTIONS = (("a", "い"), ("b", "ろ"), ("c", "は"))
SAMPLES: dict[str, Kind] = {
    made.code: made
    for made in (
        kinds.Account(), kinds.Address(), kinds.Choice(), kinds.Choices(OPTIONS), kinds.City(), kinds.CorporateNumber(),
        kinds.Count(0, 50), kinds.Date(past=True, partial=True), kinds.Declaration(), kinds.Digits(1, 7), kinds.Email(),
        kinds.File(), kinds.InvoiceNumber(), kinds.Kana(), kinds.LongText(), kinds.Name(), kinds.Person(), kinds.Phone(),
        kinds.Postcode(), kinds.Text(), kinds.Ward(), kinds.Wards(),
    )
}  # fmt: skip


def test_every_kind_has_a_sample() -> None:
    assert {kind.code for kind in ALL_KINDS} == set(SAMPLES)


@pytest.mark.parametrize("code", sorted(set(SAMPLES) - {"person"}))
def test_a_value_survives_its_form_and_its_schema(code: str) -> None:
    kind = SAMPLES[code]
    rng = random.Random(code)
    validator = jsonschema.Draft202012Validator(kind.schema())
    for _ in range(60):
        value = answer(kind, rng)
        assert kind.valid(value), value
        if code != "date":  # a date keeps what was written, which its parts need not repeat
            assert kind.parse(kind.raw(value)) == value
        assert isinstance(kind.show(value), str)
        validator.validate(value)


HOSTILE = st.one_of(
    st.text(max_size=300),
    st.text(alphabet="0123456789０１２３-‐−ー年月日令和元. /", max_size=30),
    st.sampled_from(["\x00", "a\x00b", "\u202eabc", "é" + "\u0301" * 30, "x" * 100_000, "\ud800", "", " ", "\u3000", "𠮷" * 50]),
    st.none(), st.integers(), st.lists(st.text(max_size=5), max_size=4),
    st.dictionaries(st.sampled_from(["family", "given", "era", "year", "month", "day", "city", "town", "number"]), st.text(max_size=20)),
)  # fmt: skip


@pytest.mark.parametrize("code", sorted(SAMPLES))
@given(raw=HOSTILE)
@settings(max_examples=60, deadline=None, derandomize=True)
def test_anything_is_taken_whole_or_refused_with_words(code: str, raw: Any) -> None:
    kind = SAMPLES[code]
    try:
        value = kind.parse(raw)
    except Invalid as invalid:
        assert invalid.message.text()
    else:
        assert kind.valid(value)
        jsonschema.Draft202012Validator(kind.schema()).validate(value)
        assert "\x00" not in repr(kind.show(value))


@pytest.mark.parametrize(
    "junk", [None, 3, [], {}, "x", {"iso": 3}, {"family": "x"}, ["zz"], {"e164": "+81", "as_written": 5}]
)
@pytest.mark.parametrize("code", sorted(SAMPLES))
def test_valid_never_raises(code: str, junk: Any) -> None:
    assert SAMPLES[code].valid(junk) in (True, False)


# --- names are left alone ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("family", ["髙橋", "山﨑", "神", "塚本", "辻󠄀", "𠮷田", "O'Brien", "Nguyễn", "ｱﾝ", "１"])
def test_a_name_is_kept_byte_for_byte(family: str) -> None:
    value = kinds.Name().parse({"family": family, "given": "一"})
    assert value["family"].encode() == family.encode()


def test_somebody_may_have_one_name() -> None:
    assert kinds.Name().parse({"family": "Suharto", "given": ""}) == {"single": "Suharto"}
    assert kinds.Name().parse("山田　太郎") == {"family": "山田", "given": "太郎"}


@pytest.mark.parametrize(
    ("written", "expected"), [("やまだ", "ヤマダ"), ("ﾔﾏﾀﾞ", "ヤマダ"), ("ヴァン", "ヴァン"), ("ｸﾞｴﾝ", "グエン")]
)
def test_kana_becomes_full_width_katakana(written: str, expected: str) -> None:
    assert kinds.Kana().parse({"family": written, "given": "ア"})["family"] == expected


def test_kana_takes_no_kanji() -> None:
    with pytest.raises(Invalid):
        kinds.Kana().parse({"family": "山田", "given": "ア"})


# --- numbers with check digits ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "number",
    ["7123456789012", "4011001098993", "7010705000725", "4012801014025", "5835678256246", "７０１０７０５０００７２５"],
)
def test_corporate_numbers_that_are_right(number: str) -> None:
    assert len(kinds.CorporateNumber().parse(number)) == 13


@pytest.mark.parametrize("number", ["7123456789013", "712345678901", "71234567890123", "abc", "0123456789012"])
def test_corporate_numbers_that_are_wrong(number: str) -> None:
    with pytest.raises(Invalid):
        kinds.CorporateNumber().parse(number)


@pytest.mark.parametrize("written", ["Ｔ7010705000725", "t7010705000725", "T-7010705000725", "T 7010705000725"])
def test_invoice_numbers_are_kept_upper_case_and_narrow(written: str) -> None:
    assert kinds.InvoiceNumber().parse(written) == "T7010705000725"


@pytest.mark.parametrize(
    "text", ["621498320257", "６２１４９８３２０２５７", "番号は 6214-9832-0257 です", "6214 9832 0257"]
)
def test_a_my_number_is_refused_in_free_text(text: str) -> None:
    with pytest.raises(Invalid, match="マイナンバー"):
        kinds.Text().parse(text)
    with pytest.raises(Invalid, match="マイナンバー"):
        kinds.LongText().parse(f"一行目\n{text}")


def test_twelve_other_digits_are_no_my_number() -> None:
    assert is_my_number("621498320257")
    assert not is_my_number("621498320258")
    assert kinds.Text().parse("621498320258")
    assert kinds.Phone().parse("+81 90-1234-5678")["e164"] == "+819012345678"


@pytest.mark.parametrize("code", sorted(WARDS))
def test_ward_codes_carry_their_check_digit(code: str) -> None:
    assert check_digit(code[:5]) == int(code[5])


def test_there_are_23_wards_and_a_city_names_one_of_them() -> None:
    assert len(WARDS) == len(WARD_OPTIONS) == 23
    assert ward_of_city("江東区") == ward_of_city("東京都江東区") == ward_of_city(" 東京都 江東区 ") == WARDS["131083"]
    assert ward_of_city("大阪市中央区") is None
    assert ward_of_city("横浜市") is None
    assert kinds.Address().parse({"city": "江東区", "town": "東陽", "number": "1"})["city"] == "東京都江東区"


# --- contact ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "e164"),
    [
        ("060-1234-5678", "+816012345678"), ("０９０１２３４５６７８", "+819012345678"), ("(03) 3463-1211", "+81334631211"),
        ("+81 80 1234 5678", "+818012345678"), ("050-3123-4567", "+815031234567"), ("0120-123-456", "+81120123456"),
        ("0570-012-345", "+81570012345"), ("03−3463−1211", "+81334631211"), ("03ー3463ー1211", "+81334631211"),
    ],
)  # fmt: skip
def test_phones_in_any_way_of_writing(written: str, e164: str) -> None:
    assert kinds.Phone().parse(written) == {"e164": e164, "as_written": written}


@pytest.mark.parametrize("written", ["090-1234", "12", "電話なし", "999999999999999"])
def test_phones_that_are_none(written: str) -> None:
    with pytest.raises(Invalid):
        kinds.Phone().parse(written)


@pytest.mark.parametrize("written", ["135-0016", "１３５－００１６", "〒1350016", "135 0016", "135ー0016"])
def test_postcodes(written: str) -> None:
    assert kinds.Postcode().parse(written) == "1350016"


def test_a_part_that_is_wrong_is_named() -> None:
    with pytest.raises(Invalid) as raised:
        kinds.Address().parse({"postcode": "12", "city": "江東区", "town": "東陽", "number": "1"})
    assert raised.value.part == "postcode"
    with pytest.raises(Invalid) as raised:
        kinds.Account().parse({"bank": "みずほ", "branch": "深川", "type": "ordinary", "number": "12"})
    assert raised.value.part == "number"


def test_only_an_address_abroad_goes_without_a_town() -> None:
    kind = kinds.Address(abroad=True)
    assert kind.parse({"city": "Kathmandu, Nepal"}) == {"city": "Kathmandu, Nepal"}
    for city in ("渋谷区", "東京都渋谷区", "神奈川県横浜市", "北海道札幌市"):
        with pytest.raises(Invalid):
            kind.parse({"city": city})
    with pytest.raises(Invalid):
        kinds.Address().parse({"city": "Kathmandu, Nepal"})


# --- dates ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "iso"),
    [
        ("令和8年11月21日", "2026-11-21"), ("R8.11.21", "2026-11-21"), ("2026-11-21", "2026-11-21"),
        ("２０２６年１１月２１日", "2026-11-21"), ("20261121", "2026-11-21"), ("令和元年5月1日", "2019-05-01"),
        ("平成31年4月30日", "2019-04-30"), ("平成31年5月1日", "2019-05-01"), ("昭和64年1月7日", "1989-01-07"),
        ("平成元年1月8日", "1989-01-08"), ("S64/1/7", "1989-01-07"), ("大正15年12月24日", "1926-12-24"),
        ("昭和元年12月25日", "1926-12-25"), ("令和八年十一月二十一日", "2026-11-21"), ("二〇二六年十一月二十一日", "2026-11-21"),
        ("平成04年02月29日", "1992-02-29"),
    ],
)  # fmt: skip
def test_dates_as_people_write_them(written: str, iso: str) -> None:
    assert kinds.Date().parse(written) == {"iso": iso, "precision": "day", "as_written": written}


@pytest.mark.parametrize(
    "written",
    [
        "令和5年2月29日",
        "2026年13月1日",
        "昭和元年12月24日",
        "平成元年1月7日",
        "令和0年1月1日",
        "1700年1月1日",
        "きのう",
        "11月21日",
    ],
)
def test_dates_that_are_none(written: str) -> None:
    with pytest.raises(Invalid):
        kinds.Date().parse(written)


def test_a_date_of_an_era_that_had_ended_is_shown_in_its_own_era() -> None:
    date = kinds.Date()
    assert date.show(date.parse("平成31年5月1日")) == "令和元年5月1日（2019年）"


def test_a_year_alone_is_enough_where_people_know_no_more() -> None:
    assert kinds.Date(partial=True).parse({"era": "showa", "year": "20"}) == {
        "iso": "1945", "precision": "year", "as_written": "昭和20年",
    }  # fmt: skip
    with pytest.raises(Invalid):
        kinds.Date().parse({"era": "showa", "year": "20"})


def test_past_and_future_are_seen_from_today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("forms.kinds.dates.today", lambda: dt.date(2026, 11, 21))
    assert kinds.Date(past=True).parse("2026-11-21")
    assert kinds.Date(future=True).parse("2026-11-21")
    with pytest.raises(Invalid):
        kinds.Date(past=True).parse("2026-11-22")
    with pytest.raises(Invalid):
        kinds.Date(future=True).parse("2026-11-20")


def test_nothing_but_a_hand_fills_a_declaration_or_encloses_a_document() -> None:
    assert not kinds.Declaration.prefill and not kinds.File.prefill
    with pytest.raises(Invalid):
        kinds.Declaration().parse("")
