"""世帯変更届 (住民基本台帳法25条): a new head, households that join or part, without anybody moving."""

from forms.common import (
    APPLICANT,
    BIRTH_DATE,
    CAUSE,
    CHANGED_ON,
    DIED_ON,
    HEAD,
    HOME_ADDRESS,
    HOUSEHOLD_CHANGE,
    NAME,
    OLD_HEAD,
    OTHER_AGENT,
    PEOPLE,
    PHONE,
    PROXY,
    RELATION,
    SETTLED,
)  # fmt: skip
from forms.conditions import Is
from forms.guide import DIED_WAS, HEAD_CHANGES
from forms.kinds import Choice
from forms.messages import N_
from forms.model import About, Ask, Deadline, Field, Procedure, Trigger, ask

CHANGES = Field(PEOPLE, "changes_household", N_("世帯や続柄が変わる方ですか"), Choice())
_BUT_DEATH = tuple(cause for cause in ("moving", *SETTLED) if cause != "bereavement")

PROCEDURE = Procedure(
    "household-change", N_("世帯変更届"), "resident-registry", to=HOME_ADDRESS,
    asks=(
        Ask(CAUSE), Ask(CHANGED_ON, when=Is(CAUSE, *_BUT_DEATH)), Ask(DIED_ON, when=Is(CAUSE, "bereavement")),
        Ask(HOME_ADDRESS),
        About(APPLICANT, ask(NAME, PHONE)),
        *PROXY,
        Ask(HOUSEHOLD_CHANGE),
        About(OLD_HEAD, ask(NAME)),
        About(HEAD, ask(NAME)),
        About(
            PEOPLE, ask(NAME, BIRTH_DATE, RELATION),
            where=Is(CHANGES, "yes"), name="members", title=N_("世帯や続柄が変わる方"), rows=4,
        ),
    ),
    musts=(OTHER_AGENT,),
    summary=N_("引っ越さないで、世帯主や世帯の分け方が変わったときの届け出です。"),
    triggers=(
        Trigger(
            "marriage", N_("世帯主や世帯が変わったことを、住民票に書くためです。"),
            Deadline(14, CHANGED_ON, N_("変わった日から14日以内"), "住民基本台帳法25条"), when=Is(HEAD_CHANGES, "yes"),
        ),
        Trigger(
            "bereavement", N_("亡くなった世帯主のかわりに、新しい世帯主を決めるためです。"),
            Deadline(14, DIED_ON, N_("亡くなった日から14日以内"), "住民基本台帳法25条"), when=Is(DIED_WAS, "head"),
        ),
    ),
    category="living",
    words=N_("世帯主変更 世帯合併 世帯分離 せたい せたいぬし 結婚 離婚 同居 世帯変更届"),
    at_hand=(N_("届け出る方の本人確認書類"),),
)  # fmt: skip
