"""In which languages every word of a procedure is written."""

from __future__ import annotations

from counter.locales import DEFAULT, LANGUAGES, Language, catalogue
from forms.model import Procedure
from forms.msgids import msgids

# The definition is kept beside its languages, so that an id is never another's.
_known: dict[int, tuple[Procedure, tuple[Language, ...]]] = {}


def complete_languages(procedure: Procedure) -> tuple[Language, ...]:
    """Those in which nothing of the procedure would be read in Japanese; counted once a process."""
    if id(procedure) not in _known:
        texts = msgids(procedure)
        found = tuple(language for language in LANGUAGES if language == DEFAULT or _has(language, texts))
        _known[id(procedure)] = (procedure, found)
    return _known[id(procedure)][1]


def _has(language: Language, texts: tuple[str, ...]) -> bool:
    words = getattr(catalogue(language.folder), "_catalog", {})
    return all(words.get(text) for text in texts)
