"""The words of the mails to residents, and how a notice becomes a message: nothing personal, nothing secret, no form."""

from __future__ import annotations

import datetime as dt
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP as WIRE
from urllib.parse import quote

import flask

from counter import locales, mail
from counter.models.notice import NoticeKind
from counter.services.notices import Letter
from forms.messages import N_
from forms.wards import WARDS

WORDS: dict[NoticeKind, tuple[str, str, str]] = {
    NoticeKind.RECEIVED: (
        N_("申請を受け付けました"),
        N_("申請を受け付けました。担当の課は次のとおりです。"),
        N_("いま、していただくことはありません。これからのことは、申請状況のページで見られます。"),
    ),
    NoticeKind.VISIT_BOOKED: (
        N_("来庁を予約しました"),
        N_("次の窓口の来庁予約を受け付けました。"),
        N_("本人確認書類を持って、予約した時刻にお越しください。申請状況のページで変更や取り消しができます。"),
    ),
    NoticeKind.VISIT_CHANGED: (
        N_("来庁の予約を変えました"),
        N_("次の窓口の来庁予約を変えました。"),
        N_("本人確認書類を持って、新しい時刻にお越しください。"),
    ),
    NoticeKind.VISIT_CANCELLED: (
        N_("来庁の予約を取り消しました"),
        N_("次の窓口の来庁予約を取り消しました。"),
        N_("手続を終えるには来庁が必要です。申請状況のページで、別の時間を予約してください。"),
    ),
    NoticeKind.VISIT_REMINDER: (
        N_("明日は来庁の予約の日です"),
        N_("明日、次の窓口の来庁予約があります。"),
        N_("本人確認書類を持ってお越しください。来られないときは、申請状況のページで変更できます。"),
    ),
    NoticeKind.CORRECTION: (
        N_("直していただきたいところがあります"),
        N_("次の課から、申請の内容を直していただくお願いがあります。"),
        N_("申請状況のページを開いて、内容を確かめ、直してください。"),
    ),
    NoticeKind.MESSAGE: (
        N_("担当の課からお知らせがあります"),
        N_("次の課から、お知らせが届いています。"),
        N_("申請状況のページを開いて、お読みください。"),
    ),
    NoticeKind.TAKEN: (
        N_("担当者が決まりました"),
        N_("次の課で、申請の担当者が決まりました。"),
        N_("いま、していただくことはありません。"),
    ),
    NoticeKind.DECIDED: (
        N_("申請の結果が出ました"),
        N_("次の課で、申請の結果が出ました。"),
        N_("結果は、申請状況のページで見られます。"),
    ),
    NoticeKind.WITHDRAWN: (
        N_("申請を取り下げました"),
        N_("次の課への申請が取り下げられました。"),
        N_("心当たりがないときは、担当の課にお電話ください。"),
    ),
}
"""Kind → subject, what happened, what to do."""


def written(letter: Letter, sender: Address, base: str) -> EmailMessage:
    """The mail, the same bytes however often it is written. ``base``: the address residents know this service by."""
    with locales.speaking(letter.language):
        page = {
            "letter": letter,
            "subject": locales.translate(WORDS[letter.kind][0]),
            "happened": WORDS[letter.kind][1],
            "todo": WORDS[letter.kind][2],
            "url": status_address(base, letter.number),
            "visit": _visit(letter),
            "due": _due(letter),
            "ward_name": lambda code: locales.markup(WARDS[code].name),
        }
        text = _text(page, letter)
        html = flask.render_template("mail/notice.html", **page)
        html_language = locales.current().html
        heading = locales.translate(N_("%(what)s（受付番号 %(number)s）"))
    message = EmailMessage(policy=WIRE)
    message["Message-ID"] = message_id(letter, sender)
    message["Date"] = letter.written_at
    message["From"] = sender
    message["To"] = mail.address(letter.address)
    message["Subject"] = heading % {"what": page["subject"], "number": letter.number}
    message["Auto-Submitted"] = "auto-generated"
    message["Content-Language"] = html_language
    message.set_content(text, cte="base64")
    message.add_alternative(html, subtype="html", cte="base64")
    message.set_boundary(f"=_{letter.id}")
    return message


def message_id(letter: Letter, sender: Address) -> str:
    """Of the notice, not of the try: a mail that arrives twice is seen to be the same."""
    return f"<notice.{letter.id.lower()}@{sender.domain}>"


def status_address(base: str, number: str) -> str:
    """The look-up page with the receipt number written in; the secret is asked there."""
    return f"{base.rstrip('/')}/status/?number={quote(number)}"


def _text(page: dict[str, object], letter: Letter) -> str:
    """The plain twin, without readings."""
    say = locales.translate
    lines = [say(str(page["happened"])), ""]
    for place in letter.places:
        where = f"{say(WARDS[place.ward].name)} {say(place.office)}"
        lines.append(f"・{where}（{letter.number}-{place.line}）")
    if page["visit"]:
        lines += ["", say(N_("来庁の日時：%(when)s")) % {"when": page["visit"]}]
    if page["due"]:
        lines += ["", say(N_("回答の期限：%(day)s")) % {"day": page["due"]}]
    lines += [
        "", say(str(page["todo"])), "",
        say(N_("受付番号：%(number)s")) % {"number": letter.number},
        say(N_("申請状況のページ：")), str(page["url"]),
        say(N_("開くには、控えにある確認番号が必要です。確認番号をメールでお聞きすることはありません。")), "",
        say(N_("このメールは自動で送っています。返信しても届きません。")),
        say(N_("スマート電子窓口")), "",
    ]  # fmt: skip
    return "\n".join(lines)


def _due(letter: Letter) -> str:
    day = letter.detail.get("due")
    return locales.date_text(dt.date.fromisoformat(day)) if isinstance(day, str) else ""


def _visit(letter: Letter) -> str:
    day, time = letter.detail.get("day"), letter.detail.get("time")
    if not isinstance(day, str) or not isinstance(time, str):
        return ""
    return f"{locales.date_text(dt.date.fromisoformat(day))} {time}"
