"""`flask read FILE…`: the operator's contract, on the samples that come with the product."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from flask import Flask

SAMPLES = Path(__file__).parents[2] / "counter" / "demo_scans"
KEYS = {"file", "page", "procedure", "sheet_digest", "seconds", "values"}


def run(app: Flask, *arguments: str) -> list[dict[str, object]]:
    result = app.test_cli_runner().invoke(args=["read", *arguments])
    assert result.exit_code == 0, result.output
    found: list[dict[str, object]] = json.loads(result.output)
    return found


def test_a_stack_of_two_forms_gives_four_entries(app: Flask, tmp_path: Path) -> None:
    entries = run(app, str(SAMPLES / "stack-tennyu-tenshutsu.pdf"), "--debug", str(tmp_path / "steps"))
    assert [(entry["procedure"], entry["page"]) for entry in entries] == [
        ("move-out", 2),
        ("move-in", 1),
        ("move-out", 1),
        ("move-in", 2),
    ]
    for entry in entries:
        assert set(entry) >= KEYS
        for value in entry["values"].values():  # type: ignore[attr-defined]
            assert set(value) == {"value", "text", "confidence", "accepted", "reasons"}
    assert len(list((tmp_path / "steps").iterdir())) == 4


@pytest.mark.parametrize("data", [b"", b"no picture", b"\x89PNG\r\n\x1a\n"])
def test_a_file_that_cannot_be_opened_has_an_entry_that_says_why(app: Flask, tmp_path: Path, data: bytes) -> None:
    file = tmp_path / "scan.png"
    file.write_bytes(data)
    (entry,) = run(app, str(file))
    assert entry["procedure"] is None and entry["problems"] and entry["values"] == {}
