"""The review screen as its template wants it: the web's own form fields, each with what was read and where."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.orm import Session

from counter.models.draft import PrintedSheet
from counter.models.intake import PaperForm, ScanPage
from counter.services import paper_records, review
from counter.services.review import Entry, Review
from forms.gather import record_value
from forms.messages import Message
from forms.model import Procedure
from forms.web import PageForm, page_form


@dataclass(frozen=True, slots=True)
class Glyph:
    """One character as it was read; `words` says how unsure it is, "" where it is not."""

    character: str
    words: str


@dataclass(frozen=True, slots=True)
class Line:
    """What was read of a field or of one of its parts. `input` is the name of the control it stands in."""

    input: str
    label: str
    glyphs: tuple[Glyph, ...]
    alternatives: tuple[str, ...]
    page_id: str = ""
    crop: tuple[int, int, int, int] | None = None
    """where a part stands; None where the field's own picture shows it"""

    @property
    def unsure(self) -> bool:
        return any(glyph.words for glyph in self.glyphs)

    @property
    def spoken(self) -> str:
        """The unsure characters in words, for those who do not see the underlining."""
        return "、".join(f"{glyph.character}は{glyph.words}" for glyph in self.glyphs if glyph.words)


@dataclass(slots=True)
class Row:
    """One field on the screen."""

    entry: Entry
    field: Any

    @property
    def doubtful(self) -> bool:
        return self.entry.state == "doubtful" or bool(self.field.problem)

    @property
    def lines(self) -> list[Line]:
        """What was read, part by part where parts are doubtful; else where a character is unsure or others are at hand."""
        seen = self.entry.seen
        if seen is None or self.field.control in _CHOSEN:
            return []
        labels = {part.name: part.label for part in self.entry.question.field.kind.parts()}
        name = self.entry.path
        found = [
            Line(
                f"{name}.{part.name}",
                labels.get(part.name, ""),
                glyphs(part.text, part.characters),
                part.alternatives[:5],
                part.page_id,
                part.crop,
            )
            for part in seen.parts
            if not part.accepted
        ] or [Line(name, "", glyphs(seen.text, seen.characters), seen.alternatives[:5])]
        return [line for line in found if line.crop or line.unsure or line.alternatives]

    @property
    def marked(self) -> list[str]:
        """The options that seem to be marked, where the reader could not say which one is meant."""
        seen = self.entry.seen
        if seen is None or seen.accepted or self.field.control not in _CHOSEN or not hasattr(self.field, "options"):
            return []
        options = dict(self.field.options)
        return [str(options[code]) for code in seen.text.split("、") if code in options]


_CHOSEN = ("radios", "checkboxes", "select", "files")
SURE, HALF_SURE = 0.9, 0.6


def glyphs(text: str, characters: Sequence[float]) -> tuple[Glyph, ...]:
    """The text with the doubt of each character in words; nothing to say where the reader cannot tell."""
    return tuple(Glyph(character, _doubt(sure)) for character, sure in zip(text, characters, strict=False))


def _doubt(sure: float) -> str:
    return "" if sure >= SURE else "やや不確か" if sure >= HALF_SURE else "不確か"


@dataclass(slots=True)
class Screen:
    """`page` is the same kind of form as on the web; nothing on it is required, the judge says what is missing."""

    form: PaperForm
    procedure: Procedure
    pages: Sequence[ScanPage]
    page: PageForm
    entries: Sequence[Entry]
    record: dict[str, Any]
    version: int
    rows: dict[str, int]
    duplicate: bool = False
    origin: PrintedSheet | None = None
    unused: Sequence[str] = ()
    returned: str = ""
    seconds: Mapping[str, float] = field(default_factory=dict)
    general: list[str] = field(default_factory=list)

    @property
    def fields(self) -> list[Row]:
        return [Row(entry, self.page[entry.path]) for entry in self.entries]

    @property
    def doubtful(self) -> list[Row]:
        return [row for row in self.fields if row.doubtful]

    @property
    def read(self) -> list[Row]:
        return [row for row in self.fields if not row.doubtful and row.entry.state == "read"]

    @property
    def empty(self) -> list[Row]:
        return [row for row in self.fields if not row.doubtful and row.entry.state == "empty"]

    @property
    def lists(self) -> list[tuple[str, str, int]]:
        """(key, title, rows shown) of every list that may grow."""
        return [
            (about.record_key, about.label, self.rows.get(about.record_key, about.rows))
            for about in paper_records.lists(self.procedure)
        ]

    def settle(self) -> None:
        """Say each thing once: an error stands for the reason why a field was doubtful."""
        for answer in self.page:
            if answer.problem:
                answer.help = ""

    @property
    def summary(self) -> list[tuple[str, str, str]]:
        """(fragment, label, message) of each error."""
        return [(row.field.target, row.entry.label, row.field.problem) for row in self.fields if row.field.problem]

    def refuse(self, problems: Mapping[str, Message]) -> None:
        """Show the judge's problems where they belong."""
        shown = {entry.path for entry in self.entries}
        for path, message in problems.items():
            if path in shown:
                self.page[path].refuse(message)
            else:
                self.general.append(message.text())

    def differences(self, other: Screen) -> list[tuple[str, str, str]]:
        """(label, ours, theirs) of every field that differs."""
        theirs = {entry.path: other.page[entry.path] for entry in other.entries}
        return [
            (entry.label, _words(self.page[entry.path]), _words(theirs.get(entry.path)))
            for entry in self.entries
            if _words(self.page[entry.path]) != _words(theirs.get(entry.path))
        ]


