"""Variant characters of Japanese names and what registers have long written for them. Data only.

Each pair is the same character in another shape (異体字): 旧字体, 俗字 and 略字 of the 戸籍統一文字 that people use in names, beside
the one JIS X 0208 holds. Where Unicode itself says that two are one (CJK compatibility ideographs), no pair is needed.
"""

from __future__ import annotations

_PAIRS = """
髙高 﨑崎 𥔎崎 㟢崎 𠮷吉 𡈽土 圡土 濵浜 瀨瀬 德徳 曻昇 淸清 靑青 凞熙 昻昂 緖緒 敎教 增増 步歩 每毎 黑黒 綠緑 淚涙 內内 吳呉 產産 稅税 悅悦
說説 銳鋭 閱閲 鄕郷 溫温 郞郎 橫横 曆暦 歷歴 槪概 卽即 桒桑 栁柳 桺柳 塡填 頰頬 剝剥 𠮟叱 靍鶴 靏鶴 㐂喜 㔟勢 秌秋 冝宜 宫宮 黃黄 俱倶 蔣蒋
蠟蝋 瘦痩 繫繋 槗橋 𣘺橋 𫝆今 𠩤原 𠅘亭 𣳾泰 㤗泰 㓛功 㑹会 鷗鴎 晚晩 葊庵 﨟臈 﨤返 喆哲 薰薫 惪徳 煇輝 巢巣 禱祷
"""
VARIANTS: dict[str, str] = {pair[0]: pair[1] for pair in _PAIRS.split()}
LATIN = {
    "đ": "d", "Đ": "D", "ð": "d", "Ð": "D", "ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "ı": "i", "æ": "ae", "Æ": "AE",
    "œ": "oe", "Œ": "OE", "ß": "ss", "þ": "th", "Þ": "Th", "ħ": "h", "Ħ": "H", "ŋ": "n", "Ŋ": "N", "ʻ": "'", "ʼ": "'",
}  # fmt: skip
