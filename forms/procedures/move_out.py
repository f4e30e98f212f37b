"""転出届 (住民基本台帳法24条): to the ward that one leaves."""

from forms.common import (
    APPLICANT,
    BIRTH_DATE,
    EMAIL,
    MOVE_OUT_DATE,
    MOVES,
    NAME,
    NEW_ADDRESS,
    OLD_ADDRESS,
    OLD_HEAD,
    OTHER_AGENT,
    PEOPLE,
    PHONE,
    PROXY,
)  # fmt: skip
from forms.conditions import Is
from forms.messages import N_
from forms.model import About, Ask, Deadline, Procedure, Trigger, ask

PROCEDURE = Procedure(
    "move-out", N_("転出届"), "resident-registry", to=OLD_ADDRESS,
    asks=(
        *ask(OLD_ADDRESS, NEW_ADDRESS, MOVE_OUT_DATE),
        About(APPLICANT, (*ask(NAME, PHONE), Ask(EMAIL, required=False))),
        *PROXY,
        About(OLD_HEAD, ask(NAME)),
        About(PEOPLE, ask(NAME, BIRTH_DATE), where=Is(MOVES, "yes"), name="movers", title=N_("引っ越す方"), rows=4),
    ),
    musts=(OTHER_AGENT,),
    summary=N_("ほかの市区町村へ引っ越すときの届け出です。窓口に行かずに終わります。"),
    triggers=(
        Trigger(
            "moving", N_("前の区の住民票を閉じるためです。"),
            Deadline(
                10, MOVE_OUT_DATE, N_("引っ越しの30日前から、引っ越した日のあと10日まで"),
                "住民基本台帳法24条（あらかじめ届け出る。期間は区の案内による）",
            ),
            apart=True,
        ),
    ),
    category="living",
    days=3,
    words=N_("転出 てんしゅつ 引っ越し ひっこし 住所変更 区を出る 転出証明書 転出届"),
    at_hand=(N_("マイナンバーカード（お持ちの方）"),),
    linked="move",
)  # fmt: skip
