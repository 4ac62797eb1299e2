"""What the mesh itself knows of staged values: identifiers that the domain serves already, their hashes, and tokens of registered issuers.

A column named `col_17` says nothing, and its values look like any code; that nearly all of them stand in the customers' key says it all. A
sample of each column's distinct values is compared with the whole of each registered key, inside the engine: nothing of either is kept.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from mesh_platform.errors import CheckFailed, NotFound, Unavailable
from mesh_platform.lake import Writer, quote_name
from mesh_platform.policy import Found, Scan
from mesh_platform.product import Mesh, Product, ProductKey, Sensitivity
from mesh_platform.product.categories import CATEGORIES, Identifiability, category
from mesh_platform.product.governance import Salt
from mesh_platform.product.models import Column
from mesh_platform.publish.runtime import place_of


def _hex(name: str, data: bytes) -> str:
    return hashlib.new(name, data, usedforsecurity=False).hexdigest()


def _twice(outer: str, inner: str, data: bytes) -> str:
    """The hash of another one's hexadecimal digits."""
    return _hex(outer, _hex(inner, data).encode())


PROBE, FEWEST = 1_000, 8
"""Distinct values of a column that are compared, and how few say nothing."""
_NOT_SERVED = ("LAKE-11", "LAKE-06")
ENOUGH = 0.6
"""The share of them that must be known."""
MOST_KEYS, MOST_COLUMNS = 12, 64
_TYPES = ("VARCHAR", "UUID", "BIGINT", "INTEGER", "UBIGINT", "HUGEINT")
_DIGEST = re.compile(r"(?:0x|\\x|[A-Za-z][A-Za-z0-9-]{1,11}[:$])?([0-9a-fA-F]{16,128})")
MOST_HASHED = 100_000
"""Values of a key that are hashed outside of the engine."""
_OTHERWISE: tuple[tuple[str, Callable[[bytes], str]], ...] = (
    *(
        (name, partial(_hex, name))
        for name in ("sha224", "sha384", "sha512", "sha3_224", "sha3_256", "sha3_384", "sha3_512", "blake2s", "blake2b")
    ),
    *(
        (f"{outer} of the {inner}", partial(_twice, outer, inner))
        for outer in ("md5", "sha1", "sha256")
        for inner in ("md5", "sha1", "sha256")
    ),
)
_HASHES = {"md5": 32, "sha1": 40, "sha256": 64}
"""Function of the engine → hexadecimal digits that it gives."""


@dataclass(frozen=True, slots=True)
class Key:
    """A registered key that the domain serves: its product, its column, and what that column is declared to be."""

    product: ProductKey
    name: str
    column: Column

    @property
    def subject(self) -> str:
        return self.column.subject or ""

    def found(self, kind: str, share: float, rows: int, why: str, subject: str = "") -> Found:
        """The evidence: whatever holds this key's values is what the key is."""
        held = category(self.column.category or "") or CATEGORIES["user.unique_id"]
        level = max(self.column.sensitivity or Sensitivity.RESTRICTED, held.sensitivity, key=lambda one: one.rank)
        return Found(kind, level, held.key, Identifiability.PSEUDONYMOUS, True, round(share * rows), share, why, subject)


def with_known(mesh: Mesh, product: Product, writer: Writer, scans: Mapping[str, Scan]) -> dict[str, Scan]:
    """The scans, and what tokens and keys that are known add to them."""
    found: dict[str, list[Found]] = {}
    for name, one in (*_tokens(mesh, writer, scans), *_keys(mesh, product, writer, scans)):
        found.setdefault(name, []).append(one)
    return {name: Scan((*scan.found, *found.get(name, ())), scan.not_scanned) for name, scan in scans.items()}


def _tokens(mesh: Mesh, writer: Writer, scans: Mapping[str, Scan]) -> Iterator[tuple[str, Found]]:
    """Columns with values that begin as the tokens of a registered issuer do: one such value is enough."""
    tokens = mesh.governance.policies.data_classification.tokens
    texts = [name for name, kind in writer.columns() if kind == "VARCHAR" and name in scans]
    if not tokens or not texts:
        return
    asked = [(name, token) for name in texts for token in tokens]
    parts = [f"count(*) FILTER (WHERE starts_with({quote_name(name)}, ?))" for name, _ in asked]
    row = writer.con.execute(
        f"SELECT count(*), {', '.join(parts)} FROM {writer.table}", [token.prefix for _, token in asked]
    ).fetchone() or (0,)
    for (name, token), rows in zip(asked, row[1:], strict=True):
        if rows:
            why = f"they begin as tokens of {token.name} do"
            points = Identifiability.PSEUDONYMOUS
            yield name, Found(f"TOKEN:{token.name}", token.sensitivity, token.category, points, True, rows, rows / row[0], why)


