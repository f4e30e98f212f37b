"""`flask read FILE…`: what the OCR makes of scans, as JSON. Stores nothing."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from flask import current_app
from flask.cli import with_appcontext

if TYPE_CHECKING:
    from ocr.reading import PageReading, Template


@click.command("read")
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--debug", type=click.Path(file_okay=False, path_type=Path), help="A folder for a picture of each step.")
@with_appcontext
def read(files: tuple[Path, ...], debug: Path | None) -> None:
    """Read scanned FILEs (PDF, TIFF, JPEG, PNG) and print one entry a sheet as a JSON list."""
    from ocr.reading import prepare

    known = templates()
    prepare()
    entries = [entry for file in files for entry in entries_of(file, known, debug)]
    click.echo(json.dumps(entries, ensure_ascii=False, indent=1))


def entries_of(file: Path, known: Mapping[str, Template], debug: Path | None = None) -> Iterator[dict[str, Any]]:
    """One entry a page, in the order of the file; a file that cannot be opened gives one that says why."""
    from ocr.loading import iter_pages
    from ocr.reading import Unreadable, read_page

    position = 0
    try:
        for image in iter_pages(file.read_bytes(), file.name):
            position += 1
            folder = debug / f"{file.stem}-{position:03d}" if debug else None
            yield entry(file, position, read_page(image, known, debug=folder))
    except Unreadable as unreadable:
        yield _unread(file, position + 1) | {"problems": [unreadable.message.text()]}


def entry(file: Path, position: int, reading: PageReading) -> dict[str, Any]:
    """A contract: keys are only ever added. ``page`` is the sheet's own page number, ``position`` the file's."""
    return _unread(file, position) | {
        "page": reading.page or position,
        "procedure": reading.procedure if reading.found else None,
        "sheet_digest": reading.sheet_digest,
        "serial": reading.serial,
        "seconds": reading.seconds,
        "problems": [problem.text for problem in reading.problems],
        "values": {
            key: {
                "value": value.value,
                "text": value.text,
                "confidence": value.confidence,
                "accepted": value.accepted,
                "reasons": list(value.reasons),
            }
            for key, value in reading.values.items()
        },
    }


def _unread(file: Path, position: int) -> dict[str, Any]:
    return {
        "file": str(file),
        "page": position,
        "position": position,
        "procedure": None,
        "sheet_digest": None,
        "serial": None,
        "seconds": 0.0,
        "problems": [],
        "values": {},
    }


def templates() -> dict[str, Template]:
    """Today's sheets, and the older ones where there is a database that remembers them."""
    from counter.printing import blank_images
    from counter.services.sheets import MOST_ROWS
    from forms.paper import sheet
    from forms.paper_fill import kinds
    from forms.procedures import CATALOGUE
    from ocr.reading import Template

    folder = current_app.config["INSTANCE"]
    known = _remembered(folder)
    for procedure in CATALOGUE.values():
        made = sheet(procedure, MOST_ROWS)
        if made.sheet_digest not in known:
            known[made.sheet_digest] = Template(made, kinds(made, procedure), blank_images(made, folder=folder))
    return known


def _remembered(folder: Path) -> dict[str, Template]:
    from sqlalchemy import exc

    from counter.extensions import store
    from counter.services import sheets

    try:
        with store().scope(write=False) as session:
            return dict(sheets.templates(session, folder))
    except (
        exc.OperationalError,
        exc.ProgrammingError,
    ):  # no installation here: today's sheets can be read all the same
        return {}
