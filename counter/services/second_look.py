"""A second pair of eyes: where a ward asks for it, what one clerk looked over another confirms."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

import sqlalchemy as sa
from sqlalchemy.orm import Session

from counter import vault
from counter.models.intake import FormState, PaperForm, ReviewRule
from counter.services import audit

LONGEST_REASON = 400


class Needed(Exception):
    """One person looked this form over; another has to confirm it."""


class OwnWork(Exception):
    """The second look must not be that of the person who had the first."""


def wanted(session: Session, procedure: str) -> bool:
    """Whether this ward wants two people on a procedure's paper."""
    rule = session.scalars(sa.select(ReviewRule).where(ReviewRule.procedure == procedure)).one_or_none()
    return rule is not None and rule.second_look


def procedures(session: Session) -> frozenset[str]:
    """All for which this ward wants it."""
    return frozenset(session.scalars(sa.select(ReviewRule.procedure).where(ReviewRule.second_look.is_(True))))


def choose(session: Session, ward: str, wanted: Collection[str], known: Collection[str], actor: str) -> None:
    """From now on these procedures and no others. Forms that wait for a second look already go on waiting."""
    rules = {rule.procedure: rule for rule in session.scalars(sa.select(ReviewRule))}
    for code in known:
        asked = code in wanted
        rule = rules.get(code)
        if rule is None and asked:
            session.add(ReviewRule(ward=ward, procedure=code, second_look=True, by=actor))
        elif rule is not None and rule.second_look != asked:
            rule.second_look, rule.by, rule.at = asked, actor, dt.datetime.now(dt.UTC)
    session.flush()
    audit.record(session, ward, actor, "review.second-look", "settings", {"procedures": sorted(wanted)})


def check(session: Session, form: PaperForm, procedure: str, actor: str) -> None:
    """Raises Needed or OwnWork when this person may not confirm the form now."""
    if form.state == FormState.SECOND:
        if form.first_by == actor:
            raise OwnWork
    elif wanted(session, procedure):
        raise Needed


def pass_on(form: PaperForm, actor: str) -> None:
    """What was saved of the form now waits for another person."""
    form.state, form.first_by, form.returned = FormState.SECOND, actor, None


def send_back(session: Session, form: PaperForm, why: str) -> None:
    """To the first person, with the reason; sealed, for it may quote the form."""
    form.state, form.first_by = FormState.REVIEW, None
    form.returned = vault.of(session).seal(session, form.key_id, f"paper_form:returned:{form.id}", why[:LONGEST_REASON])


def why_returned(session: Session, form: PaperForm) -> str:
    """What the second person said; "" where nobody sent it back."""
    if form.returned is None:
        return ""
    said: str = vault.of(session).open(session, form.key_id, f"paper_form:returned:{form.id}", form.returned)
    return said
