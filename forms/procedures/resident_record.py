"""住民票の写しの交付請求 (住民基本台帳法12条), by post."""

from forms.common import APPLICANT, BIRTH_DATE, HOME_ADDRESS, NAME, OTHER_AGENT, PEOPLE, PHONE, PROXY
from forms.conditions import Is
from forms.guide import NEEDS
from forms.kinds import Choice, Choices, Count, Text
from forms.messages import N_
from forms.model import About, Ask, Field, Procedure, Section, Trigger, ask

RECORD = Section("resident-record", N_("住民票の写し"), order=60)
COPIES = Field(RECORD, "copies", N_("通数"), Count(1, 10), N_("1通から10通までです。"))
INCLUDE = Field(
    RECORD,
    "include",
    N_("住民票に載せること"),
    Choices((("relation", N_("世帯主・続柄")), ("domicile", N_("本籍・筆頭者（外国人の方は国籍など）"))), least=0),
    N_("選ばないものは載りません。"),
)
PURPOSE = Field(RECORD, "purpose", N_("使いみち"), Text(100, 90.0), N_("例：勤め先に出すため"), fresh=True)
WANTED = Field(PEOPLE, "record_wanted", N_("この方の住民票の写しが必要ですか"), Choice())
RELATED = Field(
    PEOPLE,
    "record_relation",
    N_("請求する方から見た関係"),
    Choice((("self", N_("本人")), ("household", N_("同じ世帯の方")), ("other", N_("そのほかの方")))),
)

PROCEDURE = Procedure(
    "resident-record", N_("住民票の写しの交付請求"), "resident-registry", to=HOME_ADDRESS,
    asks=(
        *ask(HOME_ADDRESS),
        About(APPLICANT, ask(NAME, BIRTH_DATE, PHONE)),
        *PROXY,
        About(
            PEOPLE, ask(NAME, BIRTH_DATE, RELATED),
            where=Is(WANTED, "yes"), name="subjects", title=N_("必要な方"),
        ),
        Ask(COPIES), Ask(INCLUDE, required=False), Ask(PURPOSE),
    ),
    musts=(OTHER_AGENT,),
    summary=N_("住民票の写しを請求します。いまの住所に郵送されます。"),
    triggers=(Trigger("certificate", N_("住民票の写しを郵送で受け取るためです。"), when=Is(NEEDS, "record")),),
    category="papers",
    words=N_("住民票 じゅうみんひょう 住民票の写し 証明書 続柄 本籍 郵送"),
    at_hand=(N_("請求する方の本人確認書類"),),
)  # fmt: skip
