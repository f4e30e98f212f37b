"""The standalone verifier of the audit log: the standard library alone, so an auditor can read and run it anywhere.

    python counter/audit_check.py DATABASE.sqlite FOLDER-OF-HEADS

A head covers everything before it:  head = SHA256(previous head, chain, sequence, moment, action, commitment),
commitment = SHA256(salt, actor, object, detail). Every part is preceded by its length, so parts cannot flow together.
"""

import hashlib
import os
import sqlite3
import sys
from collections.abc import Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

PLATFORM = "platform"
START = bytes(32)


@dataclass(frozen=True, slots=True)
class Event:
    """One row of audit_event; salt, actor, object_id and detail are all None once erased."""

    chain: str
    sequence: int
    at: str
    action: str
    actor: str | None
    object_id: str | None
    detail: str | None
    salt: bytes | None
    commitment: bytes
    head: bytes


Ends = Mapping[str, tuple[int, bytes]]
Heads = Mapping[str, Mapping[int, str]]


def commitment(salt: bytes, actor: str, object_id: str, detail: str) -> bytes:
    return _hash(salt, actor.encode(), object_id.encode(), detail.encode())


def link(previous: bytes, chain: str, sequence: int, at: str, action: str, committed: bytes) -> bytes:
    return _hash(previous, chain.encode(), str(sequence).encode(), at.encode(), action.encode(), committed)


def verify(events: Iterable[Event], ends: Ends, heads: Heads) -> list[str]:
    """Findings in words. `ends` is what audit_chain says, `heads` what left the database."""
    findings: list[str] = []
    reached: dict[str, tuple[int, bytes]] = {}
    for event in events:
        sequence, head = reached.get(event.chain, (0, START))
        where = f"chain {event.chain}, event {event.sequence}"
        if event.sequence != sequence + 1:
            findings.append(f"{where}: expected event {sequence + 1}")
        findings.extend(f"{where}: {problem}" for problem in _problems(event, head))
        left = heads.get(event.chain, {}).get(event.sequence)
        if left is not None and left != event.head.hex():
            findings.append(f"{where}: the head that left the database was {left}")
        reached[event.chain] = (event.sequence, event.head)
    return findings + _ends(reached, ends, heads)


def _problems(event: Event, previous: bytes) -> Iterable[str]:
    if event.head != link(previous, event.chain, event.sequence, event.at, event.action, event.commitment):
        yield "its head does not follow from the one before"
    parts = (event.salt, event.actor, event.object_id, event.detail)
    if all(part is None for part in parts):
        return
    if any(part is None for part in parts):
        yield "erased only in part"
    elif event.commitment != commitment(*parts):  # type: ignore[arg-type]
        yield "its content does not fit its commitment"


def _ends(reached: Ends, ends: Ends, heads: Heads) -> Iterable[str]:
    findings = []
    for chain in sorted({*reached, *ends, *heads}):
        last, head = reached.get(chain, (0, START))
        if ends.get(chain, (0, START)) != (last, head):
            findings.append(f"chain {chain}: ends at event {last}, but audit_chain says {ends.get(chain, (0,))[0]}")
        left = max(heads.get(chain, ()), default=0)
        if left > last:
            findings.append(f"chain {chain}: ends at event {last}, but the head of event {left} left the database")
    return findings


def write_head(folder: Path, chain: str, sequence: int, head: bytes) -> None:
    """One line, appended in one write: safe with several processes."""
    folder.mkdir(parents=True, exist_ok=True)
    line = f"{sequence} {head.hex()}\n".encode()
    descriptor = os.open(folder / f"{chain}.heads", os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(descriptor, line)
    finally:
        os.close(descriptor)


def read_heads(folder: Path) -> dict[str, dict[int, str]]:
    """chain -> sequence -> head. A line cut off by a power loss is no head."""
    heads: dict[str, dict[int, str]] = {}
    for file in sorted(folder.glob("*.heads")):
        lines = (line.split() for line in file.read_text("ascii", errors="replace").splitlines())
        heads[file.stem] = {
            int(line[0]): line[1] for line in lines if len(line) == 2 and line[0].isdigit() and len(line[1]) == 64
        }
    return heads


def _hash(*parts: bytes) -> bytes:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(len(part).to_bytes(8, "big"))
        digest.update(part)
    return digest.digest()


def main(arguments: list[str]) -> int:
    database, folder = arguments
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        ends = {
            chain: (sequence, head)
            for chain, sequence, head in connection.execute("SELECT chain, sequence, head FROM audit_chain")
        }
        rows = connection.execute(
            "SELECT chain, sequence, at, action, actor, object_id, detail, salt, commitment, head"
            " FROM audit_event ORDER BY chain, sequence"
        )
        findings = verify((Event(*row) for row in rows), ends, read_heads(Path(folder)))
    sys.stdout.write("\n".join(findings or [f"whole: {len(ends)} chains"]) + "\n")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
