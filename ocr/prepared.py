"""What a blank scan of somebody else's form is once it was made ready: plain values, whoever made them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

COLOURED = "色のついたペンの書き込みか、印影のようなものがあります。"
WRITTEN = "記入欄に、番号や氏名のようなものが書かれています。"
MY_NUMBER = "個人番号（マイナンバー）とみられる番号が書かれています。"
EMPTY = "何も印刷されていないページです。"


@dataclass(frozen=True, slots=True)
class Prepared:
    """One page: a PNG at 200 dpi, its size in pixels, a digest of the picture, what zones snap to, what looks wrong.

    ``layout``: ``boxes``, ``checks``, ``underlines``, ``lines`` as x, y, width, height in millimetres; ``combs`` with the
    number of their cells as a fifth.
    """

    png: bytes
    width: int
    height: int
    mark: str
    layout: Mapping[str, tuple[tuple[float, ...], ...]]
    remarks: tuple[str, ...] = ()

    @property
    def tells_a_number(self) -> bool:
        return MY_NUMBER in self.remarks
