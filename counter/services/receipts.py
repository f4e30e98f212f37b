"""受付番号 and its second secret: made once, derived again for a resend, stored only as a hash."""

from __future__ import annotations

import datetime as dt
import hmac
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from counter import ids, tenancy, vault
from counter.models.application import Application
from counter.models.bundle import Bundle
from counter.models.definition import Definition

SECRET_LENGTH = 12  # 60 bits, beside a number of 80: enough where guesses are throttled


@dataclass(frozen=True, slots=True)
class Line:
    """One application of a receipt: the office it went to, and where it stands."""

    suffix: int
    application_id: str
    procedure_code: str
    title: str
    ward: str
    office_name: str
    status: str
    reason: str


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the resident takes home. ``secret`` opens the status page; it is not stored."""

    bundle_id: str
    number: str
    secret: str
    received_at: dt.datetime
    lines: tuple[Line, ...]


def secret(session: Session, nonce: str) -> str:
    """The second secret of the bundle that this nonce made: three groups of four characters."""
    digest = hmac.digest(vault.of(session).derive("receipt"), nonce.encode(), "sha256")
    number = int.from_bytes(digest[:8], "big")
    text = "".join(ids.ALPHABET[number >> 5 * place & 31] for place in range(SECRET_LENGTH))
    return "-".join(text[start : start + 4] for start in range(0, SECRET_LENGTH, 4))


def hashed(session: Session, bundle_id: str, written: str) -> bytes:
    """What is stored of a secret, and compared with: bound to its bundle, however it was typed."""
    plain = "".join(_READ_AS.get(character, character) for character in written.upper() if character not in "- \u3000")
    return hmac.digest(
        vault.of(session).derive("receipt-check"), f"{bundle_id}:{plain}".encode("utf-8", "replace"), "sha256"
    )


_READ_AS = {"O": "0", "I": "1", "L": "1"}


def of_nonce(session: Session, nonce: str) -> Receipt | None:
    """The receipt a submission with this nonce already got."""
    bundle = session.scalars(sa.select(Bundle).where(Bundle.nonce == nonce)).one_or_none()
    return None if bundle is None else of_bundle(session, bundle)


def of_bundle(session: Session, bundle: Bundle) -> Receipt:
    return Receipt(
        bundle_id=bundle.id,
        number=ids.grouped(bundle.id),
        secret=secret(session, bundle.nonce),
        received_at=bundle.received_at,
        lines=lines(session, bundle.id),
    )


def lines(session: Session, bundle_id: str) -> tuple[Line, ...]:
    """The applications of a bundle in the receipt's order, with the words of the definitions they were made with."""
    with tenancy.all_wards(session, "a resident's receipt names every office the bundle went to"):
        found = session.execute(
            sa.select(
                Application.line,
                Application.id,
                Application.procedure,
                Application.ward,
                Application.routing_inputs,
                Application.routing_reason,
                Application.status,
                Definition.content,
            )
            .join(Definition, Definition.digest == Application.definition_digest)
            .where(Application.bundle_id == bundle_id)
            .order_by(Application.line)
        ).all()
    return tuple(
        Line(
            suffix=row.line,
            application_id=row.id,
            procedure_code=row.procedure,
            title=row.content["title"],
            ward=row.ward,
            office_name=row.routing_inputs["office_name"],
            status=row.status,
            reason=row.routing_reason,
        )
        for row in found
    )
