"""訂正記憶: what this ward's readers learnt, what it brought, its versions; admins go back, switch off, have it forget."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import flask
from werkzeug.exceptions import NotFound

from counter import ids
from counter.extensions import db
from counter.models.memory import MemoryVersion, Step
from counter.queries import memory as lists
from counter.queries import organisation
from counter.services import memory, memory_versions
from counter.services.memory_versions import LONGEST_REASON, Conflict, NoReason, NotUsable
from counter.web import access
from counter.web.account.frame import dress

blueprint = flask.Blueprint("memory", __name__, url_prefix="/desk/memory")
dress(blueprint)

KINDS = {
    "name": "氏名", "kana": "フリガナ", "postcode": "郵便番号", "phone": "電話番号", "year": "日付", "month": "日付",
    "day": "日付", "ward": "住所", "city": "住所", "town": "住所", "number": "住所", "building": "住所",
    "digits": "番号", "corporate_number": "番号", "invoice_number": "番号", "email": "メールアドレス", "bank": "口座",
    "text": "文章", "long_text": "文章",
}  # fmt: skip
OTHER = "そのほか"
STEPS = {
    Step.LEARNT: "学習した", Step.FORGOTTEN: "消した", Step.ROLLED_BACK: "前の版に戻した", Step.SWITCHED_OFF: "使用を止めた",
    Step.SWITCHED_ON: "使用を再開した",
}  # fmt: skip
CHANGED = "この間に新しい版ができました。下の内容を確かめて、もう一度操作してください。"
REASON = f"理由を{LONGEST_REASON}文字までで入力してください。"
NUMBER = "受付番号を正しく入力してください。控えに印刷された17文字です。"
NOTHING = "この受付番号の用紙から覚えた文字はありません。"


@dataclass(frozen=True, slots=True)
class Brought:
    """How places of one kind were read without and with the memory."""

    label: str
    places: int
    before: int
    after: int

    @property
    def percent_before(self) -> float:
        return 100 * self.before / max(1, self.places)

    @property
    def percent_after(self) -> float:
        return 100 * self.after / max(1, self.places)


@blueprint.get("")
@access.staff("desk", "admin")
def show() -> flask.typing.ResponseReturnValue:
    return _page()


@blueprint.get("/versions/<int(max=2147483647):number>")
@access.staff("desk", "admin")
def version(number: int) -> flask.typing.ResponseReturnValue:
    return _version(number)


@blueprint.post("/versions/<int(max=2147483647):number>")
@access.staff("admin")
def roll_back(number: int) -> flask.typing.ResponseReturnValue:
    me, sent = access.me(), flask.request.form
    try:
        memory_versions.roll_back(db(), me.ward, number, seen=_seen(), actor=me.actor, reason=sent.get("reason", ""))
    except NoReason:
        return _version(number, REASON), 422
    except NotUsable:
        if memory_versions.version(db(), number) is None:
            raise NotFound from None
        return _version(number, "この版には戻せません。使ったことのある、いまとは別の版を選んでください。"), 422
    except Conflict:
        return _page(CHANGED), 409
    flask.flash(f"第{number}版に戻しました。これから読み取る用紙に使われます。")
    return flask.redirect(flask.url_for("memory.show"), 303)


@blueprint.post("/switch")
@access.staff("admin")
def switch() -> flask.typing.ResponseReturnValue:
    me, sent = access.me(), flask.request.form
    on = sent.get("to") == "on"
    try:
        if on:
            memory.switch_on(db(), me.ward, seen=_seen(), actor=me.actor)
        else:
            memory_versions.switch_off(db(), me.ward, seen=_seen(), actor=me.actor, reason=sent.get("reason", ""))
    except NoReason:
        return _page(REASON, at="reason"), 422
    except Conflict:
        return _page(CHANGED), 409
    flask.flash(
        "再開しました。確認用の行で試し、正しく読める行が増えるときだけ使います。"
        if on
        else "訂正記憶の使用を止めました。"
    )
    return flask.redirect(flask.url_for("memory.show"), 303)


@blueprint.post("/forget")
@access.staff("admin")
def forget() -> flask.typing.ResponseReturnValue:
    """First says how much it is; the second time, with `sure`, it is gone for good."""
    me, said = access.me(), flask.request.form.get("number", "")
    bundle_id = ids.normalise(said)
    if bundle_id is None:
        return _page(NUMBER, at="number", number=said), 422
    forms = lists.of_bundle(db(), bundle_id)
    if not forms:
        return _page(NOTHING, at="number", number=said), 422
    if not flask.request.form.get("sure"):
        return flask.render_template(
            "desk/memory_forget.html", number=ids.grouped(bundle_id), forms=len(forms), lines=sum(forms.values())
        )
    gone = sum(memory.forget_form(db(), form_id, actor=me.actor) for form_id in forms)
    flask.flash(f"この受付番号の用紙から覚えた{gone}行を、すべての版から消しました。")
    return flask.redirect(flask.url_for("memory.show"), 303)


def _seen() -> int:
    said = flask.request.form.get("seen", "")
    return int(said) if said.isascii() and said.isdecimal() and len(said) < 10 else -1


def _page(problem: str = "", *, at: str = "", number: str = "") -> str:
    before = flask.request.args.get("before", type=int)
    standing = lists.standing(db())
    versions = lists.versions(db(), before if before and 0 < before < 2**31 else None)
    tried = standing.tried if standing is not None else None
    return flask.render_template(
        "desk/memory.html",
        standing=standing,
        waiting=lists.waiting(db()),
        brought=_brought(tried.kinds) if tried is not None else [],
        kinds=_labelled(standing.kinds) if standing is not None else {},
        new=lists.characters(db(), (standing.used or standing.now).spans).new if standing is not None else (),
        versions=versions[: lists.PAGE],
        more=versions[lists.PAGE - 1].number if len(versions) > lists.PAGE else None,
        steps=STEPS,
        people=_people(),
        problem=problem,
        at=at,
        number=number,
        longest=LONGEST_REASON,
        days=int(flask.current_app.config["MEMORY_DAYS"]),
        acts="admin" in access.me().roles,
    )


def _version(number: int, problem: str = "") -> str:
    found, now = lists.version(db(), number), lists.newest(db())
    if found is None or now is None:
        raise NotFound
    since = lists.since(db(), now, number)
    return flask.render_template(
        "desk/memory_version.html",
        version=found,
        now=now,
        since=since,
        kinds=_labelled(since.kinds),
        brought=_brought(found.kinds),
        steps=STEPS,
        people=_people(),
        problem=problem,
        longest=LONGEST_REASON,
        may_return=_was_in_force(found) and now.in_force != number,
        acts="admin" in access.me().roles,
    )


def _was_in_force(row: MemoryVersion) -> bool:
    return row.in_force == row.number


def _brought(kinds: Mapping[str, Iterable[int]]) -> list[Brought]:
    """By what staff call the kinds, the most frequent first."""
    sums: dict[str, list[int]] = {}
    for kind, counts in kinds.items():
        total = sums.setdefault(KINDS.get(kind, OTHER), [0, 0, 0])
        for place, count in enumerate(counts):
            total[place] += count
    return sorted((Brought(label, *counts) for label, counts in sums.items()), key=lambda one: -one.places)


def _labelled(kinds: Mapping[str, int]) -> dict[str, int]:
    found: dict[str, int] = {}
    for kind, count in kinds.items():
        label = KINDS.get(kind, OTHER)
        found[label] = found.get(label, 0) + count
    return dict(sorted(found.items(), key=lambda one: -one[1]))


def _people() -> dict[str, str]:
    named = {f"staff:{one.id}": one.name for one in organisation.people(db(), access.me().ward)}
    return {memory.SYSTEM: "自動", **named}
