"""Kind of answers that are enclosed documents: photographs and PDFs. The value names files; their bytes live elsewhere."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from forms.kinds.base import Cell, Json, Kind, clean_free
from forms.messages import N_, Invalid

IMAGES = ("image/jpeg", "image/png")
PDF = "application/pdf"
LONGEST_NAME = 120
PAPER = "paper"
ENCLOSED = N_("紙の書類を添えています")
THERE = N_("あり")
_ID = re.compile("[0-9A-Z]{17}")


@dataclass(frozen=True, slots=True)
class File(Kind):
    """Up to ``most`` enclosed documents of the media types ``types``.

    The value is a list of {id, name, type, size}; ``on_paper()`` stands for sheets enclosed with a paper form. Nothing
    but the person's own hand may enclose a document.
    """

    code: ClassVar[str] = "file"
    title: ClassVar[str] = "添付書類"
    prefill: ClassVar[bool] = False
    most: int = 3
    types: tuple[str, ...] = (*IMAGES, PDF)

    def parse(self, raw: Any) -> list[dict[str, Json]]:
        written = [raw] if isinstance(raw, str) else raw
        if not isinstance(written, (list, tuple)) or not written:
            raise Invalid(N_("写真かPDFを選んで送ってください。"))
        if list(written) in ([PAPER], [THERE]):
            return on_paper()
        items = [self._item(one) for one in written]
        if len(items) > self.most:
            raise Invalid(N_("%(most)s個までにしてください。いま%(now)s個あります。"), most=self.most, now=len(items))
        if len({item["id"] for item in items}) < len(items):
            raise Invalid(N_("同じファイルが二つあります。一つを外してください。"))
        return items

    def _item(self, raw: Any) -> dict[str, Json]:
        try:
            item = json.loads(raw) if isinstance(raw, str) and len(raw) < 4096 else raw
        except ValueError:
            item = None
        if not isinstance(item, Mapping) or set(item) != {"id", "name", "type", "size"}:
            raise Invalid(N_("写真かPDFを選んで送ってください。"))
        if not isinstance(item["id"], str) or not _ID.fullmatch(item["id"]) or not _is_size(item["size"]):
            raise Invalid(N_("写真かPDFを選んで送ってください。"))
        if item["type"] not in self.types:
            raise Invalid(N_("この種類のファイルは使えません。写真かPDFを選んで送ってください。"))
        name = clean_free(item["name"], LONGEST_NAME)
        return {"id": item["id"], "name": name, "type": item["type"], "size": item["size"]}

    def show(self, value: Json) -> str:
        return ENCLOSED if is_paper(value) else "、".join(item["name"] for item in value)

    def raw(self, value: Json) -> list[str]:
        if is_paper(value):
            return [PAPER]
        return [json.dumps(item, ensure_ascii=False, sort_keys=True) for item in value]

    def schema(self) -> dict[str, Json]:
        file = {
            "id": {"type": "string", "pattern": f"^{_ID.pattern}$"},
            "name": {"type": "string", "minLength": 1, "maxLength": LONGEST_NAME},
            "type": {"enum": list(self.types)},
            "size": {"type": "integer", "minimum": 1},
        }
        sheet = {"id": {"const": PAPER}, "name": {"const": ""}, "type": {"const": PAPER}, "size": {"const": 0}}
        return {
            "oneOf": [
                {"type": "array", "items": _object(file), "minItems": 1, "maxItems": self.most, "uniqueItems": True},
                {"type": "array", "items": _object(sheet), "minItems": 1, "maxItems": 1},
            ]
        }

    def cells(self) -> tuple[Cell, ...]:
        return (Cell("", "choices", "", 0.0, 7.0, codes=((PAPER, THERE),)),)

    def words(self) -> tuple[str, ...]:
        return (ENCLOSED, THERE)


def on_paper() -> list[dict[str, Json]]:
    """The value that says: the documents lie with the paper form."""
    return [{"id": PAPER, "name": "", "type": PAPER, "size": 0}]


def is_paper(value: Json) -> bool:
    return bool(value == on_paper())


def _is_size(size: object) -> bool:
    return isinstance(size, int) and not isinstance(size, bool) and size > 0


def _object(properties: dict[str, Json]) -> dict[str, Json]:
    return {
        "type": "object",
        "properties": properties,
        "required": sorted(properties),
        "additionalProperties": False,
    }
