"""保育の教育・保育給付認定と利用の申込み (子ども・子育て支援法20条, 児童福祉法24条)."""

from forms.common import (
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
from forms.conditions import Differ, Grade, Is
from forms.guide import NURSERY as WANTS
from forms.kinds import Choice, Choices, Date, Declaration, File, LongText, Person, Text
from forms.messages import N_
from forms.model import About, Ask, Field, Must, Procedure, Section, Trigger, ask

CARE = Section("childcare", N_("保育の申込み"), order=27)
START = Field(CARE, "start", N_("保育園などの利用を始めたい日"), Date(), N_("ふつうは、月の1日です。"))
HAS_OTHER = Field(CARE, "has_other", N_("保護者はもう一人いますか"), Choice())
OTHER = Field(CARE, "other_guardian", N_("もう一人の保護者"), Person())
REASONS = Choices((
    ("work", N_("仕事")), ("birth", N_("妊娠・出産")), ("illness", N_("病気・障害")), ("nursing", N_("家族の介護・看護")),
    ("disaster", N_("災害の復旧")), ("seeking", N_("仕事を探している")), ("study", N_("学校に通っている")),
    ("leave", N_("育児休業中に続けて利用する")), ("other", N_("そのほか")),
))  # fmt: skip
REASON = Field(
    PEOPLE,
    "childcare_reason",
    N_("保育を必要とする事由"),
    REASONS,
    N_("子ども・子育て支援法施行規則1条の5の事由です。"),
)
HOURS_PAGE = Section("childcare-wish", N_("希望する保育"), order=45)
HOURS = Field(
    HOURS_PAGE,
    "hours",
    N_("希望する保育必要量"),
    Choice((("standard", N_("保育標準時間（1日11時間まで）")), ("short", N_("保育短時間（1日8時間まで）")))),
)
FIRST = Field(HOURS_PAGE, "first", N_("第1希望の園"), Text(80, 90.0))
SECOND = Field(HOURS_PAGE, "second", N_("第2希望の園"), Text(80, 90.0))
THIRD = Field(HOURS_PAGE, "third", N_("第3希望の園"), Text(80, 90.0))
SIBLING = Field(
    HOURS_PAGE,
    "sibling",
    N_("きょうだいが通っている園"),
    Text(80, 90.0),
    N_("通っているきょうだいがいるときだけ書きます。"),
)
WORK_PAPER = Field(
    HOURS_PAGE,
    "work_paper",
    N_("保育を必要とすることがわかる書類"),
    File(most=5),
    N_("就労証明書などです。あとで送ることもできます。"),
)
WISHED = Field(PEOPLE, "nursery", N_("保育園などの利用を申し込む子ですか"), Choice())
HEALTH = Field(
    PEOPLE,
    "nursery_health",
    N_("健康や発達で伝えたいこと"),
    LongText(500, 2),
    N_("アレルギーや、かかっている病気などです。"),
)
CONSENT_PAGE = Section("childcare-consent", N_("保育の同意"), order=91)
CONSENT = Field(
    CONSENT_PAGE, "consent", N_("区が、認定と利用の調整に必要な住民票と税の情報を調べることに同意します"), Declaration()
)

PROCEDURE = Procedure(
    "childcare", N_("教育・保育給付認定 兼 保育利用申込書"), "childcare", to=NEW_ADDRESS, or_to=(HOME_ADDRESS,),
    asks=(
        *RESIDENCE,
        About(APPLICANT, ask(NAME, PHONE)),
        About(GUARDIAN, (*ask(NAME), Ask(KANA, required=False), *ask(BIRTH_DATE, REASON))),
        *ask(START, HAS_OTHER),
        About(OTHER, ask(NAME, BIRTH_DATE, REASON), when=Is(HAS_OTHER, "yes")),
        About(
            PEOPLE, (*ask(NAME), Ask(KANA, required=False), *ask(BIRTH_DATE), Ask(HEALTH, required=False)),
            where=Grade(BIRTH_DATE, START, first=-6, last=0) & CONCERNED & Is(WISHED, "yes"),
            name="children", title=N_("保育を申し込む子"), rows=2,
        ),
        Ask(HOURS), Ask(FIRST), *ask(SECOND, THIRD, SIBLING, WORK_PAPER, required=False),
        Ask(CONSENT),
    ),
    musts=(Must(Differ(GUARDIAN, OTHER), N_("もう一人の保護者には、別の方を選んでください。"), at=OTHER),),
    summary=N_("保育園などを利用するための認定と申込みです。小学校に入る前の子が対象です。締切は区と月によって違います。"),
    triggers=(
        Trigger("moving", N_("保育の認定と申込みは、住む区ごとにするためです。"), when=Is(WANTS, "yes")),
        Trigger("birth", N_("生まれた子や上の子を、保育園などに預けるためです。"), when=Is(WANTS, "yes")),
        Trigger("school", N_("保育園などに入るためです。"), when=Is(WANTS, "yes")),
    ),
    category="children",
    words=N_("保育園 ほいくえん 保育所 認定こども園 入園 入所 申込み 保活 認可保育 子どもを預ける"),
    at_hand=(N_("就労証明書など、保育を必要とすることがわかる書類"), N_("希望する園の名前")),
)  # fmt: skip
