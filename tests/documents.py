"""Random but valid documents from a seed: a household answers whatever it is asked, for any procedures."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable, Sequence
from functools import singledispatch
from typing import Any

from forms import kinds
from forms.bundle import Bundle
from forms.conditions import InOrder, SameWard
from forms.kinds.base import Kind
from forms.kinds.dates import today
from forms.kinds.files import on_paper
from forms.model import Procedure
from forms.path import look_up, members
from forms.wards import WARDS

FAMILY = ("髙橋", "佐藤", "山﨑", "グエン", "神", "渡邊", "O'Brien", "𠮷田", "辻󠄀")
GIVEN = ("花子", "太郎", "一", "さくら", "ヴァン・アン", "Mary Ann", "朱", "凪")
TOWNS = ("東陽", "宇田川町", "大手町", "西新宿", "本所")
Random = random.Random


@singledispatch
def answer(kind: Kind, rng: Random) -> Any:
    """A random valid value of a kind."""
    raise TypeError(f"no random value for {kind.code}")


@answer.register
def _(kind: kinds.Text, rng: Random) -> Any:
    return kind.parse(rng.choice(("そのほか", "３階の３０２号室", "a+b=c", "<b>太字</b>", "नमस्ते", "１－２－３")))


@answer.register
def _(kind: kinds.City, rng: Random) -> Any:
    return kind.parse(rng.choice([ward.city for ward in WARDS.values()]))


@answer.register
def _(kind: kinds.LongText, rng: Random) -> Any:
    return kind.parse(rng.choice(("一行だけ", "一行目\n二行目", "足を けがした。\n歩ける。")))


@answer.register
def _(kind: kinds.Name, rng: Random) -> Any:
    if rng.random() < 0.1:
        return {"single": "Suharto"}
    return {"family": rng.choice(FAMILY), "given": f"{rng.choice(GIVEN)}{rng.choice(('', '子', '太', '美'))}"}


@answer.register
def _(kind: kinds.Kana, rng: Random) -> Any:
    return kind.parse({"family": rng.choice(("たかはし", "ヤマサキ", "ｸﾞｴﾝ")), "given": rng.choice(("ハナコ", "ﾀﾛｳ"))})


@answer.register
def _(kind: kinds.Digits, rng: Random) -> Any:
    return "".join(rng.choice("0123456789") for _ in range(rng.randint(kind.least, kind.most)))


@answer.register
def _(kind: kinds.Count, rng: Random) -> Any:
    return rng.randint(kind.least, kind.most)


@answer.register
def _(kind: kinds.CorporateNumber, rng: Random) -> Any:
    return rng.choice(("7123456789012", "4011001098993", "7010705000725", "4012801014025", "5835678256246"))


@answer.register
def _(kind: kinds.InvoiceNumber, rng: Random) -> Any:
    return "T" + "".join(rng.choice("0123456789") for _ in range(13))


@answer.register
def _(kind: kinds.Date, rng: Random) -> Any:
    now = today()
    first, last = (now, now + dt.timedelta(days=60)) if kind.future else (dt.date(1930, 1, 1), now)
    if not kind.past and not kind.future:
        first, last = now - dt.timedelta(days=20), now + dt.timedelta(days=20)
    elif kind.past:  # children are as common as all the others together, and half of those could work
        age = rng.choice(((0, 6), (0, 19), (20, 64), (0, 96)))
        first, last = (now - dt.timedelta(days=365 * years) for years in reversed(age))
    day = first + dt.timedelta(days=rng.randint(0, (last - first).days))
    return kind.parse(rng.choice((day.isoformat(), f"{day.year}年{day.month}月{day.day}日")))


@answer.register
def _(kind: kinds.Choice, rng: Random) -> Any:
    if kind.options == kinds.YES_NO:  # lists fill with those who say yes
        return "yes" if rng.random() < 0.7 else "no"
    return rng.choice(kind.options)[0]


@answer.register
def _(kind: kinds.Choices, rng: Random) -> Any:
    codes = [code for code, _ in kind.options]
    picked = rng.sample(codes, rng.randint(kind.least, min(4, len(codes))))
    return [code for code in codes if code in picked]


@answer.register
def _(kind: kinds.Declaration, rng: Random) -> Any:
    return "yes"


@answer.register
def _(kind: kinds.Postcode, rng: Random) -> Any:
    return rng.choice(("1350016", "1500042", "1000004"))


@answer.register
def _(kind: kinds.Phone, rng: Random) -> Any:
    return kind.parse(rng.choice(("090-1234-5678", "０３－３６４７－９１１１", "+81 60-1234-5678", "(03)3463-1211")))


@answer.register
def _(kind: kinds.Email, rng: Random) -> Any:
    return f"user{rng.randint(1, 999)}@example.jp"


@answer.register
def _(kind: kinds.File, rng: Random) -> Any:
    if rng.random() < 0.2:
        return on_paper()
    names = ("IMG_0001.jpg", "在留カード（表）.png", "写真 1.jpeg", "通帳.pdf", "髙橋 <1>.pdf")
    return [
        {"id": "".join(rng.choices("0123456789ABCDEFGHJKMNPQRSTVWXYZ", k=17)), "name": rng.choice(names), "type": rng.choice(kind.types),
         "size": rng.randint(1, 9_000_000)}
        for _ in range(rng.randint(1, kind.most))
    ]  # fmt: skip


@answer.register
def _(kind: kinds.Composite, rng: Random) -> Any:
    return {part.name: answer(part.kind, rng) for part in kind.parts() if part.required or rng.random() < 0.5}


def household(procedures: Sequence[Procedure], rng: Random, *, people: int | None = None) -> dict[str, Any]:
    """A document in which everything asked is answered, as far as answers can make it so (a list may stay empty)."""
    bundle = Bundle(procedures)
    count = people or rng.randint(1, 6)
    document: dict[str, Any] = {"people": [{"id": f"m{rng.randrange(16**6):06x}"} for _ in range(count)]}
    for person in document["people"]:
        if rng.random() < 0.8:  # most of those who live together move together
            person["moves"] = "yes"
    if rng.random() < 0.3:
        document["people"].append({"id": "agent1", "listed": False})
    if rng.random() < 0.5:  # half of all households move, whatever else happens to them
        document["event"] = {"cause": "moving"}
    return _mostly_right(procedures, answer_all(bundle, document, rng), rng)


def _mostly_right(procedures: Sequence[Procedure], document: dict[str, Any], rng: Random) -> dict[str, Any]:
    """Days that must follow each other mostly do, and who moves within a ward mostly does."""
    for holds in (must.holds for procedure in procedures for must in procedure.musts):
        one, other = (look_up(document, field.key) for field in (holds.first, holds.second))
        if not one or not other or holds.holds(one, other) or rng.random() < 0.1:
            continue
        if isinstance(holds, InOrder):
            document[holds.first.section.key][holds.first.name] = other
            document[holds.second.section.key][holds.second.name] = one
        elif isinstance(holds, SameWard):
            one["city"] = other["city"]
    return document


def answer_all(
    bundle: Bundle, document: dict[str, Any], rng: Random, pick: Callable[[Kind, Random], Any] = answer
) -> dict[str, Any]:
    """Answer what is asked until nothing more opens; some optional questions are left empty (``None``)."""
    while True:
        open_questions = [
            question
            for question in bundle.asked(document)
            if question.field.name not in _holder(document, question.path)
        ]
        if not open_questions:
            return document
        for question in open_questions:
            holder = _holder(document, question.path)
            kind = question.field.kind
            if isinstance(kind, kinds.Person):
                value = rng.choice([member["id"] for member in members(document, kind.of)])
            elif isinstance(kind, kinds.File):
                value = on_paper()  # sent files need a place where they lie: tests/enclosures.py
            elif not question.required and rng.random() < 0.4:
                value = None
            else:
                value = pick(kind, rng)
            holder[question.field.name] = value


def _holder(document: dict[str, Any], path: str) -> dict[str, Any]:
    parts = path.split(".")
    if len(parts) == 2:
        return document.setdefault(parts[0], {})
    return next(item for item in document[parts[0]] if item["id"] == parts[1])
