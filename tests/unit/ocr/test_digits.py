"""Two readers of digits make one posterior; lines go to the weights for their kind."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from ocr.arrays import Floats, Gray
from ocr.decoding.by_kind import decoder
from ocr.decoding.hints import Hints
from ocr.engines import shipped
from ocr.engines.digits import CLASSES, DigitNet, gathered, labels, together
from ocr.engines.ppocr import PaddleReader
from ocr.engines.shipped import DIGITS, LINES, Routed, model, shipped_reader
from ocr.posterior import BLANK, NOTHING, Alphabet, FeaturePosterior, Head

ALPHABET = Alphabet(("", *"0123456789-()ロ丁目番八"))
FRAMES = 13


def seen(text: str, sure: float = 0.9) -> FeaturePosterior:
    """A line whose every second frame holds a character: features are the logits themselves."""
    chances = np.full((FRAMES, len(ALPHABET)), (1 - sure) / (len(ALPHABET) - 1), np.float32)
    path = [BLANK] * FRAMES
    for place, character in enumerate(text):
        path[1 + 2 * place] = ALPHABET.index[character]
    chances[np.arange(FRAMES), path] = sure
    logs = np.log(chances)
    head = Head(np.eye(len(ALPHABET), dtype=np.float32), np.zeros(len(ALPHABET), np.float32))
    return FeaturePosterior(ALPHABET, head, logs, np.zeros(FRAMES, np.float32), logs.max(axis=0), "0badf00d")


def scores(text: str, sure: float = 0.99) -> Floats:
    answer = np.full((FRAMES, len(CLASSES)), (1 - sure) / (len(CLASSES) - 1), np.float32)
    path = [0] * FRAMES
    for place, label in enumerate(labels(text)):
        path[1 + 2 * place] = label
    answer[np.arange(FRAMES), path] = sure
    return np.log(answer)


def best(posterior: FeaturePosterior | object) -> str:
    every = posterior.columns(range(len(ALPHABET)))  # type: ignore[attr-defined]
    return "".join(ALPHABET.characters[c] for c in every.argmax(axis=1))


def test_labels_fold_what_is_no_digit() -> None:
    assert labels("1丁-2") == [2, len(CLASSES) - 1, 11, 3]


def test_shapes_count_for_the_digit_they_stand_for() -> None:
    said = np.exp(gathered(seen("ロ1"), "phone"))
    assert said[1, 1] > 0.85  # ロ is a nought
    assert said[1, -1] < 0.1
    street = np.exp(gathered(seen("ロ1"), "number"))
    assert street[1, -1] > 0.85  # but itself in a 番地
    np.testing.assert_allclose(said.sum(axis=1), 1, atol=0.01)


def test_the_surer_reader_is_believed() -> None:
    assert best(together(seen("1234", 0.6), scores("1284"), "digits")) == "1284"
    assert best(together(seen("1234", 0.99), scores("1284", 0.3), "digits")) == "1234"


def test_what_is_no_digit_is_left_to_the_first_reader() -> None:
    both = together(seen("1丁目2番"), scores("1丁目2番"), "number")
    assert best(both) == "1丁目2番"
    assert decoder("number")(both, Hints()).text == "1丁目2番"


def test_shapes_say_nothing_of_their_own() -> None:
    both = together(seen("0ロ"), scores("00"), "phone")
    assert best(both) == "00"
    assert (both.columns([ALPHABET.index["ロ"]]) == NOTHING).all()
    assert both.peak[ALPHABET.index["0"]] > -0.2
    assert both.peak.max() <= 0


def test_it_remembers_what_the_memory_learns_from() -> None:
    plain = seen("12")
    both = together(plain, scores("12"), "digits")
    assert both.features is plain.features
    assert both.weights == plain.weights


class Named:
    """Stands for a PaddleReader: answers by the width of a line."""

    def __init__(self, text: str) -> None:
        self.text, self.asked = text, 0
        self.alphabet = ALPHABET

    def seen(self, lines: Sequence[Gray]) -> list[FeaturePosterior]:
        self.asked += len(lines)
        return [seen(self.text) for _ in lines]

    read = seen


class Sure:
    def scores(self, pixels: Floats) -> Floats:
        return np.stack([scores("77", 0.9999) for _ in pixels])


@pytest.mark.parametrize("net", [None, Sure()])
def test_lines_go_by_their_kind(net: DigitNet | None) -> None:
    text, numbers = Named("丁目"), Named("12")
    routed = Routed(text, numbers, net)  # type: ignore[arg-type]
    line = np.full((48, 100), 255, np.uint8)
    answers = [best(one) for one in routed.read([line] * 3, ["name", "phone", ""])]
    assert answers == ["丁目", "77" if net else "12", "丁目"]
    assert (text.asked, numbers.asked) == (2, 1)
    assert best(routed.read([line])[0]) == "丁目"
    assert routed.read([]) == []


def test_a_file_that_was_not_measured_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shipped, "MODELS", shipped.MODELS.parent / "engines")
    assert model("digits.py", "00000000") is None
    assert model("nothing.onnx", "00000000") is None


def test_the_shipped_models_are_the_measured_ones() -> None:
    assert model(*DIGITS)
    assert bool(LINES[1]) == (shipped.MODELS / LINES[0]).exists()
    assert not LINES[1] or model(*LINES)


def test_shipped_weights_have_one_alphabet_and_say_which_they_are() -> None:
    reader = shipped_reader()
    line = np.full((48, 160), 255, np.uint8)
    line[10:38, 20:24] = line[10:38, 60:64] = 0
    digits, text = reader.read([line, line], ["phone", "name"])
    assert digits.alphabet is text.alphabet is reader.alphabet
    for one in (digits, text):
        again = reader.again(one.features.astype(np.float16), one.weights)  # type: ignore[attr-defined]
        assert again is not None
        assert again.weights == one.weights  # type: ignore[attr-defined]
    assert reader.again(np.zeros((4, 120), np.float32), "00000000") is None


def test_the_net_answers_on_the_grid_of_the_first_reader() -> None:
    data = model(*DIGITS)
    assert data
    assert DigitNet(data, 1).scores(np.ones((2, 48, 128), np.float32)).shape == (2, 16, len(CLASSES))
    assert PaddleReader.name == Routed.name
