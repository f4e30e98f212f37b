"""A ward's settings as somebody typed them: kept as they are until they make an overlay."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from counter import locales
from forms.overlays import MOST_QUESTIONS, Overlay, OwnQuestion, Words, WrongOverlay

LANGUAGES = tuple(language for language in locales.LANGUAGES if language.code != "ja")


@dataclass(slots=True)
class WrittenQuestion:
    """One question; ``options`` are lines, a line an option, in every language in the same order."""

    name: str
    kind: str = "text"
    required: bool = False
    words: dict[str, str] = field(default_factory=dict)
    hint: dict[str, str] = field(default_factory=dict)
    options: dict[str, str] = field(default_factory=dict)
    gone: bool = False

    def question(self, codes: Mapping[str, str]) -> OwnQuestion:
        """``codes``: the code of every option that the question ever had, by its Japanese words."""
        options = self._options(dict(codes))
        return OwnQuestion(self.name, self.kind, _said(self.words), _said(self.hint), self.required, options)

    def _options(self, codes: dict[str, str]) -> tuple[tuple[str, Words], ...]:
        if self.kind not in ("choice", "choices"):
            return ()
        lines = {language: _lines(text) for language, text in self.options.items()}
        japanese = lines.get("ja", [])
        for language, translated in lines.items():
            if translated and len(translated) != len(japanese):
                raise WrongOverlay(
                    self.name, f"選択肢の数が日本語と違います（{language}）。1行に一つずつ書いてください。"
                )
        for label in japanese:  # a code means one thing for ever, wherever its line stands now
            codes.setdefault(label, f"o{max((int(code[1:]) for code in codes.values()), default=0) + 1}")
        return tuple(
            (codes[label], {language: texts[place] for language, texts in lines.items() if texts})
            for place, label in enumerate(japanese)
        )


@dataclass(slots=True)
class Written:
    """The whole form of one procedure's settings."""

    offered: bool = True
    office: str = ""
    note: dict[str, str] = field(default_factory=dict)
    questions: list[WrittenQuestion] = field(default_factory=list)

    @classmethod
    def of(cls, overlay: Overlay) -> Written:
        questions = [
            WrittenQuestion(
                one.name, one.kind, one.required, dict(one.words), dict(one.hint),
                {
                    language: "\n".join(words.get(language, "") for _, words in one.options)
                    for language in {language for _, words in one.options for language in words}
                },
            )
            for one in overlay.questions
        ]  # fmt: skip
        return cls(overlay.offered, overlay.office, dict(overlay.note or {}), questions)

    @classmethod
    def sent(cls, form: Mapping[str, str]) -> Written:
        """As posted; a question whose 削除 is ticked stays on the page and leaves with the next save."""
        questions = []
        for place in range(MOST_QUESTIONS):
            if f"q{place}-name" not in form:
                break
            at = f"q{place}-"
            questions.append(
                WrittenQuestion(
                    form[f"{at}name"],
                    form.get(f"{at}kind", ""),
                    form.get(f"{at}required") == "yes",
                    _by_language(form, f"{at}words-"),
                    _by_language(form, f"{at}hint-"),
                    _by_language(form, f"{at}options-"),
                    gone=form.get(f"{at}gone") == "yes",
                )
            )
        return cls(form.get("offered") != "no", form.get("office", ""), _by_language(form, "note-"), questions)

    @property
    def names(self) -> list[str]:
        return [one.name for one in self.questions]

    def add(self, name: str) -> None:
        if len(self.questions) < MOST_QUESTIONS:
            self.questions.append(WrittenQuestion(name))

    def overlay(self, ward: str, procedure: str, codes: Mapping[str, Mapping[str, str]]) -> Overlay:
        """``codes``: of options, by question. Raises WrongOverlay with the name of the question to be mended."""
        kept = tuple(one.question(codes.get(one.name, {})) for one in self.questions if not one.gone)
        return Overlay(ward, procedure, self.offered, self.office, _said(self.note) or None, kept)


def _by_language(form: Mapping[str, str], prefix: str) -> dict[str, str]:
    codes = [language.code for language in locales.LANGUAGES]
    return {code: form[prefix + code].replace("\r\n", "\n").strip() for code in codes if form.get(prefix + code)}


def _said(words: Mapping[str, str]) -> dict[str, str]:
    return {language: text for language, text in words.items() if text}


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.split("\n") if line.strip()]
