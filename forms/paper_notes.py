"""Conditions in words, for paper: when a place is to be filled in."""

from __future__ import annotations

from forms.conditions import Age, All, AnyOf, Condition, Grade, Is
from forms.kinds import Choice, Choices
from forms.messages import N_
from forms.paper_geometry import Text

ONE = N_("「%(field)s」が「%(value)s」の場合に書いてください")
EITHER = N_("「%(field)s」が「%(value)s」または「%(other)s」の場合に書いてください")
SOME = N_("「%(field)s」の答えにより、必要な方だけ書いてください")
UNDER = N_("%(under)s歳未満の方について書いてください")
SCHOOL = N_("%(under)s歳になった後の最初の3月31日までの方について書いてください")
BETWEEN = N_("%(least)s歳から%(last)s歳までの方について書いてください")
PUPIL = N_("小学生・中学生の方について書いてください")
BEFORE_SCHOOL = N_("小学校に入る前のお子さんについて書いてください")
AT_LEAST = N_("%(least)s歳以上の方について書いてください")


def note(when: Condition | None) -> tuple[Text, ...]:
    """Nothing for no condition; the texts' places are set by the layout."""
    if when is None:
        return ()
    plain = _plain(when)
    return (Text(plain[0], (0.0, 0.0, 0.0, 0.0), "note", plain[1]),) if plain else ()


def _plain(when: Condition) -> tuple[str, tuple[tuple[str, str], ...]] | None:
    if isinstance(when, Is):
        return _is(when)
    if isinstance(when, Age):
        if when.school_year:
            return SCHOOL, (("under", str(when.under)),)
        if when.under < 200 and when.least:
            return BETWEEN, (("least", str(when.least)), ("last", str(when.under - 1)))
        if when.under < 200:
            return UNDER, (("under", str(when.under)),)
        return AT_LEAST, (("least", str(when.least)),)
    if isinstance(when, Grade):
        return (PUPIL if when.first >= 1 else BEFORE_SCHOOL), ()
    if isinstance(when, (All, AnyOf)):
        return next((found for part in when.parts if (found := _plain(part))), None)
    return None


def _is(when: Is) -> tuple[str, tuple[tuple[str, str], ...]]:
    kind = when.field.kind
    labels = dict(kind.options) if isinstance(kind, (Choice, Choices)) else {}
    words = [labels.get(value, value) for value in when.values]
    field = ("field", when.field.label)
    if len(words) == 1:
        return ONE, (field, ("value", words[0]))
    if len(words) == 2:
        return EITHER, (field, ("value", words[0]), ("other", words[1]))
    return SOME, (field,)
