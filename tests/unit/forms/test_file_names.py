"""Names of sent files: whatever a machine called them, ours lead nowhere, hide nothing and say what the file is."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forms.file_names import kept_name
from forms.kinds import File
from forms.kinds.files import LONGEST_NAME, PDF
from forms.messages import Invalid


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("在留カード.png", "在留カード.jpg"), ("IMG_0001.HEIC", "IMG_0001.jpg"), ("../../etc/passwd", "passwd.jpg"),
        ("C:\\Users\\花子\\写真.jpg", "写真.jpg"), ("a\u202egpj.exe", "agpj.jpg"), ("a\x00b\r\n.jpg", "ab.jpg"), ("", "書類.jpg"),
        (".htaccess", "htaccess.jpg"), ("...", "書類.jpg"), ("a.pdf.exe", "a.pdf.jpg"), ("<script>.jpg", "script.jpg"),
        ("髙橋\u3000花子.jpeg", "髙橋 花子.jpg"), ("Trần\u0301.jpg", "Trần\u0301.jpg"), ('"; rm -rf.jpg', "; rm -rf.jpg"),
    ],
)  # fmt: skip
def test_what_a_name_becomes(sent: str, kept: str) -> None:
    assert kept_name(sent, "image/jpeg") == kept


def test_a_my_number_in_a_name_is_refused() -> None:
    for name in ("621498320257.jpg", "マイナンバー ６２１４-９８３２-０２５７.png"):
        with pytest.raises(Invalid, match="マイナンバー"):
            kept_name(name, "image/jpeg")
    assert kept_name("IMG_20261122_134500.jpg", "image/jpeg") == "IMG_20261122_134500.jpg"


@given(sent=st.text(max_size=400), media_type=st.sampled_from(["image/jpeg", PDF]))
@settings(max_examples=300, deadline=None, derandomize=True)
def test_every_name_that_is_kept_may_stand_in_an_answer(sent: str, media_type: str) -> None:
    try:
        name = kept_name(sent, media_type)
    except Invalid:
        return
    assert len(name) <= LONGEST_NAME and not set(name) & set('/\\<>:"|?*\x00\n')
    item = {"id": "0" * 17, "name": name, "type": media_type, "size": 1}
    assert File().valid([item]), repr(name)
