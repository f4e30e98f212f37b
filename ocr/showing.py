"""Pictures of each step for people who want to see where a reading went wrong."""

from __future__ import annotations

import html
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from ocr.arrays import Colour
from ocr.clean import bounds
from ocr.decoding.ctc import greedy
from ocr.decoding.texts import everything

if TYPE_CHECKING:
    from ocr.results import Box
    from ocr.work import Work

GREEN, RED, BLUE, GREY = (20, 150, 60), (210, 30, 30), (30, 80, 200), (128, 128, 128)
FONTS = (
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/noto-cjk/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/opentype/ipafont-gothic/ipag.ttf",
)
Words = list[tuple["Box", str, tuple[int, int, int]]]
"""where, what is said there, in which colour"""


class Album:
    """``NN-step.png`` a step and an ``index.html`` that says in words what the pictures show. They hold what the page
    holds, so the folder is as private as the page; only the last picture is without 個人番号."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._entries: list[str] = []
        folder.mkdir(parents=True, exist_ok=True)

    def add(self, step: str, work: Work) -> None:
        name = f"{len(self._entries) + 1:02d}-{step}"
        cv2.imwrite(str(self._folder / f"{name}.png"), cv2.cvtColor(_picture(step, work), cv2.COLOR_RGB2BGR))
        said = "".join(f"<li>{html.escape(line)}</li>" for line in _said(step, work))
        self._entries.append(
            f'<section><h2>{name}</h2><a href="{name}.png"><img src="{name}.png" alt="" width="480"></a><ul>{said}</ul></section>'
        )

    def end(self, work: Work) -> None:
        self.add("hide", work)
        style = "body{font-family:sans-serif}section{display:flex;gap:1em;flex-wrap:wrap}h2{width:100%}"
        page = (
            f'<!doctype html><html lang="ja"><meta charset="utf-8"><title>読み取りの途中</title><style>{style}</style>'
        )
        (self._folder / "index.html").write_text(page + "\n".join(self._entries), encoding="utf-8")


# -- in words -----------------------------------------------------------------------------------------------------


def _said(step: str, work: Work) -> Iterator[str]:
    if step == "find":
        yield _found(work)
    elif step == "check":
        pens = [cut.strength for cuts in work.cuts.values() for cut in cuts if cut.image is not None]
        yield f"濃さの中央値 {int(np.median(pens)) if pens else '－'}、記入のある行 {len(pens)}"
    elif step in WORDS:
        for (x, y, _, _), text, _ in WORDS[step](work):
            yield f"({x}, {y}) {text}"
    elif step == "hide":
        yield f"消した部分 {len(work.hidden)}"
    for problem in work.problems if step in ("find", "check", "hide") else ():
        yield problem.text


def _found(work: Work) -> str:
    if work.found is None:
        return "様式は見つかりません"
    found = work.found
    return f"{found.template.sheet.procedure} {found.page.page}ページ（{found.by}）"


def _recognised(work: Work) -> Words:
    """What the recogniser saw by itself, whatever the place should hold."""
    return [
        (_line_box(work, key, n), greedy(everything(line)), BLUE)
        for key, lines in work.seen.items()
        for n, line in enumerate(lines)
    ]


def _decoded(work: Work) -> Words:
    """What the place's kind makes of it, and the next best."""
    return [
        (_line_box(work, key, n), f"{line.text}　{line.share:.2f}　{'／'.join(line.alternatives[:3])}", GREEN)
        for key, lines in work.decoded.items()
        for n, line in enumerate(lines)
    ]


def _judged(work: Work) -> Words:
    return [
        (reading.crop, f"{key}: {reading.text}　{'、'.join(reading.reasons)}", GREEN if reading.accepted else RED)
        for key, reading in work.readings.items()
    ]


def _asked(work: Work) -> Words:
    """The places that the second reader was asked about."""
    return [
        (work.readings[key].crop, f"{key}: 2つ目の読取も{'同じ' if same else '違う'}", GREEN if same else RED)
        for key, same in work.agreed.items()
        if key in work.readings
    ]


