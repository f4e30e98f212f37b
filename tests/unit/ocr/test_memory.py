"""What a memory learns from a line, how it speaks, and that it forgets exactly; with features made up for a tiny reader."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence

import numpy as np
import pytest

from ocr.arrays import Floats, Gray
from ocr.decoding.charsets import wider
from ocr.decoding.hints import Hints
from ocr.decoding.texts import text as decode_text
from ocr.memory import Examination, HeldOut, LineKeys, Memory, learn, trial
from ocr.memory import memory as keeping
from ocr.memory.gate import luck, verdict
from ocr.memory.learning import spellings
from ocr.memory.mixing import MOST_ALIKE, Index
from ocr.posterior import BLANK, NOTHING, Alphabet, FeaturePosterior, Head, Posterior, TextPosterior

OWN = "12345678アイウエオ山川高崎広"
ALPHABET = wider(Alphabet(("", *OWN)))
WEIGHTS = "0a0b0c0d"
STRENGTH = 14.0


def _directions(count: int, seed: int = 7) -> Floats:
    rows = np.random.default_rng(seed).normal(size=(count, 120))
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), np.float32)


class TinyReader:
    """A reader of sixteen characters whose features we make up. ``lines`` are what it is given to read."""

    name = "tiny"
    directions = _directions(len(OWN) + 1)

    def __init__(self, lines: Sequence[Floats] = ()) -> None:
        self.lines = lines

    def read(self, lines: Sequence[Gray], kinds: Sequence[str] = ()) -> list[Posterior]:
        return [found for line in self.lines if (found := self.again(line, WEIGHTS)) is not None]

    def again(self, features: Floats, weights: str) -> FeaturePosterior | None:
        if weights != WEIGHTS:
            return None
        seen = np.asarray(features, np.float32)
        head = Head(self.directions * STRENGTH, np.zeros(len(OWN) + 1, np.float32))
        logits = seen @ head.weights.T
        norm = np.log(np.exp(logits).sum(axis=1))
        peak = np.full(len(ALPHABET), NOTHING, np.float32)
        peak[: len(OWN) + 1] = (logits - norm[:, None]).max(axis=0)
        return FeaturePosterior(ALPHABET, head, seen, np.asarray(norm, np.float32), peak, WEIGHTS)


READER = TinyReader()


def drawn(shapes: Sequence[Floats | str], seed: int = 0, noise: float = 0.03) -> Floats:
    """Frames of a line: a blank, then each shape and a blank; a shape is a character's own direction or one given."""
    rng = np.random.default_rng(seed)
    rows = [TinyReader.directions[BLANK]]
    for shape in shapes:
        rows += [_of(shape) if isinstance(shape, str) else shape, TinyReader.directions[BLANK]]
    return np.asarray(np.stack(rows) + rng.normal(0, noise, (len(rows), 120)), np.float32)


def _of(character: str) -> Floats:
    return TinyReader.directions[1 + OWN.index(character)]


def odd(wrong: str, right: str = "", seed: int = 3) -> Floats:
    """A hand's own shape, read as ``wrong`` and a little like ``right``."""
    own = _directions(1, seed)[0]
    made = _of(wrong) * 0.5 + own * 0.8 + (_of(right) * 0.36 if right else 0.0)
    return np.asarray(made / np.linalg.norm(made), np.float32)


def greedy(seen: Posterior) -> str:
    best = seen.columns(range(len(ALPHABET))).argmax(axis=1)
    kept = [n for place, n in enumerate(best) if n and (not place or best[place - 1] != n)]
    return "".join(ALPHABET.characters[n] for n in kept)


def learnt(shapes: Sequence[Floats | str], text: str, *, id: str = "a", group: str = "g", seed: int = 1) -> LineKeys:
    keys = learn([np.float16(drawn(shapes, seed))], WEIGHTS, text, READER, id=id, group=group, kind="text")
    assert keys is not None
    return keys


def remembered(memory: Memory, line: Floats) -> Posterior:
    (seen,) = memory.over(TinyReader([line])).read([])
    return seen


def test_a_misread_character_is_read_after_one_correction() -> None:
    shape = odd("1", "7")
    line = drawn(["山", shape, "川"], seed=5)
    assert greedy(TinyReader([line]).read([])[0]) == "山1川"
    memory = Memory.of([learnt([shape, "高", shape], "7高7")])
    assert greedy(remembered(memory, line)) == "山7川"


def test_a_character_that_the_dictionary_lacks_is_learnt_and_decoded() -> None:
    shape = odd("崎")
    assert ALPHABET.lacks("﨑") and not ALPHABET.lacks("崎")
    memory = Memory.of([learnt(["山", shape], "山﨑")])
    seen = remembered(memory, drawn([shape, "川"], seed=9, noise=0.015))
    assert greedy(seen) == "﨑川"
    assert decode_text(seen, Hints()).text == "﨑川"
    both = Memory.of([*memory.lines, learnt(["崎", "山"], "崎山")])
    assert greedy(remembered(both, drawn(["崎", shape], seed=9))) == "崎﨑"


