"""A sheet as PDF: the layout's millimetres drawn as they are, blank or with a record's answers."""

import html
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from counter.ids import grouped
from counter.printing.marks import marker_path, path, payload, qr_boxes
from counter.printing.pdf import Stamp, stamped, to_pdf
from counter.printing.words import GREY, INK, Translate, Word, fitted, set_text, width_mm
from forms.messages import N_
from forms.model import Procedure
from forms.paper import Page, Rule, Sheet, Zone
from forms.paper_fill import Written, written
from forms.paper_pages import ADDRESSEE

FRAME = "#d98c8c"
BOX = "#c87272"
FONT = "'Noto Sans CJK JP','Noto Sans JP',sans-serif"
STYLE = f"""
@page {{ size: 210mm 297mm; margin: 0 }}
html {{ font-family: {FONT}; line-height: 1.2 }}
body {{ margin: 0 }}
.page {{ position: relative; width: 210mm; height: 297mm; break-after: page; overflow: hidden }}
.page:last-child {{ break-after: auto }}
svg {{ position: absolute; left: 0; top: 0; width: 210mm; height: 297mm }}
p {{ position: absolute; margin: 0; white-space: nowrap }}
"""
HEAD_OF = N_("%(ward)s長")


def render_sheet(
    sheet: Sheet,
    procedure: Procedure,
    *,
    serials: Sequence[str],
    record: Mapping[str, Any] | None = None,
    translate: Translate | None = None,
    ward: str = "",
) -> bytes:
    """One copy a serial, all pages of a copy with the same one. `ward`: the name the paper is addressed to.

    `translate` sets a second language under the official Japanese, for reading and filling in by people only: the
    Japanese moves to make room, so a scan of it does not lie on the blank, and empty places are read as filled.
    """
    answers = written(sheet, procedure, record) if record else {}
    alone = serials[0] if len(serials) == 1 else ""
    pages = [page_markup(sheet, page, answers, translate, ward, alone) for page in sheet.pages]
    pdf = to_pdf(document(pages, procedure.title))
    if alone:
        return pdf
    return stamped(pdf, [_stamp(sheet, page, serial) for serial in serials for page in sheet.pages])


def document(pages: Sequence[str], title: str) -> str:
    head = f'<meta charset="utf-8"><title>{html.escape(title)}</title><style>{STYLE}</style>'
    return f'<!DOCTYPE html><html lang="ja">{head}{"".join(pages)}'


def page_markup(
    sheet: Sheet,
    page: Page,
    answers: Mapping[str, Written],
    translate: Translate | None = None,
    ward: str = "",
    serial: str = "",
) -> str:
    """One page; without a serial it has no code, which is what a blank looks like to a scanner."""
    words = [word for text in page.texts for word in set_text(text, translate)]
    words += _furniture(sheet, page, ward)
    words += [word for zone in page.zones for word in _answer(zone, answers.get(zone.key, ""))]
    shapes = "".join(_shapes(page, answers))
    if serial:
        stamp = _stamp(sheet, page, serial)
        shapes += f'<path d="{path(stamp.boxes)}" fill="#000"/>'
        words.append(Word(stamp.words, stamp.x - 15, stamp.y - 2, 30, 2.5, stamp.points, 400, GREY, "center"))
    drawing = f'<svg viewBox="0 0 {page.width_mm:g} {page.height_mm:g}">{shapes}</svg>'
    return f'<div class="page">{drawing}{"".join(word.markup() for word in words)}</div>'


def _stamp(sheet: Sheet, page: Page, serial: str) -> Stamp:
    """The page's code, and its serial for the eye."""
    x, y, size = page.qr
    boxes = tuple(qr_boxes(payload(sheet, page, serial), page.qr))
    return Stamp(boxes, grouped(serial), x + size / 2, y + size + 3.2, 5.5)


def _shapes(page: Page, answers: Mapping[str, Written]) -> Iterator[str]:
    black = "".join(marker_path(marker) for marker in page.markers)
    yield f'<path d="{black}" fill="#000"/>'
    for rule in page.rules:
        yield _rule(rule)
    for text in page.texts:
        if text.style == "number":
            x, y, width, height = text.box
            yield f'<rect x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" rx="1" fill="#0a2a6b"/>'
    yield f'<path d="{"".join(_frames(page))}" fill="none" stroke="{FRAME}" stroke-width="0.15"/>'
    yield f'<path d="{"".join(_boxes(page))}" fill="none" stroke="{BOX}" stroke-width="0.2"/>'
    yield from (mark for zone in page.zones for mark in _marks(zone, answers.get(zone.key, ())))


