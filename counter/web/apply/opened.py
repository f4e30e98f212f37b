"""A draft opened for one request: its procedures, its pages, and the form of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import flask

from counter import ward_words
from counter.extensions import db
from counter.locales import markup, plain
from counter.services import carrying, changed_definitions, drafts, merging, newborn, overlays, proxy
from counter.services.drafts import Draft
from counter.services.journey import ROSTER, Journey, Page, journey, roster_questions
from counter.web.apply import carried, owner, tabs
from counter.web.assisted import serving
from counter.web.status.words import status_words, tone
from counter.web.wards import ward_name
from forms.bundle import Overlays
from forms.common import APPLICANT, BORN_ON, by_agent
from forms.life_events import Suggestion, due
from forms.messages import N_
from forms.model import Procedure, Question
from forms.overlays import Overlay
from forms.path import Still, destination, look_up, still
from forms.procedures import CATALOGUE
from forms.web import Context, PageForm, page_form, shown

YOURSELF = N_("あなたのこと")
NAMELESS = N_("お名前がまだの方")
UNNAMED = N_("お名前がまだの方のこと")
AT_HAND = {
    "address": N_("住所が分かるもの（契約書など）"),
    "kana": N_("ご家族の生年月日が分かるもの"),
    "account": N_("お金を受け取る口座の通帳やカード"),
    "corporate_number": N_("法人番号が分かるもの"),
    "invoice_number": N_("適格請求書発行事業者の登録番号（ある方）"),
}


@dataclass
class Opened:
    """What the views of a draft work with; nothing here outlives the request."""

    draft: Draft

    @cached_property
    def procedures(self) -> tuple[Procedure, ...]:
        """Today's definitions; a procedure that is no longer offered, or came in on paper, drops out."""
        left = (code for code in self.draft.procedures if code not in self.draft.filed)
        return tuple(CATALOGUE[code] for code in left if code in CATALOGUE)

    @cached_property
    def journey(self) -> Journey:
        """The pages as the answers stand; made anew after a change."""
        confirm = carrying.to_confirm(self.draft)
        return journey(self.procedures, self.document, self.draft.kept, self.overlays, confirm)

    @cached_property
    def document(self) -> Still:
        """The answers as they stand, to be judged once; made anew after a change."""
        return still(self.draft.answers)

    @cached_property
    def overlays(self) -> Overlays:
        """What the wards made of these procedures."""
        return overlays.derived(self.settings)

    @cached_property
    def settings(self) -> dict[tuple[str, str], Overlay]:
        """What the wards set for these procedures, by (code, ward); their own words are spoken from here on."""
        found = overlays.found(db(), self.draft.procedures)
        for one in found.values():
            ward_words.learn(one.own_words)
        return found

    @property
    def notes(self) -> list[tuple[str, str, str]]:
        """(procedure, ward, what the ward says to residents), of the wards that the answers lead to."""
        found = []
        for procedure in self.procedures:
            to, named = destination(procedure, self.document)
            for ward in to.kind.wards(named) if named is not None else ():
                one = self.settings.get((procedure.code, ward))
                if one is not None and one.note:
                    note = one.note["ja"]
                    found.append((markup(procedure.title), ward_name(ward), markup(note)))
        return found

    @property
    def people(self) -> list[dict[str, Any]]:
        return list(drafts.people_of(self.draft.answers))

    @cached_property
    def names(self) -> list[tuple[str, str]]:
        """(id, name) of everybody, for questions that point to a person."""
        return [(person["id"], self.name_of(person["id"])) for person in self.people]

    @property
    def own(self) -> str:
        """The path of the person who is writing: the first one."""
        return f"{ROSTER}.{self.people[0]['id']}" if self.people else ""

    @cached_property
    def context(self) -> Context:
        return Context(markup, self.names, self.own)

    def name_of(self, person: str) -> str:
        return self._written_name(person) or str(plain(markup(NAMELESS)))

    def _written_name(self, person: str) -> str:
        for question in roster_questions(self.procedures, self.draft.answers):
            if question.path.split(".")[1] == person:
                value = look_up(self.draft.answers, question.path)
                return question.field.kind.show(value) if value else ""
        return ""

    def title_of(self, page: Page) -> str:
        """A section's title, or whom the page is about."""
        if page.person:
            name = self._written_name(page.person)
            if not name and self.own == page.key:
                return markup(YOURSELF)
            return markup(N_("%(name)sさんのこと")) % {"name": name} if name else markup(UNNAMED)
        return markup(page.title)

    def form(self, questions: Sequence[Question], formdata: Any = None) -> PageForm:
        """The form of these questions: as sent, or as stored."""
        made = page_form(questions, translate=markup, people=self.names, own=self.own)
        values = {question.path: look_up(self.draft.answers, question.path) for question in questions}
        form = made(formdata, values=values, kept=self.draft.refill() if formdata is None else None)
        return carried.mark(form, self.draft)

    def roster_form(self, formdata: Any = None) -> PageForm:
        return self.form(self.roster, formdata)

    @property
    def roster(self) -> tuple[Question, ...]:
        """The name of everybody."""
        return roster_questions(self.procedures, self.draft.answers)

    def shown(self, question: Question) -> str:
        """An answer in the reader's language; empty where there is none."""
        value = look_up(self.draft.answers, question.path)
        if value is None or not question.field.kind.valid(value):
            return ""
        return shown(question.field.kind, value, self.context)

    @property
    def needed(self) -> list[str]:
        """What to have at hand, from the kinds of what may be asked."""
        kinds = {found.kind.code for procedure in self.procedures for found in procedure.fields()}
        return [markup(words) for code, words in AT_HAND.items() if code in kinds]

    def ward_name(self, code: str) -> str:
        return ward_name(code)

    def status_words(self, status: str) -> str:
        return status_words(status)

    def tone(self, status: str) -> str:
        return tone(status)

    def deadline(self, procedure: Procedure) -> Suggestion | None:
        """By when it must be filed, with the day once the answers tell it."""
        return due(procedure, self.draft.event, self.draft.answers)

    def put(self, form: PageForm, *, unfinished: bool = False) -> tuple[str, ...]:
        """Take over what a page said; returns where another tab said something else meanwhile, which is left as it is."""
        sent = tabs.sent()
        merged = merging.merge(self.draft, form.values, form.rejected, seen=sent.seen, tab=sent.tab, chosen=sent.chosen)
        before = merging.seen(self.draft, merged.values)
        carrying.heard(self.draft, merged.values)
        agent, was_agent = proxy.agent(self.draft), by_agent(self.draft.answers)
        born = newborn.days(self.draft)
        take = self.draft.put_typed if unfinished else self.draft.put
        take(merged.values, merged.kept)
        proxy.settle(self.draft, agent, was_agent)
        newborn.settle(self.draft, born)
        carrying.settle(self.draft)
        merging.note_writer(self.draft, before, sent.tab)
        self.changed()
        return merged.conflicts

    @property
    def newborn(self) -> tuple[str, str]:
        """Which of the people is the child whose birth began it, and the day as shown; ("", "") if there is none."""
        child = look_up(self.draft.answers, newborn.NEWBORN)
        return (child, self.shown(Question(BORN_ON.key, BORN_ON, True, ()))) if child else ("", "")

    def seen(self, questions: Sequence[Question]) -> dict[str, str]:
        """What a page with these questions brings back, so that two tabs can be told apart."""
        return merging.seen(self.draft, [question.path for question in questions])

    @property
    def agent(self) -> str:
        """The name of who files for somebody else; empty where people file for themselves."""
        found = proxy.agent(self.draft)
        return self.name_of(found) if found else ""

    @property
    def applicant(self) -> str:
        found = look_up(self.draft.answers, APPLICANT.key)
        return self.name_of(found) if found else ""

    @cached_property
    def changes(self) -> tuple[changed_definitions.Change, ...]:
        """What is asked differently since the resident last looked."""
        return changed_definitions.changes(db(), self.draft.digests, self.draft.procedures)

    @property
    def filed(self) -> tuple[Procedure, ...]:
        """What came in on this draft's own paper."""
        return tuple(CATALOGUE[code] for code in self.draft.filed if code in CATALOGUE)

    def changed(self) -> None:
        for made in ("journey", "document", "names", "context"):
            self.__dict__.pop(made, None)

    def save(self) -> None:
        self.changed()
        drafts.save(db(), self.draft, owner.token())


def open_draft(draft_id: str) -> Opened:
    """This resident's draft, locked if it is about to change; anybody else's is as absent as none."""
    draft = drafts.load(db(), draft_id, owner.token(), lock=flask.request.method == "POST")
    if draft is None and serving.left_over():
        flask.abort(flask.redirect(flask.url_for("assisted.home", over=1), 303))
    if draft is None:
        flask.abort(404)
    _gate(draft)
    return Opened(draft)


def _gate(draft: Draft) -> None:
    """A clerk's look is recorded; while a counter goes on with a draft, its owner only looks on."""
    counter = serving.current()
    if counter is not None:
        serving.note_look(draft.id)
    elif draft.counter_session is not None and flask.request.endpoint != "apply.take_back":
        flask.abort(flask.make_response(flask.render_template("apply/at_counter.html", draft=draft), 409))


def whose() -> str:
    """What costly pages are limited by: the draft, not the address, which a whole ward office may share."""
    return str((flask.request.view_args or {}).get("draft_id", ""))
