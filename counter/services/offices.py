"""A ward's own offices: what they are called, how they are handed applications, which characters their systems hold."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from counter import ids, tenancy
from counter.models.organisation import BackOffice
from counter.services import audit
from forms.characters import SETS, UNICODE

WAYS = {"inbox": "このサービスの案件一覧", "files": "ファイルの受け渡し"}
LONGEST_NAME = 80
MOST = 60


class Wrong(ValueError):
    """What the ward wrote cannot be taken; the message says what to mend."""


def change(session: Session, ward: str, code: str, *, name: str, way: str, characters: str, actor: str) -> bool:
    """Set one office; False when the ward has none of this code. Raises Wrong. What was delivered stays where it is."""
    with tenancy.tenant(session, ward):
        office = session.get(BackOffice, (ward, code))
        if office is None:
            return False
        office.name, office.way = _name(name), _known(way, WAYS)
        chosen = _known(characters, SETS)
        office.characters = None if chosen == UNICODE else chosen
        session.flush()
    audit.record(session, ward, actor, "office.change", code, {"name": office.name, "way": way, "characters": chosen})
    return True


def add(session: Session, ward: str, *, name: str, actor: str) -> str:
    """A new office of the ward; returns its code, which is never used again. Raises Wrong."""
    with tenancy.tenant(session, ward):
        if (session.scalar(sa.select(sa.func.count()).select_from(BackOffice)) or 0) >= MOST:
            raise Wrong(f"所管課は{MOST}までです。")
        code = f"own-{ids.new_id().lower()}"
        session.add(BackOffice(ward=ward, code=code, name=_name(name)))
        session.flush()
    audit.record(session, ward, actor, "office.add", code, {"name": name.strip()})
    return code


def _name(text: str) -> str:
    name = text.strip()
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise Wrong(f"所管課の名前を{LONGEST_NAME}字までで入力してください。")
    return name


def _known(code: str, among: dict[str, str]) -> str:
    if code not in among:
        raise Wrong("一覧から選んでください。")
    return code
