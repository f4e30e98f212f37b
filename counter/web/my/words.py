"""What is kept, who looked and why, in plain words of the reader's language."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from markupsafe import Markup

from counter.locales import brief, markup, plain
from counter.queries.profiles import Seen
from counter.services.profiles import PEOPLE, Fact, Person, Profile
from counter.web.apply import carried
from counter.web.wards import ward_name
from forms import common
from forms.messages import N_
from forms.model import Field
from forms.procedures import CATALOGUE
from forms.web import Context, shown

NOBODY = N_("お名前がまだの方")
HOUSEHOLD = N_("世帯のこと")
LEFT_EMPTY = N_("（答えなし）")
SYSTEM = N_("この窓口のシステム")
YOU = N_("あなた")
OFFICER = N_("%(ward)s %(office)sの職員")

WHY = {
    "prefill": N_("新しい申請に、保存した内容を写しました。"),
    "keep": N_("あなたの同意により、申請の内容を保存しました。"),
    "correct": N_("保存した内容を直しました。"),
    "remove": N_("保存した内容の一部を消しました。"),
    "export": N_("保存した内容をファイルにしました。"),
    "erase": N_("保存した内容をすべて消しました。"),
    "application.look": N_("申請を審査するために、内容を見ました。"),
    "application.take": N_("申請の担当になりました。"),
    "application.status": N_("申請の状況を変えました。"),
    "application.exported": N_("申請を処理するために、内容をファイルにしました。"),
}
OTHER = N_("申請の手続のために、内容を扱いました。")


@dataclass(frozen=True, slots=True)
class Row:
    """One fact as a page shows it. ``open``: it may be corrected; what an older version asked may only be removed."""

    path: str
    label: Markup
    value: str | Markup
    origin: Markup
    open: bool


@dataclass(frozen=True, slots=True)
class Group:
    """What is kept about one person, or (``person`` empty) about the household."""

    title: str | Markup
    rows: tuple[Row, ...]
    person: str = ""
    own: bool = False


def groups(profile: Profile) -> list[Group]:
    """Everything that is kept: person by person, then the household."""
    found = [
        Group(
            written(person),
            tuple(_rows(profile, f"{PEOPLE}.{person.id}.", PEOPLE, person.facts)),
            person.id,
            not place,
        )
        for place, person in enumerate(profile.people)
        if person.facts
    ]
    if profile.facts:
        found.append(Group(markup(HOUSEHOLD), tuple(_rows(profile, "", "", profile.facts))))
    return found


def written(person: Person) -> str:
    """A person's name as it is kept."""
    fact = person.facts.get(common.NAME.name)
    good = fact is not None and common.NAME.kind.valid(fact.value)
    return common.NAME.kind.show(fact.value) if fact and good else str(plain(markup(NOBODY)))


def context(profile: Profile) -> Context:
    """Names for answers that point to a person."""
    return Context(markup, [(person.id, written(person)) for person in profile.people], "")


def field_of(path: str) -> Field | None:
    """The field that a path of what is kept speaks of, as it is asked today."""
    section, *rest = path.split(".")
    return fields().get(f"{section}.{rest[-1]}" if rest else "")


@lru_cache(maxsize=1)
def fields() -> dict[str, Field]:
    """Every field of the catalogue by its key."""
    return {field.key: field for procedure in CATALOGUE.values() for field in procedure.fields()}


def who(seen: Seen) -> str | Markup:
    if seen.actor == "office":
        return markup(OFFICER) % {"ward": ward_name(seen.ward), "office": markup(seen.office_name)}
    words = SYSTEM if seen.actor == "system" else YOU
    return markup(words)


def why(seen: Seen) -> Markup:
    return markup(WHY.get(seen.why, OTHER))


def what(seen: Seen) -> Markup:
    """Which procedure it was about."""
    titles = [seen.title] if seen.title else [CATALOGUE[code].title for code in seen.about.split() if code in CATALOGUE]
    return markup(N_("、")).join(brief(title) for title in titles)


def _rows(profile: Profile, prefix: str, section: str, facts: dict[str, Fact]) -> Iterator[Row]:
    for name, fact in facts.items():
        path = f"{prefix}{name}"
        field = field_of(path)
        label = markup(field.label) if field else Markup(name)  # noqa: S704 - a name of ours
        said = carried.origin(fact.procedure, fact.at)
        yield Row(path, label, _value(profile, field, fact.value), said, field is not None)


def _value(profile: Profile, field: Field | None, value: Any) -> str | Markup:
    if value is None:
        return markup(LEFT_EMPTY)
    if field is None or not field.kind.valid(value):
        return str(value)
    return shown(field.kind, value, context(profile))
