"""What the address of a queue says: the view is in the URL, and every chip is a link to another one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from counter.queries.office import Filters
from counter.services.status import OPEN
from counter.web.access import Member
from counter.web.office.words import CHANNELS, STATUSES
from forms.web import presentable

ALL = "all"
UNREAD = {"corrections": "補正の回答あり", "messages": "未読のメッセージ"}


@dataclass(frozen=True, slots=True)
class Chosen:
    """One view of a queue. Offices are always a subset of the person's own."""

    offices: tuple[str, ...]
    own: tuple[str, ...] = ()
    office: str = ""
    status: str = ""
    channel: str = ""
    mine: bool = False
    unread: str = ""
    newest: bool = False
    procedure: str = ""
    number: str = ""
    after: str | None = None
    actor: str = ""

    @classmethod
    def of(cls, args: Mapping[str, str], me: Member) -> Chosen:
        office = args.get("office", "")
        return cls(
            offices=(office,) if office in me.offices else me.offices, own=me.offices,
            office=office if office in me.offices else "",
            status=args["status"] if args.get("status") in {*STATUSES, ALL} else "",
            channel=args["channel"] if args.get("channel") in CHANNELS else "",
            mine=args.get("mine") == "1",
            unread=args["unread"] if args.get("unread") in UNREAD else "", newest=args.get("order") == "newest",
            procedure=presentable(args.get("procedure", "")[:40]), number=args.get("number", "")[:40].strip(),
            after=args.get("after") or None, actor=me.actor,
        )  # fmt: skip

    def filters(self) -> Filters:
        status = tuple(one.value for one in OPEN) if not self.status else () if self.status == ALL else (self.status,)
        return Filters(
            status=status if not self.number and not self.unread else (),
            answered=self.unread == "corrections",
            written=self.unread == "messages",
            procedure=self.procedure,
            channel=self.channel,
            assignee=self.actor if self.mine else "",
            number=self.number,
            newest_first=self.newest,
        )

    def query(self) -> dict[str, str]:
        """The address's own words for this view."""
        said = {
            "office": self.office,
            "status": self.status,
            "channel": self.channel,
            "mine": "1" if self.mine else "",
            "unread": self.unread,
            "order": "newest" if self.newest else "",
            "procedure": self.procedure,
            "number": self.number,
            "after": self.after or "",
        }
        return {name: value for name, value in said.items() if value}

    def but(self, **changes: str) -> dict[str, str]:
        """The address of the same view with something changed, from its beginning."""
        return {name: value for name, value in {**self.without("after"), **changes}.items() if value}

    def without(self, name: str) -> dict[str, str]:
        return {key: value for key, value in self.query().items() if key != name}
