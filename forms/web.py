"""The web face of every kind: WTForms fields whose data are the kinds' values. The only module here that knows WTForms.

A page's form is built from questions: ``page_form(questions, …)`` gives a Form class, and the residents' pages and the
office's review screen fill the same one. Inputs are named by the document path, or ``path.part``.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import singledispatch
from typing import Any

import wtforms
from markupsafe import Markup
from wtforms.fields.core import UnboundField
from wtforms.utils import unset_value

from forms import eras
from forms.eras import WESTERN
from forms.kinds import (
    Account,
    Address,
    Choice,
    Choices,
    City,
    Composite,
    CorporateNumber,
    Count,
    Date,
    Declaration,
    Digits,
    Email,
    InvoiceNumber,
    Kana,
    Kind,
    LongText,
    Name,
    Part,
    Person,
    Phone,
    Postcode,
    Text,
    Ward,
    Wards,
)
from forms.messages import N_, Invalid, Message
from forms.model import Question

Translate = Callable[[str], str]
Options = Sequence[tuple[str, str]]
BLANK: tuple[Any, ...] = (None, "", [], {})
_LONG_LIST = 7
_LONGEST_RAW = 20_000

_UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")

WRITE = Message(N_("入力してください。"))
PICK = Message(N_("選んでください。"))
FROM_LIST = Message(N_("一覧から選んでください。"))
ONE_NAME = N_("お名前が一つだけの方は、「氏」の欄だけに書いてください。")
NO_KANA = N_("ひらがなで書いても、カタカナに直します。")
ANY_PHONE = N_("ハイフン（-）は、あってもなくてもかまいません。")
BY_POSTCODE = N_("郵便番号が分からないときは、空けておいてかまいません。")


@dataclass(frozen=True, slots=True)
class Context:
    """What a field needs from the page it stands on."""

    translate: Translate = str
    people: Options = ()
    own: str = ""  # the path of the person who is writing, for autocomplete


@dataclass(slots=True)
class PartView:
    """One of several inputs of an answer, as a template draws it."""

    name: str
    id: str
    label: str
    raw: str = ""
    options: Options = ()
    empty: bool = True
    css: str = ""
    type: str = "text"
    inputmode: str = ""
    autocomplete: str = ""
    width: str = "grow"
    role: str = ""
    optional: bool = False
    wrong: bool = False


class Answer(wtforms.Field):  # type: ignore[misc]
    """One question with one input. ``raw`` is what stands in it, ``data`` the kind's value or None.

    ``problem`` is the translated error, ``words`` and ``help`` the translated label and hints; ``control`` names the
    template's macro.
    """

    control = "text"
    grouped = False
    css = ""
    type = "text"
    inputmode = ""
    spellcheck: bool | None = None
    wanted = WRITE

    def __init__(self, *, question: Question, context: Context, help_text: str = "", **kwargs: Any) -> None:
        look = {key: kwargs.pop(key) for key in ("css", "type", "inputmode", "spellcheck") if key in kwargs}
        super().__init__(label=question.field.label, **kwargs)
        for key, value in look.items():
            setattr(self, key, value)
        self.question = question
        self.context = context
        self.kind: Kind = question.field.kind
        self.kind_code: str = self.kind.code
        self.required: bool = question.required
        self.id = self.name.replace(".", "-")
        # The question's own support text, then what its kind says of every question.
        self.help = [context.translate(text) for text in (question.field.hint, help_text) if text]
        self.words = context.translate(question.field.label)
        self.raw: Any = ""
        self.message: Message | None = None
        self.wrong_part = ""

    # -- what was written ------------------------------------------------
    def collect(self, formdata: Any) -> Any:
        """The raw answer out of a submitted form; absent inputs are empty ones."""
        return _trim(formdata.get(self.name, ""))

    def blank(self) -> bool:
        return not isinstance(self.raw, str) or not self.raw.strip(" \t\r\n\u3000")

    def process(self, formdata: Any, data: Any = None, extra_filters: Any = None) -> None:
        self.process_errors: list[str] = []
        self.data: Any = None
        self.object_data = data if not isinstance(data, Kept) else None
        if formdata is not None:
            self.raw = self.collect(formdata)
        elif isinstance(data, Kept):
            self.raw = self.restore(data.raw)
        else:
            self.raw = self.refill(None if data is unset_value else data)
        self.read()
        self.raw = presentable(self.raw)

    def read(self) -> None:
        """``raw`` as the kind's value, or the reason why it is none."""
        self.data = self.message = None
        self.wrong_part = ""
        if self.blank():
            return
        try:
            self.data = self.check(self.kind.parse(self.raw))
        except Invalid as invalid:
            self.message, self.wrong_part = invalid.message, invalid.part

    def check(self, value: Any) -> Any:
        """What only the page can tell about a value."""
        return value

    def refill(self, value: Any) -> Any:
        """What a form shows for a stored value; a value of an older definition is shown as well as it can be."""
        if value in BLANK:
            return self.restore("")
        try:
            raw = self.kind.raw(value)
        except (KeyError, TypeError, ValueError, AttributeError, IndexError):
            return self.restore(value)
        of_another_kind = isinstance(raw, str) and isinstance(value, (dict, list)) and not self.kind.valid(value)
        return self.restore(value.get("as_written", "") if of_another_kind and isinstance(value, dict) else raw)

    def restore(self, raw: Any) -> Any:
        return raw if isinstance(raw, str) else ""

    def validate(self, form: Any, extra_validators: Any = ()) -> bool:
        if self.message is None and self.blank() and self.required:
            self.message = self.wanted
        self.errors = [self.message.text(self.context.translate)] if self.message else []
        return not self.errors

    # -- what a template asks ----------------------------------------------
    @property
    def problem(self) -> str:
        """The error, once the form was validated."""
        return self.errors[0] if self.errors else ""

    def refuse(self, message: Message) -> None:
        """An error that another part of the product found."""
        self.message = message
        self.errors = [message.text(self.context.translate)]

    @property
    def target(self) -> str:
        """The id an error summary links to."""
        return str(self.id)

    @property
    def autocomplete(self) -> str:
        own = self.context.own
        if own and self.name.startswith(f"{own}."):
            return {"phone": "tel", "email": "email", "postcode": "postal-code"}.get(self.kind_code, "")
        return "off" if self.kind_code in ("phone", "email", "postcode") else ""

    @property
    def chosen(self) -> Sequence[str]:
        return (self.raw,) if isinstance(self.raw, str) else tuple(self.raw)

    @property
    def shown(self) -> str:
        return shown(self.kind, self.data, self.context) if self.data is not None else ""


