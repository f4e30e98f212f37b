"""One page from picture to readings: a list of steps, each a function from one frozen state to the next."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np

from ocr import clean, marks, marks_reading, marks_view, privacy, problems, quality, sheet, showing
from ocr.arrays import Colour, Gray
from ocr.calibration import calibration
from ocr.compose import compose
from ocr.decoding.by_kind import DECODERS, decoder
from ocr.decoding.gaps import gaps
from ocr.decoding.hints import Hints
from ocr.decoding.ranking import Decoded
from ocr.engines import EngineMissing, LineReader
from ocr.judging import empty_reading, mark_reading, text_reading
from ocr.loading import load_pages
from ocr.posterior import TextPosterior
from ocr.problems import Issue, Unreadable
from ocr.results import PageReading, Reading
from ocr.sheet import Found, NotFound
from ocr.template import Template
from ocr.understanding import agree, decode_lines, hints, joined
from ocr.work import Readers, Work

__all__ = [
    "PageReading",
    "Readers",
    "Reading",
    "Template",
    "Unreadable",
    "Work",
    "load_pages",
    "prepare",
    "read_page",
    "shipped_readers",
]

log = logging.getLogger("ocr.reading")

MARK_KINDS = ("choice", "choices", "declaration", "era")


def read_page(
    image: Colour,
    templates: Mapping[str, Template],
    *,
    debug: Path | None = None,
    readers: Readers | None = None,
) -> PageReading:
    """Everything that can be said about one page. Never raises for what is on the page: what cannot be read has
    ``found`` False and a problem in words. ``image``: height × width × 3 (red, green, blue) or height × width."""
    started = time.perf_counter()
    picture = cv2.cvtColor(image, cv2.COLOR_GRAY2RGB) if image.ndim == 2 else image
    gray = np.asarray(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), np.uint8)
    work = Work(np.asarray(picture, np.uint8), templates, readers or shipped_readers(), gray)
    shown = showing.Album(debug) if debug is not None else None
    try:
        for step in STEPS:
            work = step(work)
            if shown is not None:
                shown.add(step.__name__, work)
            if work.done:
                break
    except Exception:  # whatever a page does to a step, it goes to manual entry and the next page is read
        log.exception("a step failed on a page")
        work = work.but(problems=(*work.problems, problems.READER_FAILED), readings={}, straightened=None, found=None)
    work = _hidden(work)
    if shown is not None:
        shown.end(work)
    return _result(work, time.perf_counter() - started)


def _hidden(work: Work) -> Work:
    """The page without any 個人番号; without any picture where that cannot be made sure."""
    try:
        work = privacy.hide(work)
    except Exception:
        log.exception("a page could not be looked through for numbers")
        return work.but(
            problems=(*work.problems, problems.READER_FAILED),
            readings={},
            straightened=privacy.withheld(work.picture),
        )
    return work.but(problems=(*work.problems, problems.NUMBER_HIDDEN)) if work.hidden else work


def prepare() -> None:
    """Load weights and lexicons now (4 s of processor time), so that the first page is as quick as all others."""
    calibration()
    gaps()
    readers = shipped_readers()
    if net := marks_reading.shipped_net():
        net.chances([np.zeros((marks_view.CHANNELS, marks_view.HEIGHT, marks_view.WIDTH), np.uint8)])
    if readers.first is None:
        return
    blank = np.full((48, 64), 255, np.uint8)
    nothing, _ = readers.first.read([blank, blank], ["name", "phone"])
    for kind in DECODERS:
        for said in SAID.get(kind, ("東京都港区1-2-3",)):
            for part in PARTS.get(kind, ("",)):
                decoder(kind)(TextPosterior(nothing.alphabet, said, 0.9), Hints(part=part))


PARTS = {"name": ("family", "given"), "kana": ("family", "given")}
SAID = {"name": ("山田",), "kana": ("ヤマダ",), "email": ("yamada@example.jp",)}
"""What nobody wrote: for decoders to load what they need."""


def shipped_readers() -> Readers:
    """PP-OCRv6; Tesseract in its place where onnxruntime is missing, nobody where both are."""
    from ocr.engines import shipped, tesseract

    try:
        first: LineReader | None = shipped.shipped_reader()
    except EngineMissing:
        first = tesseract.shipped_reader()
    return Readers(first, tesseract.shipped_reader())


# -- steps --------------------------------------------------------------------------------------------------------


def find(work: Work) -> Work:
    """Which sheet this is, and how it lies in the picture."""
    if quality.is_blank(work.gray):
        return work.but(problems=(problems.BLANK_PAGE,))
    found = sheet.locate(work.gray, work.templates)
    if isinstance(found, NotFound):
        return work.but(problems=(_why_not(found, work.templates),), code=found.code)
    return work.but(found=found, code=found.code, problems=tuple(_how_found(found)))


def _how_found(found: Found) -> Iterator[Issue]:
    """What the clerk should know about how the form was recognised."""
    if found.foreign_code:
        yield problems.FOREIGN_QR
    elif found.code is None and found.by != "own":
        yield problems.NO_QR
    if not found.sure:
        yield problems.ALIKE_FORMS


def _why_not(found: NotFound, templates: Mapping[str, Template]) -> Issue:
    if found.code is None:
        return problems.NO_SHEET
    template = templates.get(found.code.sheet_digest)
    if template is None:
        return problems.UNKNOWN_SHEET
    return problems.NO_SHEET if template.page(found.code.page) else problems.UNKNOWN_PAGE


def straighten(work: Work) -> Work:
    """The page at 200 dpi, lying on its blank."""
    assert work.found
    return work.but(straightened=sheet.straighten(work.picture, work.gray, work.found))


def wash(work: Work) -> Work:
    """Ink alone: even light, no seal."""
    assert work.found and work.straightened is not None
    return work.but(page=clean.ink(work.straightened, work.found.template.blank(work.found.page.page)))


def cut(work: Work) -> Work:
    """One tight picture a written line."""
    page = work.page
    assert page
    cuts = {
        key: tuple(clean.cut(page, line, clean.borders(zone)) for line in clean.rows(zone))
        for key, zone in work.zones.items()
        if zone.kind not in MARK_KINDS
    }
    return work.but(cuts=cuts)


def tick(work: Work) -> Work:
    """Boxes and circled words."""
    page = work.page
    assert page
    zones = [zone for zone in work.zones.values() if zone.kind in MARK_KINDS and zone.codes]
    return work.but(answers=marks_reading.read(page, zones, marks_reading.shipped_net()))


def check(work: Work) -> Work:
    """Whether the picture is good enough, in words for the clerk."""
    assert work.found and work.straightened is not None
    pens = [c.strength for lines in work.cuts.values() for c in lines if c.image is not None]
    flat = np.asarray(cv2.cvtColor(work.straightened, cv2.COLOR_RGB2GRAY), np.uint8)
    blank = work.found.template.blank(work.found.page.page)
    said = quality.issues(flat, blank, work.found, work.gray.shape, pens)
    marked = any(mark.answer is not marks.Answer.NO for found in work.answers.values() for mark in found)
    nothing = [] if pens or marked else [problems.NOTHING_WRITTEN]
    return work.but(problems=(*work.problems, *said, *nothing))


def recognise(work: Work) -> Work:
    """All lines of the page in few calls."""
    if work.readers.first is None:
        return work.but(problems=(*work.problems, problems.FIRST_READER))
    places = [(key, n) for key, lines in work.cuts.items() for n, c in enumerate(lines) if c.image is not None]
    images = [roomy(image, work.zones[key].kind) for key, n in places if (image := work.cuts[key][n].image) is not None]
    written = [work.zones[key].kind for key, _ in places]
    answers = dict(zip(places, work.readers.first.read(images, written), strict=True))
    seen = {
        key: tuple(answers[key, n] for n, c in enumerate(lines) if c.image is not None)
        for key, lines in work.cuts.items()
    }
    return work.but(seen=seen)


def decode(work: Work) -> Work:
    """By kind, each place informed by the others."""
    assert work.found
    kinds, eras = work.found.template.kinds, _eras(work)
    single = {key: lines[0] for key, lines in work.seen.items() if len(lines) == 1}
    lines_ = decode_lines(single, work.zones, kinds, eras)
    decoded: dict[str, tuple[Decoded, ...]] = {
        key: (line,) for key, line in agree(lines_, work.zones, kinds, eras).items()
    }
    for key, lines in work.seen.items():
        if len(lines) > 1:
            zone = work.zones[key]
            told = hints(zone, work.zones, {}, kinds, eras)
            decoded[key] = tuple(decoder(zone.kind)(line, replace(told, valid=_anything)) for line in lines)
    return work.but(decoded=decoded)


SHORT = ("year", "month", "day")


def roomy(image: Gray, kind: str) -> Gray:
    """Few digits fill the line's height and look like one character: they get room above and below."""
    room = image.shape[0] // 6 if kind in SHORT else 0
    return _bordered(image, room, 2 if room else 0) if room else image


