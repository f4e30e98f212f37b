"""共通項目 (A票): the facts that several procedures ask. What one procedure alone asks stands in its own file."""

from __future__ import annotations

from forms.conditions import Differ, Is
from forms.kinds import Account, Address, Choice, Date, Digits, Email, File, Kana, Name, Person, Phone, Text
from forms.messages import N_
from forms.model import About, Ask, Field, Must, Section, ask
from forms.path import Document, look_up

EVENT = Section("event", N_("手続のきっかけ"), order=5)
CAUSE = Field(
    EVENT,
    "cause",
    N_("手続をする理由（異動事由）"),
    Choice((
        ("moving", N_("引っ越し")),
        ("birth", N_("子が生まれた")),
        ("family", N_("結婚・離婚などで家族が変わった")),
        ("bereavement", N_("家族が亡くなった")),
        ("work", N_("仕事や、入っている健康保険が変わった")),
        ("school", N_("子が保育園や学校に入る")),
        ("care", N_("介護が必要になった")),
        ("other", N_("そのほか")),
    )),
)  # fmt: skip
BORN_ON = Field(EVENT, "born_on", N_("子が生まれた日"), Date(past=True))
CHANGED_ON = Field(
    EVENT, "changed_on", N_("家族や仕事などが変わった日"), Date(), N_("手続をする理由ができた日です（異動年月日）。")
)

DIED_ON = Field(EVENT, "died_on", N_("亡くなった日（死亡年月日）"), Date(past=True))

DECEASED_PAGE = Section("death", N_("亡くなった方"), order=8)
FUNERAL_ON = Field(DECEASED_PAGE, "funeral_on", N_("葬儀を行った日"), Date(past=True))
LAST_ADDRESS = Field(
    DECEASED_PAGE, "last_address", N_("亡くなった方の住所"), Address(), N_("亡くなったときに住民票があった住所です。")
)

LAST_INSURANCE = Field(
    DECEASED_PAGE,
    "insurance",
    N_("亡くなった方が入っていた健康保険"),
    Choice((("national", N_("国民健康保険")), ("late", N_("後期高齢者医療")), ("other", N_("勤め先の健康保険など")))),
)
ENDS = Section("bereavement", N_("おくやみの届け出"), order=24)
WAS_HEAD = Field(ENDS, "was_head", N_("亡くなった方は世帯主で、世帯主になれる家族がほかに残っていますか"), Choice())
HOUSEHOLD = Section("household-change", N_("世帯の変更"), order=22)
HOUSEHOLD_CHANGE = Field(
    HOUSEHOLD,
    "change",
    N_("世帯の変更の内容"),
    Choice((
        ("head", N_("世帯主が変わる（世帯主変更）")),
        ("join", N_("別の世帯といっしょになる（世帯合併）")),
        ("part", N_("世帯を分ける（世帯分離）")),
        ("members", N_("世帯員が別の世帯に移る（世帯構成変更）")),
    )),
)  # fmt: skip

MOVE = Section("move", N_("引っ越し"), order=10)
OLD_ADDRESS = Field(
    MOVE, "old_address", N_("引っ越す前の住所"), Address(abroad=True), N_("住民票がある（あった）住所です。")
)
NEW_ADDRESS = Field(
    MOVE, "new_address", N_("引っ越した先の住所"), Address(abroad=True), N_("これから住む、または住み始めた住所です。")
)
MOVE_OUT_DATE = Field(
    MOVE, "out_date", N_("前の住所を出る日"), Date(), N_("転出予定日です。もう出たときは、出た日を書きます。")
)
MOVE_IN_DATE = Field(MOVE, "in_date", N_("新しい住所に住み始めた日"), Date(), N_("転入した年月日です。"))
SETTLED = ("birth", "family", "bereavement", "work", "school", "care", "other")
"""The causes for which nobody moves."""

