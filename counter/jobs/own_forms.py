"""A ward's own paper in the background: a blank scan made ready for drawing, a filled sample tried out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from counter import tenancy
from counter.jobs import reader as readers
from counter.jobs.engine import Workplace, job
from counter.jobs.reader import Here, Lost, Reader
from counter.services import memory, own_forms, own_forms_trials, sheets
from counter.services.blobs import Blobs

if TYPE_CHECKING:
    from counter.extensions import Store
    from counter.services.memory import ActiveMemory
    from ocr.template import Template


@job(own_forms.JOB)
def prepare_form(workplace: Workplace, ward: str, form_id: str) -> None:
    with readers.of_worker() as reader:
        prepare(workplace.store, Path(workplace.app.config["INSTANCE"]), ward, form_id, reader)


@job(own_forms_trials.JOB)
def try_form(workplace: Workplace, ward: str, trial_id: str) -> None:
    instance = Path(workplace.app.config["INSTANCE"])
    with readers.of_worker(instance) as reader:
        try_out(workplace.store, instance, ward, trial_id, reader)


def prepare(store: Store, instance: Path, ward: str, form_id: str, reader: Reader | None = None) -> None:
    """Pages of a blank scan, laid flat. Harmless to repeat; no transaction is open while it looks at pictures."""
    from ocr.loading import iter_pages
    from ocr.problems import Unreadable

    blobs = Blobs(instance / "blobs")
    with store.scope() as session, tenancy.tenant(session, ward):
        waiting = own_forms.to_prepare(session, blobs, form_id)
    if waiting is None:
        return
    try:
        made = [(reader or Here()).blank(image) for image in iter_pages(waiting.data, most=own_forms.MOST_PAGES)]
    except (Unreadable, Lost) as gone:
        with store.scope() as session, tenancy.tenant(session, ward):
            why = gone.message.text() if isinstance(gone, Unreadable) else own_forms.GAVE_UP
            own_forms.failed(session, blobs, form_id, why)
        return
    remarks = [f"{number}ページ：{text}" for number, page in enumerate(made, 1) for text in page.remarks]
    with store.scope() as session, tenancy.tenant(session, ward):
        own_forms.prepared(session, blobs, form_id, made, remarks)


def try_out(store: Store, instance: Path, ward: str, trial_id: str, reader: Reader | None = None) -> None:
    """A sample read as a scan of that form would be."""
    from ocr.loading import iter_pages
    from ocr.problems import Unreadable

    blobs = Blobs(instance / "blobs")
    with store.scope(write=False) as session, tenancy.tenant(session, ward):
        learnt = memory.active(session)
        known = sheets.templates(session, instance)  # drawing the blank sheets may take seconds: no lock is held
    with store.scope() as session, tenancy.tenant(session, ward):
        own_forms_trials.purge(session, blobs, dt.datetime.now(dt.UTC))
        sample = own_forms_trials.to_try(session, blobs, known, trial_id)
    if sample is None:
        return
    try:
        pages = iter_pages(sample.data, most=own_forms_trials.MOST_PAGES)
        seen = [(_read(reader or Here(), image, sample.templates, learnt), image) for image in pages]
    except Unreadable as unreadable:
        with store.scope() as session, tenancy.tenant(session, ward):
            own_forms_trials.failed(session, blobs, trial_id, unreadable.message.text())
        return
    with store.scope() as session, tenancy.tenant(session, ward):
        own_forms_trials.tried(session, blobs, trial_id, sample.digest, seen)


def _read(reader: Reader, image: Any, templates: Mapping[str, Template], learnt: ActiveMemory | None) -> Any:
    try:
        reader.submit(image, templates, learnt)
        return reader.result()
    except Lost:  # the sample shows what a scan would meet
        return None
