"""One training: learn confirmed places, examine the memory they make. In a child of its own, kind to whoever else computes."""

from __future__ import annotations

import base64
import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[1]
SECONDS = 120.0


class Stopped(RuntimeError):
    """The child hung, crashed or ran out of memory; what it said last, without anything it was given."""


@dataclass(frozen=True, slots=True)
class Confirmed:
    """A place whose text a person confirmed. ``lines``: features of its written lines, float16, 120 a frame."""

    id: str
    group: str
    kind: str
    part: str
    weights: str
    lines: tuple[bytes, ...]
    text: str
    held_out: bool
    """it examines, and is never learnt"""


@dataclass(frozen=True, slots=True)
class Work:
    """``known``: lines as ``LineKeys.dump`` made them, in the order they were confirmed. ``in_force``: ids of those among
    them that sheets are read with now; empty: none."""

    places: tuple[Confirmed, ...]
    known: tuple[bytes, ...] = ()
    in_force: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Learnt:
    """A place that was learnt: its keys as ``LineKeys.dump`` made them, their characters, and those the reader lacks."""

    id: str
    content: bytes
    labels: str
    new: str


@dataclass(frozen=True, slots=True)
class Tried:
    """How the held-out places were read without and with a memory, as ``ocr.memory.Trial`` says it."""

    lines: int = 0
    right_before: int = 0
    right_after: int = 0
    won: int = 0
    lost: int = 0
    better: bool = False
    why: str = ""
    kinds: Mapping[str, Sequence[int]] = field(default_factory=dict)
    """kind → places, right before, right after"""


@dataclass(frozen=True, slots=True)
class Result:
    """``left_out``: ids of lines that the memory has no room for. ``trial``: of everything known; ``now``: of what is in
    force, None where that is nothing or the same."""

    learnt: tuple[Learnt, ...]
    left_out: frozenset[str]
    trial: Tried
    now: Tried | None = None


def train(work: Work, seconds: float = SECONDS) -> Result:
    """Raises Stopped. What is personal goes over by pipes: nothing on a disk or in a process list."""
    child = subprocess.Popen(
        [sys.executable, "-m", "ocr.training_child"],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    try:
        said, wrong = child.communicate(dump_work(work), timeout=seconds)
    except subprocess.TimeoutExpired:
        raise Stopped("time is up") from None
    finally:
        _end(child)
    if child.returncode != 0:
        raise Stopped(wrong.decode("utf-8", "replace").strip().rpartition("\n")[2].partition(":")[0][:80] or "killed")
    return load_result(said)


def _end(child: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, signal.SIGKILL)
    for pipe in (child.stdin, child.stdout, child.stderr):
        if pipe is not None:
            with contextlib.suppress(OSError):
                pipe.close()
    child.wait()


# -- over the pipe ------------------------------------------------------------------------------------------------


def dump_work(work: Work) -> bytes:
    places = [
        {
            "id": one.id, "group": one.group, "kind": one.kind, "part": one.part, "weights": one.weights,
            "lines": _text(one.lines), "text": one.text, "held_out": one.held_out,
        }
        for one in work.places
    ]  # fmt: skip
    return json.dumps({"places": places, "known": _text(work.known), "in_force": sorted(work.in_force)}).encode()


def load_work(data: bytes) -> Work:
    said = json.loads(data)
    places = tuple(Confirmed(**{**one, "lines": _bytes(one["lines"])}) for one in said["places"])
    return Work(places, _bytes(said["known"]), frozenset(said["in_force"]))


def dump_result(result: Result) -> bytes:
    learnt = [[one.id, *_text([one.content]), one.labels, one.new] for one in result.learnt]
    now = asdict(result.now) if result.now is not None else None
    said = {"learnt": learnt, "left_out": sorted(result.left_out), "trial": asdict(result.trial), "now": now}
    return json.dumps(said).encode()


def load_result(data: bytes) -> Result:
    said = json.loads(data)
    learnt = tuple(Learnt(name, base64.b64decode(keys), labels, new) for name, keys, labels, new in said["learnt"])
    now = Tried(**said["now"]) if said["now"] is not None else None
    return Result(learnt, frozenset(said["left_out"]), Tried(**said["trial"]), now)


def _text(pieces: Sequence[bytes]) -> list[str]:
    return [base64.b64encode(piece).decode("ascii") for piece in pieces]


def _bytes(pieces: Sequence[str]) -> tuple[bytes, ...]:
    return tuple(base64.b64decode(piece) for piece in pieces)
