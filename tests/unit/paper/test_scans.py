"""The scans that everything is measured on: honest splits, seeded, and read back by their own geometry."""

import json
from itertools import combinations

import cv2
import numpy as np
import pytest
import zxingcpp

from forms.bundle import Bundle
from forms.gather import gather
from forms.paper import sheet
from forms.procedures import CATALOGUE
from tests.scans import samples, vocabulary
from tests.scans.hands import FALLBACK, HANDS, UNSEEN, _cmap, _digits, _real_pool, _strokes, hands
from tests.scans.make import fill_form
from tests.scans.people import Household


def test_splits_share_no_hand_font_or_digit() -> None:
    assert UNSEEN in {hand.name for hand in hands("test")}
    for one, other in combinations(("train", "dev", "test"), 2):
        assert not {h.font for h in hands(one) if h.font} & {h.font for h in hands(other)}
        assert not {h.seed for h in hands(one) if h.seed} & {h.seed for h in hands(other)}
    pools = [set(_real_pool(hand.seed)) for hand in HANDS.values() if hand.real_digits]
    assert all(not one & other for one, other in combinations(pools, 2))
    assert _digits().shape == (10, 120, 28, 28)


def test_splits_share_no_word() -> None:
    lists = [
        value
        for name, value in vars(vocabulary).items()
        if name.isupper() and isinstance(value, tuple) and name not in ("SPLITS", "WARD_NAMES", "BUILDINGS")
    ]
    assert len(lists) > 10
    for words in (*lists, *vocabulary.TOWNS.values()):
        parts = [set(vocabulary.share(words, split)) for split in vocabulary.SPLITS]
        assert all(parts) and not any(one & other for one, other in combinations(parts, 2)), words


def test_a_fallback_belongs_to_its_split() -> None:
    for split, font in FALLBACK.items():
        assert font in {hand.font for hand in hands(split)}


@pytest.mark.parametrize("name", HANDS)
def test_a_hand_can_write_every_word(name: str) -> None:
    hand, rng = HANDS[name], np.random.default_rng(0)
    words = [c for c in vocabulary.characters() if c.strip()]
    ways = (_cmap(hand.font) if hand.font else frozenset(), _cmap(FALLBACK[hand.split]))
    assert not [c for c in words if not any(ord(c) in way for way in ways) and not _strokes(c)]
    assert all(hand.draw(c, 40, rng).max() > 0.3 for c in words[::17])


@pytest.mark.parametrize("code", CATALOGUE)
def test_what_people_answer_may_be_submitted(code: str) -> None:
    for seed in range(4):
        record = Household(np.random.default_rng(seed)).fill(CATALOGUE[code])
        assert Bundle([CATALOGUE[code]]).problems(gather(CATALOGUE[code], record)) == []


def test_furigana_belong_to_their_names() -> None:
    readings = dict((*vocabulary.FAMILIES, *vocabulary.RARE_FAMILIES, *vocabulary.GIVEN_WOMEN, *vocabulary.GIVEN_MEN))
    record = Household(np.random.default_rng(5)).fill(CATALOGUE["child-allowance"])
    claimant = record["claimant"]
    if "kana" in claimant:
        assert claimant["kana"]["family"] == readings[claimant["name"]["family"]]
        assert claimant["kana"]["given"] == readings[claimant["name"]["given"]]


def test_the_same_seed_gives_the_same_scan() -> None:
    one = fill_form("move-out", "pen-2", 3, taken="scan", children=1)
    other = fill_form("move-out", "pen-2", 3, taken="scan", children=1)
    assert one.truth() == other.truth()
    assert [image.data for image in one.images] == [image.data for image in other.images]
    assert fill_form("move-out", "pen-2", 4, taken="clean", children=1).words != one.words


def test_ink_stands_where_the_truth_says() -> None:
    form = fill_form("move-out", "klee", 2, taken="clean", children=1)
    picture = cv2.imdecode(np.frombuffer(form.images[0].data, np.uint8), cv2.IMREAD_GRAYSCALE)
    scale = 200 / 25.4
    for zone in form.sheet.pages[0].zones:
        if zone.codes:
            continue
        dark = 0
        for x, y, width, height in zone.cells:
            x0, y0, x1, y1 = (round(v * scale) for v in (x + 0.5, y + 0.5, x + width - 0.5, y + height - 0.5))
            dark += int((picture[y0:y1, x0:x1] < 150).sum())
        assert (dark > 8) == bool(form.truth()["values"][zone.key]), zone.key


def test_a_photograph_keeps_its_code_readable() -> None:
    form = fill_form("safety", "maru", 1, taken="photo")
    image = cv2.imdecode(np.frombuffer(form.images[0].data, np.uint8), cv2.IMREAD_COLOR)
    assert zxingcpp.read_barcodes(image)[0].text.endswith(form.serial)


def test_the_samples_are_of_todays_sheets() -> None:
    """If this fails the sheets changed: `python -m tests.scans.samples` makes the samples again."""
    today = {sheet(procedure).sheet_digest for procedure in CATALOGUE.values()}
    told = json.loads(samples.TRUTH.read_text("utf-8"))
    assert {form["sheet_digest"] for form in told} <= today
    files = list(samples.FOLDER.iterdir())
    assert any(file.suffix == ".pdf" for file in files) and any(file.suffix == ".tiff" for file in files)
    for file in files:
        if file.suffix == ".jpg":
            assert file.stat().st_size <= samples.LARGEST
