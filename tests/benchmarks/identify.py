"""How surely a form that we did not print is known among sixty: right, wrong, not known, undecided; milliseconds a page.

    python -m tests.benchmarks.identify [--forms 60] [--twins 8] [--pictures 60]

Forms are tables such as wards print; twins are last year's versions of some of them: a word, a row or a note differs.
Every picture is filled in, then scanned or photographed, some lie upside down.
"""

from __future__ import annotations

import argparse
import functools
import json
import resource
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from forms.paper_geometry import Page, Sheet
from ocr import fingerprints, sheet
from ocr.loading import load_pages
from ocr.template import Template
from tests.scans import camera

DPI = 300
MM = DPI / 25.4
WORDS = [
    "氏名",
    "住所",
    "電話番号",
    "生年月日",
    "世帯主",
    "続柄",
    "届出人",
    "申請者",
    "代理人",
    "金額",
    "口座番号",
    "銀行名",
    "支店名",
    "申請日",
    "受付印",
    "備考",
    "理由",
    "証明書",
    "枚数",
    "使いみち",
    "種類",
    "所得",
    "控除",
    "期間",
    "開始日",
    "終了日",
    "施設名",
    "学校名",
    "学年",
    "保護者",
    "緊急連絡先",
    "勤務先",
    "所在地",
    "面積",
    "用途",
    "構造",
    "車両番号",
    "登録番号",
    "犬の名前",
    "種別",
    "毛色",
    "利用日",
    "利用時間",
    "人数",
    "団体名",
    "代表者",
    "責任者",
    "担当課",
    "決裁",
    "区分",
    "本籍",
    "筆頭者",
    "転入前",
    "転出先",
    "国籍",
    "在留資格",
]
NOTES = (
    "太枠の中だけ記入してください。",
    "黒のボールペンで書いてください。",
    "該当するものに○をつけてください。",
    "本人確認書類の写しを添えてください。",
    "訂正するときは二重線で消してください。",
    "この申請書は返却できません。",
)
SUBJECTS = [
    "印鑑登録",
    "犬の登録",
    "施設利用",
    "粗大ごみ",
    "就学援助",
    "介護保険",
    "住民票",
    "税証明",
    "自転車駐車場",
    "学童クラブ",
    "健診",
    "減免",
    "補助金",
    "防災用品",
]
KINDS = ["申請書", "届", "届出書", "請求書", "交付申請書", "変更届", "廃止届", "同意書", "調査票", "報告書"]


@dataclass(frozen=True, slots=True)
class Drawn:
    """What a form is drawn from, so that a twin can differ in one thing."""

    title: str
    year: str
    rows: tuple[tuple[str, ...], ...]
    heights: tuple[float, ...]
    notes: tuple[str, ...]
    top: float


@functools.cache
def font(size: float) -> ImageFont.FreeTypeFont:
    """The font that our own sheets are printed in."""
    asked = ["fc-match", "-f", "%{file}|%{index}", "Noto Sans CJK JP:style=Regular"]
    path, index = subprocess.run(asked, capture_output=True, text=True, check=True).stdout.split("|")
    return ImageFont.truetype(path, round(size * MM), index=int(index))


def invented(seed: int) -> Drawn:
    rng = np.random.default_rng([60, seed])
    rows = tuple(
        tuple(str(word) for word in rng.choice(WORDS, int(rng.integers(1, 4)), replace=False))
        for _ in range(int(rng.integers(8, 17)))
    )
    return Drawn(
        title=f"{rng.choice(SUBJECTS)}{rng.choice(KINDS)}",
        year="令和7年4月",
        rows=rows,
        heights=tuple(float(rng.choice((9, 11, 13, 16))) for _ in rows),
        notes=tuple(str(note) for note in rng.choice(NOTES, int(rng.integers(1, 4)), replace=False)),
        top=float(rng.uniform(38, 60)),
    )


def twin(drawn: Drawn, seed: int) -> Drawn:
    """The same form a year later."""
    rng = np.random.default_rng([61, seed])
    rows, heights, notes = list(drawn.rows), list(drawn.heights), drawn.notes
    how = int(rng.integers(3))
    if how == 0:
        place = int(rng.integers(len(rows)))
        rows[place] = ("個人番号欄は不要", *rows[place][1:])
    elif how == 1:
        rows.append(("同意欄",))
        heights.append(11)
    else:
        notes = (*notes, "裏面の注意をよく読んでください。")
    return Drawn(drawn.title, "令和8年4月", tuple(rows), tuple(heights), notes, drawn.top)


