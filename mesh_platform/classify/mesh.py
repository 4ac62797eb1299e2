"""What the other tables know: ids under meaningless names by inclusion in the keys of their domain, hashes by hashing what the domain holds.

Only the columns of one domain are compared. Dense runs of small integers include each other by chance, so they prove nothing.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable, Iterable, Mapping
from functools import partial

from mesh_platform.classify.entities import Entity
from mesh_platform.classify.leaves import Leaf, spread

PROBE = 2_000
MOST_HASHED = 200_000
_TOKEN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@+-]{3,80}")
_HEX = re.compile(r"(?:0x|\\x|[\w-]{2,10}[:$])?([0-9a-fA-F]{16,128})")
_B64 = re.compile(r"[A-Za-z0-9+/_-]{11,90}={0,2}")
_NAMED = ("md5", "sha1", "sha256", "sha512", "sha224", "sha384", "sha3_256", "sha3_512", "sha3_224", "sha3_384", "sha512_256", "ripemd160", "blake2b", "blake2s", "sm3")  # fmt: skip


def _named(name: str, data: bytes) -> bytes:
    return hashlib.new(name, data, usedforsecurity=False).digest()


def _short(size: int, data: bytes) -> bytes:
    return hashlib.blake2b(data, digest_size=size).digest()


_ALGORITHMS: tuple[Callable[[bytes], bytes], ...] = (
    *(partial(_named, name) for name in _NAMED if name in hashlib.algorithms_available),
    *(partial(_short, size) for size in (16, 20, 32)),
    lambda data: _named("sha1", _named("sha1", data)),
    lambda data: _named("md5", _named("md5", data).hex().encode()),
    lambda data: _named("sha256", _named("sha256", data).hex().encode()),
    lambda data: _named("sha256", _named("sha256", data)),
    lambda data: _named("sha256", _named("md5", data).hex().encode()),
)


def dense(values: Iterable[str]) -> bool:
    """Whether `values` are short numbers that fill their range: what any counter includes by chance."""
    numbers = [int(v) for v in values if v.isdigit() and len(v) < 16]
    if len(numbers) < 5:
        return False
    width = max(numbers) - min(numbers) + 1
    return len(set(numbers)) >= 0.2 * width or max(numbers) < 10_000


def core(value: str) -> str:
    """A key without its dress: `CUST#M2004092` and `m2004092 ` are one."""
    found = _TOKEN.findall(value)
    return found[-1].lower() if found else value.strip().lower()


class Known:
    """The values of a domain's identifying columns, by what they are."""

    def __init__(self) -> None:
        self.values: dict[Entity, set[str]] = {}
        self._digests: set[bytes] | None = None

    def learn(self, entity: Entity, values: Iterable[str]) -> None:
        self.values.setdefault(entity, set()).update(v.strip().lower() for v in values if len(v.strip()) >= 3)

    def included(self, leaf: Leaf) -> tuple[Entity, float] | None:
        """Of which known identifiers nearly all values of `leaf` are, and the share."""
        probe = spread([v.lower() for v in leaf.counts if len(v) >= 4 and len(v) <= 200], PROBE)
        if len(probe) < 5 or len(probe) < 0.4 * min(len(leaf.counts), PROBE):
            return None
        best: tuple[Entity, float] | None = None
        for entity, known in self.values.items():
            if len(known) < 5:
                continue
            share = sum(v in known for v in probe) / len(probe)
            if share < 0.6:
                share = max(share, self._undressed(probe, known))
            if share >= 0.6 and (best is None or share > best[1]) and not dense(probe):
                best = (entity, share)
        return best

    @staticmethod
    def _undressed(probe: list[str], known: set[str]) -> float:
        """The share of values that hold a known one as a part: with a prefix, a checksum, in a path or with blanks around."""
        few = probe[:300]
        hits = 0
        for value in few:
            parts = {p for p in re.split(r"[^a-z0-9]+", value) if len(p) >= 5} | {
                p for p in re.split(r"[^a-z0-9._@+-]+", value) if len(p) >= 5
            }
            parts |= set(re.findall(r"\d{5,}", value))
            hits += any(part in known for part in parts)
        if hits >= 0.6 * len(few):
            return hits / len(few)
        digits = {m[0] for k in spread(list(known), 20_000) if (m := re.search(r"\d{6,}$", k))}
        if len(digits) >= 0.5 * min(len(known), 20_000) and not dense(digits):
            hits = sum(any(d in digits for d in re.findall(r"\d{6,}", value)) for value in few)
            return hits / len(few)
        return 0.0

    def hashed(self, leaf: Leaf) -> float:
        """The share of `leaf` that is the hash of an identifier that the domain holds, in any usual function, case and encoding."""
        probe = spread([v for v in leaf.counts if 11 <= len(v) <= 200], 200)
        raw = [d for d in map(_digest, probe) if d]
        if len(raw) < 3 or len(raw) < 0.3 * max(1, len(probe)):
            return 0.0
        digests = self._all_digests()
        shortened = {len(d) for d in raw} - {len(d) for d in spread_bytes(digests)}
        if shortened:
            cut = {d[:n] for d in digests for n in shortened if n >= 8}
            return sum(d in digests or d in cut for d in raw) / len(raw)
        return sum(d in digests for d in raw) / len(raw)

    def _all_digests(self) -> set[bytes]:
        if self._digests is None:
            made: set[bytes] = set()
            for entity in (Entity.EMAIL, Entity.USER_ID, Entity.PHONE, Entity.NATIONAL_ID, Entity.USERNAME):
                for value in spread(sorted(self.values.get(entity, ())), MOST_HASHED // (len(_ALGORITHMS) * 2)):
                    for variant in _variants(entity, value):
                        data = variant.encode()
                        made.update(algorithm(data) for algorithm in _ALGORITHMS)
            self._digests = made
        return self._digests


def spread_bytes(digests: set[bytes]) -> list[bytes]:
    return list(digests)[:5000]


def _variants(entity: Entity, value: str) -> set[str]:
    found = {value, value.upper()}
    if entity is Entity.PHONE:
        plain = re.sub(r"\D", "", value)
        found |= {plain, "+" + plain}
    if entity is Entity.EMAIL:
        local, _, host = value.partition("@")
        found |= {"mailto:" + value, f"{local.split('+')[0].replace('.', '')}@{host}"}
    return found


def _digest(value: str) -> bytes | None:
    hexed = _HEX.fullmatch(value)
    if hexed:
        return bytes.fromhex(hexed[1]) if len(hexed[1]) % 2 == 0 else bytes.fromhex(hexed[1][:-1])
    if _B64.fullmatch(value):
        plain = value.rstrip("=").replace("-", "+").replace("_", "/")
        try:
            found = base64.b64decode(plain + "=" * (-len(plain) % 4))
        except ValueError:
            return None
        if len(found) in (16, 20, 28, 32, 48, 64):
            return found
    if re.fullmatch(r"[A-Za-z2-7]{24,110}={0,6}", value):
        plain = value.rstrip("=").upper()
        try:
            return base64.b32decode(plain + "=" * (-len(plain) % 8))
        except ValueError:
            return None
    return None


def local_parts(emails: Iterable[str]) -> set[str]:
    return {e.partition("@")[0] for e in emails if "@" in e}


def domains(tables: Iterable[str]) -> Mapping[str, list[str]]:
    """The tables by domain: what stands before `__`; tables without one are their own mesh together."""
    found: dict[str, list[str]] = {}
    for table in tables:
        found.setdefault(table.partition("__")[0] if "__" in table else "", []).append(table)
    return found
