"""Which characters a kind can hold, and which shapes of other characters stand for them."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache

from ocr.posterior import Alphabet

DIGITS = "0123456789"
HYPHENS = "-"
KATAKANA = "".join(chr(code) for code in range(0x30A1, 0x30F7)) + "ー"
HIRAGANA = "".join(chr(code) for code in range(0x3041, 0x3094))
LATIN = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
KANJI_DIGITS = "〇一二三四五六七八九十"

# target: every shape that stands for it where only the target's kind can stand
DIGIT_SHAPES = {
    "0": "0０oOＯ○〇◯Q①۰⓪ロ口D",
    "1": "1１lI|｜丨①Ⅰiⅰ/ノ丿{ł",
    "2": "2２Zzス②乙∂aみユュ叉又",
    "3": "3３ろヨョ③}る",
    "4": "4４④чyYリ",
    "5": "5５Ss⑤",
    "6": "6６b⑥бG",
    "7": "7７フク⑦ワ了ヿ",
    "8": "8８B⑧&",
    "9": "9９gq⑨",
}
ELEVEN = "\ue011"
"""Two strokes side by side that the recogniser takes for one character: 八 is 11 where only digits can stand."""
ELEVEN_SHAPES = {ELEVEN: "八ハ儿"}
HYPHEN_SHAPES = {"-": "-－―ーｰ‐‑–—−一_~〜・.ㄧ"}
KATAKANA_SHAPES = {
    "ア": "アァ了", "イ": "イィ亻", "ウ": "ウゥ", "エ": "エェ工", "オ": "オォ才", "カ": "カヵ力か", "キ": "キき",
    "ク": "ク", "ケ": "ケヶ", "シ": "シ", "セ": "セせ", "タ": "タ夕", "チ": "チ千", "ト": "ト卜", "ニ": "ニ二",
    "ネ": "ネ", "ノ": "ノ丿", "ハ": "ハ八", "ヒ": "ヒ匕", "ヘ": "ヘへ", "ベ": "ベべ", "ペ": "ペぺ", "ミ": "ミ三彡",
    "メ": "メ乂", "ヤ": "ヤやャ", "ユ": "ユュ", "ヨ": "ヨョ", "リ": "リり", "ロ": "ロ口囗", "ワ": "ワヮ",
    "ム": "ム厶", "サ": "サ廾", "フ": "フ", "ツ": "ツッ", "ン": "ン", "ー": "ー一－―-｜|丨—–",
}  # fmt: skip
# Chinese forms that the recogniser's dictionary prefers now and then, and what a Japanese hand meant
CHINESE_FORMS = {
    "广": "広", "关": "関", "气": "気", "荣": "栄", "丰": "豊", "阳": "陽", "达": "達", "运": "運", "园": "園", "众": "衆",
    "儿": "児", "种": "種", "确": "確", "迁": "遷", "每": "毎", "狀": "状",
    "內": "内", "边": "辺", "泽": "沢", "滨": "浜", "斋": "斎", "齐": "斉", "盐": "塩", "龟": "亀", "宫": "宮",
    "户": "戸", "戶": "戸", "间": "間", "门": "門", "东": "東", "马": "馬", "鸟": "鳥", "岛": "島", "张": "張",
    "长": "長", "见": "見", "贝": "貝", "车": "車", "风": "風", "飞": "飛", "樱": "桜", "绿": "緑", "濑": "瀬",
    "绘": "絵", "结": "結", "纪": "紀", "实": "実", "优": "優", "红": "紅", "辉": "輝", "义": "義", "胜": "勝",
    "贵": "貴", "进": "進", "远": "遠", "迟": "遅", "选": "選", "县": "県", "圆": "円", "铁": "鉄", "银": "銀",
    "钱": "銭", "锦": "錦", "镰": "鎌", "桥": "橋", "场": "場", "业": "業", "产": "産", "电": "電", "务": "務",
    "员": "員", "书": "書", "页": "頁", "预": "預", "华": "華", "莲": "蓮", "龙": "龍", "泷": "滝", "乌": "烏",
    "鹤": "鶴", "鹰": "鷹", "鸭": "鴨", "鹭": "鷺", "凤": "鳳", "严": "厳", "亚": "亜", "爱": "愛", "顺": "順",
    "须": "須", "颖": "穎", "饭": "飯", "馆": "館", "乡": "郷", "鄉": "郷", "卫": "衛", "绫": "綾", "绪": "緒",
    "纯": "純", "维": "維", "织": "織", "缘": "縁", "习": "習", "聪": "聡", "苍": "蒼", "药": "薬", "观": "観",
    "觉": "覚", "设": "設", "诚": "誠", "谦": "謙", "赖": "頼", "转": "転", "轮": "輪", "载": "載", "针": "針",
    "钟": "鐘", "钏": "釧", "陈": "陳", "陆": "陸", "险": "険", "齿": "歯", "团": "団", "图": "図", "处": "処",
    "妆": "粧", "查": "査", "乐": "楽", "现": "現", "发": "発", "监": "監", "节": "節", "类": "類", "练": "練",
    "级": "級", "给": "給", "继": "継", "续": "続", "联": "聯", "职": "職", "舱": "艙", "艺": "芸", "补": "補",
    "认": "認", "证": "証", "评": "評", "试": "試", "话": "話", "语": "語", "请": "請", "调": "調", "谈": "談",
    "负": "負", "财": "財", "货": "貨", "贩": "販", "费": "費", "资": "資", "输": "輸", "邮": "郵", "铃": "鈴",
    "闻": "聞", "阁": "閣", "队": "隊", "际": "際", "难": "難", "韩": "韓", "领": "領", "题": "題", "额": "額",
    "顾": "顧", "验": "験", "鱼": "魚",
}  # fmt: skip


MARKS = dict.fromkeys("☑☐□■◎●○△▲▼▽◆◇★☆※→←↑↓", 0)
PERHAPS = 0.2


@dataclass(frozen=True, slots=True)
class Charset:
    """The targets in order, and for each the places in the recogniser's alphabet whose probability it gathers."""

    targets: tuple[str, ...]
    places: tuple[int, ...]
    owners: tuple[int, ...]
    """places, owners and weights run in parallel: place → which target it counts for, and how much"""
    weights: tuple[float, ...]


