"""就学援助 (学校教育法19条): help with the costs of elementary and junior high school."""

from forms.common import (
    ACCOUNT,
    APPLICANT,
    BIRTH_DATE,
    CONCERNED,
    GUARDIAN,
    HOME_ADDRESS,
    KANA,
    NAME,
    NEW_ADDRESS,
    PEOPLE,
    PHONE,
    RESIDENCE,
)  # fmt: skip
from forms.conditions import Grade, Is
from forms.guide import SCHOOL_COSTS
from forms.kinds import Choice, Choices, Date, Declaration, File, Text
from forms.messages import N_
from forms.model import About, Ask, Field, Procedure, Section, Trigger, ask

AID = Section("school-aid", N_("就学援助"), order=28)
SINCE = Field(AID, "since", N_("援助を受け始めたい日"), Date(), N_("年度のはじめからのときは、4月1日です。"))
REASONS = Field(
    AID,
    "reasons",
    N_("申し込む理由"),
    Choices((
        ("welfare", N_("生活保護を受けている、または受けなくなった")), ("allowance", N_("児童扶養手当を受けている")),
        ("tax", N_("住民税が非課税である、または減免された")), ("income", N_("収入が少ない")),
        ("change", N_("失業・病気・災害などで収入が減った")), ("other", N_("そのほか")),
    )),
)  # fmt: skip
PAPER = Field(
    AID, "paper", N_("理由がわかる書類"), File(), N_("児童扶養手当の証書などです。あとで送ることもできます。")
)
GRADES = Choice((
    ("1", N_("小学1年")), ("2", N_("小学2年")), ("3", N_("小学3年")), ("4", N_("小学4年")), ("5", N_("小学5年")),
    ("6", N_("小学6年")), ("7", N_("中学1年")), ("8", N_("中学2年")), ("9", N_("中学3年")),
))  # fmt: skip
APPLIES = Field(PEOPLE, "school_aid", N_("就学援助を申し込む子ですか"), Choice())
SCHOOL = Field(PEOPLE, "school", N_("通う学校"), Text(80, 90.0), N_("例：区立東陽小学校"))
GRADE = Field(PEOPLE, "grade", N_("援助を受け始める年度の学年"), GRADES)
CONSENT_PAGE = Section("school-aid-consent", N_("就学援助の同意"), order=92)
CONSENT = Field(
    CONSENT_PAGE, "consent", N_("区が、審査に必要な世帯の住民票と所得を調べることに同意します"), Declaration()
)

PROCEDURE = Procedure(
    "school-aid", N_("就学援助費 受給申請書"), "schools", to=NEW_ADDRESS, or_to=(HOME_ADDRESS,),
    asks=(
        *RESIDENCE,
        About(APPLICANT, ask(NAME, PHONE)),
        About(GUARDIAN, (*ask(NAME), Ask(KANA, required=False), *ask(BIRTH_DATE, ACCOUNT))),
        *ask(SINCE, REASONS), Ask(PAPER, required=False),
        About(
            PEOPLE, (*ask(NAME), Ask(KANA, required=False), *ask(BIRTH_DATE, SCHOOL, GRADE)),
            where=Grade(BIRTH_DATE, SINCE, first=1, last=9) & CONCERNED & Is(APPLIES, "yes"),
            name="children", title=N_("援助を受ける子"),
        ),
        Ask(CONSENT),
    ),
    summary=N_("小学生・中学生のいる家庭に、給食費や学用品などの費用を援助します。収入などの条件があります。"),
    triggers=(
        Trigger("moving", N_("就学援助は、住む区ごとに申し込むためです。"), apart=True, when=Is(SCHOOL_COSTS, "yes")),
        Trigger("school", N_("学校でかかるお金の援助を受けるためです。"), when=Is(SCHOOL_COSTS, "yes")),
    ),
    category="children",
    words=N_("就学援助 しゅうがくえんじょ 給食費 学用品 小学校 中学校 入学 学校のお金"),
    at_hand=(N_("保護者の名義の通帳かキャッシュカード"), N_("申し込む理由がわかる書類")),
)  # fmt: skip
