"""国民健康保険の資格取得届 (国民健康保険法9条, 同法施行規則2条)."""

from forms.common import APPLICANT, BIRTH_DATE, HEAD, KANA, MOVE_IN_DATE, NAME, NEW_ADDRESS, PEOPLE, PHONE
from forms.conditions import Is
from forms.kinds import Choice, Text
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

PROCEDURE = Procedure(
    "health-insurance", N_("国民健康保険 資格取得届"), "health-insurance", to=NEW_ADDRESS,
    asks=(
        *ask(NEW_ADDRESS, MOVE_IN_DATE),
        About(APPLICANT, ask(NAME, PHONE)),
        About(HEAD, (*ask(NAME), Ask(KANA, required=False), *ask(BIRTH_DATE))),
        About(
            PEOPLE, (*ask(NAME), Ask(KANA, required=False), *ask(BIRTH_DATE)),
            where=Is(JOINS, "yes"), name="insured", title=N_("国民健康保険に入る方"), rows=4,
        ),
        Ask(PREVIOUS), Ask(INSURER, when=Is(PREVIOUS, "employee")), Ask(PAYMENT),
    ),
    summary=N_("勤め先の健康保険に入っていない方が、区の国民健康保険に入る届け出です。"),
    triggers=(
        Trigger(
            "moving", N_("国民健康保険は、住む区ごとに入り直すためです。"),
            Deadline(14, MOVE_IN_DATE, N_("住み始めた日から14日以内"), "国民健康保険法施行規則2条"), apart=True,
        ),
    ),
)  # fmt: skip
