"""The paper twin's geometry: everything has its place, and no two share one."""

import itertools

import pytest

from forms.conditions import Age, Is
from forms.kinds import ALL_KINDS, Choice, Person
from forms.model import About, Field, Procedure, Section
from forms.paper import Page, Sheet, Zone, dump, load, needed_rows, sheet
from forms.paper_boxes import runs
from forms.paper_fill import kinds, left_out, written
from forms.paper_notes import note
from forms.paper_pages import LEFT
from forms.procedures import CATALOGUE

ROWS = (None, 7)
MARK_KINDS = {"era", "choice", "choices", "wards", "declaration"}
READ_KINDS = {
    "name", "kana", "postcode", "phone", "year", "month", "day", "city", "town", "number", "building", "ward",
    "digits", "corporate_number", "invoice_number", "email", "text", "long_text", "bank",
}  # fmt: skip


@pytest.fixture(params=[(code, rows) for code in CATALOGUE for rows in ROWS], ids=lambda p: f"{p[0]}-{p[1] or 'plain'}")
def laid_out(request: pytest.FixtureRequest) -> tuple[Procedure, Sheet]:
    code, rows = request.param
    return CATALOGUE[code], sheet(CATALOGUE[code], rows)


def boxes(page: Page) -> list[tuple[str, tuple[float, float, float, float]]]:
    return [(zone.key, cell) for zone in page.zones for cell in zone.cells]


def apart(one: tuple[float, ...], other: tuple[float, ...], air: float = 0.0) -> bool:
    return (
        one[0] + one[2] + air <= other[0] + 0.011
        or other[0] + other[2] + air <= one[0] + 0.011
        or one[1] + one[3] + air <= other[1] + 0.011
        or other[1] + other[3] + air <= one[1] + 0.011
    )


def test_no_two_places_overlap(laid_out: tuple[Procedure, Sheet]) -> None:
    for page in laid_out[1].pages:
        for (one, box), (other, second) in itertools.combinations(boxes(page), 2):
            assert apart(box, second), f"{one} and {other} on page {page.page}"


def test_boxes_to_tick_keep_their_distance(laid_out: tuple[Procedure, Sheet]) -> None:
    """A tick strays over its box; 2.6 mm around it is what a reader looks at."""
    for page in laid_out[1].pages:
        ticked = [cell for zone in page.zones if zone.kind in MARK_KINDS - {"era"} for cell in zone.cells]
        for one, other in itertools.combinations(ticked, 2):
            assert apart(one, other, 2.6)


def test_everything_is_on_the_page_and_away_from_markers_code_and_seal(laid_out: tuple[Procedure, Sheet]) -> None:
    for page in laid_out[1].pages:
        code = (page.qr[0] - 3, page.qr[1] - 3, page.qr[2] + 6, page.qr[2] + 6)
        kept = [(x - 1.5, y - 1.5, size + 3, size + 3) for _, x, y, size in page.markers]
        stamps = [rule.box for rule in page.rules if rule.style in ("seal", "stamp")]
        for key, cell in boxes(page):
            assert cell[0] >= LEFT and cell[0] + cell[2] <= 196.1 and cell[1] + cell[3] <= 277.1, key
            assert all(apart(cell, forbidden) for forbidden in (code, *kept, *stamps)), key
        for text in page.texts:
            assert text.box[0] + text.box[2] <= 203.1 and text.box[1] + text.box[3] <= 280, text.msgid
            assert all(apart(text.box, forbidden) for forbidden in (code, *kept) if text.style != "place"), text.msgid


def test_words_and_places_do_not_cover_each_other(laid_out: tuple[Procedure, Sheet]) -> None:
    for page in laid_out[1].pages:
        for text in page.texts:
            if text.style != "era":
                assert all(apart(text.box, cell) for _, cell in boxes(page)), text.msgid
        for one, other in itertools.combinations([t for t in page.texts if t.style != "guide"], 2):
            assert apart(one.box, other.box), f"{one.msgid} and {other.msgid} on page {page.page}"


def test_every_answer_of_the_record_has_its_place(laid_out: tuple[Procedure, Sheet]) -> None:
    procedure, made = laid_out
    fields = {zone.field for page in made.pages for zone in page.zones}
    for item in procedure.asks:
        if isinstance(item, About) and isinstance(item.who, Section):
            paths = [f"{item.record_key}.{row}.{ask.field.name}" for row in range(item.rows) for ask in item.asks]
            assert set(paths) <= fields
        elif isinstance(item, About):
            assert {f"{item.record_key}.{ask.field.name}" for ask in item.asks} <= fields
        else:
            assert item.field.key in fields


def test_a_key_stands_once_and_marks_have_a_place_a_code(laid_out: tuple[Procedure, Sheet]) -> None:
    zones = [zone for page in laid_out[1].pages for zone in page.zones]
    keys = [zone.key for zone in zones]
    assert len(keys) == len(set(keys))
    for zone in zones:
        assert zone.kind in (MARK_KINDS if zone.codes else READ_KINDS), zone
        assert not zone.codes or len(zone.codes) == len(zone.cells)
        assert zone.key == (f"{zone.field}.{zone.part}" if zone.part else zone.field)


def test_a_sheet_survives_its_storage(laid_out: tuple[Procedure, Sheet]) -> None:
    assert load(dump(laid_out[1])) == laid_out[1]


