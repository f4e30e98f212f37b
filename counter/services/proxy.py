"""代理人: who files for somebody else stands among the people, but belongs to nobody's household."""

from __future__ import annotations

from counter.services import drafts
from counter.services.drafts import Draft
from forms.common import AGENT, APPLICANT, by_agent
from forms.path import look_up


def agent(draft: Draft) -> str | None:
    """The person who files for the applicant; None where people file for themselves."""
    found: str | None = look_up(draft.answers, AGENT.key) if by_agent(draft.answers) else None
    return found


def settle(draft: Draft, before: str | None, was_agent: bool) -> None:
    """After a page was taken over: whoever writes is the agent until they say otherwise, and the agent moves with nobody."""
    people = drafts.people_of(draft.answers)
    if by_agent(draft.answers) and not was_agent and people:
        writer = next(iter(people))["id"]
        if agent(draft) is None:
            drafts.put(draft.answers, AGENT.key, writer)
        if look_up(draft.answers, APPLICANT.key) == agent(draft):
            drafts.take(draft.answers, APPLICANT.key)  # it was filled in by us, before anybody said who files
    now = agent(draft)
    if now == before:
        return
    for person in people:
        if person["id"] == now:
            person["listed"] = False
        elif person["id"] == before:
            person.pop("listed", None)
