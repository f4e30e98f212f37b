"""CTC arithmetic against brute force."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from ocr.decoding import ctc
from ocr.decoding.ctc import Lattice

TARGETS = ("a", "b", "c")


def random_lattice(seed: int, frames: int = 5) -> Lattice:
    chances = np.random.default_rng(seed).dirichlet(np.ones(4) * 0.6, frames).astype(np.float32)
    return Lattice(TARGETS, np.maximum(chances, 1e-6), np.ones(frames, np.float32))


def collapse(path: tuple[int, ...]) -> str:
    kept = [c for i, c in enumerate(path) if c and (i == 0 or path[i - 1] != c)]
    return "".join(TARGETS[c - 1] for c in kept)


def brute_force(seen: Lattice) -> dict[str, float]:
    found: dict[str, float] = {}
    for path in itertools.product(range(4), repeat=seen.frames):
        text = collapse(path)
        found[text] = found.get(text, 0.0) + float(np.prod([seen.chances[t, c] for t, c in enumerate(path)]))
    return found


@pytest.mark.parametrize("seed", range(6))
def test_score_is_exact(seed: int) -> None:
    seen = random_lattice(seed)
    truth = brute_force(seen)
    texts = sorted(truth)
    assert np.allclose(ctc.score(seen, texts), [np.log(truth[t]) for t in texts], atol=1e-3)


@pytest.mark.parametrize("seed", range(6))
def test_a_wide_beam_finds_the_best(seed: int) -> None:
    seen = random_lattice(seed)
    truth = brute_force(seen)
    text, log = ctc.beam(seen, 60, 4)[0]
    assert text == max(truth, key=truth.__getitem__)
    assert log == pytest.approx(np.log(truth[text]), abs=0.02)


def test_what_a_grammar_forbids_is_never_said() -> None:
    found = ctc.beam(random_lattice(3), 30, 4, weigh=lambda text, character: float(character != "b"))
    assert found and all("b" not in text for text, _ in found)


def test_an_unknown_character_costs_and_does_not_fail() -> None:
    known, unknown = ctc.score(random_lattice(1), ["a", "☃"])
    assert unknown < known - 5


def test_confidences_have_one_number_a_character() -> None:
    seen = random_lattice(2, frames=12)
    for text in ("", "a", "abc", "aab"):
        found = ctc.character_confidences(seen, text)
        assert len(found) == len(text) and all(0 <= value <= 1 for value in found)


def test_no_frames_and_no_texts() -> None:
    assert len(ctc.score(random_lattice(1), [])) == 0
    assert ctc.greedy(Lattice(TARGETS, np.zeros((0, 4), np.float32), np.zeros(0, np.float32))) == ""