class Kept:
    """Raw input that could not be read when it was typed, on its way back into the form."""

    def __init__(self, raw: Any) -> None:
        self.raw = raw


class Paragraph(Answer):
    control = "textarea"


class Picked(Answer):
    """One of ``options``: radios while they are few, a select when they are many."""

    wanted = PICK

    def __init__(self, *, options: Options, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.options = [(code, self.context.translate(label)) for code, label in options]
        self.control = "select" if len(self.options) > _LONG_LIST else "radios"
        self.grouped = self.control == "radios"


class PickedPerson(Picked):
    """A pointer to one of the page's people, whose names need no translation."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(options=(), **kwargs)
        self.options = list(self.context.people)
        self.control, self.grouped = "radios", True

    def check(self, value: Any) -> Any:
        if value not in dict(self.options):
            raise Invalid(FROM_LIST.msgid)
        return value


class Ticked(Answer):
    """Several of ``options``; an agreement is the only one of one."""

    control = "checkboxes"
    grouped = True
    wanted = PICK

    def __init__(self, *, options: Options, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.options = [(code, self.context.translate(label)) for code, label in options]

    def collect(self, formdata: Any) -> list[str]:
        return [_trim(word) for word in formdata.getlist(self.name) if word]

    def restore(self, raw: Any) -> list[str]:
        if isinstance(raw, str):
            return [raw] if raw else []
        return [word for word in raw if isinstance(word, str)] if isinstance(raw, (list, tuple)) else []

    def blank(self) -> bool:
        return not self.raw


class Agreed(Ticked):
    """A statement with a box to tick; nothing may tick it but the reader."""

    wanted = Message(N_("内容を読んで、同意する場合は印をつけてください。"))

    def read(self) -> None:
        self.data = "yes" if self.raw == ["yes"] else None
        self.message = None


class Parted(Answer):
    """An answer of several inputs; ``raw`` is a dict part → text."""

    control = "parts"
    grouped = True

    def __init__(self, *, looks: Mapping[str, Mapping[str, Any]], quiet: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.looks = looks
        self.quiet = quiet  # its support text says which parts may stay empty
        self.names = tuple(part.name for part in self.kind.parts())

    def collect(self, formdata: Any) -> dict[str, str]:
        return {name: _trim(formdata.get(f"{self.name}.{name}", "")) for name in self.names}

    def restore(self, raw: Any) -> dict[str, str]:
        given = raw if isinstance(raw, Mapping) else {}
        return {name: given[name] if isinstance(given.get(name), str) else "" for name in self.names}

    def blank(self) -> bool:
        return not any(text.strip(" \t\r\n\u3000") for name, text in self.raw.items() if name != "era")

    @property
    def parts(self) -> list[PartView]:
        wrong = self.wrong_part if self.errors else ""
        return [self._view(part, wrong) for part in self.kind.parts()]

    @property
    def parts_by_name(self) -> dict[str, PartView]:
        return {view.role or view.name: view for view in self.parts}

    @property
    def target(self) -> str:
        return f"{self.id}-{self.wrong_part if self.wrong_part in self.names else self.names[0]}"

    def _view(self, part: Part, wrong: str) -> PartView:
        translate = self.context.translate
        look = dict(self.looks.get(part.name, {}))
        token = str(look.pop("autocomplete", ""))
        own = bool(self.context.own) and self.name.startswith(f"{self.context.own}.")
        options = [(code, translate(label)) for code, label in look.pop("options", ())]
        return PartView(
            name=f"{self.name}.{part.name}", id=f"{self.id}-{part.name}", label=translate(part.label),
            raw=self.raw.get(part.name, ""), options=options, optional=not part.required and self.required and not self.quiet,
            autocomplete=token if own else "off" if token else "", wrong=bool(wrong) and wrong == part.name, **look,
        )  # fmt: skip


class Dated(Parted):
    """元号 or 西暦, then three short numbers; what was read is said back in both calendars."""

    control = "date"

    def restore(self, raw: Any) -> dict[str, str]:
        if isinstance(raw, str) and raw:
            try:
                raw = self.kind.raw(self.kind.parse(raw))
            except (Invalid, ValueError):
                raw = {"era": WESTERN, "year": raw}
        return {"era": WESTERN} | {key: text for key, text in super().restore(raw).items() if key != "era" or text}

    @property
    def echo(self) -> str:
        return self.shown


# -- the face of each kind ----------------------------------------------------------------------------------------
@singledispatch
def web_field(kind: Kind, **common: Any) -> UnboundField:
    """The unbound WTForms field of a kind; every kind registers one (a matrix test says so)."""
    raise TypeError(f"{type(kind).__name__} has no web face")


@web_field.register
def _(kind: Text, **common: Any) -> UnboundField:
    return Answer(css=_width(kind.longest), **common)


@web_field.register
def _(kind: City, **common: Any) -> UnboundField:
    return Answer(css="sc-input--w20", **common)


@web_field.register
def _(kind: LongText, **common: Any) -> UnboundField:
    return Paragraph(**common)


@web_field.register
def _(kind: Digits, **common: Any) -> UnboundField:
    return Answer(css=_width(kind.most), inputmode="numeric", **common)


@web_field.register
def _(kind: Count, **common: Any) -> UnboundField:
    return Answer(css="sc-input--w4", inputmode="numeric", **common)


@web_field.register(CorporateNumber)
def _(kind: CorporateNumber, **common: Any) -> UnboundField:
    return Answer(css="sc-input--mono sc-input--w12", inputmode="numeric", **common)


@web_field.register
def _(kind: InvoiceNumber, **common: Any) -> UnboundField:
    return Answer(css="sc-input--mono sc-input--w12", spellcheck=False, **common)


@web_field.register
def _(kind: Postcode, **common: Any) -> UnboundField:
    return Answer(css="sc-input--w8", inputmode="numeric", **common)


@web_field.register
def _(kind: Phone, **common: Any) -> UnboundField:
    return Answer(css="sc-input--w12", type="tel", help_text=ANY_PHONE, **common)


@web_field.register
def _(kind: Email, **common: Any) -> UnboundField:
    # Not type=email: its bubble would refuse before we can say how to mend it.
    return Answer(css="sc-input--w20", inputmode="email", spellcheck=False, **common)


@web_field.register
def _(kind: Choice, **common: Any) -> UnboundField:
    return Picked(options=kind.options, **common)


@web_field.register
def _(kind: Ward, **common: Any) -> UnboundField:
    return Picked(options=kind.options, **common)


@web_field.register
def _(kind: Choices, **common: Any) -> UnboundField:
    return Ticked(options=kind.options, **common)


@web_field.register
def _(kind: Wards, **common: Any) -> UnboundField:
    return Ticked(options=kind.options, **common)


@web_field.register
def _(kind: Declaration, **common: Any) -> UnboundField:
    return Agreed(options=(("yes", kind.words()[0]),), **common)


@web_field.register
def _(kind: Person, **common: Any) -> UnboundField:
    return PickedPerson(**common)


@web_field.register
def _(kind: Date, **common: Any) -> UnboundField:
    era = next(part.kind for part in kind.parts() if part.name == "era")
    options = tuple(era.options) if isinstance(era, Choice) else ()
    options = tuple(pair for pair in options if pair[0] == WESTERN) + tuple(
        pair for pair in options if pair[0] != WESTERN and not (kind.future and pair[0] != "reiwa")
    )
    token = "bday-%s" if kind.past else ""
    looks: dict[str, dict[str, Any]] = {
        "era": {"options": options, "empty": False},
        "year": {"css": "sc-input--w4", "inputmode": "numeric", "autocomplete": token and token % "year"},
        "month": {"css": "sc-input--w2", "inputmode": "numeric", "autocomplete": token and token % "month"},
        "day": {"css": "sc-input--w2", "inputmode": "numeric", "autocomplete": token and token % "day"},
    }
    return Dated(looks=looks, **common)


@web_field.register
def _(kind: Name, **common: Any) -> UnboundField:
    looks = {"family": {"autocomplete": "family-name"}, "given": {"autocomplete": "given-name"}}
    return Parted(looks=looks, help_text=ONE_NAME, quiet=True, **common)


@web_field.register
def _(kind: Kana, **common: Any) -> UnboundField:
    return Parted(looks={"family": {}, "given": {}}, help_text=NO_KANA, quiet=True, **common)


@web_field.register
def _(kind: Address, **common: Any) -> UnboundField:
    looks: dict[str, dict[str, Any]] = {
        "postcode": {
            "css": "sc-input--w8", "inputmode": "numeric", "autocomplete": "postal-code", "role": "postcode",
            "width": "full",
        },
        "city": {"css": "sc-input--w20", "role": "city", "width": "full"},
        "town": {"role": "town"},
        "number": {"role": "number"},
        "building": {"width": "full", "role": "building"},
    }  # fmt: skip
    return Parted(looks=looks, help_text=BY_POSTCODE, **common)


@web_field.register
def _(kind: Account, **common: Any) -> UnboundField:
    types = next(part.kind for part in kind.parts() if part.name == "type")
    looks: dict[str, dict[str, Any]] = {
        "bank": {}, "branch": {},
        "type": {"options": types.options if isinstance(types, Choice) else (), "width": "full"},
        "number": {"css": "sc-input--w8 sc-input--mono", "inputmode": "numeric", "width": "full"},
    }  # fmt: skip
    return Parted(looks=looks, **common)


# -- the form of a page ---------------------------------------------------------------------------------------------
class PageForm(wtforms.Form):  # type: ignore[misc]
    """The questions of one page. Fill it from a request, or from what is stored: values, and raw text that was kept."""

    def __init__(
        self, formdata: Any = None, *, values: Mapping[str, Any] | None = None, kept: Mapping[str, Any] | None = None
    ) -> None:
        given: dict[str, Any] = dict(values or {})
        given |= {path: Kept(raw) for path, raw in (kept or {}).items()}
        super().__init__(formdata, data=given)

    @property
    def values(self) -> dict[str, Any]:
        """Path → value; None where the question was shown and left empty or could not be read."""
        return {field.name: field.data for field in self}

    @property
    def rejected(self) -> dict[str, Any]:
        """Path → what was typed and could not be read."""
        return {field.name: field.raw for field in self if field.message is not None and not field.blank()}

    @property
    def summary(self) -> list[tuple[str, str, str]]:
        """(fragment, label, message) of each error, in page order."""
        return [(field.target, field.words, field.problem) for field in self if field.errors]


def page_form(
    questions: Iterable[Question], *, translate: Translate = str, people: Options = (), own: str = ""
) -> type[PageForm]:
    """The Form class of a page. ``people``: (id, name) for questions that point to a person."""
    context = Context(translate, people, own)
    fields = {
        question.path: web_field(question.field.kind, question=question, context=context) for question in questions
    }
    return type("QuestionsForm", (PageForm,), fields)


# -- values in words --------------------------------------------------------------------------------------------------
WRITTEN_DATE = N_("%(era)s%(year)s年%(month)s%(day)s日（西暦%(western)s年）")
WRITTEN_WESTERN = N_("%(western)s年%(month)s%(day)s日（%(era)s%(year)s年）")
FIRST_YEAR = N_("元")
COMMA = N_("、")
MONTHS = (
    N_("1月"), N_("2月"), N_("3月"), N_("4月"), N_("5月"), N_("6月"),
    N_("7月"), N_("8月"), N_("9月"), N_("10月"), N_("11月"), N_("12月"),
)  # fmt: skip


@singledispatch
def shown(kind: Kind, value: Any, context: Context) -> str:
    """A value as its reader's language says it; what was typed stays as typed."""
    return kind.show(value)


@shown.register
def _(kind: Choice, value: Any, context: Context) -> str:
    return context.translate(dict(kind.options)[value])


@shown.register
def _(kind: Choices, value: Any, context: Context) -> str:
    labels = dict(kind.options)
    return _joined(context.translate(COMMA), [context.translate(labels[code]) for code in value])


@shown.register
def _(kind: Declaration, value: Any, context: Context) -> str:
    return context.translate(kind.show(value))


@shown.register
def _(kind: Person, value: Any, context: Context) -> str:
    return dict(context.people).get(value, "")


@shown.register
def _(kind: Composite, value: Any, context: Context) -> str:
    return _joined(
        "\u3000", [shown(part.kind, value[part.name], context) for part in kind.parts() if part.name in value]
    )


@shown.register
def _(kind: Address, value: Any, context: Context) -> str:
    return kind.show(value)


@shown.register
def _(kind: Date, value: Any, context: Context) -> str:
    if value["precision"] != "day":
        return kind.show(value)
    day = dt.date.fromisoformat(value["iso"])
    era = eras.era_on(day)
    year = era.year_of(day.year)
    written = eras.read(value["as_written"])
    msgid = WRITTEN_WESTERN if written and written.era == WESTERN else WRITTEN_DATE
    return context.translate(msgid) % {
        "era": context.translate(era.name), "year": context.translate(FIRST_YEAR) if year == 1 else year,
        "western": day.year, "month": context.translate(MONTHS[day.month - 1]), "day": day.day,
    }  # fmt: skip


def _joined(between: str, words: Sequence[str]) -> str:
    """Words in a row; where some are markup (readings over kanji), what was typed beside them is escaped."""
    return (Markup(between) if any(isinstance(word, Markup) for word in words) else between).join(words)  # noqa: S704


def _trim(text: Any) -> str:
    """What a form keeps of one input: enough to show it again, never a whole book."""
    return re.sub("\r\n?", "\n", text[:_LONGEST_RAW]) if isinstance(text, str) else ""


def presentable(raw: Any) -> Any:
    """What may stand in HTML: the error has told of control characters, and they could not be seen anyway."""
    if isinstance(raw, dict):
        return {name: presentable(text) for name, text in raw.items()}
    if isinstance(raw, list):
        return [presentable(text) for text in raw]
    return _UNPRINTABLE.sub("", raw)


def _width(longest: int) -> str:
    return "sc-input--w8" if longest <= 10 else "sc-input--w12" if longest <= 20 else ""
