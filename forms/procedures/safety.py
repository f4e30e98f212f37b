"""安否登録: the items of 安否情報 様式第1号 (武力攻撃事態等における安否情報の収集…に関する省令). Has a door of its own."""

from forms.conditions import Is
from forms.kinds import YES_NO, Choice, Date, Kana, LongText, Name, Text, Ward
from forms.messages import N_
from forms.model import Ask, Field, Procedure, Section, Trigger

SAFETY = Section("safety", N_("安否の登録"), order=50)
WARD = Field(SAFETY, "ward", N_("いまいる区"), Ward())
NAME = Field(SAFETY, "name", N_("氏名"), Name())
KANA = Field(SAFETY, "kana", N_("フリガナ"), Kana(), N_("わからなければ、書かなくてもかまいません。"))
BIRTH_DATE = Field(SAFETY, "birth_date", N_("生年月日"), Date(partial=True, past=True), N_("年だけでもかまいません。"))
SEX = Field(SAFETY, "sex", N_("性別"), Choice((("1", N_("男性")), ("2", N_("女性")), ("9", N_("そのほか")))))
ADDRESS = Field(SAFETY, "address", N_("ふだん住んでいる住所"), Text(300, 150.0), N_("外国の住所でもかまいません。"))
NATIONALITY = Field(SAFETY, "nationality", N_("国籍"), Text(60, 50.0))
OTHER = Field(SAFETY, "other", N_("本人とわかる、そのほかのこと"), Text(200, 150.0))
STATE = Field(SAFETY, "state", N_("けがや病気"), Choice((("well", N_("ない")), ("hurt", N_("ある")))))
INJURY = Field(SAFETY, "injury", N_("けがや病気のようす"), LongText(500, 2))
PLACE = Field(SAFETY, "place", N_("いまいる場所"), Text(200, 150.0), N_("例：○○小学校の体育館"))
CONTACT = Field(SAFETY, "contact", N_("連絡先など"), Text(200, 150.0))
HIDE_FAMILY = Field(
    SAFETY, "hide_from_family", N_("親族・同居者に聞かれたとき、知らせないでほしいですか"), Choice(YES_NO), fresh=True
)
HIDE_FRIENDS = Field(
    SAFETY, "hide_from_friends", N_("知人に聞かれたとき、知らせないでほしいですか"), Choice(YES_NO), fresh=True
)
PUBLISH = Field(SAFETY, "publish", N_("そのほかの人への回答や公表に同意しますか"), Choice(YES_NO), fresh=True)

PROCEDURE = Procedure(
    "safety", N_("安否登録"), "disaster", to=WARD,
    asks=(
        Ask(WARD), Ask(NAME), Ask(KANA, required=False), Ask(BIRTH_DATE, required=False), Ask(SEX, required=False),
        Ask(ADDRESS, required=False), Ask(NATIONALITY, required=False), Ask(OTHER, required=False),
        Ask(STATE), Ask(INJURY, required=False, when=Is(STATE, "hurt")), Ask(PLACE, required=False),
        Ask(CONTACT, required=False), Ask(HIDE_FAMILY), Ask(HIDE_FRIENDS), Ask(PUBLISH),
    ),
    summary=N_("災害のとき、自分が無事かどうかを登録します。家族などが確かめられます。"),
    triggers=(Trigger("disaster", N_("家族や知り合いが、あなたの安否を確かめられるようにするためです。")),),
    door="safety",
    category="disaster",
    words=N_("安否登録 あんぴ 無事 災害 地震 家族の安否 避難"),
)  # fmt: skip