def test_continuation_pages_follow_the_rows_and_keep_the_digest() -> None:
    procedure = CATALOGUE["child-allowance"]
    plain, long = sheet(procedure), sheet(procedure, 7)
    assert long.sheet_digest == plain.sheet_digest
    assert long.pages[: len(plain.pages)] == plain.pages
    assert [page.page for page in long.pages] == list(range(1, len(long.pages) + 1))
    rows = {zone.field.split(".")[1] for page in long.pages for zone in page.zones if zone.field.startswith("children")}
    assert rows == {str(row) for row in range(8)}
    more = sheet(procedure, 12)
    assert more.pages[: len(long.pages)] == long.pages, "the pattern of a continuation page never changes"


def test_the_record_says_how_many_rows_it_needs() -> None:
    procedure = CATALOGUE["child-allowance"]
    record = {"children": [{}] * 5}
    assert needed_rows(procedure, record) == 5
    assert needed_rows(procedure, {"children": [{}] * 2}) is None
    assert needed_rows(procedure, None) is None
    assert left_out(sheet(procedure), procedure, record) == ["children"]
    assert left_out(sheet(procedure, 5), procedure, record) == []


def test_move_in_takes_two_pages() -> None:
    assert len(sheet(CATALOGUE["move-in"]).pages) == 2


GOLDEN = {
    "bereavement": "f5ba613d5f430344",
    "care-assessment": "cc211c682beba330",
    "care-insurance": "163925481ceb19c1",
    "care-insurance-leaving": "f92b051fdc7bd25b",
    "child-allowance": "e8a1cbe38e00cd62",
    "child-allowance-ending": "d857c2102634eb4a",
    "child-allowance-more": "e73a9ba7c6df9910",
    "child-medical": "8dad73f6c47d36b6",
    "childcare": "adcada23c457ad24",
    "damage-certificate": "4137b9c63f187f2e",
    "funeral": "edbdbe9d45661d65",
    "health-insurance": "f00d9764dcea655d",
    "health-insurance-leaving": "aee78b36cba6306d",
    "household-change": "f28723fca9fa6ad2",
    "move-in": "c0bb02ca01358e0d",
    "move-out": "dd45e1d0d7b538d6",
    "move-within": "c958c369fa4d76fe",
    "pension": "8ddc9dfc3bbc16f2",
    "resident-record": "ef89f4e5325d64ea",
    "safety": "bb67c7c349b3ce91",
    "school-aid": "7f8a0a9e773266bb",
    "seal-registration": "7910bd70a93eb1ab",
    "supplier": "9201b1e3514009ba",
}


@pytest.mark.parametrize("code", CATALOGUE)
def test_the_digest_of_a_printed_sheet_stays(code: str) -> None:
    """Paper with this digest is out there. If this fails on purpose: old sheets are stored, so change it here."""
    assert sheet(CATALOGUE[code]).sheet_digest == GOLDEN[code]


# --- kinds × paper ---


@pytest.mark.parametrize("kind", ALL_KINDS, ids=lambda kind: kind.code)
def test_every_kind_can_be_written_on_paper(kind: type) -> None:
    if kind is Person:
        assert runs("x", "誰", Person()) == [], "a pointer is not written: its role's own fields are"
        return
    made = runs("path.x", "見出し", kind(), required=False)
    if getattr(kind(), "options", True) == ():
        return
    zones: list[Zone] = [zone for run in made for zone in run.zones]
    assert zones
    assert all(zone.kind in MARK_KINDS | READ_KINDS for zone in zones)
    parts = {part.name for part in kind().parts()}
    assert parts == {zone.part for zone in zones if zone.part}
    for run in made:
        assert run.width <= 182
        for zone in run.zones:
            for x, y, width, height in zone.cells:
                assert x >= 0 and y >= 0 and x + width <= run.width + 0.02 and y + height <= run.height + 0.02


def test_conditions_are_said_in_words() -> None:
    people = Section("people", "人", many=True)
    flat = Section("flat", "家")
    picked = Field(flat, "pick", "同居ですか", Choice())
    born = Field(people, "born", "生年月日", Choice())
    (text,) = note(Is(picked, "yes"))
    assert text.msgid % dict(text.params) == "「同居ですか」が「はい」の場合に書いてください"
    (text,) = note(Is(picked, "yes", "no"))
    assert "「はい」または「いいえ」" in text.msgid % dict(text.params)
    (text,) = note(Age(born, picked, under=18))
    assert text.msgid % dict(text.params) == "18歳未満の方について書いてください"
    assert note(None) == ()


def test_a_record_is_set_on_its_places() -> None:
    procedure = CATALOGUE["child-allowance"]
    made = sheet(procedure)
    record = {
        "move": {"new_address": {"postcode": "1350016", "city": "東京都江東区", "town": "東陽", "number": "4-11-28"}},
        "claimant": {"birth_date": {"iso": "1990-05-01", "precision": "day", "as_written": "平成2年5月1日"}},
        "child-allowance-consent": {"consent": "yes"},
    }
    words = written(made, procedure, record)
    assert words["move.new_address.postcode"] == "1350016"
    assert words["claimant.birth_date.era"] == ("heisei",)
    assert words["claimant.birth_date.year"] == "2"
    assert "move.new_address.building" not in words
    assert "child-allowance-consent.consent" not in words, "no machine agrees for a person"
    assert written(made, procedure, record, by_hand=True)["child-allowance-consent.consent"] == ("yes",)
    assert set(kinds(made, procedure)) == {zone.field for page in made.pages for zone in page.zones}
