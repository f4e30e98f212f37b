"""Where each printed word goes and how large it is: styles of the sheet's texts, with a second language under them."""

import html
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from forms.paper import Text
from forms.paper_boxes import POINT

Translate = Callable[[str], str]
INK, GREY, BLUE, RED, WHITE = "#1a1a1a", "#595959", "#0a2a6b", "#b01818", "#ffffff"


@dataclass(frozen=True, slots=True)
class Style:
    points: float
    weight: int = 400
    colour: str = INK
    align: str = "left"
    stand: float = 0.5
    """where the words stand in their box: 0 top, 0.5 middle, 1 foot"""
    second: float = 0.0
    """points of the second language, 0 for none"""
    wraps: bool = False


STYLES = {
    "title": Style(16, 700, INK, stand=0.4, second=7),
    "title-small": Style(12, 700, INK, stand=0.3, second=6.5),
    "page": Style(8, 400, GREY),
    "page-right": Style(8, 400, GREY, "right"),
    "addressee": Style(9.5),
    "guide": Style(8, 400, INK, wraps=True, second=5.5),
    "warning": Style(8, 700, RED, second=5.5),
    "place": Style(7, 400, GREY, "center", stand=0),
    "number": Style(9, 700, WHITE, "center"),
    "heading": Style(11, 700, BLUE, second=7),
    "item": Style(9, 700, BLUE),
    "note": Style(7.5, 400, BLUE, second=5.5),
    "label": Style(8, 500, INK, stand=0.7, second=5.5),
    "part": Style(7, 400, GREY, stand=0.75, second=5.2),
    "optional": Style(6.5, 400, GREY, stand=0.72, second=5),
    "option": Style(9, second=5.5),
    "suffix": Style(9),
    "era": Style(9.5, align="center"),
}


@dataclass(frozen=True, slots=True)
class Word:
    """One piece of printed text, ready for CSS."""

    text: str
    x: float
    y: float
    width: float
    height: float
    points: float
    weight: int = 400
    colour: str = INK
    align: str = "left"
    wraps: bool = False
    family: str = ""

    def markup(self) -> str:
        place = f"left:{self.x:.2f}mm;top:{self.y:.2f}mm;width:{self.width:.2f}mm"
        look = f"font-size:{self.points:.2f}pt;font-weight:{self.weight};color:{self.colour};text-align:{self.align}"
        more = ";white-space:normal;line-height:1.35" if self.wraps else f";line-height:{self.height:.2f}mm"
        family = f";font-family:{self.family}" if self.family else ""
        return f'<p style="{place};{look}{more}{family}">{html.escape(self.text)}</p>'


def set_text(text: Text, translate: Translate | None) -> Iterator[Word]:
    """The official Japanese and, where a translation differs from it, the second language under it."""
    style = STYLES[text.style]
    official = fill(text, str)
    second = fill(text, translate) if translate and style.second else ""
    if second == official:
        second = ""
    x, y, width, height = text.box
    if style.wraps:
        points = style.points * (0.8 if second else 1)
        yield Word(official, x, y, width, height, points, style.weight, style.colour, wraps=True)
        if second:
            yield Word(second, x, y + height - 2.2, width, 2.2, fitted(second, 5, width), colour=GREY)
        return
    line = style.points * POINT * 1.2
    if not second:
        top = y + (height - line) * style.stand
        points = fitted(official, style.points, width)
        yield Word(official, x, top, width, line, points, style.weight, style.colour, style.align)
        return
    share = min(1.0, (height - 0.2) / ((style.points * 1.02 + style.second * 1.08) * POINT))
    large, small = style.points * share, style.second * share
    line, below = large * POINT * 1.02, small * POINT * 1.08
    top = y + max(0.0, (height - line - below) * style.stand)
    points = fitted(official, large, width)
    yield Word(official, x, top, width, line, points, style.weight, style.colour, style.align)
    points = fitted(second, small, width)
    yield Word(second, x, top + line, width, below, points, 400, GREY, style.align)


def fill(text: Text, translate: Translate) -> str:
    words = translate(text.msgid)
    return words % {name: translate(value) for name, value in text.params} if text.params else words


def width_mm(text: str, points: float) -> float:
    """About how wide the words are; generous, so that nothing overlaps whatever the font."""
    em = points * POINT
    return sum(em * _share(character) for character in text)


def _share(character: str) -> float:
    if unicodedata.east_asian_width(character) in "FWA":
        return 1.0
    return 0.62 if character.isupper() else 0.53


def fitted(text: str, points: float, width: float, least: float = 3.2) -> float:
    needed = width_mm(text, points)
    return points if needed <= width else max(least, points * width / needed)
