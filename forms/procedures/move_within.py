"""転居届 (住民基本台帳法23条): a move inside one ward; identity is checked at the counter (27条)."""

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
    OLD_HEAD,
    OTHER_AGENT,
    PEOPLE,
    PHONE,
    PROXY,
    RELATION,
)  # fmt: skip
from forms.conditions import Is, SameWard
from forms.messages import N_
from forms.model import About, Ask, Deadline, Must, Procedure, Trigger, ask

PROCEDURE = Procedure(
    "move-within", N_("転居届"), "resident-registry", to=NEW_ADDRESS,
    asks=(
        *ask(NEW_ADDRESS, OLD_ADDRESS, MOVE_IN_DATE),
        About(APPLICANT, (*ask(NAME, PHONE), Ask(EMAIL, required=False))),
        *PROXY,
        About(OLD_HEAD, ask(NAME)),
        About(HEAD, (Ask(NAME), Ask(KANA, required=False))),
        About(
            PEOPLE, (Ask(NAME), Ask(KANA, required=False), *ask(BIRTH_DATE, RELATION)),
            where=Is(MOVES, "yes"), name="movers", title=N_("引っ越す方"),
        ),
    ),
    musts=(
        OTHER_AGENT,
        Must(
            SameWard(OLD_ADDRESS, NEW_ADDRESS),
            N_("転居届は、同じ区の中の引っ越しの届け出です。ほかの市区町村から引っ越したときは、転入届を選んでください。"),
            at=NEW_ADDRESS,
        ),
    ),
    summary=N_("同じ区の中で引っ越したときの届け出です。ここで先に入力し、窓口で本人確認をします。"),
    triggers=(
        Trigger(
            "moving", N_("住民票の住所を新しくするためです。"),
            Deadline(14, MOVE_IN_DATE, N_("住み始めた日から14日以内"), "住民基本台帳法23条"), within=True,
        ),
    ),
    visit=True,
    category="living",
    days=1,
    words=N_("転居 てんきょ 引っ越し ひっこし 住所変更 同じ区の中 区内 転居届"),
    at_hand=(
        N_("引っ越す方全員のマイナンバーカード（お持ちの方）"),
        N_("外国人の方は、全員の在留カードか特別永住者証明書"),
    ),
)  # fmt: skip
