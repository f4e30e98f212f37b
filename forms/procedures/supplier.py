"""入札参加資格審査申請 (地方自治法施行令167条の5): filed once, one application to each ward chosen."""

from forms.conditions import Is
from forms.kinds import (
    Address,
    Choice,
    Choices,
    CorporateNumber,
    Count,
    Declaration,
    Email,
    InvoiceNumber,
    Name,
    Phone,
    Text,
    Wards,
)  # fmt: skip
from forms.messages import N_
from forms.model import Ask, Field, Procedure, Section, Trigger, ask

SUPPLIER = Section("supplier", N_("事業者"), order=50)
WARDS = Field(SUPPLIER, "wards", N_("登録を希望する区"), Wards(), N_("選んだ区ごとに審査されます。"))
FORM = Field(SUPPLIER, "form", N_("組織の種別"), Choice((("corporation", N_("法人")), ("sole", N_("個人事業主")))))
CORPORATE_NUMBER = Field(SUPPLIER, "corporate_number", N_("法人番号"), CorporateNumber(), N_("13桁の数字です。"))
TRADE_NAME = Field(SUPPLIER, "trade_name", N_("商号または名称"), Text(150, 120.0))
TRADE_KANA = Field(SUPPLIER, "trade_kana", N_("商号または名称（フリガナ）"), Text(150, 120.0))
REPRESENTATIVE_TITLE = Field(SUPPLIER, "representative_title", N_("代表者の役職"), Text(60, 60.0), N_("例：代表取締役"))
REPRESENTATIVE = Field(SUPPLIER, "representative", N_("代表者の氏名"), Name())
ADDRESS = Field(SUPPLIER, "address", N_("本店の所在地"), Address())
PHONE = Field(SUPPLIER, "phone", N_("電話番号"), Phone())
EMAIL = Field(SUPPLIER, "email", N_("メールアドレス"), Email())
CAPITAL = Field(SUPPLIER, "capital", N_("資本金（千円）"), Count(0, 999_999_999))
EMPLOYEES = Field(SUPPLIER, "employees", N_("従業員数"), Count(0, 999_999))
INVOICE_NUMBER = Field(
    SUPPLIER, "invoice_number", N_("適格請求書発行事業者の登録番号"), InvoiceNumber(), N_("例：T1234567890123")
)
CATEGORIES = Field(
    SUPPLIER,
    "categories",
    N_("営業種目"),
    Choices((
        ("construction", N_("建設工事")), ("goods", N_("物品の販売")), ("printing", N_("印刷")),
        ("cleaning", N_("清掃・建物管理")), ("it", N_("情報処理")), ("other", N_("そのほかの委託")),
    )),
)  # fmt: skip
PLEDGE_PAGE = Section("supplier-pledge", N_("誓約"), order=90)
PLEDGE = Field(
    PLEDGE_PAGE, "pledge",
    N_("地方自治法施行令第167条の4にあたらないこと、暴力団などと関係がないことを誓約します"), Declaration(),
)  # fmt: skip

PROCEDURE = Procedure(
    "supplier", N_("入札参加資格審査申請"), "procurement", to=WARDS,
    asks=(
        Ask(WARDS), Ask(FORM), Ask(CORPORATE_NUMBER, when=Is(FORM, "corporation")),
        *ask(TRADE_NAME, TRADE_KANA, REPRESENTATIVE_TITLE, REPRESENTATIVE, ADDRESS, PHONE, EMAIL),
        Ask(CAPITAL, when=Is(FORM, "corporation")), Ask(EMPLOYEES), Ask(INVOICE_NUMBER, required=False),
        Ask(CATEGORIES), Ask(PLEDGE),
    ),
    summary=N_("区の入札などに参加する事業者の登録です。一度の入力で、選んだ区すべてに申請します。"),
    triggers=(Trigger("business", N_("区の入札や見積りに参加するためです。")),),
    category="business",
    days=60,
    at_hand=(N_("法人番号が分かるもの"), N_("適格請求書発行事業者の登録番号（ある方）")),
    words=N_("入札 にゅうさつ 契約 事業者登録 指名願 入札参加資格 会社 取引"),
)  # fmt: skip
