"""The inbox of an office that works in this product: a row in our own database, so exactly once."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Session

from counter.models.delivery import InboxItem
from counter.services.delivery import Parcel


class Inbox:
    """A second copy of a delivery would break the unique key, and with it the whole transaction."""

    inside = True

    def send(self, parcel: Parcel, session: Session | None) -> str:
        assert session is not None
        row = {
            "ward": parcel.ward,
            "delivery_id": parcel.delivery_id,
            "application_id": parcel.application_id,
            "office": parcel.office,
            "placed_at": dt.datetime.now(dt.UTC),
        }
        session.execute(sa.insert(InboxItem), [row])
        return ""