def _keys(mesh: Mesh, product: Product, writer: Writer, scans: Mapping[str, Scan]) -> Iterator[tuple[str, Found]]:
    keys = list(_served(mesh, product))
    names = list(_unexplained(product, writer, scans))[:MOST_COLUMNS] if keys else []
    probes = {name: held for name in names if len(held := _probe(writer, name)) >= FEWEST}
    plain = {name: held for name, held in probes.items() if not _counters(held)}
    digests = {name: found for name, held in probes.items() if (found := _digests(held))}
    if not plain and not digests:
        return
    secrets = (
        [(salt.name, _secret(salt, product)) for salt in mesh.governance.policies.data_classification.salts] if digests else []
    )
    rows = dict(zip(plain | digests, _filled(writer, list(plain | digests)), strict=True))
    told, compared = set[str](), 0
    for i, key in enumerate(keys):
        if compared == MOST_KEYS:
            break
        try:
            relation = writer.attach_input(place_of(mesh.products[key.product]), f"mesh key {i}", [key.name])
        except (NotFound, CheckFailed) as refusal:
            if refusal.finding.rule not in _NOT_SERVED:
                raise
            continue  # nothing of it is served under this name, so no value here can be one of it
        compared += 1
        values = f"(SELECT DISTINCT trim(CAST({quote_name(key.name)} AS VARCHAR)) AS v FROM {relation} WHERE {quote_name(key.name)} IS NOT NULL)"
        for name, share in _included(writer, values, {n: held for n, held in plain.items() if n not in told}):
            told.add(name)
            why = f"they stand in {key.product}.{key.name}"
            yield name, key.found(f"KEY:{key.subject}", share, rows[name], why, key.subject)
        for name, share, way in _hashed(writer, values, {n: held for n, held in digests.items() if n not in told}, secrets):
            told.add(name)
            yield name, key.found(f"HASH:{key.subject}", share, rows[name], f"they are {way} of {key.product}.{key.name}")


def _served(mesh: Mesh, product: Product) -> Iterator[Key]:
    """The registered keys of the other products of the domain, each namespace from the products that ingest it first."""
    others = [
        one
        for key, one in sorted(mesh.products.items())
        if key.domain == product.key.domain and key.present != product.key.present
    ]
    for one in sorted(others, key=lambda other: bool(other.descriptor.inputs)):
        for name, column in one.descriptor.columns.items():
            if column.subject and one.location is not None:
                yield Key(one.key, name, column)


def _unexplained(product: Product, writer: Writer, scans: Mapping[str, Scan]) -> Iterator[str]:
    """Columns that may hold keys, of which neither the descriptor nor the scan says that they hold a person's."""
    declared = product.descriptor.columns
    for name, kind in writer.columns():
        said = declared.get(name)
        if kind not in _TYPES or said is None or said.subject or name not in scans:
            continue
        if said.sensitivity is Sensitivity.RESTRICTED or any(one.personal and one.share >= 0.5 for one in scans[name].found):
            continue
        yield name


def _probe(writer: Writer, name: str) -> list[str]:
    cell = f"trim(CAST({quote_name(name)} AS VARCHAR))"
    query = f"SELECT v FROM (SELECT DISTINCT {cell} AS v FROM {writer.table}) WHERE length(v) BETWEEN 3 AND 200 ORDER BY hash(v) LIMIT {PROBE}"
    return [str(value) for (value,) in writer.con.execute(query).fetchall()]


def _counters(values: Sequence[str]) -> bool:
    """Whether they are short numbers that fill their range, which any other counter includes by chance."""
    from mesh_platform.classify.mesh import dense

    return dense(values)


def _filled(writer: Writer, names: Sequence[str]) -> list[int]:
    counts = ", ".join(f"count({quote_name(name)})" for name in names)
    return [int(count) for count in writer.con.execute(f"SELECT {counts} FROM {writer.table}").fetchone() or ()]


def _pairs(values: Mapping[str, Sequence[str]]) -> list[list[str]]:
    flat = [(name, value) for name, held in values.items() for value in held]
    return [[name for name, _ in flat], [value for _, value in flat]]


def _included(writer: Writer, key: str, probes: Mapping[str, Sequence[str]]) -> Iterator[tuple[str, float]]:
    """The columns of which most probed values stand in the key, whatever their case."""
    if not probes:
        return
    query = (
        "SELECT n, count(*) FROM (SELECT unnest(?) AS n, unnest(?) AS v) AS probe "
        f"WHERE lower(v) IN (SELECT lower(v) FROM {key} AS known) GROUP BY n"
    )
    for name, hits in writer.con.execute(query, _pairs(probes)).fetchall():
        if hits >= ENOUGH * len(probes[name]):
            yield name, hits / len(probes[name])