def draw(drawn: Drawn) -> np.ndarray:
    """The form on A4 at 300 dpi, grey."""
    page = Image.new("L", (round(210 * MM), round(297 * MM)), 255)
    pen = ImageDraw.Draw(page)
    pen.text((105 * MM, 22 * MM), drawn.title, 0, font(6.5), "mm")
    pen.text((185 * MM, 14 * MM), drawn.year, 0, font(3), "mm")
    pen.text((150 * MM, 32 * MM), "年　　月　　日", 0, font(4), "lm")
    y = drawn.top
    for words, height in zip(drawn.rows, drawn.heights, strict=True):
        if y + height > 262:
            break
        width = 174 / len(words)
        for place, word in enumerate(words):
            left = 18 + place * width
            pen.rectangle([left * MM, y * MM, (left + width) * MM, (y + height) * MM], outline=0, width=3)
            label = min(width * 0.42, 34)
            pen.line([((left + label) * MM, y * MM), ((left + label) * MM, (y + height) * MM)], 0, 2)
            pen.text(((left + label / 2) * MM, (y + height / 2) * MM), word, 0, font(3.4), "mm")
        y += height
    for place, note in enumerate(drawn.notes):
        pen.text((20 * MM, (y + 6 + 6 * place) * MM), f"{place + 1}　{note}", 0, font(3.2), "lm")
    return np.asarray(page)


def filled(page: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Scribbles where people write, in BGR."""
    page = cv2.cvtColor(page, cv2.COLOR_GRAY2BGR)
    for _ in range(int(rng.integers(15, 60))):
        x, y = rng.uniform((25, 40), (170, 260)) * MM
        points = np.cumsum(rng.normal(0, 1.6, (int(rng.integers(6, 24)), 2)) * MM + np.array([0.5 * MM, 0]), axis=0)
        points += np.array([x, y])
        cv2.polylines(page, [points.astype(np.int32)], False, (60, 30, 30), 5, cv2.LINE_AA)
    if rng.random() < 0.5:
        cv2.circle(page, (round(float(rng.uniform(120, 190)) * MM), round(40 * MM)), round(7 * MM), (50, 40, 200), 6)
    return page


def template(name: str, blank: np.ndarray) -> Template:
    made = Sheet(name, "0" * 16, name, (Page(1, 210.0, 297.0, ()),))
    return Template(made, {}, (np.asarray(cv2.resize(blank, (1654, 2339), interpolation=cv2.INTER_AREA)),))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--forms", type=int, default=60)
    parser.add_argument("--twins", type=int, default=8)
    parser.add_argument("--pictures", type=int, default=60)
    asked = parser.parse_args()
    drawn = [invented(seed) for seed in range(asked.forms - asked.twins)]
    drawn += [twin(drawn[seed], seed) for seed in range(asked.twins)]
    pages = [draw(one) for one in drawn]
    known = {f"form-{n:02d}": template(f"form-{n:02d}", page) for n, page in enumerate(pages)}
    sys.stdout.write(json.dumps(measure(pages, known, asked.pictures, asked.twins), indent=1) + "\n")


def measure(pages: list[np.ndarray], known: dict[str, Template], pictures: int, twins: int) -> dict[str, object]:
    started = time.process_time()
    fingerprints.warm(known.values())
    prepared = time.process_time() - started
    count: Counter[str] = Counter()
    spent = []
    # the twins and what they are twins of come first, then the rest; then strangers that nobody knows
    order = [*range(len(pages) - twins, len(pages)), *range(len(pages) - twins)]
    for turn in range(pictures):
        rng = np.random.default_rng([62, turn])
        stranger = turn % 10 == 9
        form = order[turn % len(order)]
        paper = draw(invented(1000 + turn)) if stranger else pages[form]
        taken = (camera.photo if turn % 2 else camera.scan)(filled(paper, rng), rng)
        gray = cv2.cvtColor(load_pages(taken.data)[0], cv2.COLOR_RGB2GRAY)
        if turn % 3 == 2:
            gray = np.ascontiguousarray(np.rot90(gray, 2))
        started = time.process_time()
        found = sheet.locate(gray, known)
        spent.append(time.process_time() - started)
        count[_told(found, "" if stranger else f"form-{form:02d}", form >= len(pages) - twins or form < twins)] += 1
    return {
        "forms": len(pages),
        "pictures": pictures,
        **dict(sorted(count.items())),
        "cpu ms a page": round(1000 * float(np.mean(spent))),
        "cpu ms at most": round(1000 * max(spent)),
        "cpu ms to prepare a form": round(1000 * prepared / len(pages)),
        "resident MB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }


def _told(found: sheet.Found | sheet.NotFound, truth: str, twin: bool) -> str:
    group = "strangers" if not truth else "twins" if twin else "others"
    if isinstance(found, sheet.NotFound):
        return f"{group}: {'rightly ' if not truth else ''}not known"
    right = found.template.sheet.sheet_digest == truth
    return f"{group}: {'right' if right else 'WRONG'}{'' if found.sure else ', said to be unsure'}"


if __name__ == "__main__":
    main()
