"""Codes of the office's screens in Japanese, and how urgent something is."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from counter.queries.office import Row
from counter.services.periods import due_day
from counter.services.status import OPEN

STATUSES = {
    "received": "受付済", "awaiting-visit": "来庁待ち", "in-review": "審査中", "correction": "補正依頼中",
    "done": "完了", "rejected": "却下", "withdrawn": "取下げ",
}  # fmt: skip
CHANNELS = {"online": "オンライン", "paper": "紙", "counter": "窓口"}
KINDS = {
    "received": "受け付けました", "arrived": "来庁を確認しました", "taken": "担当になりました",
    "status": "状況を変えました", "delivered": "所管課に届きました", "undeliverable": "所管課に送れませんでした",
    "resent": "もう一度送りました", "linked": "ほかの申請と結び付けました",
    "correction-asked": "補正を依頼しました", "corrected": "補正の回答を受け付けました", "message": "メッセージ",
    "document-added": "書類が追加されました", "withdrawn": "申請者が取り下げました",
    "visit-booked": "来庁を予約しました", "visit-cancelled": "来庁の予約を取り消しました",
}  # fmt: skip
DELIVERIES = {"waiting": "送付待ち", "sent": "送付済", "dead": "送付不能", "replaced": "新しい内容に差し替え"}
SUBJECTS = {"filed": "申請", "document": "追加の書類", "corrected": "補正後", "withdrawn": "取下げの通知"}
HOW = {
    "typed": ("本人入力", "申請者がオンラインで入力"),
    "carried": ("引き継ぎ", "申請者が前に保存した内容から写し、申請のときに確かめた値"),
    "paper": ("紙", "紙の申請書から"),
    "counter": ("窓口", "窓口で職員が聞き取り、本人が確認"),
    "scanned": ("読取", "紙から機械が読み取り、職員が確認"),
    "corrected": ("訂正", "読み取りを職員が直した値"),
    "entered": ("職員入力", "紙を見て職員が入力"),
    "amended": ("補正", "補正の依頼に、申請者が答えた値"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Due:
    """A deadline in words, with the icon and colour that say the same. `level`: calm | soon | over."""

    level: str
    text: str
    day: dt.date


def due(row: Row, today: dt.date) -> Due | None:
    """None where no clock runs: not arrived yet, waiting for the applicant, or decided."""
    if row.arrived_at is None or row.status not in OPEN or row.status == "correction":
        return None
    day = due_day(row.procedure, row.arrived_at, row.paused_days)
    left = (day - today).days
    if left < 0:
        return Due("over", f"{-left}日超過", day)
    return Due("soon" if left <= 3 else "calm", "今日まで" if left == 0 else f"あと{left}日", day)


def actor(code: str, names: dict[str, str]) -> str:
    """Who did something: a person of the ward by name, a channel by what it is."""
    fixed = {"resident": "申請者", "desk": "紙の窓口", "system": "システム", "delivery": "システム"}
    return names.get(code) or fixed.get(code) or ("職員" if code.startswith("staff:") else "システム")
