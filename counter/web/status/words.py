"""What statuses and events are called to a resident."""

from __future__ import annotations

from counter.models.application import Status
from counter.models.event import Kind
from counter.services.status import Step
from forms.messages import N_

STATUS = {
    Status.RECEIVED: (N_("受付済"), N_("担当の課が内容を確かめるのを待っています。"), "todo"),
    Status.AWAITING_VISIT: (N_("来庁待ち"), N_("窓口での本人確認を待っています。本人確認書類を持ってお越しください。"), "part"),
    Status.IN_REVIEW: (N_("審査中"), N_("担当の課が内容を確かめています。"), "todo"),
    Status.CORRECTION: (N_("補正依頼中"), N_("直していただきたいところがあります。下のお知らせをご覧ください。"), "stop"),
    Status.DONE: (N_("完了"), N_("この手続は終わりました。"), "done"),
    Status.REJECTED: (N_("却下"), N_("この申請は認められませんでした。理由は下のお知らせをご覧ください。"), "stop"),
    Status.WITHDRAWN: (N_("取下げ"), N_("この申請は取り下げられました。"), "stop"),
}  # fmt: skip
EVENTS = {
    Kind.RECEIVED: N_("受け付けました"),
    Kind.ARRIVED: N_("届け出が区に到達しました"),
    Kind.TAKEN: N_("担当者が決まりました"),
    Kind.DELIVERED: N_("担当の課に届きました"),
    Kind.UNDELIVERABLE: N_("担当の課への送付が遅れています。こちらで対応しています。"),
    Kind.RESENT: N_("担当の課にもう一度送りました"),
    Kind.LINKED: N_("関係する書類とつながりました"),
}


def status_words(status: str) -> str:
    return STATUS[Status(status)][0]


def status_help(status: str) -> str:
    return STATUS[Status(status)][1]


def tone(status: str) -> str:
    return STATUS[Status(status)][2]


def step_words(step: Step) -> str:
    return status_words(step.status) if step.kind == Kind.STATUS else EVENTS[Kind(step.kind)]
