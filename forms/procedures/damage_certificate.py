"""罹災証明書の交付申請 (災害対策基本法90条の2)."""

from forms.common import APPLICANT, BIRTH_DATE, KANA, NAME, OTHER_AGENT, PERSON_ADDRESS, PHONE, PROXY
from forms.conditions import Is
from forms.guide import DAMAGED
from forms.kinds import Address, Choice, Choices, Count, Date, Declaration, File, LongText, Text
from forms.messages import N_
from forms.model import About, Ask, Field, Procedure, Section, Trigger, ask

DISASTER = Section("damage", N_("災害の被害"), order=12)
PLACE = Field(
    DISASTER,
    "address",
    N_("被害を受けた建物の住所"),
    Address(),
    N_("いま住んでいる所ではなく、こわれた建物のある所です。"),
)
NAME_OF = Field(DISASTER, "disaster", N_("災害の名前"), Text(80, 90.0), N_("例：令和8年台風第15号、○○地震"))
DAY = Field(DISASTER, "day", N_("災害にあった日"), Date(past=True))
HOUSE = Field(
    DISASTER,
    "house",
    N_("建物の種類"),
    Choice((("dwelling", N_("住家（ふだん住んでいる建物）")), ("other", N_("非住家（店・倉庫など）")))),
)
TENURE = Field(
    DISASTER, "tenure", N_("建物との関係"),
    Choices((("lives", N_("住んでいる")), ("owns", N_("持っている")), ("rents", N_("借りている")))),
)  # fmt: skip
DAMAGE = Field(
    DISASTER,
    "damage",
    N_("被害のようす"),
    LongText(1000, 3),
    N_("例：床上30センチまで水につかった。屋根の瓦が落ちた。"),
)
PHOTOS = Field(
    DISASTER, "photos", N_("被害の写真"), File(most=8), N_("建物の全体と、こわれた所の写真です。片付ける前に撮ります。")
)
WISH = Section("damage-certificate", N_("罹災証明書"), order=61)
PURPOSES = Field(
    WISH,
    "purposes",
    N_("証明書の使いみち"),
    Choices((
        ("insurance", N_("保険")), ("aid", N_("生活再建支援金など")), ("tax", N_("税や料金の減免")),
        ("housing", N_("仮の住まい・修理")), ("other", N_("そのほか")),
    )),
    fresh=True,
)  # fmt: skip
COPIES = Field(WISH, "copies", N_("罹災証明書の枚数"), Count(1, 10), N_("1枚から10枚までです。"))
SELF_JUDGED_PAGE = Section("damage-consent", N_("自己判定方式"), order=94)
SELF_JUDGED = Field(
    SELF_JUDGED_PAGE,
    "self_judged",
    N_("写真だけで「一部損壊」と判定されること（自己判定方式。現地の調査はありません）に同意します"),
    Declaration(),
    N_("軽い被害で、早く証明書がほしい方だけ選びます。"),
)

PROCEDURE = Procedure(
    "damage-certificate", N_("罹災証明書 交付申請書"), "disaster", to=PLACE,
    asks=(
        *ask(PLACE, NAME_OF, DAY, HOUSE, TENURE, DAMAGE), Ask(PHOTOS, required=False),
        About(APPLICANT, (*ask(NAME), Ask(KANA, required=False), *ask(BIRTH_DATE, PHONE, PERSON_ADDRESS))),
        *PROXY,
        *ask(PURPOSES, COPIES),
        Ask(SELF_JUDGED, required=False),
    ),
    musts=(OTHER_AGENT,),
    summary=N_("災害でこわれた家などの被害の程度を、区が調べて証明します。支援金や保険の手続に使います。"),
    triggers=(
        Trigger("disaster", N_("支援金や保険などの手続に、罹災証明書が必要なためです。"), when=Is(DAMAGED, "yes")),
    ),
    category="disaster",
    words=N_("罹災証明 りさいしょうめい 地震 台風 水害 火事 家がこわれた 被害 災害"),
    at_hand=(N_("被害の写真（建物の全体と、こわれた所）"), N_("申請する方の本人確認書類")),
)  # fmt: skip