JAN1 = Field(
    MOVE,
    "jan1",
    N_("今年の1月1日に住民票があった住所"),
    Choice((("old", N_("引っ越す前の住所")), ("new", N_("引っ越した先の住所")), ("other", N_("そのほかの住所")))),
)
HOME = Section("home", N_("いまの住所"), order=15)
HOME_ADDRESS = Field(HOME, "address", N_("いまの住所"), Address(), N_("住民票がある住所です。"))

NEW_YEAR = Section("jan1", N_("1月1日の住所"), order=16)
JAN1_HERE = Field(NEW_YEAR, "here", N_("今年の1月1日も、いまの住所に住民票がありましたか"), Choice())
JAN1_ADDRESS = Field(
    NEW_YEAR, "address", N_("今年の1月1日に住民票があった住所（そのほかの住所）"), Address(abroad=True)
)

RESIDENCE: tuple[Ask, ...] = (
    Ask(CAUSE),
    Ask(NEW_ADDRESS, when=Is(CAUSE, "moving")),
    Ask(HOME_ADDRESS, when=Is(CAUSE, *SETTLED)),
)
"""Where one lives: after the move for who moves, else where one is registered. One of the two is always asked."""

DATED_RESIDENCE: tuple[Ask, ...] = (
    Ask(CAUSE),
    Ask(BORN_ON, when=Is(CAUSE, "birth")),
    Ask(CHANGED_ON, when=Is(CAUSE, "family", "work", "school", "care", "other")),
    Ask(DIED_ON, when=Is(CAUSE, "bereavement")),
    Ask(NEW_ADDRESS, when=Is(CAUSE, "moving")),
    Ask(MOVE_IN_DATE, when=Is(CAUSE, "moving")),
    Ask(HOME_ADDRESS, when=Is(CAUSE, *SETTLED)),
)
"""The same with its day (異動年月日): each cause has a day of its own, so that no day means two things."""

SINCE = (BORN_ON, DIED_ON, CHANGED_ON)
"""What ``Age`` takes instead of the day of moving in."""

WHO = Section("who", N_("手続をする方"), order=20)
FILED_BY = Field(
    WHO,
    "filed_by",
    N_("だれが手続をしますか"),
    Choice((("self", N_("本人または同じ世帯の家族")), ("agent", N_("頼まれた人（代理人）")))),
)
APPLICANT = Field(
    WHO, "applicant", N_("届け出る方（申請者）"), Person(), N_("この手続をする方です。ふつうは、あなたです。")
)
AGENT = Field(WHO, "agent", N_("代理人"), Person(), N_("頼まれて、かわりに手続をする方です。"))
MANDATE_PAPER = Field(WHO, "mandate_paper", N_("委任状"), File(), N_("頼んだ方が署名した委任状の写真かPDFです。"))
MANDATE = Field(
    WHO,
    "mandate",
    N_("頼んだこと（委任の内容）"),
    Text(200, 135.0),
    N_("だれが何を頼んだのかを書きます。例：転入届を出すこと"),
    fresh=True,
)
OLD_HEAD = Field(
    WHO,
    "old_head",
    N_("いままでの世帯主"),
    Person(),
    N_("変わる前の世帯主です。引っ越す方は、前の住所での世帯主を選びます。"),
)
GUARDIAN = Field(WHO, "guardian", N_("保護者"), Person(), N_("子を育てている父母などのうち、おもな方です。"))
RECIPIENT = Field(WHO, "recipient", N_("いま児童手当を受けている方"), Person())
DECEASED = Field(WHO, "deceased", N_("亡くなった方"), Person())
HEAD = Field(
    WHO,
    "head",
    N_("世帯主"),
    Person(),
    N_("いっしょに住む家族の代表の方です。引っ越す方は、新しい住所での世帯主を選びます。"),
)

