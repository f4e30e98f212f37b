"""The memory of a ward: keys of many lines, kept within a limit, and the reader that asks them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from ocr.arrays import Gray, Ids
from ocr.engines import LineReader
from ocr.memory.keys import LineKeys
from ocr.memory.mixing import Index
from ocr.posterior import Alphabet, Featured, Posterior

MOST_LINES = 3000
"""What a ward keeps at most; ``Memory.of`` leaves out the oldest of what is plentiful."""
ENOUGH = 60
"""Newer keys of the same character and network, beyond which a key tells nothing more."""


@dataclass(frozen=True, slots=True, eq=False)
class Memory:
    """Immutable; the same lines make the same memory."""

    lines: tuple[LineKeys, ...] = ()

    @classmethod
    def of(cls, lines: Iterable[LineKeys], most: int = MOST_LINES) -> Memory:
        """From lines in the order they were confirmed, oldest first."""
        given = tuple(lines)
        return cls(given if len(given) <= most else _worth(given, most))

    def without(self, told: Callable[[LineKeys], bool]) -> Memory:
        """Exactly the memory that these lines were never part of."""
        return Memory(tuple(line for line in self.lines if not told(line)))

    def search(self) -> Search:
        return Search(self.lines)

    def over(self, reader: LineReader) -> LineReader:
        """The same reader with the memory mixed into its posteriors."""
        return RememberingReader(reader, self.search()) if self.lines else reader


def _worth(lines: Sequence[LineKeys], most: int) -> tuple[LineKeys, ...]:
    """First the oldest lines go of whose characters there are plenty of newer keys, then the oldest."""
    seen: Counter[tuple[str, str]] = Counter()
    plenty: list[int] = []
    for place in range(len(lines) - 1, -1, -1):
        line = lines[place]
        keys = [(line.weights, label) for label in line.labels]
        if all(seen[key] >= ENOUGH for key in keys):
            plenty.append(place)
        seen.update(keys)
    over = len(lines) - most
    gone = set(plenty[::-1][:over])
    left = [place for place in range(len(lines)) if place not in gone]
    return tuple(lines[place] for place in left[max(0, over - len(gone)) :])


class Search:
    """The memory's keys by network, made ready when first asked for."""

    def __init__(self, lines: Sequence[LineKeys]) -> None:
        self._lines = lines
        self._ready: dict[tuple[str, int], tuple[Alphabet, Index, Ids]] = {}

    def mixed(self, seen: Posterior) -> Posterior:
        """The posterior with the memory mixed in; as it is where it has no features, or those of unknown weights."""
        if not isinstance(seen, Featured) or not seen.weights:
            return seen
        key = seen.weights, id(seen.alphabet)
        if key not in self._ready:
            index = Index.of(seen.weights, seen.head, self._lines)
            self._ready[key] = seen.alphabet, index, index.places(seen.alphabet)  # holds on to whose id it is
        _, index, places = self._ready[key]
        return index.mixed(seen, places)


class RememberingReader:
    """A reader of lines that asks a memory."""

    def __init__(self, reader: LineReader, search: Search) -> None:
        self.name = reader.name
        self._reader = reader
        self._search = search

    def read(self, lines: Sequence[Gray], kinds: Sequence[str] = ()) -> list[Posterior]:
        return [self._search.mixed(seen) for seen in self._reader.read(lines, kinds)]
