"""A ward's own paper in the background: a blank scan made ready for drawing, a filled sample tried out."""

from __future__ import annotations

import datetime as dt
import logging
from pathlib import Path
from typing import TYPE_CHECKING, Any

from counter import tenancy
from counter.jobs.engine import Workplace, job
from counter.services import own_forms, own_forms_trials, sheets
from counter.services.blobs import Blobs

if TYPE_CHECKING:
    from ocr.blank_scan import Prepared

log = logging.getLogger("counter.read")


@job(own_forms.JOB)
def prepare_form(workplace: Workplace, ward: str, form_id: str) -> None:
    prepare(workplace.store, Path(workplace.app.config["INSTANCE"]), ward, form_id)


@job(own_forms_trials.JOB)
def try_form(workplace: Workplace, ward: str, trial_id: str) -> None:
    try_out(workplace.store, Path(workplace.app.config["INSTANCE"]), ward, trial_id)


def prepare(store: Any, instance: Path, ward: str, form_id: str) -> None:
    """Pages of a blank scan, laid flat. Harmless to repeat; no transaction is open while it looks at pictures."""
    from ocr.problems import Unreadable

    blobs = Blobs(instance / "blobs")
    with store.scope() as session, tenancy.tenant(session, ward):
        waiting = own_forms.to_prepare(session, blobs, form_id)
    if waiting is None:
        return
    try:
        made = _pages(waiting.data)
    except Unreadable as unreadable:
        with store.scope() as session, tenancy.tenant(session, ward):
            own_forms.failed(session, blobs, form_id, unreadable.message.text())
        return
    remarks = [f"{number}ページ：{text}" for number, page in enumerate(made, 1) for text in page.remarks]
    with store.scope() as session, tenancy.tenant(session, ward):
        own_forms.prepared(session, blobs, form_id, made, remarks)


def try_out(store: Any, instance: Path, ward: str, trial_id: str) -> None:
    """A sample read as a scan of that form would be."""
    from ocr.loading import iter_pages
    from ocr.problems import Unreadable

    blobs = Blobs(instance / "blobs")
    with store.scope(write=False) as session, tenancy.tenant(session, ward):
        known = sheets.templates(session, instance)  # drawing the blank sheets may take seconds: no lock is held
    with store.scope() as session, tenancy.tenant(session, ward):
        own_forms_trials.purge(session, blobs, dt.datetime.now(dt.UTC))
        sample = own_forms_trials.to_try(session, blobs, known, trial_id)
    if sample is None:
        return
    try:
        pages = iter_pages(sample.data, most=own_forms_trials.MOST_PAGES)
        seen = [(_read(image, sample.templates), image) for image in pages]
    except Unreadable as unreadable:
        with store.scope() as session, tenancy.tenant(session, ward):
            own_forms_trials.failed(session, blobs, trial_id, unreadable.message.text())
        return
    with store.scope() as session, tenancy.tenant(session, ward):
        own_forms_trials.tried(session, blobs, trial_id, sample.digest, seen)


def _pages(data: bytes) -> list[Prepared]:
    from ocr.blank_scan import prepare_page
    from ocr.loading import iter_pages
    from ocr.reading import shipped_readers

    reader = shipped_readers().first
    return [prepare_page(image, reader) for image in iter_pages(data, most=own_forms.MOST_PAGES)]


def _read(image: Any, templates: Any) -> Any:
    from ocr.reading import read_page

    try:
        return read_page(image, templates)
    except Exception:  # the sample shows what a scan would meet
        log.exception("the reader failed on a sample")
        return None