@pytest.mark.parametrize("seed", range(5))
def test_the_mix_is_a_distribution(seed: int) -> None:
    rng = np.random.default_rng(seed)
    letters = [OWN[n] for n in rng.integers(0, len(OWN), 12)]
    memory = Memory.of(learnt(letters[n : n + 3], "".join(letters[n : n + 3]), id=str(n)) for n in range(10))
    seen = remembered(memory, drawn([*letters, odd(letters[0], letters[1]), odd("1")], seed, noise=0.06))
    assert not isinstance(seen, FeaturePosterior)
    columns = seen.columns(range(len(ALPHABET)))
    assert np.allclose(np.exp(columns).sum(axis=1), 1.0, atol=1e-3)
    assert (columns.max(axis=0) <= seen.peak + 1e-4).all()
    shown = np.flatnonzero(seen.peak > np.log(1e-3))
    assert np.allclose(columns[:, shown].max(axis=0), seen.peak[shown], atol=1e-3)
    some = [5, 0, len(ALPHABET) - 1, 5]
    assert np.allclose(seen.columns(some), columns[:, some], atol=1e-3)
    assert seen.columns([]).shape == (len(columns), 0)


def test_removing_lines_is_as_if_they_had_never_been() -> None:
    lines = [learnt([OWN[n], odd("1", "7", n), "山"], f"{OWN[n]}7山", id=str(n), group=str(n % 3)) for n in range(9)]
    left = Memory.of(lines).without(lambda line: line.group == "1")
    never = Memory.of([line for line in lines if line.group != "1"])
    assert left.lines == never.lines
    line = drawn([odd("1", "7", 4), "川"], seed=8)
    assert np.array_equal(remembered(left, line).columns(range(40)), remembered(never, line).columns(range(40)))


def test_keys_come_back_from_bytes_as_they_went() -> None:
    keys = learnt(["山", odd("崎")], "山﨑", id="line-1", group="sheet-9")
    assert LineKeys.load(keys.dump()) == keys
    assert len(keys.dump()) < 700
    assert np.allclose(np.linalg.norm(np.float32(keys.vectors), axis=1), 1, atol=1e-2)
    for wrong in (b"", b"{}\n", b"[]\n", keys.dump()[:-1], keys.dump().replace(b'"v":1', b'"v":2'), b"\xff\n", b"1"):
        with pytest.raises(ValueError):
            LineKeys.load(wrong)


def test_features_of_other_weights_are_never_compared() -> None:
    assert learn([np.float16(drawn(["山"]))], "ffffffff", "山", READER) is None
    shape = odd("1", "7")
    keys = learnt([shape], "7")
    strange = LineKeys("x", "g", "text", "ffffffff", keys.vectors, keys.labels)
    line = drawn([shape], seed=4)
    assert greedy(remembered(Memory.of([strange]), line)) == "1"
    assert greedy(remembered(Memory.of([strange, keys]), line)) == "7"


def test_a_reader_without_features_is_left_alone() -> None:
    plain = TextPosterior(ALPHABET, "山", 0.9)

    class Plain:
        name = "plain"

        def read(self, lines: Sequence[Gray], kinds: Sequence[str] = ()) -> list[Posterior]:
            return [plain]

    memory = Memory.of([learnt(["山"], "山")])
    assert memory.over(Plain()).read([]) == [plain]
    assert isinstance(memory.over(READER), type(memory.over(Plain())))
    assert Memory().over(READER) is READER


@pytest.mark.parametrize("text", ["8", "広エ", "山川高崎", "山広", "", "﨑" * 30])
def test_a_text_that_cannot_stand_there_is_refused(text: str) -> None:
    assert learn([np.float16(drawn(["山", "川"]))], WEIGHTS, text, READER) is None


def test_damaged_features_are_refused() -> None:
    for features in (np.zeros((0, 120), np.float16), np.full((9, 120), np.nan, np.float16)):
        assert learn([features], WEIGHTS, "山", READER) is None
    assert learn([], WEIGHTS, "山", READER) is None


def test_of_many_keys_alike_the_newest_speak() -> None:
    shape = odd("高", "広")
    old = [learnt(["崎"], "崎", id=f"old{n}") for n in range(3)]
    new = [learnt([shape], "広", id=f"new{n}", seed=n) for n in range(5)]
    index = Index.of(WEIGHTS, Head(READER.directions, np.zeros(len(OWN) + 1, np.float32)), [*old, *new] * 40)
    assert Counter(index.labels) == {"広": MOST_ALIKE, "崎": 120}


def test_one_wrong_digit_is_not_learnt_with_its_neighbours() -> None:
    keys = learnt(["1", "2", "3", "4", "5", "6", "7"], "1234568")
    assert keys.labels == "123456"


