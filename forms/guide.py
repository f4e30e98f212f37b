"""手続ナビ: what can happen to somebody, and the few plain questions that tell which procedures follow from it."""

from __future__ import annotations

from dataclasses import dataclass

from forms.common import (
    BORN_ON,
    CAUSE,
    CHANGED_ON,
    DIED_ON,
    FUNERAL_ON,
    HOME_ADDRESS,
    HOUSEHOLD_CHANGE,
    LAST_ADDRESS,
    LAST_INSURANCE,
    MOVE_IN_DATE,
    MOVE_OUT_DATE,
    NEW_ADDRESS,
    OLD_ADDRESS,
    WAS_HEAD,
)  # fmt: skip
from forms.conditions import Is
from forms.kinds import Choice, Choices
from forms.messages import N_
from forms.model import Ask, Field, Section, ask

CATEGORIES: dict[str, str] = {
    "living": N_("引っ越し・住まい"),
    "papers": N_("住民票・証明書・印鑑登録"),
    "insurance": N_("健康保険・年金"),
    "children": N_("子育て・学校"),
    "care": N_("介護・高齢の方"),
    "bereavement": N_("おくやみ"),
    "disaster": N_("災害"),
    "business": N_("事業者の方"),
}
"""What the catalogue is ordered by, in the order in which it is shown."""

GUIDE = Section("guide", N_("手続ナビ"), order=0)
"""Answers that only choose procedures: they live in the draft and leave in no record."""