def _rule(rule: Rule) -> str:
    x, y, width, height = rule.box
    if rule.style == "heading":
        return f'<path d="M{x:g} {y:g}h{width:g}" stroke="#0a2a6b" stroke-width="0.3"/>'
    if rule.style == "item":
        return f'<path d="M{x:g} {y:g}h{width:g}" stroke="#aab6d3" stroke-width="0.2"/>'
    if rule.style == "seal":
        middle = f'cx="{x + width / 2:g}" cy="{y + height / 2:g}" r="{width / 2:g}"'
        return f'<circle {middle} fill="none" stroke="#b5b5b5" stroke-width="0.2" stroke-dasharray="1 1"/>'
    frame = f'x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}"'
    return f'<rect {frame} fill="none" stroke="#b5b5b5" stroke-width="0.2"/>'


def _frames(page: Page) -> Iterator[str]:
    """Text places: a frame, thin steps between the characters of a comb, ruled lines for free text."""
    for zone in page.zones:
        if zone.codes:
            continue
        x, y, _, height = zone.cells[0]
        right = zone.cells[-1][0] + zone.cells[-1][2]
        bottom = zone.cells[-1][1] + zone.cells[-1][3]
        yield f"M{x:g} {y:g}H{right:g}V{bottom:g}H{x:g}z"
        if zone.kind == "long_text":
            yield from (f"M{x:g} {cell[1]:g}H{right:g}" for cell in zone.cells[1:])
        else:
            yield from (f"M{cell[0]:g} {y:g}v{height:g}" for cell in zone.cells[1:])


def _boxes(page: Page) -> Iterator[str]:
    for zone in page.zones:
        if zone.codes and zone.kind != "era":
            yield from (f"M{x:g} {y:g}h{w:g}v{h:g}h{-w:g}z" for x, y, w, h in zone.cells)


def _marks(zone: Zone, codes: Written) -> Iterator[str]:
    for code, (x, y, width, height) in zip(zone.codes, zone.cells, strict=False):
        if code not in codes:
            continue
        if zone.kind == "era":
            middle = f'cx="{x + width / 2:g}" cy="{y + height / 2:g}" rx="{width / 2:g}" ry="{height / 2:g}"'
            yield f'<ellipse {middle} fill="none" stroke="{INK}" stroke-width="0.4"/>'
        else:
            tick = f"M{x + 0.9:g} {y + 2.4:g}l1.3 1.5l2.4 -3.2"
            yield f'<path d="{tick}" fill="none" stroke="{INK}" stroke-width="0.6" stroke-linecap="round"/>'


def _answer(zone: Zone, text: Written) -> Iterator[Word]:
    """Answers already known, in the middle of their places."""
    if zone.codes or not isinstance(text, str) or not text:
        return
    if zone.kind == "long_text":
        yield from _paragraph(zone, text)
        return
    if len(zone.cells) > 1:
        for character, (x, y, width, height) in zip(text, zone.cells, strict=False):
            yield Word(character, x, y, width, height, 14, align="center")
        return
    x, y, width, height = zone.cells[0]
    points = fitted(text, 15 if zone.kind == "name" else 12, width - 3)
    align = "center" if zone.kind in ("year", "month", "day") else "left"
    yield Word(text, x + 1.5, y, width - 3, height, points, align=align)


def _paragraph(zone: Zone, text: str) -> Iterator[Word]:
    width = zone.cells[0][2] - 3
    points = 12.0
    rows = _wrapped(text, points, width)
    while len(rows) > len(zone.cells) and points > 6:
        points -= 0.5
        rows = _wrapped(text, points, width)
    for row, (x, y, _, height) in zip(rows, zone.cells, strict=False):
        yield Word(row, x + 1.5, y, width, height, points)


def _wrapped(text: str, points: float, width: float) -> list[str]:
    rows: list[str] = []
    for line in text.splitlines():
        rows.append("")
        for character in line:
            if width_mm(rows[-1] + character, points) > width:
                rows.append("")
            rows[-1] += character
    return rows


def _furniture(sheet: Sheet, page: Page, ward: str) -> Iterator[Word]:
    """What is no part of the sheet's digest: who it is for, and which edition it is."""
    if page.page == 1:
        x, y, width, height = ADDRESSEE
        name = HEAD_OF % {"ward": ward} if ward else "\u3000\u3000\u3000\u3000区長"
        yield Word(name, x, y + 1, width, height - 2, 11, 500)
    foot = f"{sheet.procedure}　版 {sheet.sheet_digest}"
    yield Word(foot, 20, 284, 80, 3, 6, 400, GREY)
    yield Word("四すみの印とQRコードを汚したり、折ったりしないでください。", 100, 284, 90, 3, 6, 400, GREY, "right")
