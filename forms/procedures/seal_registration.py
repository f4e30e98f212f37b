"""印鑑登録 (各区の印鑑条例、印鑑登録証明事務処理要領): the seal itself is shown at the counter."""

from forms.common import (
    APPLICANT,
    BIRTH_DATE,
    HOME_ADDRESS,
    KANA,
    NAME,
    NEW_ADDRESS,
    OTHER_AGENT,
    PEOPLE,
    PHONE,
    PROXY,
    RESIDENCE,
)  # fmt: skip
from forms.conditions import Is
from forms.guide import NEEDS, SEAL
from forms.kinds import Choice, Person
from forms.messages import N_
from forms.model import About, Ask, Field, Procedure, Section, Trigger, ask

SEAL_PAGE = Section("seal-registration", N_("印鑑登録"), order=26)
REGISTRANT = Field(
    SEAL_PAGE, "registrant", N_("印鑑登録をする方"), Person(), N_("15歳以上で、この区に住民票がある方です。")
)
REASON = Field(
    SEAL_PAGE,
    "reason",
    N_("登録の内容"),
    Choice((
        ("new", N_("初めて登録する（新しい区で登録する方も）")),
        ("change", N_("登録した印鑑を変える")),
        ("lost", N_("印鑑や登録証をなくした")),
    )),
)  # fmt: skip
SHOWS = Field(
    PEOPLE,
    "seal_shows",
    N_("印鑑に彫ってある文字"),
    Choice((
        ("full", N_("氏名")), ("family", N_("氏だけ")), ("given", N_("名だけ")), ("other", N_("旧氏・通称など")),
    )),
    N_("住民票の氏名と同じ文字の印鑑だけが登録できます。"),
)  # fmt: skip

PROCEDURE = Procedure(
    "seal-registration", N_("印鑑登録申請"), "resident-registry", to=NEW_ADDRESS, or_to=(HOME_ADDRESS,),
    asks=(
        *RESIDENCE,
        About(APPLICANT, ask(NAME, PHONE)),
        *PROXY,
        Ask(REASON),
        About(REGISTRANT, (*ask(NAME), Ask(KANA, required=False), *ask(BIRTH_DATE, SHOWS))),
    ),
    musts=(OTHER_AGENT,),
    summary=N_("印鑑登録証明書を取れるように、印鑑を登録します。ここで先に入力し、印鑑を窓口に持っていきます。"),
    triggers=(
        Trigger(
            "moving", N_("印鑑登録は区ごとです。前の区の登録は、転出すると無くなります。"), apart=True, when=Is(SEAL, "yes")
        ),
        Trigger("certificate", N_("印鑑登録証明書を取れるようにするためです。"), when=Is(NEEDS, "seal")),
    ),
    visit=True,
    category="papers",
    words=N_("印鑑登録 いんかん 実印 はんこ ハンコ 印鑑証明 印鑑登録証明書"),
    at_hand=(N_("登録する印鑑"), N_("マイナンバーカードや運転免許証など、顔写真のある本人確認書類")),
)  # fmt: skip
