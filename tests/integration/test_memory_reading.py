"""Learning with the real reader, the real child and a hand it has never seen: the next lines are read better."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence

import numpy as np
import pytest

from counter.extensions import Store
from counter.jobs import reader as jobs_reader
from counter.jobs.train import train
from counter.models.memory import MemoryVersion
from counter.queries import memory as lists
from counter.services import memory, memory_training
from ocr.arrays import Gray
from ocr.decoding.by_kind import decoder
from ocr.decoding.hints import Hints
from ocr.engines import LineReader
from ocr.memory import LineKeys
from ocr.posterior import FeaturePosterior
from ocr.reading import shipped_readers
from ocr.results import LineSeen
from ocr.training import Stopped, Work
from ocr.training import train as in_a_child
from tests.learning import Written, doing, filed, read
from tests.moves import KOTO
from tests.scans.hands import HANDS
from tests.staff import rows

HAND = "messy-6"
OFTEN = "清水谷川町桜橋本郷深沢宮前花園松葉緑青葉千石大和南北東西若葉"
A_SHEET = 8


def drawn(text: str, rng: np.random.Generator) -> Gray:
    ink = HANDS[HAND].line(text, 44, rng)
    paper = np.full((ink.shape[0] + 8, ink.shape[1] + 16), 255, np.uint8)
    paper[4:-4, 8:-8] = (255 * (1 - ink)).astype(np.uint8)
    return paper


@pytest.fixture(scope="module")
def words() -> list[tuple[str, Gray]]:
    """Lines of one hand. Each holds a character that the reader has no name for, so that it is wrong whatever weights
    read it, until it is learnt."""
    chance, rng = random.Random(5), np.random.default_rng(3)
    texts = []
    for _ in range(7 * A_SHEET):
        others = chance.sample(OFTEN, 3)
        others.insert(chance.randrange(4), "ゐ")
        texts.append("".join(others))
    return [(text, drawn(text, rng)) for text in texts]


def sheets(store: Store, words: Sequence[tuple[str, Gray]]) -> list[str]:
    first = shipped_readers().first
    assert first is not None
    posteriors = first.read([image for _, image in words], ["text"] * len(words))
    places = []
    for number, ((text, _), posterior) in enumerate(zip(words, posteriors, strict=True)):
        assert isinstance(posterior, FeaturePosterior)
        seen = LineSeen(posterior.features.astype(np.float16), posterior.weights)
        places.append(Written(f"note{number}", "text", text, (seen,), changed=taken(posterior) != text))
    return [filed(store, places=places[start : start + A_SHEET]) for start in range(0, len(places), A_SHEET)]


def taken(posterior: object) -> str:
    return decoder("text")(posterior, Hints()).text  # type: ignore[arg-type]


@pytest.fixture
def aside(monkeypatch: pytest.MonkeyPatch) -> Iterator[set[str]]:
    found: set[str] = set()
    monkeypatch.setattr(memory_training, "aside", found.__contains__)
    yield found


def test_the_next_sheet_of_a_hand_is_read_with_what_was_corrected(
    store: Store, words: list[tuple[str, Gray]], aside: set[str]
) -> None:
    learn, examine, after = words[: 3 * A_SHEET], words[3 * A_SHEET : 6 * A_SHEET], words[6 * A_SHEET :]
    aside.update(held := sheets(store, examine))
    first = sheets(store, learn)
    assert train(store, KOTO) == 1
    (version,) = rows(store, KOTO, MemoryVersion)
    assert version.in_force == 1, version.why
    assert version.right_after > version.right_before and version.held_lines == len(examine)
    assert version.seconds < 30
    active = read(store)
    assert active is not None
    without, with_it = shipped_readers().first, jobs_reader._readers(active).first
    assert without is not None and with_it is not None
    assert read_right(without, after) == 0
    assert read_right(with_it, after) >= len(after) // 2
    assert doing(store, lists.characters, lists.EVER).new == ("ゐ",)
    # forgetting one sheet is exact: the memory is the one that never learnt it
    never = tuple(line for line in active.lines if LineKeys.load(line).group != first[0])
    doing(store, memory.forget_form, first[0], actor="staff:1")
    left = read(store)
    assert left is not None and left.lines == never
    assert not {LineKeys.load(line).group for line in left.lines} & {*held, first[0]}


def read_right(reader: LineReader, lines: Sequence[tuple[str, Gray]]) -> int:
    posteriors = reader.read([image for _, image in lines], ["text"] * len(lines))
    return sum(taken(one) == text for (text, _), one in zip(lines, posteriors, strict=True))


def test_a_child_that_hangs_or_breaks_says_so_and_tells_nothing() -> None:
    with pytest.raises(Stopped, match="time is up"):
        in_a_child(Work(()), seconds=0.01)
    with pytest.raises(Stopped) as broken:
        in_a_child(Work((), (b"not keys of a line",)))
    assert "not keys" not in str(broken.value)
