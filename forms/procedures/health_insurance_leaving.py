"""国民健康保険の資格喪失届 (国民健康保険法9条, 同法施行規則12条・13条): to the ward whose insurance one leaves."""

from forms.common import (
    APPLICANT,
    BIRTH_DATE,
    CAUSE,
    CHANGED_ON,
    HOME_ADDRESS,
    MOVE_OUT_DATE,
    NAME,
    OLD_ADDRESS,
    OLD_HEAD,
    OTHER_AGENT,
    PEOPLE,
    PHONE,
    PROXY,
    SETTLED,
)  # fmt: skip
from forms.conditions import Is
from forms.guide import INSURANCE as HAS_INSURANCE
from forms.kinds import Choice, File, Text
from forms.messages import N_
from forms.model import About, Ask, Deadline, Field, Procedure, Section, Trigger, ask

LEAVING = Section("health-insurance-leaving", N_("国民健康保険をやめる手続"), order=41)
NUMBER = Field(
    LEAVING,
    "number",
    N_("国民健康保険の記号・番号"),
    Text(40, 60.0),
    N_("資格確認書などに書いてあります。わからなければ空けておきます。"),
)
NEW_INSURER = Field(LEAVING, "new_insurer", N_("新しく入った健康保険の名前"), Text(100, 90.0))
NEW_PAPER = Field(
    LEAVING,
    "new_paper",
    N_("新しい健康保険に入ったことがわかるもの"),
    File(),
    N_("資格確認書や、資格情報のお知らせなどです。"),
)
LEAVES = Field(PEOPLE, "leaves_insurance", N_("いままでの区の国民健康保険をやめますか"), Choice())

PROCEDURE = Procedure(
    "health-insurance-leaving", N_("国民健康保険 資格喪失届"), "health-insurance",
    to=OLD_ADDRESS, or_to=(HOME_ADDRESS,),
    asks=(
        Ask(CAUSE), Ask(CHANGED_ON, when=Is(CAUSE, *SETTLED)),
        Ask(OLD_ADDRESS, when=Is(CAUSE, "moving")), Ask(MOVE_OUT_DATE, when=Is(CAUSE, "moving")),
        Ask(HOME_ADDRESS, when=Is(CAUSE, *SETTLED)),
        About(APPLICANT, ask(NAME, PHONE)),
        *PROXY,
        About(OLD_HEAD, ask(NAME)),
        About(
            PEOPLE, ask(NAME, BIRTH_DATE),
            where=Is(LEAVES, "yes"), name="leaving", title=N_("国民健康保険をやめる方"), rows=4,
        ),
        Ask(NUMBER, required=False),
        Ask(NEW_INSURER, when=Is(CAUSE, *SETTLED)), Ask(NEW_PAPER, required=False, when=Is(CAUSE, *SETTLED)),
    ),
    musts=(OTHER_AGENT,),
    summary=N_("区から引っ越すときや、勤め先の健康保険に入ったときに、国民健康保険をやめる届け出です。"),
    triggers=(
        Trigger(
            "moving", N_("前の区の国民健康保険をやめて、保険料を止めるためです。"),
            Deadline(14, MOVE_OUT_DATE, N_("前の住所を出た日から14日以内"), "国民健康保険法施行規則13条"),
            apart=True, when=Is(HAS_INSURANCE, "yes"),
        ),
    ),
    category="insurance",
    words=N_("国民健康保険 こくほ 国保 やめる 脱退 喪失 就職 社会保険に入った"),
    at_hand=(N_("国民健康保険の資格確認書（お持ちの方）"), N_("新しい健康保険に入ったことがわかるもの")),
)  # fmt: skip
