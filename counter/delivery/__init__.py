"""Ways to hand an application over to its back office; one module a way, none knows a queue or a clock."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

from sqlalchemy.orm import Session

from counter.services.delivery import Parcel


class Way(Protocol):
    """How one kind of office is handed a parcel. Sending the same parcel again must have no second effect there."""

    inside: bool  # writes only through the session it is given, so that it happens exactly once

    def send(self, parcel: Parcel, session: Session | None) -> str:
        """Hand it over; returns the office's own reference, if it gave one. Raises whatever goes wrong."""
        ...


def ways(settings: Mapping[str, Any]) -> dict[str, Way]:
    """Every way this installation knows, by the name an office's row says."""
    from counter.delivery.files import FileDrop
    from counter.delivery.inbox import Inbox
    from counter.services.blobs import Blobs

    instance = Path(settings["INSTANCE"])
    folder = settings.get("FILE_DROP") or instance / "offices"
    return {"inbox": Inbox(), "files": FileDrop(Path(folder), Blobs(instance / "blobs" / "enclosures"))}
