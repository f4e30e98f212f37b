"""児童手当の受給事由消滅届 (児童手当法施行規則7条): to the ward that has paid it until now."""

from forms.common import (
    APPLICANT,
    BIRTH_DATE,
    MOVE_OUT_DATE,
    NAME,
    NEW_ADDRESS,
    OLD_ADDRESS,
    PHONE,
    RECIPIENT,
)  # fmt: skip
from forms.conditions import Is
from forms.guide import MEMBERS
from forms.messages import N_
from forms.model import About, Procedure, Trigger, ask

PROCEDURE = Procedure(
    "child-allowance-ending", N_("児童手当 受給事由消滅届"), "child-support", to=OLD_ADDRESS,
    asks=(
        *ask(OLD_ADDRESS, NEW_ADDRESS, MOVE_OUT_DATE),
        About(APPLICANT, ask(NAME, PHONE)),
        About(RECIPIENT, ask(NAME, BIRTH_DATE)),
    ),
    summary=N_("区から引っ越すとき、いままでの区の児童手当を終える届け出です。"),
    triggers=(
        Trigger(
            "moving", N_("前の区の児童手当は、引っ越した月までで終わるためです。"),
            apart=True, when=Is(MEMBERS, "small", "pupil", "teen"),
        ),
    ),
    category="children",
    words=N_("児童手当 じどうてあて 消滅届 やめる 引っ越し 転出"),
)  # fmt: skip
