"""Codes of the office's screens in Japanese, and how urgent something is."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from counter.locales import JST
from counter.queries.office import Row
from counter.services.status import OPEN
from forms.deadlines import is_closed

STATUSES = {
    "received": "受付済", "awaiting-visit": "来庁待ち", "in-review": "審査中", "correction": "補正依頼中",
    "done": "完了", "rejected": "却下", "withdrawn": "取下げ",
}  # fmt: skip
CHANNELS = {"online": "オンライン", "paper": "紙", "counter": "窓口"}
KINDS = {
    "received": "受け付けました", "arrived": "来庁を確認しました", "taken": "担当になりました",
    "status": "状況を変えました", "delivered": "所管課に届きました", "undeliverable": "所管課に送れませんでした",
    "resent": "もう一度送りました", "linked": "ほかの申請と結び付けました",
}  # fmt: skip
DELIVERIES = {"waiting": "送付待ち", "sent": "送付済", "dead": "送付不能"}
HOW = {
    "typed": ("本人入力", "申請者がオンラインで入力"),
    "carried": ("引き継ぎ", "ほかの回答から引き継いだ値"),
    "paper": ("紙", "紙の申請書から"),
    "counter": ("窓口", "窓口で職員が聞き取り、本人が確認"),
    "scanned": ("読取", "紙から機械が読み取り、職員が確認"),
    "corrected": ("訂正", "読み取りを職員が直した値"),
    "entered": ("職員入力", "紙を見て職員が入力"),
}  # fmt: skip
STANDARD_DAYS = 14
"""標準処理期間 of the demonstration's offices: days from arrival, the first day excluded (民法140条)."""


@dataclass(frozen=True, slots=True)
class Due:
    """A deadline in words, with the icon and colour that say the same. `level`: calm | soon | over."""

    level: str
    text: str
    day: dt.date


def due(row: Row, today: dt.date) -> Due | None:
    """None where no clock runs: not arrived yet, or decided."""
    if row.arrived_at is None or row.status not in OPEN:
        return None
    day = row.arrived_at.astimezone(JST).date() + dt.timedelta(days=STANDARD_DAYS)
    while is_closed(day):  # 民法142条
        day += dt.timedelta(days=1)
    left = (day - today).days
    if left < 0:
        return Due("over", f"{-left}日超過", day)
    return Due("soon" if left <= 3 else "calm", "今日まで" if left == 0 else f"あと{left}日", day)


def actor(code: str, names: dict[str, str]) -> str:
    """Who did something: a person of the ward by name, a channel by what it is."""
    fixed = {"resident": "申請者", "desk": "紙の窓口", "system": "システム", "delivery": "システム"}
    return names.get(code) or fixed.get(code) or ("職員" if code.startswith("staff:") else "システム")
