"""What a draft is called on the pages that list drafts."""

from __future__ import annotations

from counter.locales import brief, markup
from counter.services.drafts import Draft
from forms.life_events import LIFE_EVENTS
from forms.messages import N_
from forms.procedures import CATALOGUE

IN_GUIDE = N_("%(event)s：手続をさがしている途中")


def titles_of(draft: Draft) -> str:
    """What a draft is about, in a line."""
    if not draft.procedures and draft.event in LIFE_EVENTS:
        return markup(IN_GUIDE) % {"event": markup(LIFE_EVENTS[draft.event].title)}
    return markup(N_("、")).join(brief(CATALOGUE[code].title) for code in draft.procedures if code in CATALOGUE)
