"""Foreign bytes to a document of ours: measured, decoded apart, made upright and small, without what it hid."""

from __future__ import annotations

import hashlib
import io
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from PIL import Image

from counter.services import pictures
from forms.file_names import kept_name
from forms.kinds.files import PDF
from forms.messages import N_, Invalid, Message

MOST_BYTES = 20 * 1024 * 1024
MOST_PAGES = 20
AT_ONCE = 2  # decoders a process; a phone's photograph takes one about half a second
PATIENCE = 20.0
PAGE_SECONDS, SECONDS = 10.0, 40.0  # for one page, and for all of them
PREVIEW = 480
_COUNT = 4

_room = threading.BoundedSemaphore(AT_ONCE)

REASONS = {
    "none": N_("写真かPDFを選んで送ってください。"),
    "empty": N_("ファイルが空です。もう一度選んで送ってください。"),
    "truncated": N_("ファイルが途中で切れています。もう一度選んで送ってください。"),
    "encrypted": N_("パスワードのかかったPDFは受け取れません。パスワードを外して、送り直してください。"),
    "scripted": N_(
        "動くしくみの入ったPDFは受け取れません。開いて、印刷の画面で「PDFとして保存」を選び、できたPDFを送ってください。"
    ),
    "kind": N_("この種類のファイルは受け取れません。写真（JPEG・PNG）かPDFを送ってください。"),
    "heic": N_(
        "この写真の形式（HEIC）は開けません。iPhoneの「設定」→「カメラ」→「フォーマット」で「互換性優先」を選んで撮り直すか、"
        "写真を画面に出してスクリーンショットを送ってください。"
    ),
    "too-large": N_("ファイルが大きすぎます。1個%(limit)sMBまでです。小さくするか、分けて送ってください。"),
    "too-many-pixels": N_("写真が大きすぎて開けません。カメラの画質を下げて撮り直してください。"),
    "too-many-pages": N_("ページが多すぎます。%(limit)sページまでです。分けて送ってください。"),
    "too-slow": N_("ファイルを開くのに時間がかかりすぎました。写真に撮って送ってください。"),
    "broken": N_("ファイルが壊れていて開けません。撮り直すか、別のファイルを送ってください。"),
    "name": N_("ファイルの名前にマイナンバー（12桁の番号）が入っています。名前を変えて、送り直してください。"),
    "virus": N_("このファイルにはウイルスが見つかったため、受け取りませんでした。別のファイルを送ってください。"),
    "unscanned": N_(
        "いまファイルを確かめられません。ほかの入力は保存されています。しばらくしてから送り直してください。"
    ),
    "busy": N_(
        "いま混み合っていて、ファイルを受け取れません。ほかの入力は保存されています。少し待って送り直してください。"
    ),
    "many": N_("ここに送れるのは%(limit)s個までです。いらないものを外してから送ってください。"),
    "budget": N_("送れるファイルの合計を超えました。いらないものを外してから送ってください。"),
}
LIMITS = {"too-large": MOST_BYTES // (1024 * 1024), "too-many-pages": MOST_PAGES}
_TRY_LATER = ("unscanned", "busy")


class Refused(Exception):
    """The file is not taken; ``code`` is a key of REASONS."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)

    @property
    def later(self) -> bool:
        """The same file may be taken in a while."""
        return self.code in _TRY_LATER


@dataclass(frozen=True, slots=True)
class Enclosure:
    """A document as we keep it. ``pages`` are JPEGs of ours; ``mark`` tells the same file sent twice."""

    name: str
    type: str
    pages: tuple[bytes, ...]
    preview: bytes
    mark: str
    scanned: bool = False

    @property
    def size(self) -> int:
        return sum(map(len, self.pages))


def reason(code: str, limit: int = 0) -> Message:
    """Why a file was not taken, and what to do; unknown codes are said to be broken files."""
    number = limit or LIMITS.get(code, 0)
    return Message(REASONS.get(code, REASONS["broken"]), (("limit", number),) if number else ())


def enclose(data: bytes, name: str, *, scanned: bool = False) -> Enclosure:
    """What was sent, as a document of ours. Its kind is told by its bytes, never by ``name``. Raises Refused."""
    kind = _kind(data)
    media_type = PDF if kind == "pdf" else "image/jpeg"
    try:
        kept = kept_name(name, media_type)
    except Invalid:
        raise Refused("name") from None
    with _decoder():
        pages = tuple(_pages(data))
    mark = hashlib.sha256(data).hexdigest()[:32]
    return Enclosure(kept, media_type, pages, preview(pages[0]), mark, scanned)


def pack(pages: tuple[bytes, ...]) -> bytes:
    """Pages as one piece: how many, how long each, then all of them."""
    lengths = b"".join(len(page).to_bytes(_COUNT, "big") for page in pages)
    return len(pages).to_bytes(_COUNT, "big") + lengths + b"".join(pages)


def unpack(packed: bytes) -> tuple[bytes, ...]:
    count = int.from_bytes(packed[:_COUNT], "big")
    start = _COUNT * (count + 1)
    pages: list[bytes] = []
    for place in range(1, count + 1):
        length = int.from_bytes(packed[_COUNT * place : _COUNT * (place + 1)], "big")
        pages.append(packed[start : start + length])
        start += length
    return tuple(pages)


def _kind(data: bytes) -> str:
    """jpeg, png or pdf; everything else is named, so that the words can say what to do."""
    from ocr.loading import sniff
    from ocr.problems import Unreadable

    if len(data) > MOST_BYTES:
        raise Refused("too-large")
    if data[4:8] == b"ftyp" and data[8:11] in (b"hei", b"hev", b"mif", b"msf"):
        raise Refused("heic")
    try:
        kind = sniff(data)
    except Unreadable as unreadable:
        raise Refused("empty" if unreadable.code == "empty" else "kind") from None
    if kind not in ("jpeg", "png", "pdf"):
        raise Refused("kind")
    return kind


@contextmanager
def _decoder() -> Iterator[None]:
    """Few decoders at once: each may take a processor and much memory."""
    if not _room.acquire(timeout=PATIENCE):
        raise Refused("busy")
    try:
        yield
    finally:
        _room.release()


def _pages(data: bytes) -> Iterator[bytes]:
    from ocr.loading import iter_pages
    from ocr.problems import Unreadable

    until = time.monotonic() + SECONDS
    try:
        for pixels in iter_pages(data, seconds=PAGE_SECONDS, most=MOST_PAGES, strict=True):
            if time.monotonic() > until:
                raise Refused("too-slow")
            yield pictures.encode(pixels)[0]
    except Unreadable as unreadable:
        raise Refused(unreadable.code if unreadable.code in REASONS else "broken") from None


def preview(page: bytes) -> bytes:
    """A page of ours as the small picture of its document."""
    picture = Image.open(io.BytesIO(page))
    picture.draft("RGB", (PREVIEW * 2, PREVIEW * 2))
    picture.thumbnail((PREVIEW, PREVIEW))
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=75, optimize=True)
    return out.getvalue()
