"""Made-up people and applications to try the counter with. Refuses to run anywhere but in the embedded default on loopback."""

from __future__ import annotations

import copy
import datetime as dt
import secrets
from typing import Any

import click
import sqlalchemy as sa
from flask import current_app
from flask.cli import with_appcontext

from counter.extensions import session_scope
from counter.models.bundle import Channel
from counter.models.staff import Role, Staff
from counter.services import applications
from forms.procedures import CATALOGUE
from forms.wards import WARDS

SHIBUYA, KOTO, SUMIDA = "131130", "131083", "131075"
_ROLES = {"clerk": "案件の審査", "desk": "紙の取込と確認", "admin": "職員の管理"}
_DESKS = (
    ("clerk", "clerk", ("resident-registry", "bereavement", "disaster"), "区民 一郎"),
    ("hoken", "clerk", ("health-insurance", "pension", "care-insurance"), "保険 二葉"),
    ("kosodate", "clerk", ("child-support", "childcare", "schools"), "子育 三恵"),
    ("keiri", "clerk", ("procurement",), "経理 四季"),
    ("desk", "desk", (), "窓口 五月"),
    ("admin", "admin", (), "管理 六実"),
)


@click.command("seed-demo")
@with_appcontext
def seed_demo() -> None:
    """Fill an empty demonstration with sign-ins and applications. Repeating changes nothing."""
    from counter.web.account.views import DEMO_PASSWORD

    if not current_app.config["DEMO"]:
        raise click.ClickException("Demo data is only for the embedded database on this machine's own address.")
    with session_scope() as session:
        people = seed_people(session)
    with session_scope() as session:
        filed = seed_applications(session, dt.datetime.now(dt.UTC))
        sign_ins = session.scalars(sa.select(Staff.email).where(Staff.demo).order_by(Staff.id)).all()
    click.echo(f"Demo data: {people} sign-ins, {filed} submissions. Staff sign in at /staff/sign-in with the password")
    click.echo(f"{DEMO_PASSWORD}, as one of: {', '.join(sign_ins)}")


def seed_people(session: Any) -> int:
    """The staff of two wards, one of each office, a desk and an administrator."""
    from flask_security.utils import hash_password

    from counter.web.account.views import DEMO_PASSWORD

    roles = {role.name: role for role in session.scalars(sa.select(Role))}
    for name, description in _ROLES.items():
        if name not in roles:
            roles[name] = Role(name=name, description=description)
            session.add(roles[name])
    known = set(session.scalars(sa.select(Staff.email)))
    password = hash_password(DEMO_PASSWORD)
    made = 0
    for ward in (SHIBUYA, KOTO):
        for key, role, offices, name in _DESKS:
            email = f"{WARDS[ward].romaji.lower()}-{key}@example.jp"
            if email not in known:
                session.add(
                    Staff(
                        email=email,
                        name=name,
                        ward=ward,
                        offices=list(offices),
                        password=password,
                        demo=True,
                        fs_uniquifier=secrets.token_hex(32),
                        roles=[roles[role]],
                    )
                )
                made += 1
    return made


def seed_applications(session: Any, now: dt.datetime) -> int:
    """Some submissions of the last days, so that no queue is empty."""
    today = now.date()
    for number, (days, codes, answers) in enumerate(_submissions(today)):
        applications.submit_bundle(
            session,
            procedures=[CATALOGUE[code] for code in codes],
            answers=answers,
            channel=Channel.ONLINE,
            nonce=f"demo-{number}",
            language="ja",
            received_at=now - dt.timedelta(days=days, minutes=17 * number),
        )
    return number + 1


_MOVE = ("move-out", "move-in", "health-insurance", "child-allowance")
_HOUSEHOLDS = (
    (0, _MOVE, "山本", "ヤマモト", "健太", "ケンタ", "美咲", "ミサキ", "葵", "アオイ"),
    (1, _MOVE, "髙橋", "タカハシ", "直樹", "ナオキ", "恵", "メグミ", "蓮", "レン"),
    (3, ("move-out", "move-in"), "佐々木", "ササキ", "翔", "ショウ", "彩", "アヤ", "陽菜", "ヒナ"),
    (8, ("move-in", "child-allowance"), "渡邊", "ワタナベ", "大輔", "ダイスケ", "由美", "ユミ", "結衣", "ユイ"),
    (13, ("health-insurance", "child-allowance"), "中村", "ナカムラ", "拓也", "タクヤ", "綾", "アヤ", "湊", "ミナト"),
    (16, ("child-allowance",), "小林", "コバヤシ", "隆", "タカシ", "真由", "マユ", "律", "リツ"),
)


def _submissions(today: dt.date) -> list[tuple[int, tuple[str, ...], dict[str, Any]]]:
    return [(days, codes, _household(today, days, *names)) for days, codes, *names in _HOUSEHOLDS]


def _household(today: dt.date, days: int, family: str, family_kana: str, *given: str) -> dict[str, Any]:
    """A family of three that moved from 渋谷区 to 江東区 some days ago."""
    document = copy.deepcopy(_DOCUMENT)
    moved = today - dt.timedelta(days=days + 2)
    document["move"] |= {"out_date": _day(moved), "in_date": _day(moved)}
    for number, person in enumerate(document["people"]):
        person["name"] = {"family": family, "given": given[2 * number]}
        person["kana"] = {"family": family_kana, "given": given[2 * number + 1]}
    return document


def _day(day: dt.date) -> dict[str, str]:
    return {"iso": day.isoformat(), "precision": "day", "as_written": day.isoformat()}


_DOCUMENT: dict[str, Any] = {
    "event": {"cause": "moving"},
    "move": {
        "old_address": {"postcode": "1500041", "city": "東京都渋谷区", "town": "神南", "number": "1-2-3"},
        "new_address": {"postcode": "1350016", "city": "東京都江東区", "town": "東陽", "number": "4-5-6"},
        "jan1": "old",
    },
    "who": {"filed_by": "self", "applicant": "a1", "head": "a1", "old_head": "a1"},
    "child-allowance": {"claimant": "a1", "has_spouse": "yes", "spouse": "b2"},
    "child-allowance-consent": {"consent": "yes"},
    "health-insurance": {"previous": "none", "payment": "slip"},
    "people": [
        {
            "id": "a1", "birth_date": _day(dt.date(1988, 4, 1)), "sex": "1", "moves": "yes", "relation": "head",
            "phone": {"e164": "+819012345678", "as_written": "090-1234-5678"}, "joins_insurance": "yes",
            "pension": "national", "raised": "no",
            "account": {"bank": "0001", "branch": "001", "type": "ordinary", "number": "1234567"},
        },
        {
            "id": "b2", "birth_date": _day(dt.date(1990, 8, 15)), "sex": "2", "moves": "yes", "relation": "spouse",
            "joins_insurance": "yes", "raised": "no",
        },
        {
            "id": "c3", "birth_date": _day(dt.date(2020, 6, 30)), "sex": "0", "moves": "yes", "relation": "child",
            "joins_insurance": "yes", "raised": "yes", "to_claimant": "child", "together": "yes",
        },
    ],
}  # fmt: skip
