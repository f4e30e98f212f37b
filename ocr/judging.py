"""The reading of one place: what was decoded or ticked there, judged, with the reason."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from forms.paper import Zone
from ocr import clean, marks
from ocr.accept import BLANK_REASON, Agreement, Doubt, Evidence, has_variant, judge, twins
from ocr.clean import Cut
from ocr.decoding.gaps import GAP_KINDS, others, plausible
from ocr.decoding.ranking import Decoded
from ocr.posterior import Posterior
from ocr.results import LineSeen, Reading
from ocr.understanding import agreements, has_twin
from ocr.work import Work

RED_PIXELS = 220
"""More red than this where nothing else is written: somebody used a red pen."""


POOR = frozenset({"blurred", "faint", "cut-off"})
"""Codes of what can be wrong with a picture that make every reading on it less sure."""


def evidence_of(work: Work, zone: Zone, texts: Mapping[str, str]) -> Evidence:
    """Everything that is known about the words in this place; ``texts``: zone key → what was decided there."""
    lines = work.decoded[zone.key]
    text = texts[zone.key]
    assert work.found
    agreed, doubts = agreements(zone, text, texts, work.zones, work.found.template.kinds)
    if work.agreed.get(zone.key):
        agreed = [*agreed, Agreement.TWO_READERS]
    against: list[Doubt | str] = list(doubts)
    if not text:
        against.append(Doubt.LOW)
    if has_twin(zone.kind, lines):
        against.append(Doubt.CLOSE)
    if zone.kind in GAP_KINDS and (missing := plausible(text, name=zone.kind == "name")):
        against.append(f"{Doubt.GAP}（{'・'.join(missing)}）")
    return Evidence(
        zone.kind,
        text,
        confidence_of(lines),
        agreed,
        against,
        max((line.ranked[1].share for line in lines if len(line.ranked) > 1), default=0.0),
        any(problem.code in POOR for problem in work.problems),
    )


def text_reading(work: Work, zone: Zone, texts: Mapping[str, str]) -> Reading:
    lines = work.decoded[zone.key]
    evidence = evidence_of(work, zone, texts)
    verdict = judge(evidence)
    alternatives = lines[0].alternatives if len(lines) == 1 else ()
    if zone.kind in GAP_KINDS:
        alternatives = tuple(dict.fromkeys((*alternatives, *others(evidence.text, name=zone.kind == "name"))))
    if zone.kind == "name" and has_variant(evidence.text):
        alternatives = tuple(dict.fromkeys((*alternatives, *twins(evidence.text))))
    return Reading(
        zone.key,
        evidence.text,
        evidence.text,
        round(verdict.confidence, 4),
        verdict.accepted,
        verdict.reasons,
        alternatives,
        _where(work.cuts[zone.key]),
        tuple(c for line in lines for c in line.characters),
        lines_seen(work.seen.get(zone.key, ())),
    )


def lines_seen(posteriors: Sequence[Posterior]) -> tuple[LineSeen, ...]:
    """The lines' frame features for the memory; none from readers that have no features."""
    featured = [(getattr(one, "features", None), getattr(one, "weights", "")) for one in posteriors]
    return tuple(LineSeen(np.asarray(features, np.float16), w) for features, w in featured if features is not None)


def confidence_of(lines: Sequence[Decoded], characters: Sequence[float] | None = None) -> float:
    """The candidates' share, lowered where the recogniser itself believed in something else."""
    share = math.prod(line.share for line in lines)
    if characters is None:
        characters = [c for line in lines for c in line.characters]
    weakest = min(characters, default=0.0)
    return float(share * (0.6 + 0.4 * weakest))


def _where(cuts: Sequence[Cut]) -> clean.Box:
    boxes = [c.box for c in cuts if c.image is not None] or [c.box for c in cuts]
    left, top = min(b[0] for b in boxes), min(b[1] for b in boxes)
    right, bottom = max(b[0] + b[2] for b in boxes), max(b[1] + b[3] for b in boxes)
    return left, top, right - left, bottom - top


def empty_reading(work: Work, zone: Zone) -> Reading:
    cuts = work.cuts[zone.key]
    written = any(c.image is not None for c in cuts)
    red = sum(c.red_pixels for c in cuts) > RED_PIXELS
    reasons: tuple[str, ...] = (BLANK_REASON,)
    if written:
        reasons = (str(Doubt.FIRST_MISSING),)
    elif red:
        reasons = (str(Doubt.RED),)
    return Reading(zone.key, None, "", 0.0 if written else 0.99, not (written or red), reasons, (), _where(cuts), ())


def mark_reading(work: Work, zone: Zone) -> Reading:
    """What was ticked or circled. Where a look is needed, the places that it is about come first among the candidates;
    the reasons never say which they are (they are not sealed, the candidates are)."""
    answers = work.answers.get(zone.key, ())
    yes = marks.chosen(answers)
    looks = [mark for mark in answers if mark.answer is marks.Answer.LOOK]
    several = len(yes) > 1 and zone.kind != "choices"
    reasons = tuple(dict.fromkeys(mark.reason for mark in looks)) + ((marks.TWICE,) if several else ())
    confidence = min((mark.certainty for mark in answers), default=0.0) * (0.5 if several else 1.0)
    crop = (
        clean.bounds(zone.cells, work.straightened.shape, 2.0)
        if work.straightened is not None and zone.cells
        else (0, 0, 1, 1)
    )
    value: Any = list(yes) if zone.kind == "choices" else yes[0] if len(yes) == 1 else None
    text = "、".join(mark.code for mark in answers if mark.code in yes or mark.reason == marks.TWICE)
    if not reasons:
        said = tuple(mark.reason for mark in answers if mark.code in yes and mark.reason)
        reasons = said or (("印がはっきりしています",) if yes else (BLANK_REASON,))
        return Reading(zone.key, value or None, text, round(confidence, 4), True, reasons, (), crop, ())
    asked = [mark.code for mark in looks]
    others = (*asked, *(code for code in zone.codes if code not in asked))
    return Reading(zone.key, value or None, text, round(confidence, 4), False, reasons, others, crop, ())
