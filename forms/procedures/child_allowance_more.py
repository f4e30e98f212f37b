"""児童手当の額改定認定請求 (児童手当法9条): one more child of somebody who already receives the allowance."""

from forms.common import (
    APPLICANT,
    BIRTH_DATE,
    BORN_ON,
    ELSEWHERE,
    HOME_ADDRESS,
    KANA,
    NAME,
    PEOPLE,
    PHONE,
    RECIPIENT,
    TO_CLAIMANT,
    TOGETHER,
)  # fmt: skip
from forms.conditions import Age, Is
from forms.guide import ALLOWANCE as HAS_ALLOWANCE
from forms.kinds import Choice
from forms.messages import N_
from forms.model import About, Ask, Deadline, Field, Procedure, Trigger, ask

ADDED = Field(PEOPLE, "allowance_added", N_("新しく児童手当の対象になる子ですか"), Choice())

PROCEDURE = Procedure(
    "child-allowance-more", N_("児童手当 額改定認定請求書"), "child-support", to=HOME_ADDRESS,
    asks=(
        *ask(BORN_ON, HOME_ADDRESS),
        About(APPLICANT, ask(NAME, PHONE)),
        About(RECIPIENT, (*ask(NAME), Ask(KANA, required=False), *ask(BIRTH_DATE))),
        About(
            PEOPLE,
            (
                *ask(NAME), Ask(KANA, required=False), *ask(BIRTH_DATE, TO_CLAIMANT, TOGETHER),
                Ask(ELSEWHERE, when=Is(TOGETHER, "no")),
            ),
            where=Age(BIRTH_DATE, BORN_ON, under=18, school_year=True) & Is(ADDED, "yes"), name="children", title=N_("新しく対象になる児童"), rows=2,
        ),
    ),
    summary=N_("児童手当を受けている方に子が生まれたとき、手当の額を変える請求です。"),
    triggers=(
        Trigger(
            "birth", N_("生まれた子の分を、児童手当に加えるためです。"),
            Deadline(15, BORN_ON, N_("生まれた日の次の日から15日以内"), "児童手当法9条"), when=Is(HAS_ALLOWANCE, "yes"),
        ),
    ),
    category="children",
    words=N_("児童手当 じどうてあて 額改定 増額 2人目 3人目 出産 子が生まれた"),
    at_hand=(),
)  # fmt: skip