def charset(alphabet: Alphabet, shapes: Mapping[str, Iterable[str]], also: Mapping[str, str] | None = None) -> Charset:
    """A charset over this alphabet; a shape given to two targets counts for the first. ``also``: shapes that may
    stand for a further target, at a fifth of their probability."""
    taken: set[str] = set()
    targets: list[str] = []
    places: list[int] = []
    owners: list[int] = []
    weights: list[float] = []
    for target, forms in shapes.items():
        own = [c for c in dict.fromkeys((target, *forms)) if c in alphabet.index and c not in taken]
        if not own:
            continue
        taken.update(own)
        places += [alphabet.index[c] for c in own]
        owners += [len(targets)] * len(own)
        weights += [1.0] * len(own)
        targets.append(target)
    for target, forms in (also or {}).items():
        if target in targets:
            more = [alphabet.index[c] for c in forms if c != target and c in alphabet.index]
            places += more
            owners += [targets.index(target)] * len(more)
            weights += [PERHAPS] * len(more)
    return Charset(tuple(targets), tuple(places), tuple(owners), tuple(weights))


def plain(characters: str) -> dict[str, str]:
    return dict.fromkeys(characters, "")


def numeric_shapes(*, hyphen: bool, extra: str = "") -> dict[str, str]:
    shapes: dict[str, str] = DIGIT_SHAPES | ELEVEN_SHAPES
    if hyphen:
        shapes |= HYPHEN_SHAPES
    return shapes | plain(extra)


def kana_shapes(extra: str = "") -> dict[str, str]:
    """Katakana; a hiragana counts for its katakana where it has no place of its own."""
    shapes = {kana: KATAKANA_SHAPES.get(kana, "") for kana in KATAKANA}
    for kana in KATAKANA:
        same = chr(ord(kana) - 0x60)
        if kana != "ー" and same in HIRAGANA:
            shapes[kana] += same
    # small kana keep their own column: a large shape in a small kana's place is decided by the lexicon and the grammar
    for kana in "ァィゥェォッャュョヮヵヶ":
        shapes[kana] = chr(ord(kana) - 0x60)
    for kana, forms in list(shapes.items()):
        shapes[kana] = "".join(c for c in forms if c == kana or c not in KATAKANA)
    return shapes | plain(extra)


@cache
def is_japanese(character: str) -> bool:
    """Written in Japan: in JIS X 0213 or in Windows' extensions of JIS X 0208; what shows nothing is not written."""
    if not character.isprintable():
        return False
    if character in ELSEWHERE_IN_NAMES:
        return True
    for codec in ("cp932", "euc_jis_2004"):
        try:
            character.encode(codec)
        except UnicodeEncodeError:
            continue
        return True
    return False


def fold(character: str) -> str:
    """What a Japanese hand means by this character of the recogniser's dictionary; empty for what nobody writes."""
    if character in MARKS:
        return ""
    if "！" <= character <= "～" or "ｦ" <= character <= "ﾝ" or character == "\u3000":
        character = unicodedata.normalize("NFKC", character)
    folded = CHINESE_FORMS.get(character, character)
    return folded if is_japanese(folded) else ""


ELSEWHERE_IN_NAMES = "𠮷"
"""Written in names though JIS has no place for it."""


def wider(alphabet: Alphabet) -> Alphabet:
    """With every letter that is written in Japan and that this alphabet lacks, so that a memory can answer it: always
    the same ones, and what is bound to an alphabet need not be bound anew for each memory."""
    lacking = [c for c in (*_letters(), *ELSEWHERE_IN_NAMES) if c not in alphabet.index]
    return Alphabet((*alphabet.characters, *lacking), own=len(alphabet))


def _letters() -> Iterable[str]:
    """Kana and kanji of JIS."""
    for first, last in LETTERS:
        yield from (c for code in range(first, last) if unicodedata.category(c := chr(code)) == "Lo" and is_japanese(c))


LETTERS = ((0x3041, 0x3100), (0x3400, 0x4DC0), (0x4E00, 0xA000), (0xF900, 0xFB00), (0x20000, 0x2B740))


@cache
def rarity(character: str) -> float:
    """A cost (≤ 0) for characters that are hardly ever written: by their level in JIS."""
    if character in KATAKANA or character in HIRAGANA or character.isascii():
        return 0.0
    try:
        code = character.encode("cp932")
    except UnicodeEncodeError:
        return -5.0
    if len(code) == 1:
        return -3.0
    number = code[0] << 8 | code[1]
    if 0x889F <= number <= 0x9872:
        return 0.0
    if number < 0x889F:
        return 0.0 if character in "々〆、。・「」ー" else -4.0
    return -2.5 if number <= 0xEAA4 else -3.5
