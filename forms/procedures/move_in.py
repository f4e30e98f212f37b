"""転入届 (住民基本台帳法22条): online it is written beforehand, identity is checked at the counter."""

from forms.common import (
    APPLICANT,
    BIRTH_DATE,
    EMAIL,
    HEAD,
    KANA,
    MOVE_IN_DATE,
    MOVES,
    NAME,
    NEW_ADDRESS,
    OLD_ADDRESS,
    PEOPLE,
    PHONE,
    RELATION,
    SEX,
)  # fmt: skip
from forms.conditions import Is
from forms.kinds import Choice, Date
from forms.messages import N_
from forms.model import About, Ask, Deadline, Field, Procedure, Section, Trigger, ask

VISIT = Section("move-in", N_("来庁の希望"), order=70)
VISIT_DATE = Field(VISIT, "visit_date", N_("来庁を希望する日"), Date(future=True), N_("窓口が開いている日を選びます。"))
VISIT_TIME = Field(
    VISIT,
    "visit_time",
    N_("来庁を希望する時間"),
    Choice((("am", N_("午前")), ("pm", N_("午後")), ("any", N_("いつでもよい")))),
)

PROCEDURE = Procedure(
    "move-in", N_("転入届"), "resident-registry", to=NEW_ADDRESS,
    asks=(
        *ask(NEW_ADDRESS, OLD_ADDRESS, MOVE_IN_DATE),
        About(APPLICANT, (*ask(NAME, PHONE), Ask(EMAIL, required=False))),
        About(HEAD, (Ask(NAME), Ask(KANA, required=False))),
        About(
            PEOPLE,
            (Ask(NAME), Ask(KANA, required=False), *ask(BIRTH_DATE, SEX, RELATION)),
            where=Is(MOVES, "yes"), name="movers", title=N_("引っ越す方"), rows=4,
        ),
        *ask(VISIT_DATE, VISIT_TIME),
    ),
    summary=N_("ほかの市区町村から引っ越してきたときの届け出です。ここで先に入力し、窓口で本人確認をします。"),
    triggers=(
        Trigger(
            "moving", N_("新しい区に住民票を移すためです。"),
            Deadline(14, MOVE_IN_DATE, N_("住み始めた日から14日以内"), "住民基本台帳法22条1項"), apart=True,
        ),
    ),
    visit=True,
)  # fmt: skip
