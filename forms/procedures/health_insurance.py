"""国民健康保険の資格取得届 (国民健康保険法9条, 同法施行規則2条・3条・4条)."""

from forms.common import (
    APPLICANT,
    BIRTH_DATE,
    BORN_ON,
    CHANGED_ON,
    DATED_RESIDENCE,
    HEAD,
    HOME_ADDRESS,
    KANA,
    MOVE_IN_DATE,
    NAME,
    NEW_ADDRESS,
    OTHER_AGENT,
    PEOPLE,
    PHONE,
    PROXY,
)  # fmt: skip
from forms.conditions import Is
from forms.guide import INSURANCE as HAS_INSURANCE
from forms.kinds import Choice, File, Text
from forms.messages import N_
from forms.model import About, Ask, Deadline, Field, Procedure, Section, Trigger, ask

INSURANCE = Section("health-insurance", N_("国民健康保険"), order=40)
PREVIOUS = Field(
    INSURANCE,
    "previous",
    N_("いままでの健康保険"),
    Choice((
        ("national", N_("ほかの市区町村の国民健康保険")),
        ("employee", N_("勤め先の健康保険")),
        ("none", N_("入っていない")),
    )),
)  # fmt: skip
INSURER = Field(
    INSURANCE, "insurer", N_("勤め先の健康保険の名前"), Text(100), N_("資格を失ったことの証明書に書いてあります。")
)
LEFT_PAPER = Field(
    INSURANCE,
    "left_paper",
    N_("健康保険の資格を失ったことの証明書"),
    File(),
    N_("勤め先の健康保険をやめた方だけです。"),
)
PAYMENT = Field(
    INSURANCE,
    "payment",
    N_("保険料の納め方"),
    Choice((("transfer", N_("口座振替")), ("slip", N_("納付書")))),
    N_("口座振替の申込みは、あとで区から案内があります。"),
)
JOINS = Field(
    PEOPLE,
    "joins_insurance",
    N_("国民健康保険に入りますか"),
    Choice(),
    N_("勤め先の健康保険に入る方は「いいえ」です。"),
)
_WITHIN_14 = N_("理由ができた日から14日以内")

PROCEDURE = Procedure(
    "health-insurance", N_("国民健康保険 資格取得届"), "health-insurance", to=NEW_ADDRESS, or_to=(HOME_ADDRESS,),
    asks=(
        *DATED_RESIDENCE,
        About(APPLICANT, ask(NAME, PHONE)),
        *PROXY,
        About(HEAD, (*ask(NAME), Ask(KANA, required=False), *ask(BIRTH_DATE))),
        About(
            PEOPLE, (*ask(NAME), Ask(KANA, required=False), *ask(BIRTH_DATE)),
            where=Is(JOINS, "yes"), name="insured", title=N_("国民健康保険に入る方"), rows=4,
        ),
        Ask(PREVIOUS), Ask(INSURER, when=Is(PREVIOUS, "employee")),
        Ask(LEFT_PAPER, required=False, when=Is(PREVIOUS, "employee")), Ask(PAYMENT),
    ),
    musts=(OTHER_AGENT,),
    summary=N_("勤め先の健康保険に入っていない方が、区の国民健康保険に入る届け出です。"),
    triggers=(
        Trigger(
            "moving", N_("国民健康保険は、住む区ごとに入り直すためです。"),
            Deadline(14, MOVE_IN_DATE, N_("住み始めた日から14日以内"), "国民健康保険法施行規則2条"),
            apart=True, when=Is(HAS_INSURANCE, "yes"),
        ),
        Trigger(
            "birth", N_("生まれた子が、国民健康保険に入るためです。"),
            Deadline(14, BORN_ON, N_("生まれた日から14日以内"), "国民健康保険法施行規則2条"),
            when=Is(HAS_INSURANCE, "yes"),
        ),
        Trigger(
            "marriage", N_("家族の扶養から外れた方などが、国民健康保険に入るためです。"),
            Deadline(14, CHANGED_ON, _WITHIN_14, "国民健康保険法施行規則2条"), when=Is(HAS_INSURANCE, "yes"),
        ),
    ),
    category="insurance",
    days=7,
    words=N_("国民健康保険 こくほ 国保 健康保険 保険証 加入 入る 退職 会社をやめた"),
    at_hand=(N_("いままでの健康保険の資格を失ったことの証明書（勤め先の健康保険をやめた方）"),),
)  # fmt: skip
