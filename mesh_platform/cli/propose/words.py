"""Names of columns, files and products as words, and the names that columns get."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from mesh_platform.cli.propose.vocabulary import NOISE

_IDENTIFIER = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_LONGEST = 128
_IRREGULAR = {"people": "person", "staff": "staff", "clientele": "client", "persons": "person"}


def words(name: str) -> tuple[str, ...]:
    """`customerId`, `Customer-ID` and `customer_id` as (`customer`, `id`)."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c))
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", plain)
    return tuple(re.findall(r"[^\W_]+", spaced.casefold()))


def singular(word: str) -> str:
    """The word for one of them, for the words that matter here."""
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("ches", "shes", "sses", "xes")):
        return word[:-2]
    return word[:-1] if word.endswith("s") and not word.endswith(("ss", "us", "is")) else word


def head(name: str) -> str:
    """What the rows of a table of that name are: `raw_customers` holds customers, `customer_orders` orders."""
    said = words(name)
    said = said[: said.index("by")] if "by" in said[1:] else said
    kept = [word for word in said if word not in NOISE and not any(c.isdigit() for c in word)]
    return singular(kept[-1]) if kept else ""


def column_names(given: Iterable[str]) -> list[str]:
    """A usable name for each column, the same where it is an identifier already, and no two alike."""
    found: list[str] = []
    taken: set[str] = set()
    for i, name in enumerate(given):
        wanted = name if _IDENTIFIER.fullmatch(name) and len(name) <= _LONGEST else _usable(name) or f"column_{i + 1}"
        unique, n = wanted, 1
        while unique.casefold() in taken:
            n += 1
            unique = f"{wanted[: _LONGEST - 6]}_{n}"
        taken.add(unique.casefold())
        found.append(unique)
    return found


def _usable(name: str) -> str:
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name)
    letters = re.sub(r"[^\w]+", "_", spaced.lower()).strip("_")
    return letters[: _LONGEST - 6].strip("_")
