"""児童手当の認定請求 (児童手当法7条): claimed by the parent who earns more, to the ward where the claimant lives."""

from forms.common import (
    ACCOUNT,
    APPLICANT,
    BIRTH_DATE,
    BORN_ON,
    CAUSE,
    DATED_RESIDENCE,
    DIED_ON,
    ELSEWHERE,
    HOME_ADDRESS,
    JAN1,
    JAN1_ADDRESS,
    JAN1_HERE,
    KANA,
    MOVE_IN_DATE,
    NAME,
    NEW_ADDRESS,
    OLD_ADDRESS,
    PEOPLE,
    PHONE,
    RAISED,
    SETTLED,
    SINCE,
    TO_CLAIMANT,
    TOGETHER,
)  # fmt: skip
from forms.conditions import Age, Differ, Is
from forms.guide import ALLOWANCE as HAS_ALLOWANCE
from forms.guide import DIED_WAS, MEMBERS
from forms.kinds import Choice, Declaration, Person
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
CONSENT_PAGE = Section("child-allowance-consent", N_("児童手当の同意"), order=90)
CONSENT = Field(
    CONSENT_PAGE, "consent", N_("区が、受給資格の確認に必要な住民票と所得を調べることに同意します"), Declaration()
)
_SAY_BIRTH = N_("生まれた日の次の日から15日以内")
_SAY_DEATH = N_("亡くなった日の次の日から15日以内")

PROCEDURE = Procedure(
    "child-allowance", N_("児童手当 認定請求書"), "child-support", to=NEW_ADDRESS, or_to=(HOME_ADDRESS,),
    asks=(
        *DATED_RESIDENCE[:-1], Ask(JAN1, when=Is(CAUSE, "moving")), Ask(OLD_ADDRESS, when=Is(JAN1, "old")),
        DATED_RESIDENCE[-1],
        Ask(JAN1_HERE, when=Is(CAUSE, *SETTLED)),
        Ask(JAN1_ADDRESS, when=Is(JAN1, "other") | Is(JAN1_HERE, "no")),
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
            where=Age(BIRTH_DATE, MOVE_IN_DATE, under=18, school_year=True, instead=SINCE) & Is(RAISED, "yes"),
            name="children", title=N_("児童"), rows=2,
        ),
        Ask(CONSENT),
    ),
    musts=(Must(Differ(CLAIMANT, SPOUSE), N_("請求者と配偶者には、別の方を選んでください。"), at=SPOUSE),),
    summary=N_("0歳から18歳（18歳になったあとの3月31日）までの子を育てている方が受け取る手当です。"),
    triggers=(
        Trigger(
            "moving", N_("児童手当は、住む区ごとに請求し直すためです。"),
            Deadline(15, MOVE_IN_DATE, N_("住み始めた日の次の日から15日以内"), "児童手当法8条3項"),
            apart=True, when=Is(MEMBERS, "small", "pupil", "teen"),
        ),
        Trigger(
            "birth", N_("生まれた子の分の児童手当を受け取るためです。"),
            Deadline(15, BORN_ON, _SAY_BIRTH, "児童手当法8条3項"), when=Is(HAS_ALLOWANCE, "no"),
        ),
        Trigger(
            "bereavement", N_("児童手当を受けていた方が亡くなったので、新しく育てる方が請求するためです。"),
            Deadline(15, DIED_ON, _SAY_DEATH, "児童手当法8条3項"), when=Is(DIED_WAS, "parent"),
        ),
    ),
    category="children",
    days=30,
    words=N_("児童手当 じどうてあて 子ども手当 こども 出産 手当 認定請求"),
    at_hand=(N_("請求する方の名義の通帳かキャッシュカード"),),
)  # fmt: skip
