"""Residents' pages: every word can be translated, nothing is marked safe, no script or style without a nonce."""

import re
from pathlib import Path

import pytest

FOLDER = Path(__file__).parent.parent.parent / "counter" / "templates"
STAFF = ("office", "desk", "account", "admin", "assisted", "overlays")
ALL = sorted(FOLDER.rglob("*.html"))
RESIDENTS = [path for path in ALL if path.relative_to(FOLDER).parts[0] not in STAFF]
JAPANESE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]+")
MARKED = (
    r"\{#.*?#\}",
    r"\{%-?\s*trans\b.*?endtrans\s*-?%\}",
    r"\{\{.*?\}\}",
    r"\{%.*?%\}",
    r"<!--.*?-->",
    r"言語 / Language",  # says the same in both, for whoever reads neither the page nor its language
)
CONSTANT = {"macros/icon.html"}  # marks its own drawings safe
PRINTED = {"apply/copy.html", "assisted/answers.html"}  # becomes a PDF; no browser sees it


def name(path: Path) -> str:
    return str(path.relative_to(FOLDER))


@pytest.mark.parametrize("path", RESIDENTS, ids=name)
def test_every_word_can_be_translated(path: Path) -> None:
    text = path.read_text("utf-8")
    for marked in MARKED:
        text = re.sub(marked, "", text, flags=re.S)
    assert not JAPANESE.findall(text)


@pytest.mark.parametrize("path", RESIDENTS, ids=name)
def test_words_inside_expressions_are_marked(path: Path) -> None:
    for expression in re.findall(r"\{\{.*?\}\}|\{%(?!-?\s*trans\b).*?%\}", path.read_text("utf-8"), flags=re.S):
        unmarked = re.sub(r"""\b_\(\s*(".*?"|'.*?')""", "", expression, flags=re.S)
        assert not JAPANESE.findall(unmarked), expression


@pytest.mark.parametrize("path", ALL, ids=name)
def test_nothing_is_marked_safe(path: Path) -> None:
    if name(path) in CONSTANT:
        return
    assert not re.findall(r"\|\s*safe\b|autoescape\s+false", path.read_text("utf-8"))


@pytest.mark.parametrize("path", ALL, ids=name)
def test_scripts_and_styles_pass_the_policy(path: Path) -> None:
    text = path.read_text("utf-8")
    if name(path) in PRINTED:
        return
    inline = re.findall(r"<script(?![^>]*\b(?:src|nonce)=)[^>]*>|<style(?![^>]*\bnonce=)[^>]*>", text)
    assert not inline
    assert not re.findall(r"""\son[a-z]+\s*=\s*["']|\sstyle\s*=\s*["']|javascript:""", text)


@pytest.mark.parametrize("path", ALL, ids=name)
def test_nothing_comes_from_elsewhere(path: Path) -> None:
    assert not re.findall(
        r"""<(?:script|link|img|iframe|source|object)\b[^>]*(?:src|href)=["']https?:""", path.read_text("utf-8")
    )
