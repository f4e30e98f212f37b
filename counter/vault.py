"""Personal data at rest: master key → a ward's or the platform's root key → a data key → a sealed value.

Shredding a data key erases what it sealed. Blind indexes find a value without opening it.
"""

import hashlib
import hmac
import json
import secrets
from collections.abc import Sequence
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from counter.ids import LENGTH, new_id
from counter.models.base import now
from counter.models.keys import Key

ROOT = "root"
PLATFORM = None
_VERSION = b"\x01"
_NONCE = 12


class Locked(Exception):
    """The key is not here: never made, or of another installation."""


class Shredded(Exception):
    """What was sealed is erased."""


class Tampered(Exception):
    """The value was changed, or belongs to another row."""


class Vault:
    """Seals and opens with the master key of one installation; keeps the root keys it met in memory."""

    def __init__(self, master: bytes) -> None:
        if len(master) != 32:
            raise ValueError("a master key has 32 bytes")
        self._master = master
        self._roots: dict[str, bytes] = {}

    @property
    def fingerprint(self) -> str:
        """Names the master key without telling it."""
        return self.derive("fingerprint").hex()[:16]

    def derive(self, purpose: str) -> bytes:
        """A key of its own for a purpose, such as signing cookies."""
        return _hkdf(self._master, purpose)

    def new_root(self, session: Session, ward: str | None) -> str:
        """The key under which everything of a ward (or of the platform) lies; once an installation."""
        key = Key(id=new_id(), scope=ROOT, ward=ward, root_of=ward or "platform")
        key.wrapped = _encrypt(self._master, f"key:{key.id}", secrets.token_bytes(32))
        session.add(key)
        session.flush()
        return key.id

    def new_key(self, session: Session, scope: str, ward: str | None = PLATFORM) -> str:
        """A data key for one thing that will be erased on its own; returns its id."""
        return self.new_keys(session, scope, (ward,))[0]

    def new_keys(self, session: Session, scope: str, wards: Sequence[str | None]) -> list[str]:
        """A data key each, of these wards, written together."""
        rows = []
        for ward in wards:
            root_id, root = self._root(session, ward)
            key_id, secret = new_id(), secrets.token_bytes(32)
            rows.append(
                {
                    "id": key_id,
                    "scope": scope,
                    "ward": ward,
                    "parent_id": root_id,
                    "created_at": now(),
                    "wrapped": _encrypt(root, f"key:{key_id}", secret),
                }
            )
            _opened(session)[key_id] = secret
        session.execute(insert(Key), rows)
        return [row["id"] for row in rows]

    def seal(self, session: Session, key_id: str, aad: str, value: Any) -> bytes:
        """`aad` is "table:column:row id"; the same must be said to open it."""
        return self.seal_bytes(session, key_id, aad, _dump(value))

    def open(self, session: Session, key_id: str, aad: str, blob: bytes) -> Any:
        return json.loads(self.open_bytes(session, key_id, aad, blob))

    def seal_bytes(self, session: Session, key_id: str, aad: str, value: bytes) -> bytes:
        prefix = _VERSION + key_id.encode("ascii")
        return prefix + _encrypt(self._data_key(session, key_id), f"{key_id}:{aad}", value)

    def open_bytes(self, session: Session, key_id: str, aad: str, blob: bytes) -> bytes:
        prefix = _VERSION + key_id.encode("ascii")
        if not blob.startswith(prefix):
            raise Tampered(f"not sealed with key {key_id}")
        return _decrypt(self._data_key(session, key_id), f"{key_id}:{aad}", blob[1 + LENGTH :])

    @staticmethod
    def enclose(secret: bytes, aad: str, value: bytes) -> bytes:
        """Large bytes under a secret of their own, which whoever may open them keeps sealed."""
        return _VERSION + _encrypt(secret, aad, value)

    @staticmethod
    def disclose(secret: bytes, aad: str, blob: bytes) -> bytes:
        if not blob.startswith(_VERSION):
            raise Tampered("not enclosed by us")
        return _decrypt(secret, aad, blob[1:])

    def shred(self, session: Session, key_id: str) -> None:
        """Erase for good what this key sealed; shredding twice is no error."""
        key = session.get(Key, key_id)
        if key is None or key.scope == ROOT:
            raise Locked(f"no data key {key_id}")
        if key.wrapped is not None:
            key.wrapped, key.shredded_at = None, now()
            session.flush()
        _opened(session).pop(key_id, None)

    def blind(self, session: Session, ward: str | None, purpose: str, text: str) -> bytes:
        """16 bytes that equal texts of a ward and purpose share, and that tell nothing without the root key."""
        _, root = self._root(session, ward)
        return hmac.digest(_hkdf(root, f"blind:{purpose}"), text.encode("utf-8", "surrogatepass"), "sha256")[:16]

    def rewrap(self, session: Session, new_master: bytes) -> "Vault":
        """Put every root under a new master key; the data below stays as it is."""
        vault = Vault(new_master)
        for key in session.scalars(select(Key).where(Key.scope == ROOT).order_by(Key.id)):
            aad = f"key:{key.id}"
            key.wrapped = _encrypt(new_master, aad, _decrypt(self._master, aad, key.wrapped or b""))
        session.flush()
        return vault

    def _root(self, session: Session, ward: str | None) -> tuple[str, bytes]:
        found: dict[str | None, tuple[str, bytes]] = session.info.setdefault("vault.roots", {})
        if ward not in found:
            key = session.scalars(select(Key).where(Key.root_of == (ward or "platform"))).one_or_none()
            if key is None:
                raise Locked(f"no root key for {ward or 'the platform'}")
            found[ward] = key.id, self._unwrap_root(key)
        return found[ward]

    def _unwrap_root(self, key: Key) -> bytes:
        if key.id not in self._roots:
            self._roots[key.id] = _decrypt(self._master, f"key:{key.id}", key.wrapped or b"")
        return self._roots[key.id]

    def _data_key(self, session: Session, key_id: str) -> bytes:
        opened = _opened(session)
        if key_id not in opened:
            key = session.get(Key, key_id)
            if key is None or key.scope == ROOT:
                raise Locked(f"no data key {key_id}")
            if key.wrapped is None:
                raise Shredded(f"key {key_id} was shredded")
            root_id, root = self._root(session, key.ward)
            if root_id != key.parent_id:
                raise Tampered(f"key {key_id} does not lie under the root of its ward")
            opened[key_id] = _decrypt(root, f"key:{key_id}", key.wrapped)
        return opened[key_id]


def of(session: Session) -> Vault:
    """The vault a session of this installation carries."""
    vault: Vault = session.info["vault"]
    return vault


def _opened(session: Session) -> dict[str, bytes]:
    keys: dict[str, bytes] = session.info.setdefault("vault.keys", {})
    return keys


def _dump(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")


def _hkdf(key: bytes, purpose: str) -> bytes:
    """HKDF-SHA256 (RFC 5869) of one block; our keys are already uniform, so no salt."""
    extracted = hmac.digest(b"\x00" * 32, key, hashlib.sha256)
    return hmac.digest(extracted, b"counter:" + purpose.encode() + b"\x01", hashlib.sha256)


def _encrypt(key: bytes, aad: str, value: bytes) -> bytes:
    nonce = secrets.token_bytes(_NONCE)
    return nonce + AESGCM(key).encrypt(nonce, value, aad.encode())


def _decrypt(key: bytes, aad: str, blob: bytes) -> bytes:
    try:
        return AESGCM(key).decrypt(blob[:_NONCE], blob[_NONCE:], aad.encode())
    except (InvalidTag, ValueError) as error:
        raise Tampered("this value was changed, or sealed for another place or by another key") from error
