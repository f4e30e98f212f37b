"""個人番号 found on a page, in its places or anywhere else, and blanked before anybody sees or keeps the picture."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import cv2
import numpy as np
import zxingcpp

from forms.my_number import holds_my_number
from forms.paper import Zone
from ocr import clean, text_rows
from ocr.arrays import Colour, Gray
from ocr.digit_runs import Seen, digits_in, signs, tells_a_number
from ocr.engines import EngineMissing, LineReader
from ocr.results import BLANKED, Box, Reading
from ocr.template import PX
from ocr.text_rows import Row
from ocr.work import Work

GREY = 128
OWN_KINDS = ("phone",)
"""A value of these kinds that is valid as such is no 個人番号: international phone numbers have twelve digits too."""
MARGIN_LINES, PAGE_LINES = 6, 20
"""How many rows beside the places of a known page, and of an unknown page, are read at most."""
LEAST_WIDTH = 17.0
"""Millimetres that twelve digits take at least when written by hand or printed."""
ROOM = 3.0
HEAVY = 100
"""Print so dark that what remains of it after subtraction looks written."""
MANY = 8
"""Digits in one place from which on they may be the beginning of a number that runs on beside it."""
ROW_GAP = 12.0
"""Millimetres between places of one row that somebody wrote across."""
UPRIGHT = np.asarray([[1, 0, 0], [0, 1, 0]], np.float32)
CODES = zxingcpp.barcode_formats_from_str("QRCode,DataMatrix,Code128,Code39,ITF,Codabar")


def withheld(image: Colour) -> Colour:
    """The picture with nothing on it: where it could not be looked through."""
    return np.full_like(image, GREY)


def blanked(image: Colour, boxes: Iterable[Box]) -> Colour:
    shown = image.copy()
    for x, y, w, h in boxes:
        shown[max(0, y) : y + h, max(0, x) : x + w] = GREY
    return shown


# -- a page of a known form ---------------------------------------------------------------------------------------


def hide(work: Work) -> Work:
    """The last step: places that hold a 個人番号 are emptied, and wherever one stands the picture is blanked."""
    if work.found is None or work.straightened is None:
        return _hide_picture(work)
    told = _zones_that_tell(work)
    boxes = [_zone_box(work, key) for key in sorted(told)]
    boxes += _beside_the_places(work) + _codes(work.straightened)
    boxes = list(dict.fromkeys(boxes))
    if not boxes:
        return work
    touched = told | {key for key, zone in work.zones.items() if _mostly_inside(zone, boxes)}
    readings = {key: emptied(reading) if _belongs(key, touched) else reading for key, reading in work.readings.items()}
    return work.but(straightened=blanked(work.straightened, boxes), readings=readings, hidden=tuple(boxes))


def emptied(reading: Reading) -> Reading:
    return replace(
        reading,
        value=None,
        text="",
        confidence=0.0,
        accepted=False,
        reasons=(BLANKED,),
        alternatives=(),
        char_confidences=(),
        lines=(),
    )


def _belongs(key: str, touched: set[str]) -> bool:
    """Whether a reading is one of these places, or the field they are parts of."""
    return key in touched or any(zone.startswith(f"{key}.") for zone in touched)


def _zones_that_tell(work: Work) -> set[str]:
    seen = {key: [signs(line) for line in lines] for key, lines in work.seen.items()}
    told = {key for key, lines in seen.items() if _tells(work, key, lines)}
    told |= {
        key
        for key, reading in work.readings.items()
        if key in work.zones and not _is_own_kind(work, key) and _any_text(reading)
    }
    for key, reading in work.readings.items():
        parts = {place for place in work.zones if place.startswith(f"{key}.") and not _is_own_kind(work, place)}
        if key not in work.zones and not parts & told and _any_text(reading):  # a field of several places
            told |= parts
    for group in _neighbours(work.zones, seen):
        joined = [sign for key in group for line in seen[key] for sign in line]
        if tells_a_number(joined):
            told |= set(group)
    return told


def _any_text(reading: Reading) -> bool:
    said = (reading.text, *reading.alternatives, *([reading.value] if isinstance(reading.value, str) else []))
    return any(holds_my_number(str(text)) for text in said)


def _tells(work: Work, key: str, lines: Sequence[Sequence[Seen]]) -> bool:
    if _is_own_kind(work, key):
        return False
    together = [sign for line in lines for sign in line]  # a number may run on in the next line
    return any(tells_a_number(line) for line in lines) or (len(lines) > 1 and tells_a_number(together))


def _is_own_kind(work: Work, key: str) -> bool:
    reading = work.readings.get(key)
    return work.zones[key].kind in OWN_KINDS and reading is not None and reading.value is not None


def _neighbours(zones: Mapping[str, Zone], seen: Mapping[str, Sequence[Sequence[Seen]]]) -> list[list[str]]:
    """Two or three places side by side that hold nothing but digits, four or more each: written across the frames."""
    full = {
        key: clean.rows(zones[key])[0]
        for key, lines in seen.items()
        if len(lines) == 1 and len(lines[0]) >= 3 and digits_in(lines[0]) >= 0.8 * len(lines[0])
    }
    found: list[list[str]] = []
    for key, (x, y, w, h) in full.items():
        chain, right = [key], x + w
        while len(chain) < 4:
            after = [
                (ox, other)
                for other, (ox, oy, _, oh) in full.items()
                if 0 <= ox - right < ROW_GAP and abs(oy + oh / 2 - y - h / 2) < h / 2
            ]
            if not after:
                break
            _, other = min(after)
            chain = [*chain, other]
            right = full[other][0] + full[other][2]
            found.append(chain)
    return found


def _zone_box(work: Work, key: str) -> Box:
    assert work.straightened is not None
    zone = clean.bounds(work.zones[key].cells, work.straightened.shape, ROOM)
    written = work.readings[key].crop if key in work.readings else zone
    return _around(zone, written)


def _around(one: Box, two: Box) -> Box:
    left, top = min(one[0], two[0]), min(one[1], two[1])
    return left, top, max(one[0] + one[2], two[0] + two[2]) - left, max(one[1] + one[3], two[1] + two[3]) - top


def _mostly_inside(zone: Zone, boxes: Sequence[Box]) -> bool:
    """Whether the place was blanked with what stands beside it."""
    for x, y, w, h in zone.cells:
        for bx, by, bw, bh in boxes:
            wide = min((x + w) * PX, bx + bw) - max(x * PX, bx)
            high = min((y + h) * PX, by + bh) - max(y * PX, by)
            if wide > 0 and high > 0 and wide * high > 0.5 * w * h * PX * PX:
                return True
    return False


def _read_already(work: Work) -> list[Box]:
    """Where lines were read; not those with many digits, nor their neighbours, for they may run on across a frame."""
    lines = [
        (cut.box, digits_in(signs(seen)) >= MANY and not _is_own_kind(work, key))
        for key, cuts in work.cuts.items()
        for cut, seen in zip([cut for cut in cuts if cut.image is not None], work.seen.get(key, ()), strict=False)
    ]
    long = [box for box, many in lines if many]
    return [box for box, _ in lines if not any(_in_one_row(box, other) for other in long)]


def _in_one_row(one: Box, two: Box) -> bool:
    return min(one[1] + one[3], two[1] + two[3]) - max(one[1], two[1]) > 0.5 * min(one[3], two[3])


def _beside_the_places(work: Work) -> list[Box]:
    """Numbers written in margins, or across frames so that no place took them for its own."""
    page, reader = work.page, work.readers.first
    assert work.found and work.straightened is not None
    if page is None or reader is None:
        return []
    height, width = page.dark.shape
    dark = (clean.without_print(page, (0, 0, width, height)) > clean.LEAST_DARK).astype(np.uint8)
    dark[cv2.dilate((page.printed > HEAVY).astype(np.uint8), np.ones((3, 3), np.uint8)) > 0] = 0
    for x0, y0, w0, h0 in _read_already(work):
        dark[y0 : y0 + h0, x0 : x0 + w0] = 0
    squares = [(x, y, side, 2.0) for _, x, y, side in work.found.page.markers]
    x, y, size = work.found.page.qr
    for left, top, side, around in [*squares, (x, y, size, 3.0)] if size else squares:
        bx, by, bw, bh = clean.bounds([(left, top, side, side)], page.dark.shape, around)
        dark[by : by + bh, bx : bx + bw] = 0
    ink = np.asarray(255 - page.dark, np.uint8)
    return _numbers(reader, ink, dark, MARGIN_LINES, round(LEAST_WIDTH * PX), 1.0, ink.shape, upside_down=False)


# -- any picture --------------------------------------------------------------------------------------------------


def hide_numbers(image: Colour, reader: LineReader | None = None) -> tuple[Colour, tuple[Box, ...]]:
    """Any picture with every 個人番号 that can be found on it blanked, and where: written or printed, level or on its
    side or upside down, or in a code such as a マイナンバーカード has. Without any reader nothing can be looked through,
    so nothing is shown. ``image``: height × width × 3 or height × width; boxes are in its pixels."""
    if reader is None:
        from ocr.reading import shipped_readers

        reader = shipped_readers().first
    if reader is None:
        return withheld(image), ((0, 0, image.shape[1], image.shape[0]),)
    gray = np.asarray(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY) if image.ndim == 3 else image, np.uint8)
    scale = min(2.0, text_rows.WORKING / max(gray.shape))
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    small = np.asarray(cv2.resize(gray, None, fx=scale, fy=scale, interpolation=how), np.uint8)
    dark = text_rows.dark_of(small)
    boxes = _numbers(reader, small, dark, PAGE_LINES, 0, scale, gray.shape, upside_down=True) + _codes(image)
    return (blanked(image, boxes), tuple(boxes)) if boxes else (image, ())


def find_numbers(image: Colour) -> tuple[Box, ...]:
    """Where a 個人番号 stands on any picture. Raises EngineMissing where nobody can look: that is no answer."""
    from ocr.reading import shipped_readers

    reader = shipped_readers().first
    if reader is None:
        raise EngineMissing("no reader of lines")
    return hide_numbers(image, reader)[1]


def _hide_picture(work: Work) -> Work:
    if work.readers.first is None:
        return work.but(straightened=withheld(work.picture))
    shown, boxes = hide_numbers(work.picture, work.readers.first)
    return work.but(straightened=shown, hidden=boxes) if boxes else work


def _numbers(
    reader: LineReader,
    gray: Gray,
    dark: Gray,
    most: int,
    least_width: int,
    scale: float,
    shape: tuple[int, ...],
    *,
    upside_down: bool,
) -> list[Box]:
    """Rows that hold a number, as boxes of the picture that ``gray`` is ``scale`` times of."""
    askew = _skew(dark) if upside_down else 0.0
    asked: list[tuple[Row, Gray, np.ndarray]] = []
    level = text_rows.pieces(dark) if askew == 0.0 else None
    for degrees in (askew, askew + 90.0):
        if level is not None:
            found = text_rows.rows(level if degrees == 0.0 else text_rows.on_its_side(level), least_width)
            turned, matrix = (gray, UPRIGHT) if degrees == 0.0 or not found else text_rows.turned(gray, degrees)
        else:
            turned, matrix = text_rows.turned(gray, degrees)
            laid = cv2.warpAffine(dark, matrix, turned.shape[::-1], flags=cv2.INTER_NEAREST)
            found = text_rows.rows(text_rows.pieces(np.asarray(laid, np.uint8)), least_width)
        asked += [(row, turned, matrix) for row in found]
    asked.sort(key=lambda one: -one[0].like)
    asked = asked[: most // 2 if upside_down else most]
    lines, owners = [], []
    for place, (row, turned, matrix) in enumerate(asked):
        line = text_rows.line_image(turned, row)
        on_its_side = abs(float(matrix[0, 1])) > 0.5
        # what lies on its side may do so either way; level rows of our own pages stand upright
        both = upside_down or on_its_side
        for way in (line, np.ascontiguousarray(line[::-1, ::-1])) if both else (line,):
            lines.append(way)
            owners.append(place)
    told = sorted(
        {owner for owner, seen in zip(owners, reader.read(lines), strict=True) if tells_a_number(signs(seen))}
    )
    return [box for place in told for box in text_rows.back([asked[place][0]], asked[place][2], scale, shape)]


def _skew(dark: Gray) -> float:
    from ocr.flatten_blank import skew

    small = cv2.resize(dark * 255, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    angle = skew(np.asarray(255 - small, np.uint8))
    return angle if abs(angle) > 0.4 else 0.0


def _codes(image: Colour) -> list[Box]:
    """Codes that carry a number: the back of a マイナンバーカード has one."""
    found = []
    gray = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY) if image.ndim == 3 else image
    for code in zxingcpp.read_barcodes(gray, formats=CODES, try_invert=False):
        if holds_my_number(code.text):
            corners = [
                (point.x, point.y)
                for point in (
                    code.position.top_left,
                    code.position.top_right,
                    code.position.bottom_right,
                    code.position.bottom_left,
                )
            ]
            x, y = min(p[0] for p in corners), min(p[1] for p in corners)
            w, h = max(p[0] for p in corners) - x, max(p[1] for p in corners) - y
            room = max(w, h) // 6 + 4
            left, top = max(0, x - room), max(0, y - room)
            found.append((left, top, x + w + room - left, y + h + room - top))
    return found
