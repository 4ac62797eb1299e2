"""Rows of products that know people by tokens or hashes alone: what the platform shows in place of an identifier, and what hashing makes of one,
with the registered salts too.
"""

from __future__ import annotations

import hashlib
import hmac
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

import pyarrow as pa

from mesh_platform.errors import Unavailable
from mesh_platform.keys.tokens import SubjectTokens
from mesh_platform.lake import Doomed, Reader, quote_name
from mesh_platform.product import DataProduct, Governance
from mesh_platform.product.governance import Namespace
from mesh_platform.product.identifiers import normal_form
from mesh_platform.subjects.people.held import Held
from mesh_platform.subjects.people.locate import theirs
from mesh_platform.subjects.requests.values import Closure, Identifier

PSEUDONYMS = "delete_by_token"
_HASHES = ("md5", "sha1", "sha256", "sha512")


def goes_by_token(descriptor: DataProduct | None) -> bool:
    return descriptor is not None and descriptor.erasure is not None and descriptor.erasure.strategy == PSEUDONYMS


def secrets_of(governance: Governance) -> tuple[bytes, ...]:
    """The registered salts.

    Raises:
        Unavailable: DSAR-12, where the variable of one is not set: whoever is known by a hash with it could not be found.
    """
    found = []
    for salt in governance.policies.data_classification.salts:
        secret = os.environ.get(salt.secret.removeprefix("env:"))
        if not secret:
            why = "Its variable is not set here, so nobody could be found by a hash that was made with it."
            raise Unavailable.because("DSAR-12", f"the salt {salt.name}", why, f"Set {salt.secret.removeprefix('env:')}.")
        found.append(secret.encode())
    return tuple(found)


def pseudonyms(
    identifiers: Iterable[Identifier], tokens: SubjectTokens, namespaces: Mapping[str, Namespace], salts: Sequence[bytes]
) -> frozenset[str]:
    """Everything that stands for one of these identifiers elsewhere, in small letters."""
    every, found = tuple(identifiers), set[str]()
    held = sorted({one.token for one in every})
    found |= {token.hex() for token in held} | {str(one.subject63) for one in every}
    found |= {str(text) for text in tokens.shown(pa.array(held, pa.binary(16))).to_pylist()} if held else set()
    for one in every:
        for spelling in one.spellings:
            normal = normal_form(namespaces[one.namespace], spelling)
            for text in {normal, normal.lower(), normal.upper(), spelling, spelling.strip()}:
                found |= set(_hashed(text.encode(), salts))
    return frozenset(found)


def _hashed(data: bytes, salts: Sequence[bytes]) -> Iterator[str]:
    for name in _HASHES:
        yield hashlib.new(name, data, usedforsecurity=False).hexdigest()
        for salt in salts:
            yield hashlib.new(name, salt + data, usedforsecurity=False).hexdigest()
            yield hashlib.new(name, data + salt, usedforsecurity=False).hexdigest()
            yield hmac.digest(salt, data, name).hex()


def doomed_by_token(one: Held, closure: Closure, known: frozenset[str]) -> Doomed:
    """Rows in which a key of the product, or what stands for one, is the person's."""
    where, parameters = _condition(one, closure, known)
    return Doomed(where=where, parameters=parameters)


def located_by_token(
    held: Iterable[Held], closure: Closure, known: Callable[[], frozenset[str]], reader: Reader
) -> dict[str, int]:
    """How many rows of each product that goes by tokens are the person's, in the held version that has most."""
    found = {}
    for one in held:
        if goes_by_token(one.descriptor) and one.subjects:
            where, parameters = _condition(one, closure, known())
            counts = []
            for version in one.versions:
                query = f"SELECT count(*) FROM {reader.relation(one.place, version)} WHERE {where}"
                [[rows]] = reader.con.execute(query, parameters).fetchall()
                counts.append(int(rows))
            found[one.key] = max(counts, default=0)
    return found


def _condition(one: Held, closure: Closure, known: frozenset[str]) -> tuple[str, tuple[object, ...]]:
    within = "IN (SELECT unnest(?::VARCHAR[]))"
    parts = [f"lower(trim(CAST({quote_name(name)} AS VARCHAR))) {within}" for name in one.subjects]
    own = theirs(one, closure)
    return " OR ".join([*([own] if own else []), *parts]) or "false", (sorted(known),) * len(parts)
