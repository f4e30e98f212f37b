"""The page of one batch: how far it is, what became of its paper, and what a clerk is asked about."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import flask

from counter.extensions import db
from counter.models.intake import OPEN, Batch, BatchState, FileState, FormState
from counter.queries import batches as lists
from counter.queries import intake as forms_of
from counter.queries import review as queue
from counter.queries.batches import FileRow, Progress, Twin
from counter.queries.intake import FormRow
from counter.services import completeness, grouping
from counter.web import access


@dataclass(frozen=True, slots=True)
class Line:
    """A form of the batch with what is to be known about it. `notes`: in words, the most important first."""

    number: int
    form: FormRow
    pages: tuple[int, ...]
    notes: tuple[str, ...]
    twin: Twin | None

    @property
    def unknown(self) -> bool:
        return self.form.state == FormState.MANUAL and self.form.procedure is None and bool(self.pages)


@dataclass(frozen=True, slots=True)
class Summary:
    """Figures of a batch: sheets, those with something to look at, twins, unknown pages, blank ones, finished ones."""

    forms: int
    doubtful: int
    twins: int
    unknown: int
    blank: int
    settled: int


def render(batch: Batch, titles: Mapping[str, str], *, only_list: bool = False) -> str:
    """`only_list`: what a script lays into the page that is open."""
    now = dt.datetime.now(dt.UTC)
    progress = lists.progress(db(), batch, now)
    rows = lines(batch, titles)
    files = lists.files(db(), batch.id)
    me = access.me().actor
    holders = queue.holders(db(), (line.form.id for line in rows), me, now)
    return flask.render_template(
        "desk/batch_list.html" if only_list else "desk/batch.html",
        batch=batch,
        progress=progress,
        text=words(progress),
        lines=rows,
        summary=_summary(rows),
        holders=holders,
        next_form=next((line.form for line in rows if _free(line, me, holders)), None),
        failed=[file for file in files if file.state == FileState.FAILED],
        held=[file for file in files if file.state == FileState.HELD],
        left_out=[file for file in files if file.state == FileState.CANCELLED],
        joined=lists.joined(db(), batch.id),
        titles=titles,
        states=forms_of.STATES,
        why=lists.TWINS,
    )


def _free(line: Line, me: str, holders: Collection[str]) -> bool:
    """Whether this person may begin with it now."""
    form = line.form
    own = form.state == FormState.SECOND and form.first_by == me
    return form.state in OPEN and not line.unknown and form.id not in holders and not own


def lines(batch: Batch, titles: Mapping[str, str]) -> list[Line]:
    forms = forms_of.forms(db(), batch_id=batch.id)
    pages = lists.page_numbers(db(), batch.id)
    known = completeness.facts(db(), (form.sheet_digest for form in forms))
    twins = lists.twins(db(), (form.twin_id for form in forms if form.twin_id))
    return [
        Line(
            number,
            form,
            pages.get(form.id, ()),
            tuple(_notes(form, pages.get(form.id, ()), known)),
            twins.get(form.twin_id or "") if form.state in OPEN else None,
        )
        for number, form in enumerate(forms, 1)
    ]


def _notes(form: FormRow, pages: Sequence[int], known: Mapping[str, completeness.SheetFacts]) -> Sequence[str]:
    notes = [form.reason] if form.reason else []
    about = known.get(form.sheet_digest or "")
    if form.state in OPEN and (missing := completeness.lacking(about, pages)):
        notes.append(f"{'・'.join(map(str, missing))}ページ目がありません")
    if about is not None and about.older:
        notes.append("以前の版の様式です（その版のまま読み取りました）")
    return notes


def _is_application(line: Line) -> bool:
    aside = line.form.state == FormState.SET_ASIDE
    return line.form.reason != grouping.BLANK and not line.unknown and not aside


def _summary(rows: Sequence[Line]) -> Summary:
    return Summary(
        forms=sum(_is_application(line) for line in rows),
        doubtful=sum(line.form.state == FormState.REVIEW and line.form.doubtful > 0 for line in rows),
        twins=sum(line.twin is not None for line in rows),
        unknown=sum(line.unknown for line in rows),
        blank=sum(line.form.reason == grouping.BLANK for line in rows),
        settled=sum(line.form.state == FormState.CONFIRMED for line in rows),
    )


def words(found: Progress) -> str:
    """Where the reading stands, and no more than is known."""
    so_far = f"{found.read} / {found.pages}枚を読み取りました"
    if found.finished:
        said = f"{found.read}枚の読み取りが終わりました"
        return f"取り消しました（{found.read}枚は読み取り済み）" if found.state == BatchState.CANCELLED else said
    if found.state == BatchState.PAUSED:
        return f"一時停止中です（{so_far}）"
    if not found.alive:
        return f"読み取りの装置が動いていません。情報システムの担当に知らせてください（{so_far}）"
    if not found.read:
        before = f"・前に{found.ahead}枚あります" if found.ahead else ""
        return f"読み取りを待っています（{found.files}ファイル{before}）"
    more = f"（まだ開いていない{found.unopened}ファイルを除く）" if found.unopened else ""
    if found.left is None:
        return f"{so_far}{more}"
    return f"{so_far}・{'残り1分以内' if found.left < 60 else f'残り約{-(-found.left // 60)}分'}{more}"


def file_name(file: FileRow) -> str:
    return f"{file.number}番目のファイル"
