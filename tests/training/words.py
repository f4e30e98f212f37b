"""What training lines say: invented by kind, so that no word of the dev, test or fresh splits is ever trained on."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from functools import cache

import numpy as np

from forms.wards import WARDS
from ocr.decoding.charsets import HIRAGANA, KATAKANA
from ocr.decoding.lexicons import names, places
from tests.scans import vocabulary

TEXTS = ("name", "kana", "city", "town", "building", "bank", "text", "long_text", "number", "email")
NUMBERS = ("postcode", "phone", "digits", "corporate_number", "invoice_number", "number", "year", "month", "day")
SHUFFLED = 0.75
"""How often a name or place is made of shuffled characters and not taken from the train split's words."""

PLACE_ENDINGS = ("町", "台", "丘", "本町", "新田", "谷", "原", "沢", "川", "山", "島", "崎", "田", "野", "北", "南", "西", "東", "中", "塚", "橋", "木", "森", "池", "坂")  # fmt: skip
BUILDINGS = ("ハイツ", "コーポ", "メゾン", "マンション", "荘", "レジデンス", "パーク", "ビル", "アパート", "団地", "ヒルズ", "コート", "プラザ", "ハウス", "住宅", "寮")  # fmt: skip
BANKS = ("銀行", "信用金庫", "信用組合", "支店", "本店", "出張所", "労働金庫", "農業協同組合")
COMPANIES = ("株式会社", "有限会社", "合同会社", "工業", "商店", "建設", "製作所", "運輸", "食品", "印刷", "組合", "事務所", "協会", "健康保険組合")  # fmt: skip
PHRASES = (
    "引越", "家族", "母", "父が", "兄は", "娘の", "息子を", "週末", "来週", "昨年", "今年の春", "八月", "毎朝", "夜は", "仕事の都合で", "病院に",
    "通って", "います", "おります", "ください", "お願いします", "しました", "できません", "でした", "ので", "ため", "から", "まで", "について", "として",
    "申請", "届", "証明", "写し", "原本", "窓口で", "郵送で", "受け取り", "記入", "確認", "連絡", "変更", "手当", "年金", "保険証", "番号", "通帳",
    "入院", "退院", "出産", "誕生", "結婚", "離婚", "死亡", "相続", "介護", "障害", "単身赴任", "転勤", "帰国", "留学", "失業", "休職", "育児",
    "土曜日", "午後", "夕方", "三時", "都合がよい", "不在", "別居", "同居", "扶養", "収入", "税金", "申告", "領収書", "契約", "賃貸", "持ち家", "大家",
    "雨漏り", "屋根", "床上浸水", "停電", "断水", "避難", "けが", "軽い", "薬", "食物", "卵", "小麦", "そば", "アレルギー", "アプリ", "メール", "パソコン",
    "スマートフォン", "インターネット", "コピー", "カード", "マイナンバー", "サイン", "タクシー", "バス", "リハビリ", "デイサービス", "ヘルパー", "オムツ",
    "とても", "少し", "すぐに", "もう一度", "まだ", "ずっと", "ときどき", "一人で", "二人とも", "全部", "半分", "詳しく", "教えて", "知らせて", "困って",
    "学校", "保育園", "幼稚園", "小学", "中学", "大学", "専門", "給食", "教室", "友達", "先生", "会社", "工場", "店", "農家", "漁業", "大工", "看護師",
)  # fmt: skip


