"""What the form of the staged values tells: card data, digests, ages and postal codes; counted by the engine, handed to rules as numbers.

One pass over the columns of texts looks for anything of a card at all; only a column with a hit is looked at form by form. What a claim of
anonymity is held against is counted where one is made. No value leaves the engine.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from mesh_platform.lake import Writer, quote_name, quote_text
from mesh_platform.lake.classes import people
from mesh_platform.policy import Shape, Shapes
from mesh_platform.policy.people import holds_persons
from mesh_platform.product import Mesh, Product
from mesh_platform.product.models import Column

_TRACK = r"%?[Bb][0-9]{12,19}\^[^^]{2,26}\^[0-9]{4}|;[0-9]{12,19}=[0-9]{7}"
_CODE = (
    r"(?i)\b(?:cvv2?|cvc2?|cav2|card[ _-]?(?:verification|security|validation)[ _-]?(?:code|value|number))\b"
    r"[\"']?\s*(?:[:=#-]|is|was)?\s*[\"']?[0-9]{3,4}\b"
)
_PIN = r"(?i)\b(?:pin[ _-]?block|card[ _-]?pin|atm[ _-]?pin)\b[\"']?\s*(?:[:=#-]|is|was)?\s*[\"']?(?:[0-9A-F]{16}|[0-9]{4,12})\b"
_CUT = r"\b[0-9]{0,8}[*xX•·…]{4,}-?[0-9]{4}\b"
_ANY = f"{_TRACK}|{_CODE}|{_PIN}|{_CUT}"
_DIGEST = r"^(?:[0-9A-Fa-f]{32}|[0-9A-Fa-f]{40}|[0-9A-Fa-f]{56}|[0-9A-Fa-f]{64}|[0-9A-Fa-f]{96}|[0-9A-Fa-f]{128}|[A-Za-z0-9+/_-]{43}=?|[0-9A-Fa-f]{8}-(?:[0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12})$"
_URL = r"(?i)\b(?:https?|ftp)://[^\s]"
FORMS: Mapping[str, str] = {"track": _TRACK, "cvv": _CODE, "pin": _PIN, "truncated": _CUT}
CODES = frozenset(
    ["cvv", "cvv2", "cvc", "cvc2", "cav2", "cardcode", "cardsecuritycode", "cardverificationcode", "cardverificationvalue"]
)
PINS = frozenset(["pinblock", "cardpin", "atmpin", "encryptedpin"])
"""Names of columns whose very content is such a code, case and underscores aside."""
FEW_PEOPLE = [
    "036",
    "059",
    "063",
    "102",
    "203",
    "556",
    "692",
    "790",
    "821",
    "823",
    "830",
    "831",
    "878",
    "879",
    "884",
    "890",
    "893",
]
"""Beginnings of ZIP codes whose places have 20,000 people or fewer, by the census of 2000 that the guidance on 45 CFR 164.514(b) cites."""
_TEXTS = ("VARCHAR", "JSON", "STRUCT", "MAP", "UNION")
_NUMBERS = (
    "TINYINT",
    "SMALLINT",
    "INTEGER",
    "BIGINT",
    "HUGEINT",
    "UTINYINT",
    "USMALLINT",
    "UINTEGER",
    "UBIGINT",
    "DOUBLE",
    "FLOAT",
    "DECIMAL",
)


def shapes_of(mesh: Mesh, product: Product, writer: Writer) -> Shapes:
    """The forms of the staged values, and how many people they are about."""
    staged = dict(writer.columns())
    columns = {name: product.descriptor.columns.get(name) for name in staged}
    persons = holds_persons(product)
    asked = {f"card {name}": _card(name, kind, columns[name]) for name, kind in staged.items()}
    asked |= {"people": people(product.descriptor, staged, True)} if persons else {}
    wanted = {name: sql for name, sql in asked.items() if sql}
    counted = _counts(writer, wanted)
    hits = [name for name in staged if counted.get(f"card {name}")]
    claimed = list(staged) if product.descriptor.privacy.claim else []
    found = {name: _shape(writer, name, staged[name], columns[name], name in hits) for name in dict.fromkeys([*hits, *claimed])}
    return Shapes(found, counted.get("people") if persons else None)


def _card(name: str, kind: str, column: Column | None) -> str:
    """What counts anything of a card in one column; empty where its type or its closed list of values holds none."""
    if _folded(name) in CODES | PINS:
        return f"count({quote_name(name)})"
    if not (kind.startswith(_TEXTS) or "[]" in kind) or (column is not None and column.values is not None):
        return ""
    return _matching(name, _ANY)


def _shape(writer: Writer, name: str, kind: str, column: Column | None, card: bool) -> Shape:
    asked = {"rows": f"count({quote_name(name)})", "distinct": f"approx_count_distinct({quote_name(name)})"}
    asked |= {form: _matching(name, pattern) for form, pattern in FORMS.items()} if card else {}
    if card and _folded(name) in CODES:
        asked["cvv"] = _matching(name, r"^\s*[0-9]{3,4}\s*$")
    if card and _folded(name) in PINS:
        asked["pin"] = _matching(name, r"^\s*(?:[0-9]{4,12}|[0-9A-Fa-f]{16})\s*$")
    if kind.startswith(_TEXTS) or kind in ("BLOB", "UUID"):
        asked["digests"] = _matching(name, _DIGEST)
        asked["urls"] = _matching(name, _URL)
    if kind.startswith(("DATE", "TIMESTAMP")):
        asked["days"] = f"count(*) FILTER (WHERE dayofyear({quote_name(name)}) > 1)"
    asked |= dict(_narrow(name, kind, column))
    return Shape(**_counts(writer, asked))


def _narrow(name: str, kind: str, column: Column | None) -> Iterator[tuple[str, str]]:
    """Ages above 89, and places of too few people."""
    category, words = (column.category or "") if column else "", re.split(r"[^a-z]+", name.casefold())
    quoted = quote_name(name)
    if kind.startswith(_NUMBERS) and ("age" in words or category == "user.demographic.age_range"):
        yield "old", f"count(*) FILTER (WHERE {quoted} > 89)"
    if category == "user.contact.address.postal_code" or {"zip", "zipcode", "postcode", "postal"} & {*words}:
        text = f"trim(CAST({quoted} AS VARCHAR))"
        few = ", ".join(map(quote_text, FEW_PEOPLE))
        yield "fine_places", f"count(*) FILTER (WHERE length({text}) > 3 OR {text} IN ({few}))"


def _counts(writer: Writer, asked: Mapping[str, str]) -> dict[str, int]:
    if not asked:
        return {}
    row = writer.con.execute(f"SELECT {', '.join(asked.values())} FROM {writer.table}").fetchone() or ()
    return {name: int(count or 0) for name, count in zip(asked, row, strict=True)}


def _matching(name: str, pattern: str) -> str:
    return f"count(*) FILTER (WHERE regexp_matches(CAST({quote_name(name)} AS VARCHAR), {quote_text(pattern)}))"


def _folded(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.casefold())