def test_a_place_of_several_lines_is_learnt_whole() -> None:
    lines = [np.float16(drawn(["山", "川"])), np.float16(drawn(["高"], 2))]
    keys = learn(lines, WEIGHTS, "山川高", READER)
    assert keys is not None and keys.labels == "山川高"


@pytest.mark.parametrize(
    ("kind", "text", "way"),
    [
        ("phone", "090-1234-5678", "09012345678"), ("phone", "0312345678", "03-1234-5678"), ("year", "01", "元"),
        ("month", "4", "04"), ("day", "04", "4"), ("city", "東京都江東区", "江東区"), ("kana", "ヤマダ", "やまだ"),
        ("postcode", "1350052", "135-0052"), ("text", "ＡＢ 12", "AB12"),
    ],
)  # fmt: skip
def test_a_hand_may_write_otherwise_than_the_value_says(kind: str, text: str, way: str) -> None:
    assert way in spellings(kind, text)


def test_the_way_that_was_written_is_the_one_learnt() -> None:
    keys = learn([np.float16(drawn(["4"]))], WEIGHTS, "04", READER, kind="month")
    assert keys is not None and keys.labels == "4"


def test_room_is_made_by_the_oldest_of_what_is_plentiful() -> None:
    rare = learnt(["広"], "広", id="rare")
    usual = [learnt(["山"], "山", id=str(n)) for n in range(keeping.ENOUGH + 10)]
    kept = Memory.of([rare, *usual], most=keeping.ENOUGH + 5)
    assert [line.id for line in kept.lines][:2] == ["rare", "6"]
    assert [line.id for line in Memory.of(usual, most=5).lines] == [line.id for line in usual[-5:]]


def held(sheets: int, lines: int, shape: Floats, *, spoil: bool = False) -> list[HeldOut]:
    text = "山高" if spoil else "山広"
    return [
        HeldOut(f"{sheet}-{n}", f"held-{sheet}", "text", WEIGHTS, np.float16(drawn(["山", shape], 100 * sheet + n)), text)
        for sheet in range(sheets)
        for n in range(lines)
    ]  # fmt: skip


def test_a_memory_that_wins_on_other_sheets_is_better() -> None:
    shape = odd("高", "広")
    found = trial([learnt([shape, "高"], "広高")], held(3, 8, shape), READER)
    assert (found.lines, found.right_before, found.right_after, found.lost) == (24, 0, 24, 0)
    assert found.better and found.kinds == {"text": (24, 0, 24)}


def test_a_memory_that_harms_a_hand_stays_off() -> None:
    shape = odd("高", "広")
    lines = [learnt([shape, "高"], "広高")]
    spoilt = [
        HeldOut(one.id, "other", one.kind, one.weights, one.features, one.text) for one in held(1, 8, shape, spoil=True)
    ]
    harmed = trial(lines, [*held(3, 8, shape), *spoilt], READER)
    assert harmed.won == 24 and harmed.lost == 8 and not harmed.better


def test_a_memory_is_not_examined_on_sheets_it_learnt_from() -> None:
    shape = odd("高", "広")
    found = trial([learnt([shape, "高"], "広高", group="held-0")], held(3, 8, shape), READER)
    assert found.won == 0 and not found.better


def test_one_examination_compares_memories() -> None:
    shape = odd("高", "広")
    lines = held(3, 8, shape)
    exam = Examination(lines, READER)
    good, useless = [learnt([shape, "高"], "広高")], [learnt(["山"], "山")]
    assert exam.of(good) == trial(good, lines, READER)
    assert exam.of(good).right_after == 24 and exam.of(useless).right_after == 0

    class Beside(TinyReader):
        beside = frozenset({"text"})

    assert trial(good, lines, Beside()).lines == 0


def test_few_lines_prove_nothing() -> None:
    shape = odd("高", "広")
    assert not trial([learnt([shape], "広")], held(2, 5, shape), READER).better
    assert not trial([], [], READER).better
    assert luck(0, 0) == 1.0 and luck(3, 3) > 0.5 and luck(8, 1) < 0.05


def test_a_narrow_win_is_not_enough() -> None:
    line = held(1, 1, odd("高", "広"))[0]
    results = [(line, True, True)] * 80 + [(line, False, True)] * 4 + [(line, True, False)] * 3
    assert not verdict(results).better


def test_three_thousand_keys_cost_little() -> None:
    vectors = np.float16(_directions(10, 11))
    search = Memory.of(LineKeys(str(n), "g", "text", WEIGHTS, vectors, "山川高崎広12345") for n in range(300)).search()
    page = TinyReader([drawn([OWN[n % len(OWN)] for n in range(20)], seed) for seed in range(15)]).read([])
    search.mixed(page[0])
    started = time.process_time()
    for seen in page:
        search.mixed(seen)
    assert time.process_time() - started < 0.25, "0.02 s on an idle machine"
