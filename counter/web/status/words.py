"""What statuses and events are called to a resident."""

from __future__ import annotations

import datetime as dt

from markupsafe import Markup

from counter.locales import JST, date_text, markup, time_text
from counter.models.application import Status
from counter.models.delivery import DeliveryState, Subject
from counter.models.event import Kind
from counter.services.status import Office, Step
from forms.messages import N_

STATUS = {
    Status.RECEIVED: (N_("受付済"), N_("担当の課が内容を確かめるのを待っています。"), "todo"),
    Status.AWAITING_VISIT: (N_("来庁待ち"), N_("窓口での本人確認を待っています。本人確認書類を持ってお越しください。"), "part"),
    Status.IN_REVIEW: (N_("審査中"), N_("担当の課が内容を確かめています。"), "todo"),
    Status.CORRECTION: (N_("補正依頼中"), N_("直していただきたいところがあります。担当の課が書いたことを読んで、答えてください。"), "stop"),
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
    Kind.LINKED: N_("ほかの区の手続とつながりました"),
    Kind.CORRECTION_ASKED: N_("担当の課が、補正をお願いしました"),
    Kind.CORRECTED: N_("補正の答えを受け付けました"),
    Kind.MESSAGE: N_("担当の課からメッセージが届きました"),
    Kind.DOCUMENT_ADDED: N_("書類を受け付けました"),
    Kind.WITHDRAWN: N_("申請を取り下げました"),
    Kind.VISIT_BOOKED: N_("来庁を予約しました"),
    Kind.VISIT_CANCELLED: N_("来庁の予約を取り消しました"),
}
WRITTEN = N_("担当の課にメッセージを送りました")
PLACED = N_("担当の課に届いています。")
ON_ITS_WAY = N_("担当の課に送っています。")
TRIED_AGAIN = N_("担当の課は、まだ受け取っていません。%(when)sにもう一度送ります。あなたがすることはありません。")
GIVEN_UP = N_("担当の課に送れませんでした。職員が調べて、送り直します。あなたがすることはありません。")
NEXT_REVIEW = N_("次は、担当の課の確認です。%(day)sごろまでに終わる予定です。")
NEXT_LATE = N_("予定の%(day)sを過ぎています。担当の課が続けて確かめています。")
NEXT_VISIT = N_("次は、窓口での本人確認です。本人確認書類を持って、担当の課の窓口にお越しください。")
NEXT_ANSWER = N_("次は、あなたの回答です。%(day)sまでに、直すところに答えてください。")
ANSWER_LATE = N_("回答の期限（%(day)s）を過ぎています。まだ受け付けていますので、すぐに答えてください。")
NOTHING_LEFT = N_("この手続で、あなたがすることはありません。")


def status_words(status: str) -> str:
    return STATUS[Status(status)][0]


def status_help(status: str) -> str:
    return STATUS[Status(status)][1]


def tone(status: str) -> str:
    return STATUS[Status(status)][2]


def step_words(step: Step) -> str:
    if step.kind == Kind.STATUS:
        return status_words(step.status)
    if step.kind == Kind.MESSAGE and step.own:
        return WRITTEN
    return EVENTS.get(Kind(step.kind)) or status_words(step.status)


def on_its_way(office: Office, now: dt.datetime) -> Markup:
    """Whether the office has it, and if not, when it is tried again. Empty where nothing is left to hand over."""
    here = office.standing.hand_over
    if here.state == DeliveryState.SENT:
        return markup(PLACED) if office.open else Markup()
    if here.state == DeliveryState.DEAD:
        return markup(GIVEN_UP)
    if here.state == DeliveryState.WAITING and here.attempts and here.next_attempt_at:
        return markup(TRIED_AGAIN) % {"when": clock(max(here.next_attempt_at, now), now)}
    told = office.standing.status in (Status.CORRECTION, Status.IN_REVIEW) and here.subject == Subject.FILED
    return markup(ON_ITS_WAY) if here.state == DeliveryState.WAITING and not told else Markup()


def comes_next(office: Office, now: dt.datetime) -> Markup:
    """What the next step is, whose it is, and by which day."""
    today, here = now.astimezone(JST).date(), office.standing
    if here.status == Status.CORRECTION and here.waiting.due_on:
        late = today > here.waiting.due_on
        return markup(ANSWER_LATE if late else NEXT_ANSWER) % {"day": date_text(here.waiting.due_on)}
    if here.status == Status.AWAITING_VISIT:
        return markup(NEXT_VISIT)
    if office.due:
        return markup(NEXT_LATE if today > office.due else NEXT_REVIEW) % {"day": date_text(office.due)}
    return Markup() if office.open else markup(NOTHING_LEFT)


def clock(moment: dt.datetime, now: dt.datetime) -> str:
    """14:05 today, else the day too."""
    here = moment.astimezone(JST)
    return f"{here:%H:%M}" if here.date() == now.astimezone(JST).date() else time_text(moment)
