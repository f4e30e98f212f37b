"""Words that are usual in a kind of place: priors for the decoders, never a filter."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache

from ocr.decoding.lexicons import BANK_ENDS, BANK_WORDS, names, places


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


HOUSES: Sequence[str] = _words(
    "マンション アパート ハイツ コーポ コーポラス メゾン ハイム レジデンス パレス ビル ビルディング タワー 荘 寮 団地 住宅 "
    "公社住宅 都営住宅 区営住宅 県営住宅 市営住宅 都営 区営 都民住宅 社宅 官舎 宿舎 会館 ハウス コート ヒルズ テラス ガーデン "
    "ガーデンズ ヴィラ ビラ ヴィレッジ シャトー カーサ カサ エステート プラザ スクエア フラット ドーム キャッスル ステージ "
    "プレイス フォレスト フローラ ルミエール グランド グラン グリーン サン サンハイツ サニー シティ シティタワー パーク パークハウス "
    "パークホームズ パークサイド パークタワー セントラル アーバン ロイヤル ライオンズ ライオンズマンション プラウド ブリリア ドミール "
    "ベル ベルメゾン クレスト オーベル レオパレス ダイアパレス コスモ ファミール ファミリー ニュー ニューハイツ スカイ スカイタワー "
    "リバー リバーサイド ベイ ヒル サウス ノース イースト ウエスト 東 西 南 北 中央 第一 第二 第三 第四 第五 新 旧 青葉 緑 桜 若葉 富士 "
    "平和 白樺 ひまわり さくら さつき すみれ あおば みどり わかば グレース ラ レジェンド アビタシオン ジュネス ソレイユ フェリス "
    "サービス付き高齢者向け住宅 特別養護老人ホーム 老人ホーム ケアハウス グループホーム 様方 方 内 棟 号棟 号室 号 階 室 F 別館 本館 "
    "A棟 B棟 C棟 D棟 A- B- C- UR II Ⅱ III A号 B号 A B C D E EAST WEST"
)
WORK: Sequence[str] = _words(
    "株式会社 (株) 有限会社 (有) 合同会社 合資会社 一般社団法人 一般財団法人 公益社団法人 公益財団法人 社会福祉法人 医療法人 医療法人社団 学校法人 "
    "宗教法人 NPO法人 特定非営利活動法人 独立行政法人 国立大学法人 協同組合 生活協同組合 企業組合 事務所 法律事務所 会計事務所 税理士法人 工業 "
    "建設 工務店 商事 商店 商会 物産 産業 興業 運輸 運送 物流 倉庫 交通 タクシー 鉄道 バス 航空 印刷 出版 製本 電機 電気 電子 電工 機械 精機 製作所 "
    "鉄工所 金属 化学 薬品 薬局 食品 水産 青果 製菓 酒店 不動産 住宅 ホーム 設備 設計 測量 造園 塗装 清掃 管理 警備 保障 サービス システム システムズ "
    "ソフト ソフトウェア ソリューションズ テクノロジー テクノ 情報 通信 企画 広告 デザイン エンジニアリング コンサルティング ホールディングス グループ "
    "クリーニング 美容室 理容 食堂 レストラン ホテル 旅館 保険 証券 銀行 信用金庫 郵便局 新聞 新聞社 放送 研究所 センター 本社 支社 支店 営業所 工場 "
    "日本 東京 東洋 関東 中央 第一 三和 大和 新日本 全国 国際"
)
OFFICES: Sequence[str] = _words(
    "小学校 中学校 高等学校 高校 大学 専門学校 幼稚園 保育園 保育所 こども園 認定こども園 特別支援学校 学童クラブ 区立 市立 都立 私立 国立 第一 第二 第三 "
    "病院 総合病院 医院 クリニック 診療所 内科 外科 整形外科 小児科 眼科 耳鼻咽喉科 皮膚科 産婦人科 歯科 歯科医院 脳神経外科 心療内科 医療センター 大学病院 "
    "赤十字病院 健康保険組合 健康保険 全国健康保険協会 協会けんぽ 国民健康保険 国民健康保険組合 共済組合 後期高齢者医療 後期高齢者医療広域連合 東京支部 支部 "
    "公立学校共済組合 私立学校振興・共済事業団 土木建築 情報サービス産業 公民館 体育館 区民センター 避難所 友人宅 親戚宅 知人宅 実家 自宅 "
    "会社員 会社役員 公務員 自営業 パート アルバイト 派遣社員 契約社員 団体職員 教員 看護師 介護職 運転手 農業 漁業 学生 大学生 主婦 主夫 無職 年金生活 "
    "代表取締役 代表社員 取締役社長 理事長 代表理事 会長 店主 事業主 園長 施設長 "
    "日本 韓国 中国 台湾 ベトナム フィリピン ネパール ブラジル ペルー インド インドネシア ミャンマー タイ アメリカ 米国 英国 フランス バングラデシュ スリランカ "
    "パキスタン モンゴル ロシア 朝鮮 "
    "住民票 住民票の写し 戸籍 戸籍謄本 印鑑登録 印鑑証明書 課税証明書 転入届 転出届 転居届 手続 手続き 申請 提出 受け取り 受取 届出 請求 登録 変更 更新 相続 登記 "
    "年金の手続 運転免許 パスポート 車の購入 銀行 口座 学校に提出 会社に提出 勤務先 入学 就職 扶養 児童手当 に関すること 一切の件 のため "
    "台風 大雨 豪雨 地震 火災 浸水 洪水 強風 停電 令和 元年 号 による"
)


@cache
def houses() -> Mapping[str, float]:
    """Buildings are called after houses, families and towns."""
    found = dict.fromkeys(HOUSES, 4.0)
    families = names().families.entries[:400]
    towns = sorted(
        (town for town in places().towns.entries if 1 < len(town) < 5), key=lambda t: -places().towns.logs[t]
    )
    return dict.fromkeys([*families, *towns[:600]], 0.5) | found


@cache
def writing() -> Mapping[str, float]:
    """What short answers are about: work, schools, doctors, insurers, purposes."""
    return dict.fromkeys(OFFICES, 1.0) | dict.fromkeys(WORK, 1.0)


@cache
def banking() -> Mapping[str, float]:
    """Banks, and branches called after towns."""
    towns = sorted(
        (town for town in places().towns.entries if 1 < len(town) < 5), key=lambda t: -places().towns.logs[t]
    )
    wards = (
        "千代田",
        "新宿",
        "渋谷",
        "池袋",
        "新橋",
        "銀座",
        "上野",
        "浅草",
        "品川",
        "目黒",
        "蒲田",
        "世田谷",
        "中野",
        "杉並",
        "練馬",
        "板橋",
        "赤羽",
    )
    return (
        dict.fromkeys(towns[:800], 0.4)
        | dict.fromkeys(wards, 3.0)
        | dict.fromkeys(BANK_ENDS, 30.0)
        | dict.fromkeys(BANK_WORDS, 4.0)
        | dict.fromkeys(
            ("駅前", "駅前支店", "区役所", "中央", "東", "西", "南", "北", "口", "通", "通り", "法人営業部"), 3.0
        )
    )
