"""From answers to pages: runs set side by side into lines, lines kept in groups, groups broken into pages."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from forms.messages import N_
from forms.paper_boxes import GAP, WIDTH, Run, shift, wide
from forms.paper_geometry import A4, Page, Rule, Text, Zone

LEFT = 14.0
FIRST_TOP = 44.0
NEXT_TOP = 33.0
BOTTOM = 277.0
LINE_GAP = 1.5
MARKERS = ((0, 7.0, 7.0, 10.0), (1, 193.0, 7.0, 10.0), (2, 193.0, 280.0, 10.0), (3, 7.0, 280.0, 10.0))
QR = (112.0, 9.0, 18.0)
SEAL = (139.0, 9.0, 18.0, 18.0)
STAMP = (163.0, 9.0, 26.0, 26.0)
HEADING = 7.5
ITEM = 5.5
NOTE = 5.0

Group = tuple[Run, ...]
"""Lines that stay on one page, top to bottom."""


@dataclass(frozen=True, slots=True)
class Block:
    """One answer's runs, and the note that says when it is to be answered."""

    runs: tuple[Run, ...]
    note: tuple[Text, ...] = ()


def heading(number: int, title: str, note: tuple[Text, ...] = ()) -> Run:
    after = round(9 + wide(title, "label") * 11 / 8 + 3, 2)
    texts = (
        Text(str(number), (0.0, 1.0, 5.5, 5.5), "number"),
        Text(title, (7.0, 1.0, after - 8, 5.5), "heading"),
        *(replace(text, box=(after, 1.0, WIDTH - after, 5.5)) for text in note),
    )
    return Run(WIDTH, HEADING, (), texts, (Rule((0.0, 6.6, WIDTH, 0.0), "heading"),))


def item_heading(number: int) -> Run:
    text = Text(N_("%(number)s人目"), (0.0, 0.5, 30.0, 4.5), "item", (("number", str(number)),))
    return Run(WIDTH, ITEM, (), (text,), (Rule((14.0, 2.8, WIDTH - 14, 0.0), "item"),))


def lines(blocks: Iterable[Block]) -> Iterator[Group]:
    """Each group is one line, with its note above it where it has one."""
    note: tuple[Text, ...] = ()
    waiting: list[Run] = []
    at = 0.0
    above: tuple[Run, ...] = ()
    for block in blocks:
        if block.note != note:
            if waiting:
                yield (*above, _line(waiting))
                waiting, above, at = [], (), 0.0
            note = block.note
            above = (_note(note),) if note else ()
        for run in block.runs:
            if waiting and at + run.width > WIDTH + 0.01:
                yield (*above, _line(waiting))
                waiting, above, at = [], (), 0.0
            waiting.append(run.moved(at, 0))
            at = round(at + run.width + GAP, 2)
    if waiting:
        yield (*above, _line(waiting))


def _note(note: tuple[Text, ...]) -> Run:
    texts = tuple(replace(text, box=(0.0, 0.0, WIDTH, NOTE - 0.5)) for text in note)
    return Run(WIDTH, NOTE, (), texts)


def _line(placed: list[Run]) -> Run:
    return Run(
        WIDTH,
        max(run.height for run in placed) + LINE_GAP,
        tuple(zone for run in placed for zone in run.zones),
        tuple(text for run in placed for text in run.texts),
        tuple(rule for run in placed for rule in run.rules),
    )


def pages(groups: Iterable[Group], title: str, first: int = 1, continued: bool = False) -> tuple[Page, ...]:
    """The groups on as many pages as they need, numbered from `first`; page 1 has the places for stamps."""
    sheets: list[list[Run]] = []
    y = BOTTOM + 1
    for group in groups:
        height = sum(run.height for run in group)
        if y + height > BOTTOM + 0.01:
            y = FIRST_TOP if first + len(sheets) == 1 else NEXT_TOP
            sheets.append([])
        for run in group:
            sheets[-1].append(run.moved(LEFT, y))
            y = round(y + run.height, 2)
    return tuple(
        _page(first + place, first + len(sheets) - 1, content, title, continued) for place, content in enumerate(sheets)
    )


def _page(number: int, last: int, content: list[Run], title: str, continued: bool) -> Page:
    zones: list[Zone] = [zone for run in content for zone in run.zones]
    texts, rules = _header(number, last, title, continued)
    return Page(
        page=number,
        width_mm=A4[0],
        height_mm=A4[1],
        zones=tuple(zones),
        qr=QR,
        markers=MARKERS,
        texts=(*texts, *(text for run in content for text in run.texts)),
        rules=(*rules, *(rule for run in content for rule in run.rules)),
    )


def _header(number: int, last: int, title: str, continued: bool) -> tuple[tuple[Text, ...], tuple[Rule, ...]]:
    texts: tuple[Text, ...]
    of = (("page", str(number)), ("last", str(last)))
    if number > 1:
        texts = (
            Text(title, (20.0, 9.0, 88.0, 8.0), "title-small"),
            Text(
                N_("続紙（%(page)sページ）") if continued else N_("%(page)sページ（全%(last)sページ）"),
                (20.0, 18.0, 60.0, 5.0),
                "page",
                of,
            ),
        )
        return texts, ()
    texts = (
        Text(title, (20.0, 8.0, 88.0, 10.0), "title"),
        Text(N_("%(page)sページ（全%(last)sページ）"), (78.0, 20.0, 31.0, 5.0), "page-right", of),
        Text(N_("（宛先）"), (20.0, 20.0, 14.0, 5.0), "addressee"),
        Text(GUIDE, (20.0, 28.0, 88.0, 8.0), "guide"),
        Text(PRIVATE, (20.0, 36.5, 120.0, 4.5), "warning"),
        Text(N_("印"), shift((SEAL[0], SEAL[1] + SEAL[3] + 0.5, SEAL[2], 3.5), 0, 0), "place"),
        Text(N_("受付印"), shift((STAMP[0], STAMP[1] + STAMP[3] + 0.5, STAMP[2], 3.5), 0, 0), "place"),
    )
    return texts, (Rule(SEAL, "seal"), Rule(STAMP, "stamp"))


ADDRESSEE = (34.0, 19.0, 42.0, 6.0)
"""where the ward's head stands, after the words （宛先）; blank paper leaves the ward to be written"""
GUIDE = N_("黒のボールペンで、枠の中に書いてください。□には✓をつけ、元号は○で囲んでください。")
PRIVATE = N_("マイナンバー（個人番号）は書かないでください。")
