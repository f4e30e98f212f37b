"""What can be wrong with a file or a page, in words a clerk understands."""

from __future__ import annotations

from dataclasses import dataclass

from forms.messages import N_, Message


@dataclass(frozen=True, slots=True)
class Issue:
    """Something to know about a page. ``fatal``: nothing was read, the page goes to manual entry."""

    code: str
    message: Message
    fatal: bool = False

    @property
    def text(self) -> str:
        return self.message.text()


class Unreadable(Exception):
    """The file cannot be turned into pages; ``message`` says why and what to do."""

    def __init__(self, code: str, **params: object) -> None:
        self.code = code
        self.message = Message(FILE_REASONS[code], tuple(sorted(params.items())))
        super().__init__(self.message.text())


FILE_REASONS = {
    "empty": N_("ファイルが空です。もう一度読み取ってください。"),
    "truncated": N_("ファイルが途中で切れています。もう一度読み取って、送り直してください。"),
    "encrypted": N_("パスワードのかかったPDFは読めません。パスワードを外して送り直してください。"),
    "scripted": N_("動くしくみの入ったPDFは読めません。印刷の画面から「PDFとして保存」し直して送ってください。"),
    "not-an-image": N_("PDF・TIFF・JPEG・PNGのどれでもないファイルです。"),
    "too-large": N_("ファイルが大きすぎます（上限%(limit)sMB）。分けて送ってください。"),
    "too-many-pixels": N_("画像が大きすぎます（上限%(limit)s万画素）。200〜300dpiで読み取り直してください。"),
    "too-many-pages": N_("ページが多すぎます（上限%(limit)sページ）。分けて送ってください。"),
    "too-slow": N_("このファイルは開くのに時間がかかりすぎるため、読み取りを中止しました。"),
    "broken": N_("ファイルが壊れているため開けません。もう一度読み取って、送り直してください。"),
}

NO_SHEET = Issue(
    "no-sheet",
    Message(N_("様式が分かりません。四すみの印とQRコードが写っているか確かめるか、手入力してください。")),
    fatal=True,
)
UNKNOWN_SHEET = Issue("unknown-sheet", Message(N_("このシステムにない版の様式です。手入力してください。")), fatal=True)
UNKNOWN_PAGE = Issue("unknown-page", Message(N_("この様式にないページ番号です。手入力してください。")), fatal=True)
BLANK_PAGE = Issue("blank-page", Message(N_("何も書かれていないページです。")), fatal=True)
READER_FAILED = Issue(
    "reader-failed", Message(N_("このページは読み取りの途中で止まりました。紙を見て手入力してください。")), fatal=True
)
NUMBER_HIDDEN = Issue(
    "number-hidden",
    Message(N_("個人番号とみられる番号があったため、その部分を消しました。紙の原本の扱いに注意してください。")),
)
BLURRED = Issue("blurred", Message(N_("ぼやけています。読み取り直すと、確認する欄が減ります。")))
CUT_OFF = Issue("cut-off", Message(N_("紙の端が切れています。切れた所の欄を確かめてください。")))
FAINT = Issue("faint", Message(N_("字がうすく写っています。濃く読み取り直すと、確認する欄が減ります。")))
TWO_SHEETS = Issue(
    "two-sheets",
    Message(N_("2枚の紙が重なって写っているようです。紙を分けて、1枚ずつ読み取り直してください。")),
)
SKEWED = Issue(
    "skewed", Message(N_("紙が大きく傾いて写っています。まっすぐ置いて読み取り直すと、確認する欄が減ります。"))
)
DARK = Issue("dark", Message(N_("全体が暗く写っています。明るい所で撮り直すか、読み取りの濃度を下げてください。")))
NO_QR = Issue("no-qr", Message(N_("QRコードが読めなかったため、紙面の形から様式を判断しました。")))
FOREIGN_QR = Issue(
    "foreign-qr",
    Message(
        N_(
            "別の様式のQRコードが写っています。QRコードは使わず、紙面の形から様式を判断しました。様式と申請者を確かめてください。"
        )
    ),
)
ALIKE_FORMS = Issue(
    "alike-forms", Message(N_("よく似た様式がほかにもあります。様式の名前とページ番号が合っているか確かめてください。"))
)
NOTHING_WRITTEN = Issue("nothing-written", Message(N_("記入が見つかりません。")))
SECOND_READER = Issue("second-reader-missing", Message(N_("2つ目の読取が動いていないため、確認する欄が増えています。")))
FIRST_READER = Issue(
    "first-reader-missing", Message(N_("手書き文字の読取が動いていないため、すべての欄を確かめてください。"))
)
