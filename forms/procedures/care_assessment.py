"""要介護・要支援の認定の申請 (介護保険法27条・32条)."""

from forms.common import (
    APPLICANT,
    BIRTH_DATE,
    CARE_NUMBER,
    HOME_ADDRESS,
    INSURER,
    KANA,
    NAME,
    OTHER_AGENT,
    PHONE,
    PROXY,
)  # fmt: skip
from forms.conditions import Is
from forms.guide import NEEDS_CARE
from forms.kinds import Choice, Declaration, LongText, Person, Text
from forms.messages import N_
from forms.model import About, Ask, Field, Procedure, Section, Trigger, ask

ASSESSMENT = Section("care-assessment", N_("要介護・要支援の認定"), order=29)
SUBJECT = Field(ASSESSMENT, "subject", N_("介護が必要な方（被保険者）"), Person())
KIND = Field(
    ASSESSMENT,
    "kind",
    N_("申請の種類"),
    Choice(
        (("new", N_("新しい申請")), ("renewal", N_("更新")), ("change", N_("状態が変わったための申請（区分変更）")))
    ),
)
DOCTOR_PAGE = Section("care-doctor", N_("主治医と、ようす"), order=46)
DOCTOR = Field(DOCTOR_PAGE, "doctor", N_("主治医の氏名"), Text(60, 60.0))
HOSPITAL = Field(DOCTOR_PAGE, "hospital", N_("医療機関の名前"), Text(100, 90.0))
STATE = Field(DOCTOR_PAGE, "state", N_("心身のようすで困っていること"), LongText(500, 2))
CONSENT_PAGE = Section("care-assessment-consent", N_("介護認定の同意"), order=93)
CONSENT = Field(
    CONSENT_PAGE,
    "consent",
    N_("認定の結果と主治医の意見書を、介護の計画を作る事業者に見せることに同意します"),
    Declaration(),
)

PROCEDURE = Procedure(
    "care-assessment", N_("介護保険 要介護・要支援認定申請書"), "care-insurance", to=HOME_ADDRESS,
    asks=(
        *ask(HOME_ADDRESS),
        About(APPLICANT, ask(NAME, PHONE)),
        *PROXY,
        Ask(KIND),
        About(
            SUBJECT,
            (*ask(NAME), Ask(KANA, required=False), *ask(BIRTH_DATE), *ask(CARE_NUMBER, INSURER, required=False)),
        ),
        *ask(DOCTOR, HOSPITAL), Ask(STATE, required=False), Ask(CONSENT, required=False),
    ),
    musts=(OTHER_AGENT,),
    summary=N_("介護保険のサービスを使うために、どのくらい介護が必要かの認定を申請します。"),
    triggers=(Trigger("care", N_("介護保険のサービスを使うには、認定が必要なためです。"), when=Is(NEEDS_CARE, "yes")),),
    category="care",
    words=N_("要介護認定 要支援 かいご 介護 認定 ヘルパー デイサービス ケアマネジャー"),
    at_hand=(N_("介護保険の被保険者証"), N_("主治医の名前と医療機関がわかるもの（診察券など）")),
)  # fmt: skip
