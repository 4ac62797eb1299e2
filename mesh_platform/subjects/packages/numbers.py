"""Numbers and secrets that are never written out, looked for in a finished archive cell by cell.

A cell is read by itself: beside the name of its column a value would pass for a password, and beside the cell before it two numbers for one. What
is found is told by product and column, or by member of the archive, and never shown.
"""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from html import unescape
from typing import Any

from mesh_platform.product.models import Column
from mesh_platform.subjects.packages.redact import MASKED, OTHER, harmful, is_telephone, never
from mesh_platform.subjects.people.held import Held
from mesh_platform.subjects.requests.kinds import Regime

Columns = Mapping[str, Mapping[str, Column]]
Cell = tuple[str, str, str]
"""The product, the column and the text; or nothing, the member of the archive and the text."""


def kept_back(held: Iterable[Held], regime: Regime | None = None) -> frozenset[str]:
    """Namespaces whose identifiers are never written out, such as bank accounts."""
    return frozenset(
        namespace
        for one in held
        if one.descriptor is not None
        for column, namespace in one.subjects.items()
        if (said := one.descriptor.columns.get(column)) is not None and said.category and never(said.category, regime)
    )


def numbers_in(archive: bytes, columns: Columns, is_own: Callable[[str], bool]) -> Counter[tuple[str, str]]:
    """In how many cells one stands, and where: (product, column), or ("", member) for what stands beside the rows.

    Args:
        columns: of each product, what its columns say they hold.
        is_own: whether a text is an identifier of the person's own that may be shown to them.
    """
    with zipfile.ZipFile(io.BytesIO(archive)) as packed:
        document = json.loads(packed.read("package.json"))
        members = [(name, packed.read(name).decode()) for name in packed.namelist() if name != "package.json"]
    cells = [*_in_document(document)]
    telephones = {text for product, place, text in cells if (said := columns.get(product, {}).get(place)) and is_telephone(said)}
    found, known = Counter[tuple[str, str]](), set[str]()
    for each in (cells, *(_in_member(*member) for member in members)):
        met = [((product, place), _numbers(text, text in telephones, is_own)) for product, place, text in each]
        found.update(where for where, numbers in met if not numbers <= known)
        known.update(*(numbers for _, numbers in met))
    return found


def _numbers(text: str, telephone: bool, is_own: Callable[[str], bool]) -> set[str]:
    text = text.replace(MASKED, "*").replace(OTHER, "*")
    spans = [*harmful(text, telephone)]
    return {text[start:end] for start, end in spans} if spans and not is_own(text) else set()


def _in_document(document: Mapping[str, Any]) -> Iterator[Cell]:
    for product in document["products"]:
        for row in (*product["rows"], *product["mentions"]):
            yield from ((product["product"], name, _text(cell)) for name, cell in row.items() if cell is not None)
    beside = {**document, "products": [product["about"] for product in document["products"]]}
    yield from (("", "package.json", text) for text in _leaves(beside))


def _in_member(name: str, text: str) -> Iterator[Cell]:
    """The cells of a table, or what stands between the tags of the page."""
    if not name.endswith(".csv"):
        yield from (("", name, unescape(part)) for part in re.split(r"<[^>]*>", text) if part.strip())
        return
    product = name.removeprefix("data/").removesuffix(".csv").replace(".", "/", 1)
    for row in csv.DictReader(io.StringIO(text, newline="")):
        yield from ((product, column, cell) for column, cell in row.items() if cell)


def _text(cell: Any) -> str:
    return cell if isinstance(cell, str) else json.dumps(cell, ensure_ascii=False)


def _leaves(said: Any) -> Iterator[str]:
    if isinstance(said, Mapping):
        yield from (text for each in said.values() for text in _leaves(each))
    elif isinstance(said, list):
        yield from (text for each in said for text in _leaves(each))
    elif said is not None:
        yield str(said)