class Words:
    """One stream of invented words; seeded, so that training can be repeated."""

    def __init__(self, rng: np.random.Generator, alphabet: frozenset[str]) -> None:
        """``alphabet``: what the recogniser can answer; a text with anything else is not made."""
        self.rng = rng
        self.alphabet = alphabet
        self.kanji = _kanji(alphabet)

    def pick(self, options: object) -> str:
        return str(options[int(self.rng.integers(len(options)))])  # type: ignore[index, arg-type]

    def line(self, kind: str) -> str:
        """What somebody might write in a place of this kind."""
        text = ""
        while not text or any(c not in self.alphabet for c in text):
            text = getattr(self, f"_{kind}")()
        return str(text)

    # --- letters ---

    def han(self, many: int) -> str:
        """Kanji of names and places by how often they are met; one in four from the whole of what may be a name."""
        common, chances, rare = self.kanji
        usual = self.rng.choice(common, many, p=chances)
        return "".join(str(c) if self.rng.random() > 0.25 else self.pick(rare) for c in usual)

    def kata(self, low: int, high: int) -> str:
        many = int(self.rng.integers(low, high + 1))
        text = ""
        while len(text) < many:
            letter = self.pick(
                KATAKANA[:-1]
                if self.rng.random() < 0.5
                else "アイウエオカキクコサシスタチツテトナニノハヒフホマミムメモヤユヨラリルレロンガジズダド"
            )
            if letter in "ァィゥェォッャュョヮヵヶ" and not text:
                continue
            text += letter + ("ー" if self.rng.random() < 0.06 else "")
        return text

    def digit(self, many: int) -> str:
        return "".join(str(d) for d in self.rng.integers(0, 10, many))

    def own(self, options: Sequence[tuple[str, ...]]) -> tuple[str, ...]:
        """One of the train split's words."""
        mine = vocabulary.share(options, "train")
        return mine[int(self.rng.integers(len(mine)))]  # type: ignore[no-any-return]

    def phrase(self, low: int, high: int) -> str:
        wanted, text = int(self.rng.integers(low, high + 1)), ""
        while len(text) < wanted:
            roll = self.rng.random()
            if roll < 0.62:
                text += self.pick(PHRASES)
            elif roll < 0.8:
                text += self.pick("はがのをにでともへやか")
            elif roll < 0.9:
                text += self.pick(HIRAGANA) + self.pick(HIRAGANA)
            else:
                text += self.han(2)
        return text[:high]

    # --- kinds of writing ---

    def _name(self) -> str:
        if self.rng.random() > SHUFFLED:
            lists = (vocabulary.FAMILIES, vocabulary.RARE_FAMILIES, vocabulary.GIVEN_WOMEN, vocabulary.GIVEN_MEN)
            return self.own(lists[int(self.rng.integers(4))])[0]
        roll = self.rng.random()
        if roll < 0.1:
            return "".join(self.pick(HIRAGANA) for _ in range(int(self.rng.integers(2, 5))))
        many = int(self.rng.choice([1, 2, 3, 4, 5], p=[0.1, 0.45, 0.3, 0.1, 0.05]))
        text = self.han(many)
        if roll < 0.2 and many > 1:
            place = int(self.rng.integers(1, many))
            text = text[:place] + self.pick(HIRAGANA + "々ノヶ") + text[place + 1 :]
        return text

    def _kana(self) -> str:
        return self.kata(2, 8)

    def _city(self) -> str:
        roll = self.rng.random()
        if roll < 0.5:
            return ("東京都" if self.rng.random() < 0.6 else "") + self.pick([ward.name for ward in WARDS.values()])
        prefecture = self.han(2) + self.pick("県府") if roll < 0.7 else "北海道" if roll < 0.75 else ""
        return prefecture + self.han(int(self.rng.integers(1, 4))) + self.pick("市区町村郡")

    def _town(self) -> str:
        roll = self.rng.random()
        if roll > SHUFFLED:
            return self.own(vocabulary.TOWNS[self.pick(list(vocabulary.TOWNS))])[1]
        return self.han(int(self.rng.integers(1, 4))) + (self.pick(PLACE_ENDINGS) if roll < 0.5 else "")

    def _building(self) -> str:
        head = self.kata(2, 5) if self.rng.random() < 0.6 else self.han(2)
        room = f"{int(self.rng.integers(1, 15))}0{int(self.rng.integers(1, 10))}"
        return head + self.pick(BUILDINGS) + room + self.pick(("", "", "号", "号室"))

    def _bank(self) -> str:
        head = self.kata(2, 4) if self.rng.random() < 0.2 else self.han(2)
        return head + self.pick(BANKS if self.rng.random() < 0.6 else COMPANIES)

    def _text(self) -> str:
        return self.phrase(3, 14) if self.rng.random() < 0.6 else self.han(2) + self.pick(COMPANIES)

    def _long_text(self) -> str:
        return self.phrase(8, 22)

    def _email(self) -> str:
        letters = "abcdefghijklmnopqrstuvwxyz"
        stem = "".join(self.pick(letters) for _ in range(int(self.rng.integers(3, 8))))
        return f"{stem}{self.pick(('', '.', '_', '-'))}{self.digit(int(self.rng.integers(0, 3)))}@{self.pick(letters)}{self.pick(letters)}{self.pick(letters)}.{self.pick(('jp', 'com', 'ne.jp'))}"

    # --- kinds of numbers ---

    def _postcode(self) -> str:
        code = self.pick("111123456789") + self.digit(6)
        return code if self.rng.random() < 0.75 else f"{code[:3]}-{code[3:]}"

    def _phone(self) -> str:
        roll = self.rng.random()
        if roll < 0.5:
            parts = (self.pick(("090", "080", "070", "050")), self.digit(4), self.digit(4))
        elif roll < 0.8:
            parts = ("03", self.digit(4), self.digit(4))
        else:
            parts = ("0" + self.digit(int(self.rng.integers(2, 4))), self.digit(3), self.digit(4))
        roll = self.rng.random()
        return (
            "-".join(parts) if roll < 0.75 else "".join(parts) if roll < 0.93 else f"{parts[0]}({parts[1]}){parts[2]}"
        )

    def _digits(self) -> str:
        return self.digit(int(self.rng.integers(4, 14)))

    def _corporate_number(self) -> str:
        return self.digit(13)

    def _invoice_number(self) -> str:
        return self.pick(("T", "")) + self.digit(13)

    def _number(self) -> str:
        parts = [str(int(self.rng.integers(1, high))) for high in (9, 40, 40, 1200)]
        roll = self.rng.random()
        if roll < 0.6:
            return "-".join(parts[: int(self.rng.integers(2, 5))])
        if roll < 0.9:
            return f"{parts[0]}丁目{parts[1]}番{parts[2]}" + ("号" if roll < 0.8 else "")
        return f"{parts[3]}番地" + (f"の{parts[0]}" if roll < 0.95 else "")

    def _year(self) -> str:
        roll = self.rng.random()
        return str(int(self.rng.integers(1, 65))) if roll < 0.75 else str(int(self.rng.integers(1930, 2035)))

    def _month(self) -> str:
        return str(int(self.rng.integers(1, 13)))

    def _day(self) -> str:
        return str(int(self.rng.integers(1, 32)))


@cache
def _kanji(alphabet: frozenset[str]) -> tuple[np.ndarray, np.ndarray, str]:
    """Characters of names and towns with their share, and all that a name may be written with."""
    counts: Counter[str] = Counter()
    for book in (names().families.logs, names().givens.logs, places().towns.logs):
        for text, log in book.items():
            for character in text:
                if "一" <= character <= "鿿" and character in alphabet:
                    counts[character] += math.exp(log) + 2e-5  # type: ignore[assignment]
    letters = np.asarray(list(counts))
    shares = np.sqrt(np.asarray(list(counts.values()), np.float64))
    first = [bytes((n >> 8, n & 255)) for n in range(0x889F, 0x9873) if (n & 255) >= 0x40]
    level = {c for raw in first if len(c := raw.decode("cp932", "ignore")) == 1}
    rare = "".join(sorted((level | set(letters) | set("髙﨑邊邉齋齊廣德瀨")) & alphabet))
    return letters, shares / shares.sum(), rare
