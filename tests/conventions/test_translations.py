"""The catalogues hold what the program says, all of it, in each language's own way of writing."""

import ast
import re
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message

from counter.locales import LANGUAGES, RUBY
from forms.msgids import msgids
from forms.procedures import CATALOGUE
from translations import catalogues
from translations.catalogues import FOLDERS, KEYWORDS, ROOT, SOURCE

EASY = "ja@easy"
KANJI = re.compile("[\u3005\u3400-\u9fff\uf900-\ufaff]")
JAPANESE = re.compile("[\u3000-\u30ff\u3400-\u9fff\uf900-\ufaff\uff00-\uffef]")
KANA_ONLY = re.compile("[\u3041-\u30fa]")
PLACEHOLDER = re.compile(r"%(?:\(\w+\))?[a-z%]")
KANA = re.compile("[\u3041-\u309f\u30fc]+")
OFFICIAL_TERM = re.compile(r"\([^()]*\)|（[^（）]*）")
LETTERS = {"zh_Hans": KANJI, "ko": re.compile("[가-힣]"), "ne": re.compile("[\u0900-\u097f]")}
PLAIN = re.compile("[A-Za-z]")


@pytest.fixture(scope="module")
def said() -> Catalog:
    return catalogues.extract()


@pytest.fixture(scope="module", params=FOLDERS)
def folder(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture(scope="module")
def catalogue(folder: str) -> Catalog:
    return catalogues.read(folder)


def forms_of(words: str | tuple[str, ...] | list[str]) -> tuple[str, ...]:
    """One form, or one a plural."""
    return tuple(words) if isinstance(words, (list, tuple)) else (words,)


def entries(catalogue: Catalog) -> list[Message]:
    return [message for message in catalogue if message.id]


def translations(folder: str) -> list[tuple[str, str]]:
    """(message id, one translation) of everything a catalogue holds."""
    return [
        (forms_of(message.id)[0], text)
        for message in entries(catalogues.read(folder))
        for text in forms_of(message.string)
    ]


def test_every_language_has_its_catalogue() -> None:
    assert {language.folder for language in LANGUAGES} == set(FOLDERS)
    assert all(catalogues.path_of(name).exists() for name in FOLDERS)


@pytest.mark.parametrize("code", sorted(CATALOGUE))
def test_every_word_of_a_procedure_can_be_translated(said: Catalog, code: str) -> None:
    """A text that nobody marked would be extracted nowhere and stay Japanese for everybody."""
    missing = [msgid for msgid in msgids(CATALOGUE[code]) if said.get(msgid) is None]
    assert missing == []


def test_a_catalogue_holds_what_the_program_says_and_nothing_else(catalogue: Catalog, said: Catalog) -> None:
    wanted, held = ({forms_of(message.id) for message in entries(each)} for each in (said, catalogue))
    assert sorted(wanted - held) == [], "new messages: run `make messages` and translate them"
    assert sorted(held - wanted) == [], "messages that nobody says any more: run `make messages`"
    assert not catalogue.obsolete


def test_every_message_is_translated(catalogue: Catalog) -> None:
    assert [message.id for message in entries(catalogue) if not all(forms_of(message.string)) or message.fuzzy] == []
    assert all(
        len(forms_of(message.string)) == catalogue.num_plurals for message in entries(catalogue) if message.pluralizable
    )


def test_placeholders_are_the_same(folder: str) -> None:
    def places(text: str) -> set[str]:
        return set(PLACEHOLDER.findall(text))

    assert [pair for pair in translations(folder) if pair[1] and places(pair[0]) != places(pair[1])] == []


def test_no_message_begins_or_ends_with_stray_space(folder: str) -> None:
    """Only what is put between or after other words may: punctuation, a remark in brackets."""
    free = ("：", "、", "）")
    assert [pair for pair in translations(folder) if pair[1] != pair[1].strip() and not pair[0].endswith(free)] == []


def test_japanese_says_what_the_code_says() -> None:
    assert [pair for pair in translations(SOURCE) if pair[0] != pair[1]] == []


def test_only_easy_japanese_has_readings() -> None:
    for name in set(FOLDERS) - {EASY}:
        assert [pair for pair in translations(name) if set("{}|") & set(pair[1])] == []


def test_every_kanji_of_easy_japanese_has_its_reading() -> None:
    for msgid, text in translations(EASY):
        rest = RUBY.sub("", text)
        assert not set("{}|") & set(rest), f"unbalanced: {text}"
        assert not KANJI.search(rest), f"no reading: {text} ({msgid})"
        for base, reading in RUBY.findall(text):
            assert KANJI.search(base), f"nothing to read: {base} in {text}"
            assert KANA.fullmatch(reading), f"a reading is hiragana: {reading} in {text}"


def test_easy_japanese_is_not_honorific() -> None:
    stiff = re.compile("ございま|いただ|くださいま|おります|いたし|なさ|ご覧|お越し|申し上げ|なければ")
    assert [text for _, text in translations(EASY) if stiff.search(RUBY.sub(r"\1", text))] == []


@pytest.mark.parametrize("name", sorted(set(FOLDERS) - {SOURCE, EASY}))
def test_japanese_stands_only_in_brackets_as_official_terms(name: str) -> None:
    """Chinese shares the characters and the punctuation: there it is kana that is left over."""
    left = KANA_ONLY if name == "zh_Hans" else JAPANESE
    assert [pair for pair in translations(name) if left.search(OFFICIAL_TERM.sub("", pair[1]))] == []


@pytest.mark.parametrize("name", sorted(set(FOLDERS) - {SOURCE, EASY}))
def test_brackets_are_closed(name: str) -> None:
    """What drops the official term where words stand in a row looks for a pair of one width."""
    assert [
        pair for pair in translations(name) if any(pair[1].count(a) != pair[1].count(b) for a, b in ("()", "（）"))
    ] == []


@pytest.mark.parametrize("name", sorted(LETTERS))
def test_words_are_in_the_letters_of_their_language(name: str) -> None:
    """A file taken into the wrong language; examples, single letters and month numbers have none of their own."""
    own = LETTERS[name]
    assert [
        pair for pair in translations(name)
        if PLAIN.search(rest := PLACEHOLDER.sub("", pair[1])) and not own.search(rest) and " " in rest
        and not rest.isascii()
    ] == []  # fmt: skip


def test_the_words_to_hand_in_are_those_that_are_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Out as JSON, back as JSON: what was written is kept, what was left empty stays missing."""
    monkeypatch.setattr(catalogues, "path_of", lambda folder: tmp_path / f"{folder}.po")
    asked = catalogues.missing("ne")
    assert asked["%(count)s件見つかりました。"] == ["", ""] and asked["はい"] == ""
    told = catalogues.take(
        "ne", {"はい": "हो", "%(count)s件見つかりました。": ["१", "२"], "いいえ": "", "昔の言葉": "x"}
    )
    assert told == ["昔の言葉"]
    left = catalogues.missing("ne")
    assert set(asked) - set(left) == {"はい", "%(count)s件見つかりました。"}
    catalogues.take("ne", {"%(count)s件見つかりました。": "%(count)s भेटियो"})
    assert catalogues.read("ne").get("%(count)s件見つかりました。").string == ("%(count)s भेटियो",) * 2  # type: ignore[union-attr]


def test_every_marked_call_was_found(said: Catalog) -> None:
    """Babel reads tokens; the syntax tree says whether it missed one, and whether one marks what it cannot read."""
    ids = {forms_of(message.id)[0] for message in entries(said)}
    missed = []
    for path in sorted([*(ROOT / "forms").rglob("*.py"), *(ROOT / "counter").rglob("*.py")]):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.args):
                continue
            word, literal = node.args[0], node.func.id in KEYWORDS
            if literal and isinstance(word, ast.Constant) and isinstance(word.value, str):
                missed += [f"{path.name}:{node.lineno} {word.value}"] if word.value not in ids else []
            elif node.func.id == "N_" or (literal and isinstance(word, ast.JoinedStr)):
                missed.append(f"{path.name}:{node.lineno} is not a literal")
    assert missed == []
