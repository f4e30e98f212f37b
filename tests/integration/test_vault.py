"""What the vault promises: nothing opens in another place, with another key, or after shredding."""

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from counter.extensions import CounterSession
from counter.models.keys import Key
from counter.vault import Locked, Shredded, Tampered, Vault
from tests.conftest import both_backends

KOTO, SHIBUYA = "131083", "131130"
PLACE = "application:sealed:X"


@both_backends
def test_what_was_sealed_opens(session: CounterSession, vault: Vault) -> None:
    key = vault.new_key(session, "application", KOTO)
    value = {"name": "髙橋 𠮷子", "lone": "\ud800", "n": [1, None, True]}
    blob = vault.seal(session, key, PLACE, value)
    session.commit()
    session.info.pop("vault.keys")  # as another process would: from the database alone
    assert vault.open(session, key, PLACE, blob) == value
    assert "髙橋".encode() not in blob


def test_nothing_opens_in_another_place(session: CounterSession, vault: Vault) -> None:
    key = vault.new_key(session, "application", KOTO)
    other = vault.new_key(session, "application", KOTO)
    blob = vault.seal(session, key, PLACE, "secret")
    with pytest.raises(Tampered):
        vault.open(session, key, "application:sealed:Y", blob)
    with pytest.raises(Tampered):
        vault.open(session, other, PLACE, blob)
    with pytest.raises(Tampered):
        vault.open(session, other, PLACE, blob.replace(key.encode(), other.encode()))


def test_every_flipped_bit_is_noticed(session: CounterSession, vault: Vault) -> None:
    key = vault.new_key(session, "draft")
    blob = vault.seal(session, key, PLACE, "x")
    for position in range(len(blob)):
        changed = bytearray(blob)
        changed[position] ^= 1
        with pytest.raises(Tampered):
            vault.open(session, key, PLACE, bytes(changed))


def test_shredding_erases_for_good(session: CounterSession, vault: Vault) -> None:
    key, kept = vault.new_key(session, "draft"), vault.new_key(session, "draft")
    blob, other = vault.seal(session, key, PLACE, "x"), vault.seal(session, kept, PLACE, "y")
    vault.shred(session, key)
    vault.shred(session, key)
    session.commit()
    with pytest.raises(Shredded):
        vault.open(session, key, PLACE, blob)
    assert session.get_one(Key, key).wrapped is None
    assert vault.open(session, kept, PLACE, other) == "y"


def test_a_root_key_is_never_shredded_nor_used(session: CounterSession, vault: Vault) -> None:
    root = session.scalars(sa.select(Key.id).where(Key.root_of == KOTO)).one()
    with pytest.raises(Locked):
        vault.shred(session, root)
    with pytest.raises(Locked):
        vault.seal(session, root, PLACE, "x")


def test_a_key_moved_under_another_ward_is_noticed(session: CounterSession, vault: Vault) -> None:
    key = vault.new_key(session, "application", KOTO)
    session.get_one(Key, key).ward = SHIBUYA
    session.flush()
    session.info.pop("vault.keys")
    with pytest.raises(Tampered):
        vault.seal(session, key, PLACE, "x")


def test_another_master_key_opens_nothing(session: CounterSession, vault: Vault) -> None:
    key = vault.new_key(session, "draft")
    blob = vault.seal(session, key, PLACE, "x")
    session.info.clear()
    with pytest.raises(Tampered):
        Vault(bytes(32)).open(session, key, PLACE, blob)


def test_a_new_master_key_opens_what_the_old_one_sealed(session: CounterSession, vault: Vault) -> None:
    key = vault.new_key(session, "application", KOTO)
    blob = vault.seal(session, key, PLACE, "x")
    renewed = vault.rewrap(session, b"n" * 32)
    session.info.clear()
    assert renewed.open(session, key, PLACE, blob) == "x"
    session.info.clear()
    with pytest.raises(Tampered):
        Vault(vault._master).open(session, key, PLACE, blob)


def test_blind_indexes_meet_within_a_ward_only(session: CounterSession, vault: Vault) -> None:
    mark = vault.blind(session, KOTO, "name", "山田太郎")
    assert mark == vault.blind(session, KOTO, "name", "山田太郎")
    others = {
        vault.blind(session, SHIBUYA, "name", "山田太郎"),
        vault.blind(session, None, "name", "山田太郎"),
        vault.blind(session, KOTO, "kana", "山田太郎"),
        vault.blind(session, KOTO, "name", "山田次郎"),
    }
    assert mark not in others
    assert len(others) == 4


def test_a_ward_we_do_not_serve_has_no_key(session: CounterSession, vault: Vault) -> None:
    with pytest.raises(Locked):
        vault.new_key(session, "application", "141003")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(exclude_categories=())),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=8,
)


@given(value=JSON)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_json_comes_back_as_it_was(session: CounterSession, vault: Vault, value: object) -> None:
    key = vault.new_key(session, "draft")
    assert vault.open(session, key, PLACE, vault.seal(session, key, PLACE, value)) == value
