"""What is rare and true: very old and newborn people, short and single names, homes abroad, days at the border of eras."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from forms import kinds
from forms.bundle import Bundle
from forms.common import BIRTH_DATE, CHANGED_ON, MOVE_IN_DATE
from forms.conditions import Age, Grade, grade
from forms.life_events import suggestions
from forms.messages import Invalid
from forms.paper import sheet
from forms.paper_fill import written
from forms.procedures import CATALOGUE
from tests import moves


@pytest.fixture(autouse=True)
def today(monkeypatch: pytest.MonkeyPatch) -> dt.date:
    day = dt.date(2026, 11, 21)
    monkeypatch.setattr("forms.kinds.dates.today", lambda: day)
    return day


def given(**answers: Any) -> Any:
    return lambda field: answers.get(field.name)


def day(iso: str) -> dict[str, str]:
    return {"iso": iso, "precision": "day", "as_written": iso}


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("明治45年7月29日", "1912-07-29"), ("大正元年7月30日", "1912-07-30"), ("大正15年12月24日", "1926-12-24"),
        ("昭和元年12月25日", "1926-12-25"), ("昭和64年1月7日", "1989-01-07"), ("平成元年1月8日", "1989-01-08"),
        ("平成31年4月30日", "2019-04-30"), ("令和元年5月1日", "2019-05-01"), ("令和1年5月1日", "2019-05-01"),
        ("平成31年5月1日", "2019-05-01"), ("昭和64年1月8日", "1989-01-08"), ("大正15年12月25日", "1926-12-25"),
    ],
)  # fmt: skip
def test_the_borders_of_eras(text: str, iso: str) -> None:
    """The last days of an era in the old one, the first in the new; who lags behind is understood (元号法)."""
    assert BIRTH_DATE.kind.parse(text)["iso"] == iso


@pytest.mark.parametrize("text", ["令和元年4月30日", "平成元年1月7日", "昭和元年12月24日", "大正元年7月29日"])
def test_a_day_before_its_era_began_is_asked_again_by_name(text: str) -> None:
    with pytest.raises(Invalid) as raised:
        BIRTH_DATE.kind.parse(text)
    assert raised.value.part == "era"


def test_a_person_of_120_years_is_taken_and_stands_on_paper() -> None:
    born = BIRTH_DATE.kind.parse("明治39年11月20日")
    old = given(birth_date=born, in_date=day("2026-11-21"))
    assert Age(BIRTH_DATE, MOVE_IN_DATE, least=65).decide(old) is True
    assert Age(BIRTH_DATE, MOVE_IN_DATE, least=120).decide(old) is True
    assert Age(BIRTH_DATE, MOVE_IN_DATE, under=18, school_year=True).decide(old) is False
    procedure = CATALOGUE["care-insurance"]
    words = written(sheet(procedure), procedure, {"insured": [{"birth_date": born}]})
    place = "insured.0.birth_date"
    assert (words[f"{place}.era"], words[f"{place}.year"]) == (("ad",), "1906"), "no paper prints 明治"


def test_a_move_that_is_written_in_the_old_era_stands_on_paper() -> None:
    moved = MOVE_IN_DATE.kind.parse("平成31年4月30日")
    procedure = CATALOGUE["move-in"]
    words = written(sheet(procedure), procedure, {"move": {"in_date": moved}})
    assert (words["move.in_date.era"], words["move.in_date.year"]) == (("ad",), "2019")


def test_a_child_born_today_counts_and_tomorrows_is_asked_again() -> None:
    born = BIRTH_DATE.kind.parse("令和8年11月21日")
    child = given(birth_date=born, changed_on=day("2026-11-21"))
    on = Age(BIRTH_DATE, MOVE_IN_DATE, under=18, school_year=True, instead=(CHANGED_ON,))
    assert on.decide(child) is True
    assert Grade(BIRTH_DATE, CHANGED_ON, first=-6, last=0).decide(child) is True
    with pytest.raises(Invalid):
        BIRTH_DATE.kind.parse("2026-11-22")


def test_a_move_dated_next_year_is_taken_and_counts_from_its_own_day() -> None:
    moved = MOVE_IN_DATE.kind.parse("2027年4月1日")
    assert Age(BIRTH_DATE, MOVE_IN_DATE, under=18, school_year=True).decide(
        given(birth_date=day("2008-04-02"), in_date=moved)
    ) is False, "eighteen by then, and the 31 March is over"  # fmt: skip
    answers = moves.answers()
    answers["move"]["in_date"] = moved
    found = {one.procedure.code: one for one in suggestions("moving", answers)}
    assert found["move-in"].last_day == dt.date(2027, 4, 15)
    assert Bundle(moves.procedures()).problems(answers) == []


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ({"family": "一", "given": ""}, {"single": "一"}), ({"family": "王", "given": "一"}, {"family": "王", "given": "一"}),
        ("Suharto", {"single": "Suharto"}), ({"family": "", "given": "Madonna"}, {"single": "Madonna"}),
        ({"family": "𠮷田", "given": "凪"}, {"family": "𠮷田", "given": "凪"}),
    ],
)  # fmt: skip
def test_short_and_single_names(text: Any, value: dict[str, str]) -> None:
    kind = kinds.Name()
    assert kind.parse(text) == value and kind.valid(value)


def test_the_reading_of_a_single_name_is_single_too() -> None:
    assert kinds.Kana().parse({"family": "すはると", "given": ""}) == {"single": "スハルト"}


def test_people_come_from_abroad_and_go_there() -> None:
    answers = moves.answers()
    answers["move"]["old_address"] = {"city": "Kathmandu, Nepal"}
    came = [CATALOGUE["move-in"], CATALOGUE["child-allowance"]]
    assert Bundle(came).problems(answers) == []
    answers["move"] |= {
        "old_address": moves.address("東京都渋谷区", "神南", "1500041"),
        "new_address": {"city": "Hà Nội"},
    }
    assert Bundle([CATALOGUE["move-out"]]).problems(answers) == []
    [problem] = Bundle([CATALOGUE["move-in"]]).problems(answers)
    assert problem.code == "not-ours"


def test_an_account_has_no_holder_but_the_person_it_stands_by() -> None:
    """児童手当は請求者の名義だけ: in another's name there is nothing that could be written."""
    account = moves.answers()["people"][0]["account"]
    kind = kinds.Account()
    assert kind.valid(account)
    assert not kind.valid({**account, "holder": "山田　花子"})
    answers = moves.answers()
    answers["people"][1]["account"] = answers["people"][0].pop("account")
    [problem] = Bundle([CATALOGUE["child-allowance"]]).problems(answers)
    assert (problem.path, problem.code) == ("people.a1.account", "missing"), "the spouse's will not do"


