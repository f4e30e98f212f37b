"""The child of training.py: confirmed places on standard input, what they teach on standard output. No network, no files."""

from __future__ import annotations

import os
import resource
import sys
from dataclasses import fields
from typing import cast

import numpy as np

from ocr.arrays import HalfFloats
from ocr.memory import Examination, HeldOut, LineKeys, Memory, Recalls, learn
from ocr.memory.keys import FEATURES
from ocr.training import Confirmed, Learnt, Result, Tried, Work, dump_result, load_work

MEMORY = 3 * 1024 * 1024 * 1024  # addresses, not pages: what libraries reserve counts too
CPU_SECONDS = 120


def main() -> None:
    from ocr.reading import shipped_readers

    os.nice(10)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    work = load_work(sys.stdin.buffer.read())
    reader = shipped_readers().first
    result = lesson(work, cast(Recalls, reader)) if hasattr(reader, "again") else Result((), frozenset(), Tried())
    sys.stdout.buffer.write(dump_result(result))


def lesson(work: Work, reader: Recalls) -> Result:
    """Learn what is new, examine all that is known, and what is in force where that is something else."""
    known = [LineKeys.load(line) for line in work.known]
    fresh = [found for place in work.places if not place.held_out and (found := _learn(place, reader)) is not None]
    held = [_held_out(place) for place in work.places if place.held_out]
    memory = Memory.of([*known, *fresh])
    room = {line.id for line in memory.lines}
    used = [line for line in known if line.id in work.in_force]
    examination = Examination(held, reader)
    return Result(
        learnt=tuple(_learnt(line, reader) for line in fresh if line.id in room),
        left_out=frozenset(line.id for line in known if line.id not in room),
        trial=_tried(memory, examination),
        now=_tried(Memory.of(used), examination) if used and len(used) != len(room) else None,
    )


def _tried(memory: Memory, examination: Examination) -> Tried:
    found = examination.of(memory.lines)
    return Tried(**{one.name: getattr(found, one.name) for one in fields(Tried)})


def _learn(place: Confirmed, reader: Recalls) -> LineKeys | None:
    lines = [_features(line) for line in place.lines]
    return learn(lines, place.weights, place.text, reader, id=place.id, group=place.group, kind=place.kind)


def _held_out(place: Confirmed) -> HeldOut:
    features = np.concatenate([_features(line) for line in place.lines])
    return HeldOut(place.id, place.group, place.kind, place.weights, features, place.text, place.part)


def _learnt(line: LineKeys, reader: Recalls) -> Learnt:
    seen = reader.again(line.vectors, line.weights)
    new = "".join(sorted({one for one in line.labels if seen is not None and seen.alphabet.lacks(one)}))
    return Learnt(line.id, line.dump(), "".join(sorted(line.labels)), new)


def _features(line: bytes) -> HalfFloats:
    return np.frombuffer(line, "<f2").reshape(-1, FEATURES).astype(np.float16)


if __name__ == "__main__":
    main()
