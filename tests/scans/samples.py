"""The scans that come with the product, to be tried at a counter: made again by `python -m tests.scans.samples`.

They carry the digest of today's sheets. When a procedure or the layout changes on purpose, make them again.
"""

from __future__ import annotations

import io
import json
from pathlib import Path

from PIL import Image

from tests.scans.hands import UNSEEN
from tests.scans.make import FilledForm, fill_form

FOLDER = Path(__file__).parents[2] / "counter" / "demo_scans"
TRUTH = Path(__file__).with_name("samples.json")
LARGEST = 300_000


def make() -> dict[str, bytes]:
    """File name → bytes; writes the truth beside."""
    photographed = fill_form("child-allowance", UNSEEN, 7, taken="small photo", children=2)
    arrived = fill_form("move-in", "kurenaido", 4, taken="scan", mode="grey", children=1)
    leaving = fill_form("move-out", "pen-4", 5, taken="scan", mode="grey", ward="131130", children=1)
    insured = fill_form("health-insurance", "maru", 6, taken="scan", mode="bw", children=1)
    copied = fill_form("resident-record", "yuji", 8, taken="scan", mode="colour", children=1)
    files = {f"jido-teate-photo-{place}.jpg": image.data for place, image in enumerate(photographed.images, 1)}
    files |= {f"juminhyo-scan-{place}.jpg": smaller(image.data) for place, image in enumerate(copied.images, 1)}
    files["stack-tennyu-tenshutsu.pdf"] = stack(arrived, leaving)
    files["kokuho-fax.tiff"] = tiff(insured)
    forms = (photographed, arrived, leaving, insured, copied)
    TRUTH.write_text(json.dumps([form.truth() for form in forms], ensure_ascii=False, indent=1) + "\n", "utf-8")
    return files


def stack(first: FilledForm, second: FilledForm) -> bytes:
    """Two forms as a feeder gives them: pages mixed, one upside down."""
    pages = [second.images[1], first.images[0], second.images[0], first.images[1]]
    pictures = [Image.open(io.BytesIO(page.data)) for page in pages]
    pictures[2] = pictures[2].rotate(180)
    return _together(pictures, "PDF", resolution=200, quality=42)


def smaller(data: bytes) -> bytes:
    return _together([Image.open(io.BytesIO(data))], "JPEG", quality=45, dpi=(200, 200))


def tiff(form: FilledForm) -> bytes:
    pictures = [Image.open(io.BytesIO(image.data)).convert("1") for image in form.images]
    return _together(pictures, "TIFF", compression="group4", dpi=(200, 200))


def _together(pictures: list[Image.Image], kind: str, **options: object) -> bytes:
    packed = io.BytesIO()
    several = {"save_all": True, "append_images": pictures[1:]} if len(pictures) > 1 else {}
    pictures[0].save(packed, kind, **several, **options)
    return packed.getvalue()


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for name, data in make().items():
        (FOLDER / name).write_bytes(data)
        print(name, len(data))