def _digests(values: Sequence[str]) -> list[str]:
    """The values as hexadecimal digests of one length; nothing where most of them are none."""
    found = [text for value in values if (text := _as_hex(value))]
    lengths = {len(text) for text in found}
    return found if len(found) >= ENOUGH * len(values) and len(lengths) == 1 else []


def _as_hex(value: str) -> str:
    if match := _DIGEST.fullmatch(value if value.count("-") < 4 else value.replace("-", "")):
        return match[1].lower()
    try:
        found = base64.b64decode(
            value + "=" * (-len(value) % 4), altchars=b"-_" if re.search("[-_]", value) else None, validate=True
        )
    except (binascii.Error, ValueError):
        return ""
    return found.hex() if len(found) in (16, 20, 28, 32, 48, 64) else ""


def _hashed(
    writer: Writer, key: str, digests: Mapping[str, Sequence[str]], secrets: Sequence[tuple[str, bytes]]
) -> Iterator[tuple[str, float, str]]:
    """The columns of which most values are a hash of the key's, plain or with a registered salt; cut-off ones too."""
    for name, held in digests.items():
        length = len(held[0])
        for way, expression, parameters in _ways(length, secrets):
            query = (
                f"SELECT count(*) FROM (SELECT unnest(?) AS v) AS probe WHERE v IN (SELECT left({expression}, {length}) FROM "
                f"(SELECT unnest([v, lower(v), upper(v)]) AS v FROM {key} AS known) AS variants)"
            )
            row = writer.con.execute(query, [list(held), *parameters]).fetchone() or (0,)
            if row[0] >= ENOUGH * len(held):
                yield name, row[0] / len(held), way
                break
        else:
            yield from _hashed_otherwise(writer, key, name, frozenset(held))


def _hashed_otherwise(writer: Writer, key: str, name: str, held: frozenset[str]) -> Iterator[tuple[str, float, str]]:
    """As `_hashed`, for functions that the engine does not have, over the first `MOST_HASHED` of the key's values."""
    length = len(next(iter(held)))
    makers = [(way, make) for way, make in _OTHERWISE if len(make(b"")) == length]
    if not makers:
        return
    rows = writer.con.execute(f"SELECT lower(v) FROM {key} AS known ORDER BY hash(v) LIMIT {MOST_HASHED}").fetchall()
    for way, make in makers:
        made = {make(str(value).encode()) for (value,) in rows}
        if hits := len(made & held):
            share = hits / len(held)
            if share >= ENOUGH or hits >= FEWEST:  # a hash of 128 bits is none by chance
                yield name, share, f"{way} hashes"
                return


def _ways(length: int, secrets: Sequence[tuple[str, bytes]]) -> Iterator[tuple[str, str, list[bytes]]]:
    """How an identifier may have been hashed to that many hexadecimal digits: what it is called, the expression, its parameters."""
    for name in [name for name, digits in _HASHES.items() if digits == length] or [
        n for n, digits in _HASHES.items() if digits > length
    ]:
        yield f"{name} hashes", f"{name}(v)", []
        for salt, secret in secrets:
            said = f"{name} hashes, with the salt {salt!r},"
            for form in (
                "?::BLOB || encode(v)",
                "encode(v) || ?::BLOB",
                "?::BLOB || encode(':') || encode(v)",
                "encode(v) || encode(':') || ?::BLOB",
            ):
                yield said, f"{name}({form})", [secret]
            block = (secret if len(secret) <= 64 else hashlib.new(name, secret, usedforsecurity=False).digest()).ljust(64, b"\0")
            inner, outer = bytes(b ^ 0x36 for b in block), bytes(b ^ 0x5C for b in block)
            yield (
                f"{name} HMACs, with the key {salt!r},",
                f"{name}(?::BLOB || unhex({name}(?::BLOB || encode(v))))",
                [outer, inner],
            )


def _secret(salt: Salt, product: Product) -> bytes:
    """The salt's value, which stands in no file; without it nobody can say what is hashed with it, and the publication waits.

    Raises:
        Unavailable: CLASS-03, where the variable is not set.
    """
    variable = salt.secret.removeprefix("env:")
    if value := os.environ.get(variable, ""):
        return value.encode()
    why = f"The registered salt {salt.name!r} cannot be read, and a column holds hashes that may be made with it."
    raise Unavailable.because(
        "CLASS-03", f"environment variable {variable}", why, "Set it, or take the salt out.", str(product.key)
    )
