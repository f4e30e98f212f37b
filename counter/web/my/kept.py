"""Everything that is kept about a resident: to see, to take along, to correct, to remove."""

from __future__ import annotations

import datetime as dt
from typing import Any

import flask
from werkzeug.wrappers import Response

from counter import locales
from counter.extensions import db
from counter.queries import profiles as queries
from counter.services import profiles
from counter.services.profiles import Fact, Profile
from counter.web import access
from counter.web.my import blueprint, session, words
from forms.model import Question
from forms.reuse import fact_of
from forms.web import PageForm, page_form


@blueprint.get("/kept")
@access.resident
def kept() -> str:
    profile = _profile()
    return flask.render_template(
        "my/kept.html",
        groups=words.groups(profile) if profile else [],
        consents=queries.consents(db(), _account()),
        words=words,
    )


@blueprint.get("/kept/<path>")
@access.resident
def correct(path: str) -> str:
    profile, form = _form(path)
    return _correcting(path, profile, form)


@blueprint.post("/kept/<path>")
@access.resident
def send_correction(path: str) -> str | Response:
    """Take over one corrected fact; the next application begins with it."""
    profile, form = _form(path, flask.request.form)
    if locales.switching():
        return flask.redirect(flask.url_for("my.correct", path=path))
    if not form.validate():
        return _correcting(path, profile, form)
    profile.put(path, Fact(form.values[path], "", _now().isoformat(timespec="seconds")))
    _keep(profile, "correct")
    return flask.redirect(flask.url_for("my.kept", done="correct"), 303)


@blueprint.post("/kept/<path>/remove")
@access.resident
def remove(path: str) -> Response:
    """One fact goes, or with `people.<id>` everything about somebody."""
    profile = _profile(lock=True)
    if profile is None:
        return flask.redirect(flask.url_for("my.kept"), 303)
    section, *rest = path.split(".")
    if section == profiles.PEOPLE and len(rest) == 1 and profile.person(rest[0]):
        profile.remove_person(rest[0])
    elif profile.find(path) is not None:
        profile.remove(path)
    else:
        flask.abort(404)
    _keep(profile, "remove")
    return flask.redirect(flask.url_for("my.kept", done="remove"), 303)


@blueprint.get("/erase")
@access.resident
def erase() -> str:
    """Before everything goes: what goes, and what stays elsewhere."""
    return flask.render_template("my/erase.html")


@blueprint.post("/erase")
@access.resident
def send_erase() -> Response:
    """Withdraw every consent; the key of what is kept is destroyed."""
    profiles.erase(db(), _account(), _now())
    return flask.redirect(flask.url_for("my.kept", done="erase"), 303)


@blueprint.get("/kept.json")
@access.resident
def export() -> Response:
    """Everything as data, for another service or another day."""
    answer = flask.jsonify(_exported())
    answer.headers["Content-Disposition"] = 'attachment; filename="my-data.json"'
    return answer


@blueprint.get("/kept.html")
@access.resident
def readable() -> Response:
    """Everything as a file that any browser opens without us."""
    profile = _profile()
    page = flask.render_template(
        "my/export.html", groups=words.groups(profile) if profile else [], words=words,
        consents=queries.consents(db(), _account()), seen=queries.looks(db(), _account()),
        filed=queries.filed(db(), _account()), now=_now(),
    )  # fmt: skip
    answer = flask.Response(page, mimetype="text/html")
    answer.headers["Content-Disposition"] = 'attachment; filename="my-data.html"'
    return answer


def _exported() -> dict[str, Any]:
    profile = _profile() or Profile()
    return {
        "people": [
            {"id": person.id, "facts": [_fact(f"{profiles.PEOPLE}.{person.id}.{name}", fact) for name, fact in person.facts.items()]}
            for person in profile.people
        ],
        "household": [_fact(path, fact) for path, fact in profile.facts.items()],
        "consents": [
            {"given_at": _iso(one.given_at), "withdrawn_at": _iso(one.withdrawn_at), "text": one.text_version}
            for one in queries.consents(db(), _account())
        ],
        "applications": [
            {
                "number": one.number, "received_at": _iso(one.received_at),
                "lines": [{"procedure": line.title, "ward": line.ward, "office": line.office_name, "status": line.status} for line in one.lines],
            }
            for one in queries.filed(db(), _account())
        ],
        "looks": [
            {"at": _iso(one.at), "who": one.actor, "ward": one.ward, "office": one.office_name, "why": one.why}
            for one in queries.looks(db(), _account())
        ],
    }  # fmt: skip


def _fact(path: str, fact: Fact) -> dict[str, Any]:
    field = words.field_of(path)
    label = locales.translate(field.label) if field else path
    return {"field": path, "label": label, "value": fact.value, "told_in": fact.procedure, "told_at": fact.at}


def _form(path: str, formdata: Any = None) -> tuple[Profile, PageForm]:
    """The one question of a fact that is kept and that is still asked today."""
    profile = _profile(lock=formdata is not None)
    field = words.field_of(path)
    fact = profile.find(path) if profile else None
    if profile is None or fact is None or field is None or fact_of(field) is None:
        flask.abort(404)
    made = page_form([Question(path, field, True, ())], translate=locales.markup, people=words.context(profile).people)
    return profile, made(formdata, values={path: fact.value})


def _correcting(path: str, profile: Profile, form: PageForm) -> str:
    section, *rest = path.split(".")
    person = profile.person(rest[0]) if section == profiles.PEOPLE else None
    return flask.render_template(
        "my/correct.html", form=form, path=path, failed=bool(form.summary), open_form=True,
        whose=words.written(person) if person else "",
    )  # fmt: skip


def _keep(profile: Profile, why: str) -> None:
    profiles.save(db(), _account(), profile)
    profiles.note(db(), _account(), "resident", why, _now())


def _profile(*, lock: bool = False) -> Profile | None:
    return profiles.load(db(), _account(), lock=lock)


def _account() -> str:
    resident = session.current()
    assert resident is not None
    return resident.account_id


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def _iso(moment: dt.datetime | None) -> str | None:
    return moment.isoformat(timespec="seconds") if moment else None
