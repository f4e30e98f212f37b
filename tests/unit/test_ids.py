"""Ids people see and type."""

from hypothesis import given
from hypothesis import strategies as st

from counter import ids

IDS = st.integers(0, 2**80 - 1).map(ids.from_bits)


def test_ids_are_long_random_and_never_alike() -> None:
    made = {ids.new_id() for _ in range(2000)}
    assert len(made) == 2000
    assert all(len(each) == ids.LENGTH and set(each) <= set(ids.ALPHABET) for each in made)
    assert len({each[:4] for each in made}) > 1900, "nothing of a time or a counter at the front"


@given(IDS)
def test_what_was_shown_is_understood(number: str) -> None:
    assert ids.normalise(number) == number
    assert ids.normalise(ids.grouped(number).lower()) == number
    assert ids.normalise(number.replace("0", "O").replace("1", "l")) == number
    assert [len(group) for group in ids.grouped(number).split("-")] == [4, 4, 4, 5]


@given(IDS, st.integers(0, 16), st.sampled_from(ids.ALPHABET))
def test_every_slip_is_noticed(number: str, at: int, character: str) -> None:
    slipped = number[:at] + character + number[at + 1 :]
    assert (ids.normalise(slipped) is None) == (slipped != number)


@given(IDS, st.integers(0, 15))
def test_every_swap_of_neighbours_is_noticed(number: str, at: int) -> None:
    swapped = number[:at] + number[at + 1] + number[at] + number[at + 2 :]
    assert (ids.normalise(swapped) is None) == (swapped != number)


@given(st.text())
def test_anything_else_is_no_id(text: str) -> None:
    found = ids.normalise(text)
    assert found is None or len(found) == ids.LENGTH
