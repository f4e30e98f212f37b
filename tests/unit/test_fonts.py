"""Papers for residents in every language: each letter of each catalogue is drawn by a face that has it."""

import ctypes
import functools
import html
import subprocess

import pypdfium2
import pytest
from babel.messages.pofile import read_po
from fontTools.ttLib import TTFont
from pypdfium2 import raw

from counter.locales import LANGUAGES, Language
from translations.catalogues import path_of

FACES = {"zh-Hans": "Noto Sans CJK SC", "ko": "Noto Sans CJK KR", "ne": "Lohit Devanagari"}
OWN = {"zh-Hans": "们请这", "ko": "각건과", "ne": "कखनम", "vi": "ộữằđ", "ja": "届込気"}
REORDERED = "ि"  # drawn before the letter it follows: no PDF says which of the two glyphs it was


@functools.cache
def letters_of(family: str) -> frozenset[int]:
    """What a face of this machine can draw."""
    found = subprocess.run(
        ["fc-match", "-f", "%{family[0]}|%{file}|%{index}", family], capture_output=True, text=True, check=True
    ).stdout
    name, file, index = found.split("|")
    assert name == family, f"{family} is not installed"
    with TTFont(file, fontNumber=int(index), lazy=True) as face:
        return frozenset(face.getBestCmap())


def letters_said(language: Language) -> str:
    """Every letter of a catalogue, once."""
    with path_of(language.folder).open("rb") as file:
        entries = [message for message in read_po(file, locale=language.folder) if message.id]
    words = [message.string if isinstance(message.string, str) else "".join(message.string) for message in entries]
    return "".join(sorted({letter for letter in "".join(words) if letter.isprintable() and letter not in " {}|"}))


def drawn(pdf: bytes) -> dict[str, str]:
    """Each letter of a PDF and the face that draws it."""
    faces = {}
    for page in pypdfium2.PdfDocument(pdf):
        text = page.get_textpage()
        for number in range(text.count_chars()):
            name, flags = ctypes.create_string_buffer(200), ctypes.c_int()
            raw.FPDFText_GetFontInfo(text.raw, number, name, 200, flags)
            faces[chr(raw.FPDFText_GetUnicode(text.raw, number))] = name.value.decode()
    return faces


@pytest.mark.parametrize("language", LANGUAGES, ids=lambda language: language.code)
def test_every_letter_of_a_language_has_a_face_in_papers(language: Language) -> None:
    from weasyprint import HTML

    said = letters_said(language)
    text = f'<html lang="{language.html}"><style>body {{ font-family: {language.fonts} }}</style>'
    faces = drawn(HTML(string=text + "<p>" + html.escape(" ".join(said))).write_pdf())
    if REORDERED in said:
        faces[REORDERED] = faces["क"]
    assert [letter for letter in said if letter not in faces] == []
    boxes = [
        letter for letter in said if ord(letter) not in letters_of(faces[letter].partition("+")[2].replace("-", " "))
    ]
    assert boxes == [], "drawn as empty boxes"
    own = OWN.get(language.code, "")
    assert [letter for letter in own if letter not in said] == []
    assert {faces[letter].partition("+")[2].replace("-", " ") for letter in own} <= {
        FACES.get(language.code, "Noto Sans CJK JP")
    }
