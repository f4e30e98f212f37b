"""国民年金の被保険者関係届 (国民年金法12条, 同法施行規則1条の4・6条の2・8条): 種別変更と取得."""

from forms.common import (
    APPLICANT,
    BIRTH_DATE,
    CHANGED_ON,
    CONCERNED,
    DATED_RESIDENCE,
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
from forms.guide import PENSION as HAS_PENSION
from forms.kinds import Choice, Date, Digits
from forms.messages import N_
from forms.model import About, Ask, Deadline, Field, Procedure, Trigger, ask

JOINS = Field(
    PEOPLE,
    "joins_pension",
    N_("国民年金の届け出が必要な方ですか"),
    Choice(),
    N_("勤め先の厚生年金に入っている方と、その方に扶養されている配偶者は「いいえ」です。"),
)
NUMBER = Field(
    PEOPLE,
    "pension_number",
    N_("基礎年金番号"),
    Digits(10, 10),
    N_("年金手帳や基礎年金番号通知書に書いてある10桁の番号です。"),
)
WHY = Field(
    PEOPLE,
    "pension_cause",
    N_("国民年金の届け出をする理由"),
    Choice((
        ("moved", N_("国民年金に入ったまま、住所が変わった")),
        ("left", N_("会社などをやめた")),
        ("dependant", N_("配偶者の扶養から外れた")),
        ("abroad", N_("外国から日本に来た、帰ってきた")),
        ("other", N_("そのほか")),
    )),
)  # fmt: skip
FROM = Field(
    PEOPLE, "pension_from", N_("年金の理由ができた日"), Date(past=True), N_("会社をやめたときは、その次の日です。")
)

PROCEDURE = Procedure(
    "pension", N_("国民年金 被保険者関係届（種別変更など）"), "pension", to=NEW_ADDRESS, or_to=(HOME_ADDRESS,),
    asks=(
        *DATED_RESIDENCE,
        About(APPLICANT, ask(NAME, PHONE)),
        *PROXY,
        About(
            PEOPLE,
            (
                Ask(NAME), Ask(KANA, required=False), *ask(BIRTH_DATE, NUMBER, WHY),
                Ask(FROM, when=Is(WHY, "left", "dependant", "abroad", "other")),
            ),
            where=Age(BIRTH_DATE, MOVE_IN_DATE, least=20, under=60, instead=SINCE) & CONCERNED & Is(JOINS, "yes"),
            name="insured", title=N_("国民年金の届け出をする方"), rows=2,
        ),
    ),
    musts=(OTHER_AGENT,),
    summary=N_("20歳から59歳までの方が、国民年金に入るときや、種別・住所が変わるときの届け出です。"),
    triggers=(
        Trigger(
            "moving", N_("国民年金の住所を新しくするためです。"),
            Deadline(14, MOVE_IN_DATE, N_("住み始めた日から14日以内"), "国民年金法施行規則8条"),
            apart=True, when=Is(HAS_PENSION, "yes"),
        ),
        Trigger(
            "marriage", N_("配偶者の扶養に入ったり外れたりすると、年金の種別が変わるためです。"),
            Deadline(14, CHANGED_ON, N_("理由ができた日から14日以内"), "国民年金法施行規則6条の2"),
            when=Is(HAS_PENSION, "yes"),
        ),
    ),
    category="insurance",
    words=N_("国民年金 ねんきん 年金 第1号 第3号 種別変更 退職 会社をやめた 扶養"),
    at_hand=(N_("基礎年金番号がわかるもの（年金手帳、基礎年金番号通知書）"), N_("会社をやめた日がわかるもの")),
)  # fmt: skip
