"""The child of loading.py: one file on standard input, pages on standard output. Imports nothing of ours."""

from __future__ import annotations

import io
import json
import resource
import sys
from collections.abc import Iterator
from typing import Any

MEMORY = 1536 * 1024 * 1024
CPU_SECONDS = 300
MOST_PIXELS = 80_000_000
LONGEST = 3600
PDF_DPI = 240


class Refused(Exception):
    def __init__(self, code: str, limit: int | None = None) -> None:
        self.code, self.limit = code, limit
        super().__init__(code)


def main() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    kind, most_pages, first, strict = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), "strict" in sys.argv[4:]
    data = sys.stdin.buffer.read()
    try:
        pages = (
            from_pdf(data, most_pages, first, strict) if kind == "pdf" else from_picture(data, kind, most_pages, first)
        )
        for page in pages:
            send({"width": page.width, "height": page.height}, page.tobytes())
    except Refused as refused:
        send({"error": refused.code} | ({} if refused.limit is None else {"limit": refused.limit}))
    except MemoryError:
        send({"error": "too-many-pixels", "limit": MOST_PIXELS // 10_000})
    except Exception:  # whatever a decoder raises on hostile bytes: the parent says that the file is broken
        send({"error": "broken"})
    else:
        send({"end": True})


def send(head: dict[str, Any], body: bytes = b"") -> None:
    text = json.dumps(head).encode()
    sys.stdout.buffer.write(b"%08d" % len(text) + text + body)
    sys.stdout.buffer.flush()


def from_picture(data: bytes, kind: str, most_pages: int, first: int = 0) -> Iterator[Any]:
    from PIL import Image, ImageFile, UnidentifiedImageError

    Image.MAX_IMAGE_PIXELS = None  # our own limit is checked before anything is decoded
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    try:
        picture = Image.open(io.BytesIO(data), formats=(kind.upper(),))
    except UnidentifiedImageError as error:
        raise Refused("truncated" if len(data) < 200 else "broken") from error
    number, pages = 0, getattr(picture, "n_frames", 1) if kind == "tiff" else 1
    if pages > most_pages:
        raise Refused("too-many-pages", most_pages)
    send({"pages": pages})
    if first >= pages:
        return
    if first:
        number = first
        picture.seek(first)
    while True:
        check(*picture.size)
        try:
            yield upright(picture)
        except (OSError, SyntaxError, ValueError) as error:
            raise Refused("truncated" if "truncated" in str(error) or kind != "tiff" else "broken") from error
        number += 1
        if kind != "tiff":
            return
        try:
            picture.seek(number)
        except EOFError:
            return


def upright(picture: Any) -> Any:
    from PIL import Image, ImageOps

    if picture.format == "JPEG":
        picture.draft("RGB", (LONGEST, LONGEST))
    picture.load()
    frame = eight_bit(picture)
    if frame.mode in ("RGBA", "LA", "PA") or "transparency" in frame.info:
        clear = frame.convert("RGBA")
        frame = Image.alpha_composite(Image.new("RGBA", clear.size, (255, 255, 255, 255)), clear)
    exif = picture.getexif()
    frame = frame.convert("RGB")
    turned = ImageOps.exif_transpose(_with(frame, exif))
    if max(turned.size) > LONGEST:
        turned.thumbnail((LONGEST, LONGEST), Image.Resampling.BOX, reducing_gap=2.0)
    return turned


def eight_bit(picture: Any) -> Any:
    """Pictures of 16 or 32 bits a pixel as grey ones of 8."""
    if picture.mode not in ("I", "F") and not picture.mode.startswith("I;16"):
        return picture
    wide = picture.convert("F")
    highest = wide.getextrema()[1]
    scale = 255.0 / 65535 if highest > 255 else 1.0
    return wide.point(lambda value: value * scale + 0).convert("L")


def _with(frame: Any, exif: Any) -> Any:
    """A converted frame forgets how the camera was held."""
    frame.getexif()[0x0112] = exif.get(0x0112, 1)
    return frame


def from_pdf(data: bytes, most_pages: int, first: int = 0, strict: bool = False) -> Iterator[Any]:
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        if "password" in str(error).lower():
            raise Refused("encrypted") from error
        raise Refused("broken" if b"%%EOF" in data[-2048:] else "truncated") from error
    if len(document) > most_pages:
        raise Refused("too-many-pages", most_pages)
    if not len(document):
        raise Refused("empty")
    if strict and runs_something(document, data):
        raise Refused("scripted")
    if document.get_formtype():
        document.init_forms()  # what was typed into its fields is drawn too
    send({"pages": len(document)})
    for number in range(first, len(document)):
        page = document[number]
        width, height = page.get_size()
        longest = max(width, height, 1.0)
        scale = min(PDF_DPI / 72, LONGEST / longest)
        check(int(width * scale) + 1, int(height * scale) + 1)
        yield page.render(scale=scale).to_pil().convert("RGB")
        page.close()


def runs_something(document: Any, data: bytes) -> bool:
    """Scripts, programs to start, forms that only a script draws (XFA), files inside the file."""
    import pypdfium2.raw as pdfium

    return bool(
        b"/JavaScript" in data
        or b"/Launch" in data
        or pdfium.FPDFDoc_GetJavaScriptActionCount(document) > 0
        or document.get_formtype() in (pdfium.FORMTYPE_XFA_FULL, pdfium.FORMTYPE_XFA_FOREGROUND)
        or pdfium.FPDFDoc_GetAttachmentCount(document) > 0
    )


def check(width: int, height: int) -> None:
    if width < 8 or height < 8:
        raise Refused("broken")
    if width * height > MOST_PIXELS:
        raise Refused("too-many-pixels", MOST_PIXELS // 10_000)


if __name__ == "__main__":
    main()
