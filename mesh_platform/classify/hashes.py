"""Hashes of identifiers that the mesh itself holds: by which function, case, salt and cut a column was made.

A few hundred known values are hashed in every way; where two or more meet the column, that way is tried on all known values. Only what is
recomputed is believed, so a hash of something unknown stays a hash.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial

from mesh_platform.classify.entities import Entity
from mesh_platform.classify.leaves import spread

TRIED = (60, 400)
"""Known values per entity that are hashed in every way: so many at least and at most, a fiftieth between."""
PROBE = 200
HELD = 5_000
"""Values of the column that the tried ones are looked for in."""
SHORTEST = 8
"""Bytes: shorter cuts meet by chance."""
_HASHED = (Entity.EMAIL, Entity.USER_ID, Entity.PHONE, Entity.NATIONAL_ID, Entity.USERNAME)
_HEX = re.compile(r"(?:0x|\\x|[\w-]{2,12}[:$|.{]\}?)?([0-9a-fA-F]{16,128})")
_B64 = re.compile(r"(?:[\w-]{2,12}[:$])?([A-Za-z0-9+/_-]{11,90}={0,2})")
_NAMED = ("md5", "sha1", "sha256", "sha512", "sha224", "sha384", "sha3_256", "sha3_512", "sha3_224", "sha3_384", "sha512_256", "sha512_224", "ripemd160", "blake2b", "blake2s", "sm3", "md5-sha1")  # fmt: skip
Way = Callable[[bytes], bytes]
Form = Callable[[str], str]


def _named(name: str, data: bytes) -> bytes:
    return hashlib.new(name, data, usedforsecurity=False).digest()


def _short(size: int, data: bytes) -> bytes:
    return hashlib.blake2b(data, digest_size=size).digest()


def _shake(name: str, size: int, data: bytes) -> bytes:
    return bytes(hashlib.new(name, data, usedforsecurity=False).digest(size))  # type: ignore[call-arg]


def _twice(first: str, second: str, data: bytes) -> bytes:
    return _named(second, _named(first, data))


def _twice_as_text(first: str, second: str, data: bytes) -> bytes:
    return _named(second, _named(first, data).hex().encode())


_WAYS: dict[str, Way] = {
    **{name: partial(_named, name) for name in _NAMED if name in hashlib.algorithms_available},
    **{f"blake2b-{8 * size}": partial(_short, size) for size in (16, 20, 32)},
    "shake128": partial(_shake, "shake_128", 16), "shake256": partial(_shake, "shake_256", 32),
    **{f"{first} of {second} of": partial(_twice, second, first) for first, second in (("sha1", "sha1"), ("sha256", "sha256"))},
    **{f"{first} of the hex {second} of": partial(_twice_as_text, second, first) for first, second in (("md5", "md5"), ("sha1", "md5"), ("sha256", "sha256"), ("sha256", "md5"), ("sha256", "sha1"), ("sha512", "sha256"))},
}  # fmt: skip


def _salted(salt: bytes) -> Iterator[tuple[str, Way]]:
    for name in ("md5", "sha1", "sha256", "sha512"):
        yield f"{name} behind a registered salt", lambda data, name=name: _named(name, salt + data)  # type: ignore[misc]
        yield f"{name} before a registered salt", lambda data, name=name: _named(name, data + salt)  # type: ignore[misc]
        yield f"HMAC-{name} with a registered key", lambda data, name=name: hmac.digest(salt, data, name)  # type: ignore[misc]


_FORMS: dict[str, Form] = {
    "": str,
    "upper-case": str.upper,
    "title-case": str.title,
    "digits of": lambda value: re.sub(r"\D", "", value),
    "+digits of": lambda value: "+" + re.sub(r"\D", "", value),
    "mailto:": lambda value: "mailto:" + value,
    "untagged": lambda value: re.sub(r"\+[^@]*(?=@)", "", value),
    "dotless": lambda value: (
        re.sub(r"\+[^@]*(?=@)", "", value.partition("@")[0]).replace(".", "") + "@" + value.partition("@")[2]
    ),
    "with a line break": lambda value: value + "\n",
    "UTF-16": lambda value: value,
}
_BY_ENTITY = {
    Entity.EMAIL: ("", "upper-case", "title-case", "mailto:", "untagged", "dotless", "with a line break", "UTF-16"),
    Entity.PHONE: ("", "digits of", "+digits of"),
    Entity.NATIONAL_ID: ("", "upper-case", "digits of"),
}


class Hashes:
    """The ways in which `values`, lower-cased known identifiers by kind, may be hashed; `salts` are registered ones."""

    def __init__(self, values: Mapping[Entity, Iterable[str]], salts: Iterable[bytes] = ()) -> None:
        self._values = {entity: sorted(values[entity]) for entity in _HASHED if values.get(entity)}
        self._ways = _WAYS | {name: way for salt in salts for name, way in _salted(salt)}
        self._tried: dict[bytes, tuple[Entity, str, str]] = {}
        self._by_length: dict[int, dict[bytes, tuple[Entity, str, str]]] = {}

    def share(self, values: Iterable[str]) -> tuple[float, str]:
        """The share of `values` that is the hash of a known identifier, and the way it was made."""
        held = [value for value in values if 11 <= len(value) <= 200][:HELD]
        probe = [d for d in map(digests, spread(held, PROBE)) if d]
        if len(probe) < 3 or len(probe) < 0.3 * max(1, min(len(held), PROBE)) or not self._values:
            return 0.0, ""
        found: dict[tuple[Entity, str, str], int] = {}
        for value in held:
            for hashed in digests(value):
                if way := self._of_length(len(hashed)).get(hashed):
                    found[way] = found.get(way, 0) + 1
        best = max(found, key=found.__getitem__, default=None)
        if best is None or (found[best] < 2 and len(held) > 50):
            return 0.0, ""
        entity, form, name = best
        lengths = {len(d) for one in probe for d in one}
        made = {one[:n] for one in (self._make(form, name, v) for v in self._values[entity]) for n in lengths}
        return sum(any(d in made for d in one) for one in probe) / len(probe), " ".join(
            part for part in (name, form, _said(entity)) if part
        )

    def _make(self, form: str, name: str, value: str) -> bytes:
        text = _FORMS[form](value)
        return self._ways[name](text.encode("utf-16-le" if form == "UTF-16" else "utf-8"))

    def _of_length(self, length: int) -> dict[bytes, tuple[Entity, str, str]]:
        if length < SHORTEST:
            return {}
        if not self._tried:
            for entity, values in self._values.items():
                for value in spread(values, min(max(TRIED[0], len(values) // 50), TRIED[1])):
                    for form in _BY_ENTITY.get(entity, ("", "upper-case")):
                        for name in self._ways:
                            self._tried.setdefault(self._make(form, name, value), (entity, form, name))
        if length not in self._by_length:
            self._by_length[length] = {made[:length]: way for made, way in self._tried.items() if len(made) >= length}
        return self._by_length[length]


def _said(entity: Entity) -> str:
    return entity.value.lower().replace("_", " ")


def digests(value: str) -> list[bytes]:
    """What `value` may be as the bytes of a digest, whatever its case, prefix and encoding, or as part of a link."""
    if hexed := _HEX.fullmatch(value):
        return [bytes.fromhex(hexed[1][: len(hexed[1]) // 2 * 2])]
    if re.fullmatch(r"(?:[0-9a-fA-F]{2}[:\s-]){7,63}[0-9a-fA-F]{2}|[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", value):
        return [bytes.fromhex(re.sub(r"[^0-9a-fA-F]", "", value))]
    if "/" in value and (linked := re.findall(r"(?<![0-9A-Za-z])[0-9a-fA-F]{32,128}(?![0-9A-Za-z])", value)):
        return [bytes.fromhex(run[: len(run) // 2 * 2]) for run in linked]
    found = []
    if based := _B64.fullmatch(value):
        plain = based[1].rstrip("=").replace("-", "+").replace("_", "/")
        found.append(_undone(base64.b64decode, plain + "=" * (-len(plain) % 4)))
    if re.fullmatch(r"[A-Za-z2-7]{24,110}={0,6}", value):
        plain = value.rstrip("=").upper()
        found.append(_undone(base64.b32decode, plain + "=" * (-len(plain) % 8)))
    return [data for data in found if len(data) in _LENGTHS]


_LENGTHS = (8, 12, 16, 20, 24, 28, 32, 48, 64)


def _undone(decode: Callable[[str], bytes], text: str) -> bytes:
    try:
        return decode(text)
    except ValueError:
        return b""