def _line_box(work: Work, key: str, number: int) -> Box:
    written = [cut.box for cut in work.cuts[key] if cut.image is not None]
    return written[number] if number < len(written) else (0, 0, 1, 1)


WORDS = {
    "recognise": _recognised,
    "decode": _decoded,
    "accept": _judged,
    "ask_again": _asked,
    "put_together": _judged,
}

# -- in pictures --------------------------------------------------------------------------------------------------


def _picture(step: str, work: Work) -> Colour:
    if step == "find" or work.straightened is None:
        return _outlined(work) if step != "hide" else _hidden(work, work.picture)
    if step == "hide":
        return _hidden(work, work.straightened)
    if step in ("wash", "tick") and work.page is not None:
        shown = cv2.cvtColor(255 - work.page.dark, cv2.COLOR_GRAY2RGB)
        return _zones(np.asarray(shown, np.uint8), work) if step == "tick" else np.asarray(shown, np.uint8)
    if step == "cut":
        return _cuts(work)
    if step in WORDS:
        return _with_words(work, WORDS[step](work))
    return _zones(work.straightened.copy(), work)


def _outlined(work: Work) -> Colour:
    shown = work.picture.copy()
    if work.found is not None:
        page = work.found.page
        corners = np.asarray(
            [[0, 0], [page.width_mm, 0], [page.width_mm, page.height_mm], [0, page.height_mm]], np.float32
        )
        there = cv2.perspectiveTransform((corners * 200 / 25.4).reshape(-1, 1, 2), np.linalg.inv(work.found.homography))
        cv2.polylines(shown, [there.astype(np.int32)], True, GREEN, 6)
    return shown


def _zones(shown: Colour, work: Work) -> Colour:
    for key, zone in work.zones.items():
        for cell in zone.cells:
            x, y, w, h = bounds([cell], shown.shape)
            cv2.rectangle(shown, (x, y), (x + w, y + h), BLUE, 1)
        answers = work.answers.get(key, ())
        for cell, mark in zip(zone.cells, answers, strict=False):
            x, y, w, h = bounds([cell], shown.shape, 1.0)
            colour = {"yes": GREEN, "look": RED}.get(str(mark.answer))
            if colour:
                cv2.rectangle(shown, (x, y), (x + w, y + h), colour, 3)
    return shown


def _cuts(work: Work) -> Colour:
    """The cut lines on white, where they stood."""
    assert work.straightened is not None
    shown = np.full_like(work.straightened, 255)
    for lines in work.cuts.values():
        for line in lines:
            if line.image is None:
                continue
            x, y, _, _ = line.box
            piece = line.image[: shown.shape[0] - y, : shown.shape[1] - x]
            shown[y : y + piece.shape[0], x : x + piece.shape[1]] = piece[..., None]
    return shown


def _with_words(work: Work, words: Words) -> Colour:
    """The page paled, what is said under each place."""
    assert work.straightened is not None
    paled = np.asarray(cv2.addWeighted(work.straightened, 0.6, np.full_like(work.straightened, 255), 0.4, 0), np.uint8)
    picture = Image.fromarray(paled)
    pen, font = ImageDraw.Draw(picture), _font()
    for (x, y, w, h), text, colour in words:
        pen.rectangle((x, y, x + w, y + h), outline=colour, width=2)
        if font is not None:
            pen.text((x, y + h + 2), text[:60], fill=colour, font=font)
    return np.asarray(picture)


def _hidden(work: Work, picture: Colour) -> Colour:
    shown = picture.copy()
    for x, y, w, h in work.hidden:
        cv2.rectangle(shown, (x, y), (x + w, y + h), RED, 4)
    return shown


@cache
def _font() -> ImageFont.FreeTypeFont | None:
    """One that has kanji; without it the pictures show places only, and index.html the words."""
    path = next((font for font in FONTS if Path(font).exists()), None)
    return ImageFont.truetype(path, 20) if path else None
