"""Values between a reader's process and its parent: JSON beside raw arrays, so that nothing that comes back is run."""

from __future__ import annotations

import dataclasses
import json
import socket
import struct
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from forms.kinds import ALL_KINDS
from forms.kinds.base import Part
from forms.messages import Message
from forms.paper_geometry import Page, Rule, Sheet, Text, Zone
from ocr.one_box import OneBox, PrintedEra
from ocr.prepared import Prepared
from ocr.problems import Issue
from ocr.results import LineSeen, PageReading, Reading
from ocr.template import Blanks, Template

KNOWN: dict[str, type] = {
    known.__name__: known
    for known in (
        PageReading,
        Reading,
        LineSeen,
        Issue,
        Message,
        Sheet,
        Page,
        Zone,
        Rule,
        Text,
        Template,
        Blanks,
        Prepared,
    )
}
KINDS: dict[str, type] = {f"kind.{known.__name__}": known for known in (*ALL_KINDS, Part, OneBox, PrintedEra)}
_NAMES = {known: name for name, known in {**KNOWN, **KINDS}.items()}
_CLASSES = {**KNOWN, **KINDS}
ARRAYS = ("uint8", "float16", "float32")
MOST = 1 << 30
_HEAD = struct.Struct("!QQ")


class Closed(Exception):
    """The other side is gone, or what it said is no message of ours."""


def dump(value: Any, parts: list[Any]) -> Any:
    """The value as JSON; arrays and bytes go to ``parts``. TypeError for anything that ``load`` would not know."""
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, bytes):
        parts.append(value)
        return {"b": len(parts) - 1}
    if isinstance(value, np.ndarray):
        parts.append(np.ascontiguousarray(value).data.cast("B") if value.size else b"")
        return {"a": len(parts) - 1, "dtype": value.dtype.name, "shape": list(value.shape)}
    if type(value) in _NAMES:
        fields = {field.name: dump(getattr(value, field.name), parts) for field in dataclasses.fields(value)}
        return {"c": _NAMES[type(value)], "f": fields}
    if isinstance(value, Mapping):
        return {"m": [[dump(key, parts), dump(content, parts)] for key, content in value.items()]}
    if isinstance(value, list):
        return [dump(item, parts) for item in value]
    if isinstance(value, tuple):
        return {"t": [dump(item, parts) for item in value]}
    raise TypeError(f"no way to send a {type(value).__name__}")


def load(value: Any, parts: Sequence[Any]) -> Any:
    """The inverse of ``dump``; ValueError, KeyError or TypeError for anything else."""
    if isinstance(value, list):
        return [load(item, parts) for item in value]
    if not isinstance(value, dict):
        return value
    if "t" in value:
        return tuple(load(item, parts) for item in value["t"])
    if "m" in value:
        return {load(key, parts): load(content, parts) for key, content in value["m"]}
    if "c" in value:
        return _CLASSES[value["c"]](**{name: load(content, parts) for name, content in value["f"].items()})
    if "b" in value:
        return bytes(parts[value["b"]])
    if value["dtype"] not in ARRAYS:
        raise ValueError("no array of ours")
    return np.frombuffer(parts[value["a"]], value["dtype"]).reshape(value["shape"])


def send(line: socket.socket, value: Any) -> None:
    """One message: lengths, JSON, then the parts one after the other."""
    parts: list[Any] = []
    said = dump(value, parts)
    head = json.dumps([said, [len(part) for part in parts]], ensure_ascii=False, separators=(",", ":")).encode(
        "utf-8", "surrogatepass"
    )
    try:
        line.sendall(_HEAD.pack(len(head), sum(map(len, parts))))
        line.sendall(head)
        for part in parts:
            line.sendall(part)
    except OSError as gone:
        raise Closed from gone


def receive(line: socket.socket) -> Any:
    """The next message. Raises Closed, and TimeoutError where the socket has a time limit."""
    length, more = _HEAD.unpack(_exactly(line, _HEAD.size))
    if length > MOST or more > MOST:
        raise Closed
    try:
        said, sizes = json.loads(_exactly(line, length).decode("utf-8", "surrogatepass"))
        if sum(sizes) != more or any(size < 0 for size in sizes):
            raise Closed
        return load(said, [_exactly(line, size) for size in sizes])
    except (ValueError, KeyError, TypeError, IndexError, RecursionError) as wrong:
        raise Closed from wrong


def _exactly(line: socket.socket, count: int) -> bytearray:
    got = bytearray(count)
    view, at = memoryview(got), 0
    while at < count:
        try:
            read = line.recv_into(view[at:])
        except TimeoutError:
            raise
        except OSError as gone:
            raise Closed from gone
        if not read:
            raise Closed
        at += read
    return got
