"""Using what is kept in a new draft, refusing it, and keeping what was submitted: only for who is signed in."""

from __future__ import annotations

import copy
import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import flask
from werkzeug.wrappers import Response

from counter.extensions import db
from counter.locales import JST
from counter.services import accounts, carrying, drafts, keeping, profiles
from counter.services.profiles import Person, Profile
from counter.services.receipts import Receipt
from counter.web import access
from counter.web.apply import carried, owner
from counter.web.apply.opened import Opened, open_draft
from counter.web.assisted import serving
from counter.web.my import blueprint, session
from counter.web.my.provider import configured
from forms.common import NAME, by_agent
from forms.model import Procedure


@dataclass(frozen=True, slots=True)
class Offer:
    """What the task list says about what is kept. ``state``: sign-in | open | used."""

    state: str
    own: str = ""
    others: tuple[tuple[str, str], ...] = ()


def offer(opened: Opened) -> Offer | None:
    """What to offer on the task list of a draft; nothing at a counter, for an agent, or once it was refused."""
    if not configured() or serving.current() or opened.draft.bundle_id or by_agent(opened.draft.answers):
        return None
    used = opened.draft.reuse.get("decided") == carrying.USED
    if not used and not carrying.open_for(opened.draft):
        return None
    resident = session.current()
    if resident is None:
        return Offer("used" if used else "sign-in")
    profile = profiles.load(db(), resident.account_id)
    if profile is None:
        return Offer("used") if used else None
    here = {person["id"] for person in opened.people}
    mapped: dict[str, str] = opened.draft.reuse.get("people", {})
    others = tuple((key, name) for key, name in _others(profile) if mapped.get(key) not in here)
    return Offer("used", "", others) if used else Offer("open", name_of(profile.people[0]), others)


def may_keep(opened: Opened) -> bool:
    """Whether to ask if this submission may be kept for next time."""
    signed_in = configured() and not serving.current() and session.current() is not None
    return signed_in and not by_agent(opened.draft.answers)


def after_submission(opened: Opened, receipt: Receipt, *, keep: bool) -> None:
    """What was submitted is found again by who is signed in; with their consent, common facts are kept."""
    resident = session.current() if configured() and not serving.current() else None
    if resident is None:
        return
    now = dt.datetime.now(dt.UTC)
    accounts.add_bundle(db(), resident.account_id, receipt.bundle_id, now)
    drafts.adopt(db(), opened.draft.id, resident.owner)
    if not keep or by_agent(opened.draft.answers):
        return
    profiles.consent(db(), resident.account_id, receipt.bundle_id, now)
    profile = profiles.load(db(), resident.account_id, lock=True) or Profile()
    keeping.merge(profile, opened.procedures, opened.draft.answers, now)
    profiles.save(db(), resident.account_id, profile)
    codes = " ".join(one.code for one in opened.procedures)
    profiles.note(db(), resident.account_id, "system", "keep", now, codes)


def begun(draft_id: str) -> None:
    """A draft that was begun while signed in is found again by signing in elsewhere."""
    resident = session.current() if configured() and not serving.current() else None
    if resident is not None:
        drafts.adopt(db(), draft_id, resident.owner)


def procedures_changed(opened: Opened) -> None:
    """Other procedures were chosen: what they ask too is filled from what is kept."""
    resident = session.current() if configured() else None
    if resident is None or opened.draft.reuse.get("decided") != carrying.USED:
        return
    profile = profiles.load(db(), resident.account_id)
    if profile is not None:
        carrying.again(opened.draft, profile, opened.procedures, _today())


def foreseen(opened: Opened, procedures: Sequence[Procedure]) -> drafts.Document:
    """The answers as they would stand if what is kept of the resident were used; the draft stays as it is."""
    resident = session.current() if configured() and not serving.current() else None
    if resident is None or opened.draft.reuse or by_agent(opened.draft.answers):
        return opened.draft.answers
    profile = profiles.load(db(), resident.account_id)
    if profile is None or not profile.people:
        return opened.draft.answers
    trial = copy.deepcopy(opened.draft)
    carrying.use(trial, profile, procedures, (), _today())
    return trial.answers


@blueprint.app_context_processor
def _for_templates() -> dict[str, object]:
    """Functions, so that a page that does not ask for them costs no query."""
    return {
        "sign_in_offered": configured, "signed_in": session.seems_signed_in, "reuse_offer": offer, "may_keep": may_keep,
        "carried": carried,
    }  # fmt: skip


@blueprint.post("/drafts/<draft_id>/use")
@access.resident
def use(draft_id: str) -> Response:
    """Fill the draft with what is kept, for the people that were ticked; or do without, if that was pressed.

    Once it is used, more of the people may be brought in.
    """
    opened, resident = open_draft(draft_id), session.current()
    assert resident is not None
    profile = profiles.load(db(), resident.account_id)
    used = opened.draft.reuse.get("decided") == carrying.USED and not opened.draft.bundle_id
    if profile is not None and (used or carrying.open_for(opened.draft)):
        if "no" in flask.request.form:
            opened.draft.reuse = {"decided": carrying.REFUSED}
        else:
            chosen = set(flask.request.form.getlist("person"))
            carrying.use(opened.draft, profile, opened.procedures, chosen, _today())
            codes = " ".join(one.code for one in opened.procedures)
            profiles.note(db(), resident.account_id, "system", "prefill", dt.datetime.now(dt.UTC), codes)
            drafts.adopt(db(), draft_id, resident.owner)
        opened.save()
    return flask.redirect(flask.url_for("apply.tasks", draft_id=draft_id), 303)


@blueprint.post("/drafts/<draft_id>/refuse")
@access.draft_owner
def refuse(draft_id: str) -> Response:
    """Nothing that is kept is used in this application; whoever holds the draft may say so, signed in or not."""
    opened = open_draft(draft_id)
    if not opened.draft.bundle_id and opened.draft.reuse.get("decided") == carrying.USED:
        carrying.refuse(opened.draft)
        opened.save()
    return flask.redirect(flask.url_for("apply.tasks", draft_id=draft_id), 303)


@blueprint.post("/drafts/<draft_id>/open")
@access.resident
def open_here(draft_id: str) -> Response:
    """A draft of this account goes on in this browser."""
    resident = session.current()
    assert resident is not None
    if drafts.load(db(), draft_id, resident.owner) is None:
        flask.abort(404)
    token = owner.token_or_new()
    drafts.adopt(db(), draft_id, token)
    return owner.give(flask.redirect(flask.url_for("apply.tasks", draft_id=draft_id), 303), token)


@blueprint.record_once
def _opens_receipts(_: object) -> None:
    """A signed-in resident opens the receipts of what they submitted."""
    from counter.web.status import grant  # its pages stand on ours and on the drafts'

    grant.also(_filed_by_account)


def _filed_by_account(bundle_id: str) -> bool:
    resident = session.current() if configured() else None
    return resident is not None and accounts.holds(db(), resident.account_id, bundle_id)


def name_of(person: Person) -> str:
    """As the person is written in what is kept."""
    fact = person.facts.get(NAME.name)
    return NAME.kind.show(fact.value) if fact and NAME.kind.valid(fact.value) else ""


def _others(profile: Profile) -> tuple[tuple[str, str], ...]:
    return tuple((person.id, name_of(person)) for person in profile.people[1:] if name_of(person))


def _today() -> dt.date:
    return dt.datetime.now(JST).date()