@pytest.mark.parametrize(
    ("born", "on", "year"),
    [
        ("2020-04-01", "2026-04-01", 1),  # 早生まれ: six on 31 March
        ("2020-04-02", "2026-04-01", 0),
        ("2020-04-02", "2027-03-31", 0),
        ("2020-04-02", "2027-04-01", 1),
        ("2020-02-29", "2026-04-01", 1),
        ("2011-04-01", "2026-04-01", 10),
        ("2011-04-02", "2026-04-01", 9),
        ("2011-04-02", "2027-04-01", 10),
        ("2026-11-21", "2026-11-21", -6),
        ("2026-04-01", "2026-11-21", -5),
    ],
)
def test_the_year_of_school(born: str, on: str, year: int) -> None:
    """学校教育法17条 with 年齢計算ニ関スル法律: who is born on 1 April goes with the older children."""
    assert grade(dt.date.fromisoformat(born), dt.date.fromisoformat(on)) == year


def test_a_day_that_is_not_asked_counts_as_none() -> None:
    on = Age(BIRTH_DATE, MOVE_IN_DATE, least=20, under=60, instead=(CHANGED_ON,))
    assert on.decide(given(birth_date=day("2000-01-01"))) is None
    assert on.decide(given(birth_date=day("2000-01-01"), changed_on=day("2026-01-01"))) is True
    assert on.decide(given(birth_date=day("1966-11-22"), changed_on=day("2026-11-21"))) is False, "sixty, a day early"
