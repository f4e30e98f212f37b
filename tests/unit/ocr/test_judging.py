"""Acceptance, marks and composition: small pictures, plain values."""

from __future__ import annotations

import json

import cv2
import numpy as np
import pytest

from forms.kinds import Choice, Date, Name
from forms.paper import Zone
from ocr import clean, marks
from ocr.accept import Agreement, Doubt, Evidence, has_variant, judge, twins
from ocr.calibration import NEVER, Calibration, Table, calibration, dump, load
from ocr.compose import compose
from ocr.decoding.by_kind import DECODERS
from ocr.decoding.gaps import gaps, others, plausible
from ocr.marks import Answer
from ocr.results import Reading
from ocr.template import PX

CELL = (10.0, 10.0, 5.0, 5.0)
TICK_ZONE = Zone("a", "choice", (CELL, (40.0, 10.0, 5.0, 5.0)), ("yes", "no"))


def blank() -> np.ndarray:
    page = np.full((200, 520), 255, np.uint8)
    for x, y, w, h in TICK_ZONE.cells:
        cv2.rectangle(page, (round(x * PX), round(y * PX)), (round((x + w) * PX), round((y + h) * PX)), 190, 1)
    cv2.putText(page, "label", (round(16.5 * PX), round(14.5 * PX)), cv2.FONT_HERSHEY_SIMPLEX, 0.9, 0, 2)
    return page


def drawn(*strokes: tuple[float, float, float, float], thick: int = 4) -> clean.Ink:
    page = blank()
    for x1, y1, x2, y2 in strokes:
        cv2.line(page, (round(x1 * PX), round(y1 * PX)), (round(x2 * PX), round(y2 * PX)), 30, thick, cv2.LINE_AA)
    return clean.ink(np.asarray(cv2.cvtColor(page, cv2.COLOR_GRAY2RGB), np.uint8), blank())


def answers(page: clean.Ink) -> list[Answer]:
    return [mark.answer for mark in marks.boxes(page, TICK_ZONE)]


def test_nothing_ticked() -> None:
    assert answers(drawn()) == [Answer.NO, Answer.NO]


@pytest.mark.parametrize(
    "strokes",
    [
        ((10.5, 12, 12, 14.5), (12, 14.5, 15.5, 10)),
        ((10.8, 10.8, 14.2, 14.2), (14.2, 10.8, 10.8, 14.2)),
        ((11, 10.5, 11.2, 14), (11.2, 14, 15.2, 11)),
    ],
)
def test_ticked(strokes: tuple[tuple[float, float, float, float], ...]) -> None:
    assert answers(drawn(*strokes)) == [Answer.YES, Answer.NO]


@pytest.mark.parametrize(
    "strokes",
    [
        ((10.8, 10.8, 14.2, 14.2), (8.0, 12.4, 30.0, 12.8)),  # ticked, then struck out with its label
        ((8.2, 8.8, 8.4, 13), (8.4, 13, 9.6, 9)),  # beside the box
        ((12, 12, 12.6, 12.8),),  # a dot
    ],
)
def test_look(strokes: tuple[tuple[float, float, float, float], ...]) -> None:
    assert answers(drawn(*strokes))[0] is Answer.LOOK


def test_an_overfilled_box_is_looked_at() -> None:
    page = blank()
    x, y, w, h = (round(side * PX) for side in CELL)
    page[y - 2 : y + h + 3, x - 2 : x + w + 3] = 20
    ink = clean.ink(np.asarray(cv2.cvtColor(page, cv2.COLOR_GRAY2RGB), np.uint8), blank())
    assert answers(ink)[0] is Answer.LOOK


def test_a_red_seal_is_no_ink() -> None:
    page = np.asarray(cv2.cvtColor(blank(), cv2.COLOR_GRAY2RGB), np.uint8)
    cv2.circle(page, (round(12.5 * PX), round(12.5 * PX)), 40, (205, 60, 50), 5)
    assert answers(clean.ink(page, blank())) == [Answer.NO, Answer.NO]


