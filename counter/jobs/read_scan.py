"""Reading an uploaded file, page by page. Harmless to repeat: pages that were read stay; no transaction is open while reading."""

from __future__ import annotations

import datetime as dt
import logging
from pathlib import Path
from typing import Any

from counter import tenancy
from counter.jobs.engine import Workplace, job
from counter.services import intake, sheets
from counter.services.blobs import Blobs

log = logging.getLogger("counter.read")


@job(intake.JOB)
def read_file(workplace: Workplace, ward: str, file_id: str) -> None:
    instance = Path(workplace.app.config["INSTANCE"])
    read(workplace.store, instance, ward, file_id)


def read(store: Any, instance: Path, ward: str, file_id: str) -> None:
    """Everything still to be read of one file."""
    from ocr.loading import iter_pages
    from ocr.reading import Unreadable

    blobs = Blobs(instance / "blobs")
    with store.scope() as session, tenancy.tenant(session, ward):
        original = intake.to_read(session, blobs, file_id)
    if original is None:
        return
    with store.scope(write=False) as session, tenancy.tenant(session, ward):
        templates = sheets.templates(session, instance)  # drawing the blank sheets may take seconds: no lock is held

    def count(pages: int) -> None:
        with store.scope() as session, tenancy.tenant(session, ward):
            intake.counted(session, file_id, pages)

    try:
        for position, image in enumerate(iter_pages(original.data, original.name, tell=count)):
            if position not in original.done:
                seen = _read_page(image, templates)
                with store.scope() as session, tenancy.tenant(session, ward):
                    intake.record_page(session, blobs, file_id, position, seen, image, _phones(seen, templates))
    except Unreadable as unreadable:  # the pages before it stay; the rest waits for a hand
        with store.scope() as session, tenancy.tenant(session, ward):
            intake.failed(session, file_id, unreadable.message.text())
        return
    with store.scope() as session, tenancy.tenant(session, ward):
        intake.finished(session, file_id, dt.datetime.now(dt.UTC))
        intake.purge(session, blobs)


def _read_page(image: Any, templates: Any) -> Any:
    from ocr.reading import read_page

    try:
        return read_page(image, templates)
    except Exception:  # a page the reader stumbles over is typed by hand; the others go on
        log.exception("the reader failed on a page")
        return None


def _phones(seen: Any, templates: Any) -> frozenset[str]:
    template = templates.get(seen.sheet_digest) if seen is not None else None
    zones = [zone for page in template.sheet.pages for zone in page.zones] if template is not None else []
    return frozenset(zone.key for zone in zones if zone.kind == "phone")
