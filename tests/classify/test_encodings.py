"""What an encoding hides is found, whatever the alphabet."""

from __future__ import annotations

import base64
from collections.abc import Callable

import pyarrow as pa
import pytest

from mesh_platform.classify.columns import judge
from mesh_platform.classify.entities import Entity

MAILS = [f"{first}.{last}{i}@posten.example" for i, (first, last) in enumerate((f, n) for f in ("ida", "omar", "lena", "joao") for n in ("brandt", "okoro", "silva", "novak"))]  # fmt: skip
PLAIN = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"


def _as_base32(alphabet: str) -> Callable[[bytes], str]:
    return lambda data: base64.b32encode(data).decode().rstrip("=").translate(str.maketrans(PLAIN, alphabet))


def _as_number(alphabet: str) -> Callable[[bytes], str]:
    def encode(data: bytes) -> str:
        number, out = int.from_bytes(data), ""
        while number:
            number, digit = divmod(number, len(alphabet))
            out = alphabet[digit] + out
        return out

    return encode


WAYS: dict[str, Callable[[bytes], str]] = {
    "base32 in hex order": _as_base32("0123456789ABCDEFGHIJKLMNOPQRSTUV"),
    "Crockford's base32": _as_base32("0123456789ABCDEFGHJKMNPQRSTVWXYZ"),
    "z-base-32": _as_base32("ybndrfg8ejkmcpqxot1uwisza345h769"),
    "base62, small letters first": _as_number("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"),
    "base58 of short links": _as_number("123456789abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ"),
    "a decimal number": lambda data: str(int.from_bytes(data)),
    "hex with colons": lambda data: data.hex(":").upper(),
    "EBCDIC in hex": lambda data: data.decode().encode("cp037").hex(),
    "UTF-16, large end first": lambda data: base64.b64encode(data.decode().encode("utf-16-be")).decode(),
    "CSS escapes": lambda data: "".join(f"\\{c:x} " for c in data),
    "calls of CHR": lambda data: "||".join(f"CHR({c})" for c in data),
    "numbers of three digits": lambda data: "".join(f"{c:03d}" for c in data),
    "octal numbers": lambda data: " ".join(f"{c:o}" for c in data),
    "numbers of letters": lambda data: "-".join(str(c - 96) if chr(c).isalpha() else chr(c) for c in data),
    "bytes under one key": lambda data: bytes(c ^ 0x2F for c in data).hex(),
    "a shift by two": lambda data: "".join(chr(c + 2) for c in data),
    "base64 rotated": lambda data: base64.b64encode(data).decode().swapcase(),
    "a payload before its signature": lambda data: f"{base64.b64encode(data).decode()}--{'4f' * 20}",
    "a wrapping": lambda data: f"ENC({base64.b64encode(data).decode()})",
}


@pytest.mark.parametrize("way", WAYS)
def test_addresses_are_found_behind(way: str) -> None:
    found = judge("t", "f3", pa.array([WAYS[way](mail.encode()) for mail in MAILS]))
    assert found.entities == [Entity.EMAIL]


def test_random_tokens_hide_nothing() -> None:
    import random

    drawn = random.Random(5)
    for alphabet in ("0123456789abcdef", "0123456789ABCDEFGHJKMNPQRSTVWXYZ", "0123456789", PLAIN + PLAIN.lower()):
        values = ["".join(drawn.choices(alphabet, k=26)) for _ in range(200)]
        assert judge("t", "f3", pa.array(values)).entities == []
