"""介護保険の資格取得・住所変更の届 (介護保険法12条, 同法施行規則23条・30条)."""

from forms.common import (
    APPLICANT,
    BIRTH_DATE,
    CARE_NUMBER,
    CONCERNED,
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
    SINCE,
)  # fmt: skip
from forms.conditions import Age, Is
from forms.guide import CARE_ADDRESS, MEMBERS
from forms.kinds import Choice, File
from forms.messages import N_
from forms.model import About, Ask, Deadline, Field, Procedure, Section, Trigger, ask

CARE = Section("care-insurance", N_("介護保険"), order=43)
CERTIFICATE = Field(
    CARE,
    "certificate",
    N_("前の区市町村の受給資格証明書"),
    File(),
    N_("前の住所で要介護・要支援の認定を受けていた方だけです。"),
)
INSURED = Field(
    PEOPLE,
    "care_insured",
    N_("介護保険の届け出が必要な方ですか"),
    Choice(),
    N_("65歳以上の方と、要介護・要支援の認定を受けている40歳から64歳までの方です。"),
)
LEVEL = Field(
    PEOPLE,
    "care_level",
    N_("要介護・要支援の認定"),
    Choice(
        (("none", N_("受けていない")), ("pending", N_("申請中")), ("support", N_("要支援")), ("care", N_("要介護")))
    ),
)

PROCEDURE = Procedure(
    "care-insurance", N_("介護保険 資格取得・住所変更届"), "care-insurance", to=NEW_ADDRESS, or_to=(HOME_ADDRESS,),
    asks=(
        *DATED_RESIDENCE,
        About(APPLICANT, ask(NAME, PHONE)),
        *PROXY,
        About(HEAD, ask(NAME)),
        About(
            PEOPLE,
            (
                Ask(NAME), Ask(KANA, required=False), *ask(BIRTH_DATE, LEVEL), Ask(CARE_NUMBER, required=False),
            ),
            where=Age(BIRTH_DATE, MOVE_IN_DATE, least=40, instead=SINCE) & CONCERNED & Is(INSURED, "yes"),
            name="insured", title=N_("介護保険の届け出をする方"), rows=2,
        ),
        Ask(CERTIFICATE, required=False),
    ),
    musts=(OTHER_AGENT,),
    summary=N_("65歳以上の方などが、引っ越しで介護保険に入るときや、住所が変わったときの届け出です。"),
    triggers=(
        Trigger(
            "moving", N_("介護保険は住む区が保険者のためです。認定は14日以内の届け出で引き継げます。"),
            Deadline(14, MOVE_IN_DATE, N_("住み始めた日から14日以内"), "介護保険法施行規則23条・30条、介護保険法36条"),
            when=Is(MEMBERS, "senior"),
        ),
        Trigger("care", N_("介護保険の住所などを新しくするためです。"), when=Is(CARE_ADDRESS, "yes")),
    ),
    category="care",
    words=N_("介護保険 かいごほけん 65歳 高齢者 資格取得 住所変更 受給資格証明書"),
    at_hand=(N_("介護保険の被保険者証"), N_("前の区市町村の受給資格証明書（認定を受けている方）")),
)  # fmt: skip
