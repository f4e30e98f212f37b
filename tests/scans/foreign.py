"""Paper that we did not print: a ward's own 罹災証明書交付申請書, drawn as an office's word processor would, and filled by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from forms.paper import Sheet
from tests.scans import camera, writer
from tests.scans.hands import HANDS

PROCEDURE = "damage-certificate"
TITLE = "罹災証明書交付申請書（危機管理課）"
FACES = (Path("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc"),)
MM = writer.MM
Box = tuple[float, float, float, float]

ROWS: Sequence[tuple[str, float]] = (
    ("フリガナ", 9.0), ("氏名", 14.0), ("生年月日", 12.0), ("住所", 14.0), ("電話番号", 12.0),
    ("被害を受けた家屋の所在地", 14.0), ("災害の名称", 12.0), ("災害にあった日", 12.0), ("家屋の種類", 12.0),
    ("被害の状況", 36.0), ("使用目的", 12.0),
)  # fmt: skip
LEFT, TOP, LABEL, WIDTH = 20.0, 62.0, 42.0, 170.0
"""Where the table stands, how wide its labels and how wide it is, in mm."""


def cell(row: str) -> Box:
    """The place to write in of a row."""
    y = TOP
    for name, height in ROWS:
        if name == row:
            return LEFT + LABEL, y, WIDTH - LABEL, height
        y += height
    raise KeyError(row)


def _words(row: str, words: Sequence[tuple[str, float, float]]) -> dict[str, Box]:
    """(word, from the cell's left, width) → where it stands printed."""
    x, y, _, height = cell(row)
    return {word: (x + left, y + 2, width, height - 4) for word, left, width in words}


ERAS = _words("生年月日", (("大正", 4, 11), ("昭和", 16, 11), ("平成", 28, 11), ("令和", 40, 11)))
HOUSES = _words("家屋の種類", (("住家", 6, 18), ("住家でないもの", 40, 34)))
DATES = {"生年月日": (54.0, 76.0, 98.0), "災害にあった日": (22.0, 48.0, 74.0)}
"""From the cell's left: where the numbers before 年, 月 and 日 are written."""
PURPOSES = ("保険金の請求", "生活再建支援金", "税の減免")


def purpose(place: int) -> Box:
    x, y, _, _ = cell("使用目的")
    return x + 5 + 41 * place, y + 3.5, 5.0, 5.0


def zones() -> list[tuple[Box, str, str, int]]:
    """(box, target, way, count): what a clerk would draw over it."""
    whole = [("フリガナ", "applicant.kana"), ("氏名", "applicant.name"), ("住所", "applicant.address"),
             ("電話番号", "applicant.phone"), ("被害を受けた家屋の所在地", "damage.address"), ("災害の名称", "damage.disaster")]  # fmt: skip
    found: list[tuple[Box, str, str, int]] = [(cell(row), f"{path}//", "line", 1) for row, path in whole]
    codes = {"大正": "taisho", "昭和": "showa", "平成": "heisei", "令和": "reiwa"}
    found += [(box, f"applicant.birth_date/era/{codes[word]}", "circle", 1) for word, box in ERAS.items()]
    for row, path in (("生年月日", "applicant.birth_date"), ("災害にあった日", "damage.day")):
        x, y, _, height = cell(row)
        for part, left in zip(("year", "month", "day"), DATES[row], strict=True):
            found.append(((x + left, y + 1, 14.0, height - 2), f"{path}/{part}/", "line", 1))
    houses = zip(("dwelling", "other"), HOUSES.values(), strict=True)
    found += [(box, f"damage.house//{code}", "circle", 1) for code, box in houses]
    found.append((cell("被害の状況"), "damage.damage//", "rules", 3))
    found += [
        (purpose(place), f"damage-certificate.purposes//{code}", "tick", 1)
        for place, code in enumerate(("insurance", "aid", "tax"))
    ]
    return found


def blank(title: str = "罹災証明書交付申請書") -> np.ndarray:
    """The empty page, 300 dpi, BGR."""
    image = Image.new("RGB", (round(210 * MM), round(297 * MM)), "white")
    draw = ImageDraw.Draw(image)

    def say(text: str, x: float, y: float, points: float, anchor: str = "lm") -> None:
        face = ImageFont.truetype(str(FACES[0]), round(points * 0.3528 * MM))
        draw.text((x * MM, y * MM), text, "black", face, anchor)

    def frame(box: Box, thick: float = 0.25) -> None:
        x, y, w, h = (side * MM for side in box)
        draw.rectangle((x, y, x + w, y + h), outline="black", width=max(1, round(thick * MM)))

    say(title, 105, 28, 18, "mm")
    say("江東区長　あて", 22, 42, 11)
    say("次のとおり、罹災証明書の交付を申請します。（太枠の中を書いてください）", 22, 54, 9)
    for row, _ in ROWS:
        x, y, w, h = cell(row)
        frame((LEFT, y, LABEL, h))
        frame((x, y, w, h))
        say(row, LEFT + 2, y + h / 2, 9 if len(row) < 10 else 7.5)
    for row in ("生年月日", "災害にあった日"):
        x, y, _, h = cell(row)
        for left, word in zip(DATES[row], "年月日", strict=True):
            say(word, x + left + 16, y + h / 2, 10)
    x, y, _, h = cell("災害にあった日")
    say("令和", x + 5, y + h / 2, 10)
    for word, (x, y, w, h) in {**ERAS, **HOUSES}.items():
        say(word, x + w / 2, y + h / 2, 10, "mm")
    x, y, w, h = cell("被害の状況")
    for line in (1, 2):
        for dash in np.arange(x + 2, x + w - 2, 1.6):
            draw.line((dash * MM, (y + h / 3 * line) * MM, (dash + 0.8) * MM, (y + h / 3 * line) * MM), "black", 2)
    for place, word in enumerate(PURPOSES):
        box = purpose(place)
        frame(box)
        say(word, box[0] + 7, box[1] + 2.5, 9)
    say("※区の記入欄", 22, 236, 8)
    frame((20, 240, 170, 20))
    return np.ascontiguousarray(np.asarray(image)[..., ::-1])


def filled(made: Sheet, words: Mapping[str, str | tuple[str, ...]], hand: str, seed: int) -> np.ndarray:
    """The page with words (zone key → text or codes) written where the sheet's zones are; 300 dpi, BGR."""
    rng = np.random.default_rng(seed)
    one = HANDS[hand]
    return writer.fill(blank(), made.pages[0], words, one, writer.habits(one, rng), rng)


def scanned(page: np.ndarray, seed: int, mode: str = "grey") -> bytes:
    """As an office's scanner would send it."""
    return camera.scan(page, np.random.default_rng(seed), mode).data