PEOPLE = Section("people", N_("ご家族など"), many=True, order=30, first=("name", "moves"))
NAME = Field(PEOPLE, "name", N_("氏名"), Name(), N_("住民票や在留カードのとおりに書きます。"))
KANA = Field(
    PEOPLE,
    "kana",
    N_("フリガナ"),
    Kana(),
    N_("カタカナで書きます。アルファベットの名前だけの方は、書かなくてもかまいません。"),
)
BIRTH_DATE = Field(PEOPLE, "birth_date", N_("生年月日"), Date(past=True))
SEX = Field(
    PEOPLE,
    "sex",
    N_("性別"),
    Choice((("1", N_("男性")), ("2", N_("女性")), ("9", N_("そのほか")), ("0", N_("わからない・答えない")))),
    N_("住民票に記載するために聞いています。"),
)
PHONE = Field(PEOPLE, "phone", N_("電話番号"), Phone(), N_("昼間に連絡できる番号です。例：090-1234-5678"))
EMAIL = Field(PEOPLE, "email", N_("メールアドレス"), Email(), N_("例：yamada@example.jp"))
MOVES = Field(PEOPLE, "moves", N_("いっしょに引っ越しますか"), Choice())
RELATION = Field(
    PEOPLE,
    "relation",
    N_("世帯主から見た続柄"),
    Choice((
        ("head", N_("世帯主本人")),
        ("spouse", N_("夫・妻")),
        ("child", N_("子")),
        ("parent", N_("父・母")),
        ("sibling", N_("兄弟姉妹")),
        ("grandchild", N_("孫")),
        ("other", N_("そのほかの親族・同居人")),
    )),
)  # fmt: skip
CONCERNED = Is(CAUSE, *SETTLED) | Is(MOVES, "yes")
"""Whom a list can concern: everybody, but in a move only those who move along. It stands behind an age, whose question
opens on the same page as MOVES, so that nobody has to turn a page for it."""
RAISED = Field(PEOPLE, "raised", N_("請求者や保護者が育てている子ですか"), Choice())
TO_CLAIMANT = Field(
    PEOPLE,
    "to_claimant",
    N_("児童手当を請求する方・受けている方から見た続柄"),
    Choice((("child", N_("子")), ("grandchild", N_("孫")), ("other", N_("そのほか")))),
)
TOGETHER = Field(PEOPLE, "together", N_("児童手当を請求する方・受けている方といっしょに住んでいますか"), Choice())
ELSEWHERE = Field(
    PEOPLE,
    "elsewhere",
    N_("別に住んでいる住所"),
    Text(300, 150.0),
    N_("都道府県から書きます。外国の住所でもかまいません。"),
)
ACCOUNT = Field(PEOPLE, "account", N_("振込先の口座"), Account(), N_("本人の名義の口座だけです。"))
CARE_NUMBER = Field(
    PEOPLE,
    "care_number",
    N_("介護保険の被保険者番号"),
    Digits(10, 10),
    N_("介護保険の被保険者証に書いてある10桁の番号です。"),
)
INSURER = Field(
    PEOPLE, "insurer", N_("入っている健康保険の名前"), Text(100, 90.0), N_("例：○○健康保険組合、江東区国民健康保険")
)
PERSON_ADDRESS = Field(PEOPLE, "address", N_("住所"), Address(abroad=True), N_("この方が住んでいる住所です。"))

PROXY: tuple[Ask | About, ...] = (
    Ask(FILED_BY),
    Ask(MANDATE, when=Is(FILED_BY, "agent")),
    Ask(MANDATE_PAPER, required=False, when=Is(FILED_BY, "agent")),
    About(AGENT, ask(NAME, PERSON_ADDRESS, PHONE), when=Is(FILED_BY, "agent")),
)
"""Who files; an agent says who he is and what was entrusted to him. The one who entrusted it is the applicant."""
OTHER_AGENT = Must(Differ(APPLICANT, AGENT), N_("代理人には、申請者（頼んだ方）とは別の方を選んでください。"), at=AGENT)


def by_agent(answers: Document) -> bool:
    """Whether somebody files for somebody else: nothing is carried over from earlier, nothing kept for later."""
    return bool(look_up(answers, FILED_BY.key) == "agent")
