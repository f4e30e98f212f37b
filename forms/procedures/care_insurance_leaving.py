"""介護保険の資格喪失届 (介護保険法12条, 同法施行規則32条): to the ward that one leaves."""

from forms.common import (
    APPLICANT,
    BIRTH_DATE,
    CARE_NUMBER,
    MOVE_OUT_DATE,
    MOVES,
    NAME,
    NEW_ADDRESS,
    OLD_ADDRESS,
    OTHER_AGENT,
    PEOPLE,
    PHONE,
    PROXY,
)  # fmt: skip
from forms.conditions import Age, Is
from forms.guide import MEMBERS
from forms.kinds import Choice
from forms.messages import N_
from forms.model import About, Ask, Deadline, Field, Procedure, Trigger, ask

LEAVES = Field(PEOPLE, "care_leaves", N_("いままでの区の介護保険をやめる方ですか"), Choice())
PROOF = Field(
    PEOPLE,
    "care_proof",
    N_("受給資格証明書が必要ですか"),
    Choice(),
    N_("要介護・要支援の認定を受けている方が、新しい区で認定を引き継ぐための証明書です。"),
)

PROCEDURE = Procedure(
    "care-insurance-leaving", N_("介護保険 資格喪失届"), "care-insurance", to=OLD_ADDRESS,
    asks=(
        *ask(OLD_ADDRESS, NEW_ADDRESS, MOVE_OUT_DATE),
        About(APPLICANT, ask(NAME, PHONE)),
        *PROXY,
        About(
            PEOPLE, (*ask(NAME, BIRTH_DATE), Ask(CARE_NUMBER, required=False), *ask(PROOF)),
            where=Age(BIRTH_DATE, MOVE_OUT_DATE, least=40) & Is(MOVES, "yes") & Is(LEAVES, "yes"),
            name="leaving", title=N_("介護保険をやめる方"), rows=2,
        ),
    ),
    musts=(OTHER_AGENT,),
    summary=N_("区から引っ越す65歳以上の方などが、いままでの区の介護保険をやめる届け出です。"),
    triggers=(
        Trigger(
            "moving", N_("前の区の介護保険を終えて、認定を受けている方は受給資格証明書をもらうためです。"),
            Deadline(14, MOVE_OUT_DATE, N_("前の住所を出た日から14日以内"), "介護保険法施行規則32条"),
            apart=True, when=Is(MEMBERS, "senior"),
        ),
    ),
    category="care",
    words=N_("介護保険 かいごほけん 資格喪失 やめる 転出 受給資格証明書"),
    at_hand=(N_("介護保険の被保険者証"),),
)  # fmt: skip