def _bordered(image: Gray, up: int, side: int) -> Gray:
    return np.asarray(cv2.copyMakeBorder(image, up, up, side, side, cv2.BORDER_CONSTANT, value=255), np.uint8)


def _anything(_text: str) -> bool:
    return True


def _eras(work: Work) -> dict[str, str]:
    """Record path of a date → the era that is circled; without words to circle there is none to know."""
    found = {}
    for key, answers in work.answers.items():
        zone = work.zones[key]
        if zone.kind == "era":
            yes = marks.chosen(answers)
            found[zone.field] = yes[0] if len(yes) == 1 else ""
    return found


def accept(work: Work) -> Work:
    """Each reading judged, with the reason."""
    readings: dict[str, Reading] = {}
    texts = {key: joined([line.text for line in lines]) for key, lines in work.decoded.items()}
    for key, zone in work.zones.items():
        if zone.kind in MARK_KINDS:
            readings[key] = mark_reading(work, zone)
        elif key in texts and work.decoded[key]:
            readings[key] = text_reading(work, zone, texts)
        else:
            readings[key] = empty_reading(work, zone)
    return work.but(readings=readings)


def ask_again(work: Work) -> Work:
    """The second reader on the most promising of the doubtful lines: it is slow, so few are asked about."""
    second = work.readers.second
    doubtful = [
        (reading.confidence, key)
        for key, reading in work.readings.items()
        if work.zones[key].kind in ASKED and not reading.accepted and reading.confidence >= ASK_FROM
    ]
    if second is None or not doubtful:
        return work
    chosen = [key for _, key in sorted(doubtful, reverse=True)[:MOST_ASKED]]
    images = {key: next(c.image for c in work.cuts[key] if c.image is not None) for key in chosen}
    with ThreadPoolExecutor(MOST_ASKED) as together:
        answers = list(together.map(lambda key: second.read_text(images[key], work.zones[key].kind), chosen))
    agreed = {key: same_text(answer.text, work.readings[key].text) for key, answer in zip(chosen, answers, strict=True)}
    return accept(work.but(agreed=agreed)) if any(agreed.values()) else work.but(agreed=agreed)


