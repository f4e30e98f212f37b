"""転入届 (住民基本台帳法22条): online it is written beforehand, identity is checked at the counter (27条)."""

from forms.common import (
    APPLICANT,
    BIRTH_DATE,
    EMAIL,
    HEAD,
    KANA,
    MOVE_IN_DATE,
    MOVES,
    NAME,
    NEW_ADDRESS,
    OLD_ADDRESS,
    OTHER_AGENT,
    PEOPLE,
    PHONE,
    PROXY,
    RELATION,
    SEX,
)  # fmt: skip
from forms.conditions import Is
from forms.messages import N_
from forms.model import About, Ask, Deadline, Procedure, Trigger, ask

PROCEDURE = Procedure(
    "move-in", N_("転入届"), "resident-registry", to=NEW_ADDRESS,
    asks=(
        *ask(NEW_ADDRESS, OLD_ADDRESS, MOVE_IN_DATE),
        About(APPLICANT, (*ask(NAME, PHONE), Ask(EMAIL, required=False))),
        *PROXY,
        About(HEAD, (Ask(NAME), Ask(KANA, required=False))),
        About(
            PEOPLE,
            (Ask(NAME), Ask(KANA, required=False), *ask(BIRTH_DATE, SEX, RELATION)),
            where=Is(MOVES, "yes"), name="movers", title=N_("引っ越す方"),
        ),
    ),
    musts=(OTHER_AGENT,),
    summary=N_("ほかの市区町村から引っ越してきたときの届け出です。ここで先に入力し、窓口で本人確認をします。"),
    triggers=(
        Trigger(
            "moving", N_("新しい区に住民票を移すためです。"),
            Deadline(14, MOVE_IN_DATE, N_("住み始めた日から14日以内"), "住民基本台帳法22条1項"), apart=True,
        ),
    ),
    visit=True,
    category="living",
    days=1,
    words=N_("転入 てんにゅう 引っ越し ひっこし 住所変更 住民票を移す 転入届"),
    at_hand=(
        N_("引っ越す方全員のマイナンバーカードか、前の市区町村の転出証明書"),
        N_("外国人の方は、全員の在留カードか特別永住者証明書"),
    ),
    linked="move",
)  # fmt: skip
