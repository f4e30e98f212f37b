"""Marks as network and rules read them together: a page of drawn boxes and words, and what a whole question allows."""

from __future__ import annotations

import hashlib
from pathlib import Path

import cv2
import numpy as np
import pytest

from forms.paper import Zone
from ocr import clean, marks, marks_reading
from ocr.engines import EngineMissing, marks_net
from ocr.marks import Answer, Mark
from ocr.template import PX

PITCH = 16.0
Stroke = list[tuple[float, float]]
"""in the unit square of the place"""

TICKS: dict[str, list[Stroke]] = {
    "レ": [[(0.25, 0.0), (0.3, 0.9), (1.1, 0.1)]],
    "✓": [[(0.05, 0.45), (0.35, 0.95), (1.2, -0.2)]],
    "✗": [[(0.1, 0.1), (0.9, 0.9)], [(0.9, 0.1), (0.1, 0.9)]],
    "○": [[(0.5 + 0.38 * np.cos(t), 0.5 + 0.38 * np.sin(t)) for t in np.linspace(0, 6.4, 30)]],
    "large ✓": [[(-0.2, 0.2), (0.35, 1.1), (1.6, -0.6)]],
    "slash": [[(0.9, 0.05), (0.1, 0.95)]],
}
STRIKE: list[Stroke] = [[(-0.3, 0.4), (3.4, 0.42)], [(-0.3, 0.62), (3.4, 0.6)]]
RING: list[Stroke] = [[(0.5 + 0.55 * np.cos(t), 0.5 + 0.58 * np.sin(t)) for t in np.linspace(0, 6.4, 40)]]


def drawn(
    *places: tuple[list[Stroke], bool], word: bool = False, pen: int = 45
) -> tuple[clean.Ink, list[tuple[float, float, float, float]]]:
    """One row a place: a labelled box (or a printed word) with strokes on it, as ink."""
    wide, high = (9.5, 7.0) if word else (5.0, 5.0)
    cells = [(12.0, 8.0 + PITCH * n, wide, high) for n in range(len(places))]
    blank = np.full((round((10 + PITCH * len(places)) * PX), 520), 255, np.uint8)
    for x, y, w, h in cells:
        if word:
            cv2.putText(blank, "AB", (round((x + 1.6) * PX), round((y + 5) * PX)), cv2.FONT_HERSHEY_SIMPLEX, 1.0, 20, 2)
            continue
        cv2.rectangle(blank, (round(x * PX), round(y * PX)), (round((x + w) * PX), round((y + h) * PX)), 190, 1)
        cv2.putText(blank, "label", (round((x + 6.5) * PX), round((y + 4.5) * PX)), cv2.FONT_HERSHEY_SIMPLEX, 0.9, 0, 2)
    page = blank.copy()
    for (strokes, filled), (x, y, w, h) in zip(places, cells, strict=True):
        if filled:
            page[
                round((y - 0.3) * PX) : round((y + h + 0.3) * PX), round((x - 0.3) * PX) : round((x + w + 0.3) * PX)
            ] = 30
        for stroke in strokes:
            points = np.round((np.asarray(stroke) * (w, h) + (x, y)) * PX * 16).astype(np.int32)
            cv2.polylines(page, [points], False, pen, 4, cv2.LINE_AA, 4)
    return clean.ink(np.asarray(cv2.cvtColor(page, cv2.COLOR_GRAY2RGB), np.uint8), blank), cells


def answers(*places: tuple[list[Stroke], bool], kind: str = "choices", pen: int = 45) -> list[Mark]:
    page, cells = drawn(*places, word=kind == "era", pen=pen)
    codes = tuple(str(n) for n in range(len(cells)))
    net = marks_reading.shipped_net()
    assert net is not None
    return list(marks_reading.read(page, [Zone("a", kind, tuple(cells), codes)], net)["a"])


def test_ticks_of_all_shapes_and_nothing() -> None:
    found = answers(*[(strokes, False) for strokes in TICKS.values()], ([], False))
    assert [mark.answer for mark in found] == [Answer.YES] * len(TICKS) + [Answer.NO]


def test_what_a_person_must_decide() -> None:
    beside = [[(x - 1.5, y) for x, y in TICKS["✓"][0]]]
    found = answers((TICKS["✓"] + STRIKE, False), ([], True), (beside, False), ([[(0.4, 0.5), (0.44, 0.55)]], False))
    assert [mark.answer for mark in found] == [Answer.LOOK] * 4
    assert all(mark.reason for mark in found)
    assert found[0].reason == marks.STRUCK_OUT and found[1].reason == marks.FILLED


@pytest.mark.parametrize("pen", [45, 130])
def test_the_circled_word(pen: int) -> None:
    found = answers(([], False), (RING, False), ([], False), kind="era", pen=pen)
    assert [mark.answer for mark in found] == [Answer.NO, Answer.YES, Answer.NO]


def test_two_where_one_is_allowed() -> None:
    found = answers((TICKS["レ"], False), (TICKS["レ"], False), ([], False), kind="choice")
    assert [(mark.answer, mark.reason) for mark in found[:2]] == [(Answer.LOOK, marks.TWICE)] * 2
    assert found[2].answer is Answer.NO


def test_one_struck_out_and_another_ticked() -> None:
    found = answers((TICKS["✓"] + STRIKE, False), (TICKS["✓"], False), ([], False), kind="choice")
    assert [mark.answer for mark in found] == [Answer.NO, Answer.YES, Answer.NO]
    assert found[1].reason == marks_reading.CORRECTED


def test_a_declaration_is_made_by_a_clear_mark_in_its_box_alone() -> None:
    ring = [[(x * 4 + 1.0, y) for x, y in RING[0]]]
    faint = answers((TICKS["slash"], False), kind="declaration", pen=215)
    for found in (
        answers((ring, False), kind="declaration"),
        faint,
        answers((TICKS["✓"] + STRIKE, False), kind="declaration"),
    ):
        assert found[0].answer is not Answer.YES
    assert answers((TICKS["✓"], False), kind="declaration")[0].answer is Answer.YES


def test_the_model_is_the_one_that_was_measured() -> None:
    assert hashlib.sha256(marks_net.MODEL.read_bytes()).hexdigest() == marks_net.DIGEST
    assert marks_net.MODEL.stat().st_size < 700_000


def test_rules_alone_where_the_network_cannot_run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    marks_net.shipped_net.cache_clear()
    monkeypatch.setattr(marks_net, "MODEL", tmp_path / "none.onnx")
    try:
        with pytest.raises(EngineMissing):
            marks_net.shipped_net()
        assert marks_reading.shipped_net() is None
        (tmp_path / "none.onnx").write_bytes(b"another")
        assert marks_reading.shipped_net() is None
    finally:
        marks_net.shipped_net.cache_clear()
    page, cells = drawn((TICKS["✓"], False), ([], False))
    zone = Zone("a", "choice", tuple(cells), ("x", "y"))
    assert [mark.answer for mark in marks_reading.read(page, [zone], None)["a"]] == [Answer.YES, Answer.NO]