ASKED = ("postcode", "phone", "digits", "number", "year", "month", "day", "kana", "name", "city", "town", "ward")
ASK_FROM, MOST_ASKED = 0.6, 2


def same_text(one: str, two: str) -> bool:
    """Alike but for hyphens, spaces and leading noughts."""
    narrow, other = (text.replace("-", "").replace(" ", "").lstrip("0") for text in (one, two))
    return bool(narrow) and narrow == other


def put_together(work: Work) -> Work:
    """Values by the fields' own kinds; a field of several places gets a reading of its own."""
    assert work.found
    return work.but(readings=compose(work.readings, work.zones, work.found.template.kinds))


STEPS: Sequence[Callable[[Work], Work]] = (
    find,
    straighten,
    wash,
    cut,
    tick,
    check,
    recognise,
    decode,
    accept,
    ask_again,
    put_together,
)


def _result(work: Work, seconds: float) -> PageReading:
    found, code = work.found, work.code
    return PageReading(
        found=found is not None and not work.done,
        procedure=found.template.sheet.procedure if found else code.procedure if code else None,
        sheet_digest=found.template.sheet.sheet_digest if found else code.sheet_digest if code else None,
        page=found.page.page if found else code.page if code else None,
        serial=code.serial if code else None,
        seconds=round(seconds, 3),
        values=dict(work.readings),
        problems=work.problems,
        straightened=work.straightened if work.straightened is not None else work.picture,
        hidden=work.hidden,
        by=found.by if found else "",
    )
