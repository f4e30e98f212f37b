"""The name of a sent file as we keep it: no path, nothing unseen, nothing that runs, and the ending of what it is."""

from __future__ import annotations

import re
import unicodedata

from forms.kinds.files import LONGEST_NAME, PDF
from forms.messages import N_, Invalid
from forms.my_number import holds_my_number

ENDINGS = {"image/jpeg": ".jpg", "image/png": ".png", PDF: ".pdf"}
NAMELESS = "書類"
_ENDING = re.compile(r"\.[0-9A-Za-z]{1,5}$")
_RESERVED = re.compile(r'[<>:"|?*\\/\x00-\x1f]')
_SPACES = re.compile(r"\s+")


def kept_name(sent: str, media_type: str) -> str:
    """What ``sent`` becomes; refuses one that holds a 個人番号, for a name is seen by everybody who sees the file."""
    if holds_my_number(sent):
        raise Invalid(
            N_("ファイルの名前にマイナンバー（12桁の番号）が入っています。名前を変えて、送り直してください。")
        )
    base = sent.replace("\\", "/").rpartition("/")[2]
    seen = "".join(character for character in base if unicodedata.category(character)[0] != "C")
    plain = _SPACES.sub(" ", _RESERVED.sub("", seen)).strip(" .")
    stem = _ENDING.sub("", plain).strip(" .") or NAMELESS
    ending = ENDINGS[media_type]
    return _few_marks(stem)[: LONGEST_NAME - len(ending)] + ending


def _few_marks(text: str) -> str:
    """Without more than two marks on one letter."""
    kept: list[str] = []
    run = 0
    for character in text:
        run = run + 1 if unicodedata.category(character) in ("Mn", "Me") else 0
        if run <= 2:
            kept.append(character)
    return "".join(kept)
