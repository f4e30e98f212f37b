"""WTForms fields whose data are the kinds' values and whose ``raw`` is what was typed; no kind is named here."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import wtforms
from wtforms.utils import unset_value

from forms.eras import WESTERN
from forms.kinds import Kind, Part
from forms.kinds.files import PAPER, on_paper
from forms.messages import N_, Invalid, Message
from forms.model import Question
from forms.web.words import Context, Options, presentable, shown

BLANK: tuple[Any, ...] = (None, "", [], {})
WRITE = Message(N_("入力してください。"))
PICK = Message(N_("選んでください。"))
FROM_LIST = Message(N_("一覧から選んでください。"))
_LONG_LIST = 7
_LONGEST_RAW = 20_000


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

    def blank(self) -> bool:
        return bool(self.raw != ["yes"])

    def read(self) -> None:
        self.data = None if self.blank() else "yes"
        self.message = None


class Enclosed(Answer):
    """Documents that were sent before the page is: the page shows what is stored and changes nothing of it.

    Only a clerk with a paper form says here that sheets lie with it.
    """

    control = "files"
    grouped = True
    wanted = Message(N_("写真かPDFを選んで送ってください。"))
    offers: Sequence[Mapping[str, Any]] = ()
    """files of the same draft that can be used here too"""
    address: Any = None
    """(file id, page) → where its picture is; None where there are none"""
    facts: Mapping[str, Any] = {}

    def process(self, formdata: Any, data: Any = None, extra_filters: Any = None) -> None:
        said = self.context.paper and formdata is not None and formdata.get(self.name) == PAPER
        stored = None if isinstance(data, Kept) or data is unset_value else data
        if self.context.paper and formdata is not None and stored in (None, on_paper()):
            stored = on_paper() if said else None
        super().process(None, stored)

    def restore(self, raw: Any) -> list[str]:
        return [word for word in raw if isinstance(word, str)] if isinstance(raw, (list, tuple)) else []

    def blank(self) -> bool:
        return not self.raw

    @property
    def items(self) -> list[dict[str, Any]]:
        """The files that are here; nothing of sheets."""
        return [] if self.data is None or self.on_paper else list(self.data)

    @property
    def on_paper(self) -> bool:
        return bool(self.data == on_paper())

    @property
    def room(self) -> int:
        """How many more may be sent."""
        return max(0, int(getattr(self.kind, "most", 0)) - len(self.items))

    @property
    def accept(self) -> str:
        """What a browser offers to choose from."""
        return ",".join(getattr(self.kind, "types", ()))


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


def _trim(text: Any) -> str:
    """What a form keeps of one input: enough to show it again, never a whole book."""
    return re.sub("\r\n?", "\n", text[:_LONGEST_RAW]) if isinstance(text, str) else ""