def test_red_writing_is_not_taken_for_an_empty_place() -> None:
    page = np.full((200, 520, 3), 255, np.uint8)
    cv2.putText(page, "12345", (90, 120), cv2.FONT_HERSHEY_SIMPLEX, 1.5, (200, 30, 30), 4)
    found = clean.cut(clean.ink(page, np.full((200, 520), 255, np.uint8)), (10.0, 10.0, 30.0, 9.0))
    assert found.image is None and found.red_pixels > 200


def test_writing_is_cut_tight_and_neighbours_stay_out() -> None:
    page = np.full((200, 520, 3), 255, np.uint8)
    cv2.putText(page, "12", (100, 120), cv2.FONT_HERSHEY_SIMPLEX, 1.5, (20, 20, 20), 4)
    cv2.putText(page, "9", (360, 120), cv2.FONT_HERSHEY_SIMPLEX, 1.5, (20, 20, 20), 4)
    found = clean.cut(clean.ink(page, np.full((200, 520), 255, np.uint8)), (10.0, 8.0, 30.0, 10.0))
    assert found.image is not None
    x, _, w, _ = found.box
    assert 90 < x < 115 and x + w < 170


def test_two_ticks_in_a_combed_row_make_one_line() -> None:
    comb = Zone("p", "postcode", tuple((10.0 + 7.5 * n, 20.0, 7.5, 9.0) for n in range(7)))
    ruled = Zone("t", "long_text", tuple((10.0, 20.0 + 12 * n, 170.0, 12.0) for n in range(3)))
    assert clean.rows(comb) == [(10.0, 20.0, 52.5, 9.0)]
    assert len(clean.rows(ruled)) == 3


# -- rules --------------------------------------------------------------------------------------------------------


KNOWN = Calibration(
    {
        "town": {
            "alone": Table(200, ((0.0, 0.1), (1.0, 0.9)), NEVER),
            "agreed": Table(200, ((0.0, 0.2), (0.8, 0.99), (1.0, 1.0)), 0.8),
        },
        "words": {"alone": Table(900, ((0.0, 0.0), (1.0, 1.0)), 0.95)},
    },
    {},
)


def test_every_verdict_has_a_reason_and_a_chance() -> None:
    for kind in (*DECODERS, "unheard-of"):
        for raw in (0.0, 0.5, 0.96, 1.0):
            for agreed in ((), tuple(Agreement)):
                for poor in (False, True):
                    verdict = judge(Evidence(kind, "林", raw, agreed, poor=poor))
                    assert verdict.reasons and 0 <= verdict.confidence <= 1


def test_agreement_lowers_the_bar_and_doubt_closes_the_door() -> None:
    assert not judge(Evidence("town", "東陽", 0.8), KNOWN).accepted
    assert judge(Evidence("town", "東陽", 0.8, [Agreement.POSTCODE_TOWN]), KNOWN).accepted
    assert not judge(Evidence("town", "東陽", 1.0, [Agreement.POSTCODE_TOWN], [Doubt.POSTCODE_DIFFERS]), KNOWN).accepted


def test_a_kind_without_data_goes_by_its_group_and_an_unknown_one_is_looked_at() -> None:
    assert judge(Evidence("kana", "ハヤシ", 0.96), KNOWN).accepted
    assert not judge(Evidence("kana", "ハヤシ", 0.94), KNOWN).accepted
    assert not judge(Evidence("building", "林ビル", 1.0), KNOWN).accepted


def test_a_second_reader_helps_and_a_poor_picture_hinders() -> None:
    assert judge(Evidence("kana", "ハヤシ", 0.9, [Agreement.TWO_READERS]), KNOWN).accepted
    poor = judge(Evidence("kana", "ハヤシ", 0.96, poor=True), KNOWN)
    assert not poor.accepted and poor.reasons == (Doubt.POOR,)
    assert poor.confidence < judge(Evidence("kana", "ハヤシ", 0.96), KNOWN).confidence


def test_the_chance_runs_along_the_knots_and_survives_being_stored() -> None:
    table = load(json.loads(json.dumps(dump(KNOWN)))).table("town", agreed=True)
    assert table == KNOWN.tables["town"]["agreed"]
    assert table.chance(0.4) == pytest.approx(0.595) and table.chance(2.0) == 1.0