MEMBERS = Field(
    GUIDE,
    "members",
    N_("家族に、つぎにあてはまる方はいますか"),
    Choices((
        ("small", N_("小学校に入る前の子")),
        ("pupil", N_("小学生・中学生")),
        ("teen", N_("中学校を出たあと、18歳になって最初の3月31日までの子")),
        ("senior", N_("65歳以上の方、介護が必要と認められている方")),
        ("nobody", N_("あてはまる方はいない")),
    )),
    N_("引っ越しのときは、いっしょに引っ越す方について答えます。いくつでも選べます。"),
)  # fmt: skip
INSURANCE = Field(
    GUIDE,
    "insurance",
    N_("国民健康保険に入っている方、これから入る方はいますか"),
    Choice(),
    N_("勤め先の健康保険に入っていない、75歳より下の方は、国民健康保険に入ります。"),
)
PENSION = Field(
    GUIDE,
    "pension",
    N_("国民年金に入っている方、これから入る方はいますか"),
    Choice(),
    N_(
        "20歳から59歳までで、勤め先の厚生年金に入っていない方が入ります。自営業の方、学生、仕事をしていない方などです。"
    ),
)
NURSERY = Field(GUIDE, "nursery", N_("保育園などに預けたい子はいますか"), Choice())
SCHOOL_COSTS = Field(
    GUIDE,
    "school_costs",
    N_("学校でかかるお金（給食費・学用品など）の援助を申し込みたいですか"),
    Choice(),
    N_("区立の小学校・中学校などに通う子がいて、収入が一定の額より低い家庭が受けられます。"),
)
SEAL = Field(
    GUIDE,
    "seal",
    N_("印鑑登録をしたいですか"),
    Choice(),
    N_("不動産や車の契約などで、印鑑登録証明書が必要なときに登録します。あとからでもできます。"),
)
ALLOWANCE = Field(
    GUIDE,
    "allowance",
    N_("いま、児童手当を受けていますか"),
    Choice(),
    N_("上のお子さんの分を受けているときは「はい」です。"),
)
HEAD_CHANGES = Field(
    GUIDE,
    "head_changes",
    N_("世帯主が変わりますか、または、世帯がいっしょになったり分かれたりしますか"),
    Choice(),
    N_("世帯主は、いっしょに住む家族の代表の方です。"),
)
DIED_WAS = Field(
    GUIDE,
    "died_was",
    N_("亡くなった方は、つぎにあてはまりますか"),
    Choices((
        ("head", N_("世帯主で、ほかに2人以上の家族が残っている")),
        ("insured", N_("区の国民健康保険か後期高齢者医療に入っていた")),
        ("parent", N_("児童手当を受けていた")),
        ("none", N_("どれにもあてはまらない")),
    )),
    N_("いくつでも選べます。"),
)  # fmt: skip
NEEDS_CARE = Field(
    GUIDE,
    "needs_care",
    N_("介護が必要になった方がいますか"),
    Choice(),
    N_("介護保険のサービスを使うには、要介護・要支援の認定が必要です。"),
)
CARE_ADDRESS = Field(
    GUIDE,
    "care_address",
    N_("介護保険に入っている方の住所などが変わりましたか"),
    Choice(),
    N_("65歳になったときは、被保険者証が自動で届きます。届け出はいりません。"),
)
DAMAGED = Field(GUIDE, "damaged", N_("災害で、住んでいる家などがこわれましたか"), Choice())
NEEDS = Field(
    GUIDE,
    "needs",
    N_("どの証明書や登録が必要ですか"),
    Choices((("record", N_("住民票の写し")), ("seal", N_("印鑑登録")))),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Tells:
    """An answer of the guide that is another fact's answer as well: ``yes`` where ``pick`` is among it, else ``no``.

    "" where it does not tell.
    """

    heard: Field
    pick: str
    field: Field
    yes: str = ""
    no: str = ""


@dataclass(frozen=True, slots=True)
class LifeEvent:
    """``places``: the addresses whose wards decide which offices are concerned, asked before anything else.

    ``asks``: the questions of the guide, in order; a field of another section is the real answer, asked only here.
    ``says``: what choosing the event has answered already, as (field, answer); ``tells``: what its questions answer beside.
    """

    key: str
    title: str
    hint: str
    places: tuple[Field, ...] = ()
    asks: tuple[Ask, ...] = ()
    icon: str = ""
    says: tuple[tuple[Field, str], ...] = ()
    tells: tuple[Tells, ...] = ()


LIFE_EVENTS: dict[str, LifeEvent] = {
    event.key: event
    for event in (
        LifeEvent(
            "moving",
            N_("引っ越し"),
            N_("区に入る、区から出る、区から区へ移る、同じ区の中で移るときの手続です。"),
            (OLD_ADDRESS, NEW_ADDRESS),
            (
                *ask(MOVE_OUT_DATE, MOVE_IN_DATE, MEMBERS, INSURANCE, PENSION),
                Ask(NURSERY, when=Is(MEMBERS, "small")),
                Ask(SCHOOL_COSTS, when=Is(MEMBERS, "pupil")),
                Ask(SEAL),
            ),
            icon="move",
            says=((CAUSE, "moving"),),
        ),
        LifeEvent(
            "birth",
            N_("子が生まれた"),
            N_("児童手当や子どもの医療証など、生まれたあとの手続です。"),
            (HOME_ADDRESS,),
            ask(BORN_ON, ALLOWANCE, INSURANCE, NURSERY),
            icon="birth",
            says=((CAUSE, "birth"),),
        ),
        LifeEvent(
            "marriage",
            N_("結婚・離婚、世帯の変更"),
            N_("家族や世帯が変わったときの手続です。"),
            (HOME_ADDRESS,),
            ask(CHANGED_ON, HEAD_CHANGES, INSURANCE, PENSION),
            icon="family",
            says=((CAUSE, "family"),),
        ),
        LifeEvent(
            "bereavement",
            N_("家族が亡くなった"),
            N_("死亡届を出したあとの手続です。ひとつずつ案内します。"),
            (LAST_ADDRESS,),
            (*ask(DIED_ON, DIED_WAS), Ask(FUNERAL_ON, required=False, when=Is(DIED_WAS, "insured"))),
            icon="bereavement",
            says=((CAUSE, "bereavement"),),
            tells=(
                Tells(DIED_WAS, "head", WAS_HEAD, yes="yes"),
                Tells(DIED_WAS, "head", HOUSEHOLD_CHANGE, yes="head"),
                Tells(DIED_WAS, "insured", LAST_INSURANCE, no="other"),
            ),
        ),
        LifeEvent(
            "school",
            N_("子が保育園・学校に入る"),
            N_("保育園の申込み、学校でかかるお金の援助などの手続です。"),
            (HOME_ADDRESS,),
            (
                Ask(MEMBERS),
                Ask(NURSERY, when=Is(MEMBERS, "small")),
                Ask(SCHOOL_COSTS, when=Is(MEMBERS, "small", "pupil")),
            ),
            icon="school",
            says=((CAUSE, "school"),),
        ),
        LifeEvent(
            "care",
            N_("介護が必要になった、65歳になった"),
            N_("介護保険の手続です。"),
            (HOME_ADDRESS,),
            ask(NEEDS_CARE, CARE_ADDRESS),
            icon="care",
            says=((CAUSE, "care"),),
        ),
        LifeEvent(
            "disaster",
            N_("災害にあった"),
            N_("無事であることを登録して、家族に知らせます。家がこわれたときは、罹災証明書を申請できます。"),
            asks=ask(DAMAGED),
            icon="safety",
        ),
        LifeEvent(
            "certificate",
            N_("証明書がほしい"),
            N_("住民票の写しなどを郵送で受け取れます。"),
            asks=ask(NEEDS),
            icon="paper",
            says=((CAUSE, "other"),),  # nobody moves: a seal is registered where one lives
        ),
        LifeEvent("business", N_("区と取引したい"), N_("一度の登録で、いくつもの区に申請できます。"), icon="company"),
    )
}
