"""What one confirmed line leaves behind: a few frame features with the character that each stands for."""

from __future__ import annotations

import json
from dataclasses import dataclass

import numpy as np

from ocr.arrays import HalfFloats

FEATURES = 120
FORMAT = 1
MOST_KEYS = 400
"""A line has some ten; more than this is no line."""


@dataclass(frozen=True, slots=True, eq=False)
class LineKeys:
    """The keys of one line. As personal as the handwriting itself: sealed wherever it is kept.

    ``id`` names the line, ``group`` the sheet it stood on (what is held out or forgotten together), ``kind`` the zone's
    kind, ``weights`` the network (8 hex) whose features these are.
    """

    id: str
    group: str
    kind: str
    weights: str
    vectors: HalfFloats
    """keys × 120, each of length one"""
    labels: str
    """one character a key"""

    def __post_init__(self) -> None:
        if self.vectors.shape != (len(self.labels), FEATURES):
            raise ValueError("one character a key")

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, LineKeys):
            return NotImplemented
        return self._said() == other._said() and np.array_equal(self.vectors, other.vectors)

    def __hash__(self) -> int:
        return hash(self._said())

    def _said(self) -> tuple[str, ...]:
        return self.id, self.group, self.kind, self.weights, self.labels

    def dump(self) -> bytes:
        """As bytes that ``load`` takes: a line of JSON, then the vectors. No pickle."""
        said = {"v": FORMAT, "id": self.id, "group": self.group, "kind": self.kind, "weights": self.weights}
        head = json.dumps({**said, "labels": self.labels}, ensure_ascii=False, separators=(",", ":")).encode()
        return head + b"\n" + np.ascontiguousarray(self.vectors, "<f2").tobytes()

    @classmethod
    def load(cls, data: bytes) -> LineKeys:
        """ValueError for anything that ``dump`` did not make."""
        head, _, body = data.partition(b"\n")
        try:
            said = json.loads(head)
            labels = str(said["labels"])
            if said["v"] != FORMAT or len(labels) > MOST_KEYS or len(body) != len(labels) * FEATURES * 2:
                raise ValueError("not the keys of a line")
            vectors = np.frombuffer(body, "<f2").reshape(len(labels), FEATURES).astype(np.float16)
            named = [str(said[name]) for name in ("id", "group", "kind", "weights")]
            return cls(named[0], named[1], named[2], named[3], vectors, labels)
        except (KeyError, TypeError, UnicodeDecodeError) as wrong:
            raise ValueError("not the keys of a line") from wrong
