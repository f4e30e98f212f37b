"""児童手当の認定請求 (児童手当法7条): claimed by the parent who earns more, to the ward where the claimant lives."""

from forms.common import (
    APPLICANT,
    BIRTH_DATE,
    JAN1,
    JAN1_ADDRESS,
    KANA,
    MOVE_IN_DATE,
    NAME,
    NEW_ADDRESS,
    OLD_ADDRESS,
    PEOPLE,
    PHONE,
)  # fmt: skip
from forms.conditions import Age, Differ, Is
from forms.kinds import Account, Address, Choice, Declaration, Person
from forms.messages import N_
from forms.model import About, Ask, Deadline, Field, Must, Procedure, Section, Trigger, ask

ALLOWANCE = Section("child-allowance", N_("児童手当"), order=25)
CLAIMANT = Field(
    ALLOWANCE, "claimant", N_("請求者（所得の高い保護者）"), Person(), N_("父母など、生計を維持する程度の高い方です。")
)
HAS_SPOUSE = Field(ALLOWANCE, "has_spouse", N_("請求者に配偶者はいますか"), Choice())
SPOUSE = Field(ALLOWANCE, "spouse", N_("請求者の配偶者"), Person())
PENSION = Field(
    PEOPLE,
    "pension",
    N_("加入している年金"),
    Choice(
        (
            ("employee", N_("厚生年金")),
            ("national", N_("国民年金")),
            ("mutual", N_("共済組合")),
            ("none", N_("入っていない")),
        )
    ),
)
ACCOUNT = Field(PEOPLE, "account", N_("振込先の口座"), Account(), N_("本人の名義の口座だけです。"))
RAISED = Field(PEOPLE, "raised", N_("請求者が育てている児童ですか"), Choice())
TO_CLAIMANT = Field(
    PEOPLE,
    "to_claimant",
    N_("請求者から見た続柄"),
    Choice((("child", N_("子")), ("grandchild", N_("孫")), ("other", N_("そのほか")))),
)
TOGETHER = Field(PEOPLE, "together", N_("請求者といっしょに住んでいますか"), Choice())
ELSEWHERE = Field(PEOPLE, "elsewhere", N_("別に住んでいる住所"), Address(abroad=True))
CONSENT_PAGE = Section("child-allowance-consent", N_("児童手当の同意"), order=90)
CONSENT = Field(
    CONSENT_PAGE, "consent", N_("区が、受給資格の確認に必要な住民票と所得を調べることに同意します"), Declaration()
)

PROCEDURE = Procedure(
    "child-allowance", N_("児童手当 認定請求書"), "child-support", to=NEW_ADDRESS,
    asks=(
        *ask(NEW_ADDRESS, MOVE_IN_DATE, JAN1),
        Ask(OLD_ADDRESS, when=Is(JAN1, "old")), Ask(JAN1_ADDRESS, when=Is(JAN1, "other")),
        About(APPLICANT, ask(NAME, PHONE)),
        About(CLAIMANT, (*ask(NAME), Ask(KANA, required=False), *ask(BIRTH_DATE, PENSION, ACCOUNT))),
        Ask(HAS_SPOUSE),
        About(SPOUSE, ask(NAME, BIRTH_DATE), when=Is(HAS_SPOUSE, "yes")),
        About(
            PEOPLE,
            (
                *ask(NAME), Ask(KANA, required=False), *ask(BIRTH_DATE, TO_CLAIMANT, TOGETHER),
                Ask(ELSEWHERE, when=Is(TOGETHER, "no")),
            ),
            where=Age(BIRTH_DATE, MOVE_IN_DATE, under=18, school_year=True) & Is(RAISED, "yes"),
            name="children", title=N_("児童"),
        ),
        Ask(CONSENT),
    ),
    musts=(Must(Differ(CLAIMANT, SPOUSE), N_("請求者と配偶者には、別の方を選んでください。"), at=SPOUSE),),
    summary=N_("0歳から18歳（18歳になったあとの3月31日）までの子を育てている方が受け取る手当です。"),
    triggers=(
        Trigger(
            "moving", N_("児童手当は、住む区ごとに請求し直すためです。"),
            Deadline(15, MOVE_IN_DATE, N_("住み始めた日の次の日から15日以内"), "児童手当法8条3項"), apart=True,
        ),
    ),
)  # fmt: skip
