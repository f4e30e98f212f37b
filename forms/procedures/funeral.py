"""葬祭費の支給申請 (国民健康保険法58条, 高齢者の医療の確保に関する法律86条): to who held the funeral; two years (国保法110条)."""

from forms.common import (
    ACCOUNT,
    APPLICANT,
    BIRTH_DATE,
    DECEASED,
    DIED_ON,
    FUNERAL_ON,
    KANA,
    LAST_ADDRESS,
    LAST_INSURANCE,
    NAME,
    OTHER_AGENT,
    PERSON_ADDRESS,
    PHONE,
    PROXY,
)  # fmt: skip
from forms.conditions import Differ, InOrder, Is
from forms.guide import DIED_WAS
from forms.kinds import File, Person
from forms.messages import N_
from forms.model import About, Ask, Deadline, Field, Must, Procedure, Section, Trigger, ask

FUNERAL = Section("funeral", N_("葬祭費"), order=23)
MOURNER = Field(
    FUNERAL, "mourner", N_("葬儀を行った方（喪主）"), Person(), N_("葬祭費は、この方の口座に振り込まれます。")
)
RECEIPT = Field(
    FUNERAL, "receipt", N_("葬儀の領収書"), File(), N_("喪主の氏名が書いてある、領収書か会葬礼状の写真かPDFです。")
)

PROCEDURE = Procedure(
    "funeral", N_("葬祭費支給申請書"), "health-insurance", to=LAST_ADDRESS,
    asks=(
        *ask(DIED_ON, FUNERAL_ON, LAST_ADDRESS, LAST_INSURANCE),
        About(APPLICANT, ask(NAME, PHONE)),
        *PROXY,
        About(DECEASED, (*ask(NAME), Ask(KANA, required=False), *ask(BIRTH_DATE))),
        About(MOURNER, (*ask(NAME), Ask(KANA, required=False), *ask(PERSON_ADDRESS, ACCOUNT))),
        Ask(RECEIPT),
    ),
    musts=(
        OTHER_AGENT,
        Must(InOrder(DIED_ON, FUNERAL_ON), N_("葬儀の日が、亡くなった日より前になっています。日付を確かめてください。"), at=FUNERAL_ON),
        Must(Differ(DECEASED, MOURNER), N_("喪主には、亡くなった方とは別の方を選んでください。"), at=MOURNER),
    ),
    summary=N_("国民健康保険や後期高齢者医療に入っていた方の葬儀を行った方に、葬祭費を支給します。"),
    triggers=(
        Trigger(
            "bereavement", N_("葬儀を行った方が、葬祭費を受け取れるためです。"),
            Deadline(0, FUNERAL_ON, N_("葬儀を行った日の次の日から2年以内"), "国民健康保険法110条1項", years=2),
            when=Is(DIED_WAS, "insured"),
        ),
    ),
    category="bereavement",
    words=N_("葬祭費 そうさいひ 葬儀 葬式 喪主 お金 死亡 おくやみ"),
    at_hand=(N_("葬儀の領収書か会葬礼状"), N_("喪主の名義の通帳かキャッシュカード")),
)  # fmt: skip
