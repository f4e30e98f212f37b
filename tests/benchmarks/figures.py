"""What counts as right, and how sure a figure is: shared by the benchmarks of reading paper."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import sqrt

NUMBERS = ("postcode", "phone", "digits", "corporate_number", "invoice_number")
DATES = ("year", "month", "day")
EDGES = (0.0, 0.5, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 1.01)


def plain(kind: str, text: str) -> str:
    """What counts as the same: hyphens within numbers, leading noughts of a date and spaces do not matter."""
    text = "".join(text.split())
    if kind in NUMBERS:
        return text.replace("-", "").replace("ー", "")
    return text.lstrip("0") if kind in DATES else text


def percent(part: float, whole: float) -> float:
    return round(100 * part / whole, 2) if whole else 0.0


def wilson(right: int, count: int, z: float = 1.96) -> tuple[float, float]:
    """The interval in which the true part lies."""
    if not count:
        return 0.0, 1.0
    part, square = right / count, z * z
    middle = (part + square / (2 * count)) / (1 + square / count)
    half = z * sqrt(part * (1 - part) / count + square / (4 * count * count)) / (1 + square / count)
    return max(0.0, middle - half), min(1.0, middle + half)


def distance(one: str, two: str) -> int:
    """Levenshtein."""
    row = list(range(len(two) + 1))
    for i, a in enumerate(one, 1):
        above, row[0] = row[0], i
        for j, b in enumerate(two, 1):
            above, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, above + (a != b))
    return row[-1]


def reliability(said: Sequence[tuple[float, bool]]) -> list[str]:
    """What was said beside what was right, by how much was said."""
    lines = [f"{'confidence':14}{'places':>8}{'said %':>9}{'right %':>9}"]
    for low, high in pairwise(EDGES):
        found = [(chance, right) for chance, right in said if low <= chance < high]
        if found:
            mean = 100 * sum(chance for chance, _ in found) / len(found)
            right = 100 * sum(good for _, good in found) / len(found)
            lines.append(f"{f'{low:.2f}-{min(high, 1.0):.2f}':14}{len(found):8}{mean:9.1f}{right:9.1f}")
    return lines


@dataclass
class Score:
    """One kind's counts."""

    places: int = 0
    right: int = 0
    edits: int = 0
    characters: int = 0
    accepted: int = 0
    accepted_right: int = 0

    def add(self, written: str, seen: str, accepted: bool) -> None:
        self.count(written == seen, accepted)
        self.edits += distance(written, seen)
        self.characters += len(written)

    def count(self, right: bool, accepted: bool) -> None:
        self.places += 1
        self.right += right
        self.accepted += accepted
        self.accepted_right += accepted and right

    def figures(self) -> dict[str, float]:
        low, high = wilson(self.right, self.places)
        return {
            "places": self.places,
            "exact": percent(self.right, self.places),
            "exact_from": round(100 * low, 1),
            "exact_to": round(100 * high, 1),
            "cer": percent(self.edits, self.characters),
            "coverage": percent(self.accepted, self.places),
            "precision": percent(self.accepted_right, self.accepted),
            "precision_from": round(100 * wilson(self.accepted_right, self.accepted)[0], 1),
        }


TARGETS = {
    "postcode": "97", "phone": "97", "kana": "97", "date": "98", "name": "92", "name outside lexicon": "85", "address": "88",
    "free text": "75, CER < 2", "ALL TEXT": "92; 70 accepted, 99 of these right", "choice": "99.5", "choices": "99.5", "era": "99.5",
}  # fmt: skip
"""Exact % of OCR.md, by the rows of the table."""


def table(rows: dict[str, dict[str, float]]) -> str:
    """A line a row: exact with its interval, characters, acceptance, and the target beside it."""
    lines = [
        f"{'':22}{'places':>7}{'exact %':>9}{'(95 %)':>14}{'CER %':>7}{'accepted %':>11}{'right of it %':>20}   target"
    ]
    for name, row in rows.items():
        interval = f"{row['exact_from']:.1f}-{row['exact_to']:.1f}"
        precision = f"{row['precision']:.2f} (≥ {row['precision_from']:.1f})" if row["coverage"] else "-"
        lines.append(
            f"{name:22}{row['places']:7.0f}{row['exact']:9.1f}{interval:>14}{row['cer']:7.2f}{row['coverage']:11.1f}"
            f"{precision:>20}   {TARGETS.get(name, '')}"
        )
    return "\n".join(lines)
