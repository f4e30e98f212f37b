"""子どもの医療費助成の医療証 (各区の子どもの医療費の助成に関する条例): to the 31 March after the 18th birthday."""

from forms.common import (
    APPLICANT,
    BIRTH_DATE,
    CONCERNED,
    DATED_RESIDENCE,
    GUARDIAN,
    HOME_ADDRESS,
    INSURER,
    KANA,
    MOVE_IN_DATE,
    NAME,
    NEW_ADDRESS,
    PEOPLE,
    PHONE,
    RAISED,
    SINCE,
)  # fmt: skip
from forms.conditions import Age, Is
from forms.guide import MEMBERS
from forms.kinds import Choice, File, Text
from forms.messages import N_
from forms.model import About, Ask, Field, Procedure, Section, Trigger, ask

MEDICAL = Section("child-medical", N_("子どもの医療証"), order=44)
REASON = Field(
    MEDICAL,
    "reason",
    N_("医療証の届け出の内容"),
    Choice((("new", N_("新しく医療証をもらう")), ("change", N_("住所や健康保険が変わった（変更）")))),
)
CARD = Field(
    MEDICAL,
    "card",
    N_("お子さんの健康保険がわかるもの"),
    File(),
    N_("資格確認書か、資格情報のお知らせです。あとで送ることもできます。"),
)
SYMBOL = Field(
    PEOPLE, "insurance_symbol", N_("健康保険の記号・番号"), Text(40, 60.0), N_("まだわからないときは、空けておきます。")
)
_CHILD = Is(MEMBERS, "small", "pupil", "teen")

PROCEDURE = Procedure(
    "child-medical", N_("子ども医療証 交付申請（乳・子・青）"), "child-support", to=NEW_ADDRESS, or_to=(HOME_ADDRESS,),
    asks=(
        *DATED_RESIDENCE,
        About(APPLICANT, ask(NAME, PHONE)),
        About(GUARDIAN, (*ask(NAME), Ask(KANA, required=False), *ask(BIRTH_DATE))),
        About(
            PEOPLE,
            (*ask(NAME), Ask(KANA, required=False), *ask(BIRTH_DATE, INSURER), Ask(SYMBOL, required=False)),
            where=Age(BIRTH_DATE, MOVE_IN_DATE, under=18, school_year=True, instead=SINCE) & CONCERNED & Is(RAISED, "yes"),
            name="children", title=N_("医療証がいる子"),
        ),
        Ask(REASON), Ask(CARD, required=False),
    ),
    summary=N_("18歳になったあとの3月31日までの子が、病院などで払うお金の助成を受けるための証（医療証）を申請します。"),
    triggers=(
        Trigger("moving", N_("医療証は住む区が出すためです。同じ区の中の引っ越しでも、住所を書きかえます。"), when=_CHILD),
        Trigger("birth", N_("生まれた子が、病院などで医療費の助成を受けるためです。")),
    ),
    category="children",
    words=N_("子ども医療証 マル乳 マル子 マル青 医療費 助成 いりょうしょう 病院 こども 出産"),
    at_hand=(N_("お子さんの健康保険がわかるもの"),),
)  # fmt: skip
