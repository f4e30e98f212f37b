"""Ids people see: 80 random bits and a check character in Crockford's base32."""

import secrets

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 17
_VALUE = {character: number for number, character in enumerate(ALPHABET)}
_READ_AS = str.maketrans({"O": "0", "I": "1", "L": "1", "-": None, " ": None, "\u3000": None})


def new_id() -> str:
    """17 characters, never derived from a time, a counter or a session."""
    return from_bits(secrets.randbits(80))


def from_bits(bits: int) -> str:
    body = "".join(ALPHABET[bits >> shift & 31] for shift in range(75, -1, -5))
    return body + ALPHABET[_check(body)]


def normalise(text: str) -> str | None:
    """What a person typed or a scanner read, as the id it means; None if it is no id of ours."""
    body = text.upper().translate(_READ_AS)
    if len(body) != LENGTH or any(character not in _VALUE for character in body):
        return None
    return body if ALPHABET[_check(body[:-1])] == body[-1] else None


def grouped(text: str) -> str:
    """For the eye: 4-4-4-5."""
    return "-".join((text[:4], text[4:8], text[8:12], text[12:]))


def _check(body: str) -> int:
    """Horner's rule over GF(32): every single slip and every swap of neighbours changes the result."""
    check = 0
    for character in body:
        check = _double(check ^ _VALUE[character])
    return check


def _double(element: int) -> int:
    element <<= 1
    return element ^ 0b100101 if element & 32 else element
