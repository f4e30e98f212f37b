"""おくやみの届け出 (国民健康保険法施行規則13条, 介護保険法施行規則32条): what the deceased held ends, after the 死亡届."""

from forms.common import (
    APPLICANT,
    BIRTH_DATE,
    CARE_NUMBER,
    DECEASED,
    DIED_ON,
    ENDS,
    HEAD,
    KANA,
    LAST_ADDRESS,
    LAST_INSURANCE,
    NAME,
    OTHER_AGENT,
    PERSON_ADDRESS,
    PHONE,
    PROXY,
    WAS_HEAD,
)  # fmt: skip
from forms.conditions import Differ, Is
from forms.kinds import Choice, Choices
from forms.messages import N_
from forms.model import About, Ask, Deadline, Field, Must, Procedure, Trigger, ask

HELD = Field(
    ENDS,
    "held",
    N_("亡くなった方が持っていたもの"),
    Choices((
        ("care", N_("介護保険の被保険者証")), ("seal", N_("印鑑登録証")), ("allowance", N_("児童手当・子どもの医療証")), ("none", N_("どれもない")),
    )),
    N_("わかるものだけ選びます。いくつでも選べます。"),
)  # fmt: skip
TO_DECEASED = Field(
    ENDS,
    "relation",
    N_("亡くなった方から見た、届け出る方の続柄"),
    Choice((
        ("spouse", N_("夫・妻")), ("child", N_("子")), ("parent", N_("父・母")), ("sibling", N_("兄弟姉妹")),
        ("other", N_("そのほか")),
    )),
)  # fmt: skip

PROCEDURE = Procedure(
    "bereavement", N_("おくやみの届け出（世帯主変更・資格喪失）"), "bereavement", to=LAST_ADDRESS,
    asks=(
        *ask(DIED_ON, LAST_ADDRESS, LAST_INSURANCE),
        About(APPLICANT, ask(NAME, PHONE, PERSON_ADDRESS)),
        *PROXY,
        About(DECEASED, (*ask(NAME), Ask(KANA, required=False), *ask(BIRTH_DATE), Ask(CARE_NUMBER, required=False))),
        *ask(TO_DECEASED, WAS_HEAD, HELD),
        About(HEAD, ask(NAME, BIRTH_DATE), when=Is(WAS_HEAD, "yes"), name="new_head", title=N_("新しい世帯主")),
    ),
    musts=(
        OTHER_AGENT,
        Must(Differ(DECEASED, APPLICANT), N_("届け出る方には、亡くなった方とは別の方を選んでください。"), at=APPLICANT),
        Must(Differ(DECEASED, HEAD), N_("新しい世帯主には、亡くなった方とは別の方を選んでください。"), at=HEAD),
    ),
    summary=N_("死亡届のあとに、健康保険や介護保険などを終える届け出です。死亡届は別に、区役所の窓口に出します。"),
    triggers=(
        Trigger(
            "bereavement", N_("亡くなった方の健康保険や介護保険などを終えるためです。"),
            Deadline(
                14, DIED_ON, N_("亡くなった日から14日以内"),
                "国民健康保険法施行規則13条、介護保険法施行規則32条、住民基本台帳法25条",
            ),
        ),
    ),
    category="bereavement",
    words=N_("おくやみ 死亡 亡くなった しぼう 資格喪失 世帯主変更 遺族 葬儀のあと"),
    at_hand=(N_("亡くなった方の健康保険・介護保険の証"), N_("届け出る方の本人確認書類")),
)  # fmt: skip