def test_what_ships_was_fitted_and_rises() -> None:
    shipped = calibration()
    assert shipped.made["places"] > 500 and "fresh" not in str(shipped.made)
    for found in shipped.tables.values():
        for table in found.values():
            assert list(table.knots) == sorted(table.knots)
            chances = [chance for _, chance in table.knots]
            assert chances == sorted(chances) and table.accept > 0.5


@pytest.mark.parametrize("name", ["高橋", "髙橋", "山崎", "山﨑", "斎藤", "渡邊", "濱田"])
def test_variants_are_always_looked_at(name: str) -> None:
    assert has_variant(name)
    verdict = judge(Evidence("name", name, 1.0, list(Agreement)))
    assert not verdict.accepted and verdict.reasons == (Doubt.VARIANT,)


def test_the_other_shapes_of_a_name_are_offered() -> None:
    assert twins("高橋") == ("髙橋",)
    assert "齋藤" in twins("斎藤")
    assert twins("塚本") == ()  # its twin is stored as itself


def test_check_digits_are_needed_for_company_numbers() -> None:
    verdict = judge(Evidence("corporate_number", "7123456789012", 1.0))
    assert not verdict.accepted and verdict.reasons == (Doubt.UNCHECKED,)


def test_a_character_the_reader_cannot_know_is_offered_and_said() -> None:
    assert "山﨑" in others("山崎", name=True) and others("山崎", name=False) == ()
    assert plausible("トエ子", name=True) == ("ヱ",) and plausible("太郎", name=True) == ()
    assert plausible("叱られた", name=False) == ("𠮟",)
    for shapes in gaps().values():
        assert all(len(character) == 1 for character in shapes)


# -- fields of several places -------------------------------------------------------------------------------------


def reading(key: str, text: str, value: object = None, *, accepted: bool = True) -> Reading:
    return Reading(
        key,
        value if value is not None else text or None,
        text,
        0.99,
        accepted,
        ("ok",) if accepted else ("low",),
        (),
        (0, 0, 9, 9),
        (),
    )


def date_zones() -> dict[str, Zone]:
    zones = {part: Zone(f"d.{part}", part, ((0, 0, 9, 9),), (), "d", part) for part in ("year", "month", "day")}
    zones["era"] = Zone("d.era", "era", ((0, 0, 9, 9),) * 2, ("heisei", "showa"), "d", "era")
    return {zone.key: zone for zone in zones.values()}


def put_together(year: str, month: str, day: str, *, sure: bool = True) -> Reading:
    parts = {
        "d.era": reading("d.era", "heisei", "heisei"),
        "d.year": reading("d.year", year),
        "d.month": reading("d.month", month, accepted=sure),
        "d.day": reading("d.day", day),
    }
    return compose(parts, date_zones(), {"d": Date()})["d"]


def test_a_date_is_put_together_by_its_kind() -> None:
    whole = put_together("5", "4", "3")
    assert whole.accepted and whole.value["iso"] == "1993-04-03"


def test_a_day_that_is_not_in_the_calendar_is_not_accepted() -> None:
    whole = put_together("5", "2", "30")
    assert not whole.accepted and whole.value is None and any("日" in reason for reason in whole.reasons)


def test_a_doubtful_part_makes_the_whole_doubtful() -> None:
    whole = put_together("5", "4", "3", sure=False)
    assert not whole.accepted and whole.value is not None and whole.reasons == (Doubt.PART,)


def test_empty_places_are_an_empty_field() -> None:
    zones = {f"n.{p}": Zone(f"n.{p}", "name", ((0, 0, 9, 9),), (), "n", p) for p in ("family", "given")}
    made = compose({key: reading(key, "") for key in zones}, zones, {"n": Name()})
    assert made["n"].accepted and made["n"].value is None


def test_a_value_its_kind_refuses_says_so() -> None:
    zones = {"c": Zone("c", "choice", ((0, 0, 9, 9),), ("x",), "c")}
    made = compose({"c": reading("c", "x", "x")}, zones, {"c": Choice((("yes", "はい"),))})
    assert not made["c"].accepted and made["c"].value is None and made["c"].reasons