def build(session: Session, form: PaperForm, procedure: Procedure, said: Any = None) -> Screen:
    """The screen of a form: as stored, or (`said`: a submitted form) as the clerk has it in hand."""
    if said is None:
        opened = review.open_form(session, form, procedure)
        page = _page(opened, None)
        return _screen(opened, page, opened.record, form.version, None)
    rows = _rows(procedure, said)
    questions = [question for question, _ in paper_records.questions(procedure, rows)]
    record = paper_records.record_from(procedure, page_form(questions, paper=True)(said).values)
    opened = review.open_form(session, form, procedure, record=record, rows=rows)
    page = _page(opened, said)
    return _screen(opened, page, paper_records.record_from(procedure, page.values), _number(said.get("version")), said)


MOST_SECONDS = 3600.0


def spent(said: Any) -> dict[str, float]:
    """Seconds in each field as the page measured them, by record path; only figures hang on them."""
    found = {}
    for name, text in said.items():
        if name.startswith("seconds.") and text.replace(".", "", 1).isdecimal() and text.isascii() and len(text) < 9:
            found[name.removeprefix("seconds.")] = min(float(text), MOST_SECONDS)
    return found


def _screen(opened: Review, page: PageForm, record: dict[str, Any], version: int, said: Any) -> Screen:
    assert opened.procedure is not None
    for entry in opened.entries:  # a clerk knows how to write a name; what helps here is why a field is doubtful
        page[entry.path].help = "、".join(entry.reasons)
    shown = {about.record_key: 0 for about in paper_records.lists(opened.procedure)}
    for entry in opened.entries:
        key, _, rest = entry.path.partition(".")
        if key in shown:
            shown[key] = max(shown[key], int(rest.split(".")[0]) + 1)
    return Screen(
        opened.form,
        opened.procedure,
        opened.pages,
        page,
        opened.entries,
        record,
        version,
        shown,
        duplicate=opened.duplicate,
        origin=opened.origin,
        returned=opened.returned,
        seconds=opened.seconds if said is None else spent(said),
    )


def _page(opened: Review, said: Any) -> PageForm:
    made = page_form([entry.question for entry in opened.entries], paper=True)
    if said is not None:
        return made(said)
    values = {entry.path: record_value(opened.record, entry.path) for entry in opened.entries}
    kept = dict(opened.kept)
    for entry in opened.entries:
        if values[entry.path] is None and entry.path not in kept and entry.seen is not None:
            kept |= _as_read(entry)
    return made(values=values, kept=kept)


def _as_read(entry: Entry) -> dict[str, Any]:
    """What was read but is no value yet stands in the inputs all the same, to be mended."""
    assert entry.seen is not None
    if entry.seen.parts:
        raw = {part.name: part.text for part in entry.seen.parts if part.text}
        return {entry.path: raw} if raw else {}
    return {entry.path: entry.seen.text} if entry.seen.text else {}


def _rows(procedure: Procedure, said: Any) -> dict[str, int]:
    rows = {about.record_key: _number(said.get(f"rows.{about.record_key}")) for about in paper_records.lists(procedure)}
    action = said.get("action", "")
    if action.startswith("row:") and action[4:] in rows:
        rows[action[4:]] += 1
    return paper_records.rows_of(procedure, {}, {key: max(1, count) for key, count in rows.items()})


def _number(text: Any) -> int:
    return int(text) if isinstance(text, str) and text.isascii() and text.isdigit() and len(text) < 6 else 0


def _words(found: Any) -> str:
    if found is None:
        return ""
    if found.data is not None:
        return str(found.shown)
    raw = found.raw
    if isinstance(raw, dict):
        return " ".join(text for key, text in raw.items() if text and key != "era")
    return "、".join(raw) if isinstance(raw, list) else str(raw)
