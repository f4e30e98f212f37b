"""`flask sheet CODE`: a procedure's paper as PDF, and where its places are."""

import json
from pathlib import Path
from typing import Any

import click
from flask.cli import with_appcontext

from forms.paper import Sheet
from forms.procedures import CATALOGUE


@click.command("sheet")
@click.argument("code")
@click.option("--pdf", type=click.Path(dir_okay=False, path_type=Path), help="Where the PDF goes.")
@click.option("--geometry", type=click.Path(dir_okay=False, path_type=Path), help="Where the places go, as JSON.")
@click.option("--rows", type=click.IntRange(1, 60), help="Rows of lists; more than printed adds continuation pages.")
@click.option("--ward", default="", help="The ward it is addressed to, by code; left open without one.")
@with_appcontext
def sheet(code: str, pdf: Path | None, geometry: Path | None, rows: int | None, ward: str) -> None:
    """Print the sheet of procedure CODE with a fresh serial."""
    from forms.paper import sheet as lay_out
    from forms.wards import WARDS

    if code not in CATALOGUE:
        raise click.BadParameter(f"one of {', '.join(sorted(CATALOGUE))}", param_hint="CODE")
    if ward and ward not in WARDS:
        raise click.BadParameter(f"one of {', '.join(WARDS)}", param_hint="--ward")
    if not pdf and not geometry:
        raise click.UsageError("Say where it goes: --pdf FILE, --geometry FILE or both.")
    made = lay_out(CATALOGUE[code], rows)
    if pdf:
        from counter.ids import new_id
        from counter.printing import render_sheet

        name = WARDS[ward].name if ward else ""
        pdf.write_bytes(render_sheet(made, CATALOGUE[code], serials=[new_id()], ward=name))
    if geometry:
        geometry.write_text(json.dumps(places(made), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    click.echo(f"{code} {made.sheet_digest}: {len(made.pages)} page(s)")


def places(made: Sheet) -> dict[str, Any]:
    """The geometry as operators and other programs get it: a contract, so only ever added to."""
    return {
        "procedure": made.procedure,
        "definition_digest": made.definition_digest,
        "sheet_digest": made.sheet_digest,
        "pages": [
            {
                "page": page.page,
                "width_mm": page.width_mm,
                "height_mm": page.height_mm,
                "zones": [
                    {
                        "key": zone.key,
                        "kind": zone.kind,
                        "cells": [list(cell) for cell in zone.cells],
                        "codes": list(zone.codes),
                    }
                    for zone in page.zones
                ],
            }
            for page in made.pages
        ],
    }
