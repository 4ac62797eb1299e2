"""The distinct values of one place: of a column's cells, or of what is nested in them, as batches of Arrow come in.

A struct, list or map gives one leaf per key. What could not be read is noted, never dropped in silence.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from mesh_platform.classify.lookalike import plain
from mesh_platform.classify.patterns.pattern import LONGEST_CELL
from mesh_platform.classify.sketch import ROOM, Rare, Sketch

DEEPEST = 12
MOST_KEYS = 200


@dataclass(slots=True)
class Leaf:
    """One place that values stand in: its names from the column inwards, distinct texts with counts, and its form.

    `counts` is a uniform sample of the distinct texts where there are `more` than it holds; `rare` are survivors outside of it.
    """

    names: tuple[str, ...]
    counts: dict[str, int]
    form: str = "text"
    notes: list[str] = field(default_factory=list)
    nested: bool = False
    rare: Rare = Rare({}, frozenset())
    more: tuple[int, int] = (0, 0)
    """Distinct texts and rows outside the sample."""
    weight: float = 1.0
    """Rows of the column that one row here stands for, where only a sample was opened."""

    @property
    def name(self) -> str:
        return self.names[-1]

    @property
    def distinct(self) -> int:
        return len(self.counts) + self.more[0]

    @property
    def rows(self) -> int:
        return sum(self.counts.values()) + self.more[1]


class Cells:
    """The leaves of one column, batch by batch, each bounded in memory."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.rows = self.filled = 0
        self._held: dict[tuple[str, ...], tuple[Sketch, str]] = {}
        self._notes: dict[tuple[str, ...], Counter[str]] = {}
        self._keys: dict[tuple[str, ...], dict[str, None]] = {}

    def feed(self, array: Any) -> None:
        """Take one Arrow array of the column."""
        self.rows += len(array)
        self.filled += len(array) - array.null_count
        self._arrow((self.name,), array, 0)

    def leaves(self) -> list[Leaf]:
        """What was seen so far; a place of no values gives an empty leaf."""
        paths = dict.fromkeys([*self._held, *self._notes]) or {(self.name,): None}
        return [self._leaf(path) for path in paths]

    def _leaf(self, path: tuple[str, ...]) -> Leaf:
        notes = [f"{count:,} {note}" for note, count in self._notes.get(path, Counter()).items()]
        if path not in self._held:
            return Leaf(path, {}, "empty", notes, len(path) > 1)
        sketch, form = self._held[path]
        seen = sketch.counts
        counts: dict[str, int] = {}
        for value, count in seen.items():
            if text := text_of(value):
                counts[text] = counts.get(text, 0) + count
        more = (0, 0) if sketch.whole else (sketch.distinct - len(seen), sketch.rows - sum(seen.values()))
        return Leaf(path, counts, form, notes, len(path) > 1, sketch.rare, more)

    def _note(self, path: tuple[str, ...], note: str, count: int) -> None:
        self._notes.setdefault(path, Counter())[note] += count

    def _arrow(self, path: tuple[str, ...], array: Any, depth: int) -> None:
        kind = array.type
        if depth > DEEPEST:
            self._note(path, f"cells nested deeper than {DEEPEST} were not scanned", len(array))
        elif pa.types.is_dictionary(kind):
            self._arrow(path, array.dictionary_decode(), depth)
        elif pa.types.is_run_end_encoded(kind):
            self._arrow(path, pc.run_end_decode(array), depth)
        elif isinstance(kind, pa.ExtensionType):
            self._arrow(path, array.storage, depth)
        elif pa.types.is_struct(kind):
            for i in range(kind.num_fields):
                self._arrow((*path, kind.field(i).name), pc.struct_field(array, [i]), depth + 1)
        elif pa.types.is_map(kind):
            self._map(path, array, depth)
        elif _listed(kind):
            self._arrow(path, array.flatten(), depth + 1)
        else:
            self._plain(path, array)

    def _map(self, path: tuple[str, ...], array: Any, depth: int) -> None:
        """One leaf per key; the keys beyond the first `MOST_KEYS` share one, so that their values are seen without their names."""
        start, stop = array.offsets[0].as_py(), array.offsets[-1].as_py()
        keys, items = array.keys[start:stop], array.items[start:stop]
        known = self._keys.setdefault(path, {})
        places: dict[str, list[int]] = {}
        for i, key in enumerate(keys.to_pylist()):
            name = key_name(key)
            if name not in known and len(known) >= MOST_KEYS:
                name = "(further keys)"
            else:
                known[name] = None
            places.setdefault(name, []).append(i)
        for key, rows in places.items():
            if key == "(further keys)":
                self._note(
                    (*path, key), f"entries under keys beyond the first {MOST_KEYS} were scanned without their names", len(rows)
                )
            if key in ("(further keys)", "*"):  # keys that are data
                self._arrow((*path, "(keys)"), keys.take(pa.array(rows)).cast(pa.string()), depth + 1)
            self._arrow((*path, key), items.take(pa.array(rows)), depth + 1)

    def _plain(self, path: tuple[str, ...], array: Any) -> None:
        kind = array.type
        if pa.types.is_null(kind):
            return
        form = _form(kind)
        if form == "text":
            array = self._texts(path, array)
        elif form != "integer" and not pa.types.is_floating(kind):
            try:
                array = pc.cast(array, pa.string(), safe=False)
            except pa.ArrowException:
                self._note(path, f"cells of type {kind} were not scanned", len(array) - array.null_count)
                return
        if path not in self._held:
            self._held[path] = (_sketch(form, len(path) > 1), form)
        self._held[path][0].feed(array)

    def _texts(self, path: tuple[str, ...], array: Any) -> Any:
        """`array` as valid texts of bounded length; what was cut or is no UTF-8 is noted."""
        try:
            if pa.types.is_string(array.type) or pa.types.is_large_string(array.type):
                array.validate(full=True)
            else:
                array = pc.replace_substring(
                    array.cast(pa.large_string()), "\0", ""
                )  # UTF-16 of plain letters is UTF-8 with zeros
        except pa.ArrowException:
            array = self._decoded(path, array)
        if (pc.max(pc.binary_length(array)).as_py() or 0) > LONGEST_CELL:
            long = pc.sum(pc.greater(pc.utf8_length(array), LONGEST_CELL)).as_py()
            if long:
                self._note(
                    path, f"cells have more than {LONGEST_CELL:,} characters; what lies behind these was not scanned", long
                )
                array = pc.utf8_slice_codeunits(array, 0, LONGEST_CELL)
        return array

    def _decoded(self, path: tuple[str, ...], array: Any) -> Any:
        """Bytes read as UTF-8, and those that are none byte by byte."""
        try:
            cells = array.cast(pa.large_binary()).to_pylist()
        except pa.ArrowException:
            self._note(path, f"cells of type {array.type} were not scanned", len(array) - array.null_count)
            return pa.array([], pa.large_string())
        texts: list[str | None] = []
        for data in cells:
            try:
                texts.append(None if data is None else data.decode("utf-8"))
            except UnicodeDecodeError:
                self._note(path, "binary cells are no UTF-8 and were read byte by byte", 1)
                texts.append(data.hex() if len(data) <= 64 else data[:LONGEST_CELL].decode("latin-1"))
        return pa.array(texts, pa.large_string())


def of_column(name: str, column: Any) -> list[Leaf]:
    """The leaves of an Arrow column that is at hand as a whole."""
    cells = Cells(name)
    for chunk in column.chunks if isinstance(column, pa.ChunkedArray) else [column]:
        cells.feed(chunk)
    return cells.leaves()


def _listed(kind: Any) -> bool:
    return any(test(kind) for test in (pa.types.is_list, pa.types.is_large_list, pa.types.is_fixed_size_list, pa.types.is_list_view, pa.types.is_large_list_view))  # fmt: skip


def _sketch(form: str, nested: bool) -> Sketch:
    """Texts may hide anything; numbers and times are what most of them are."""
    return Sketch(room=2_000_000 if nested else ROOM) if form == "text" else Sketch(most=5_000, rare=False)


_KEY = re.compile(r"(?!.*(?:\d{5}|[0-9a-fA-F-]{16}))[^\W\d][\w .:#/-]{0,40}")


def key_name(key: object) -> str:
    """A key as a name; one that has the form of data is none, and must not appear in a finding."""
    return _key_name(str(key))


@lru_cache(maxsize=4096)
def _key_name(key: str) -> str:
    text = key.strip()
    return text if _KEY.fullmatch(text.removeprefix("@").removeprefix("$")) else "*"


def _form(kind: Any) -> str:
    if pa.types.is_boolean(kind):
        return "flag"
    if pa.types.is_integer(kind):
        return "integer"
    if pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        return "decimal"
    if pa.types.is_date(kind):
        return "date"
    return "time" if pa.types.is_temporal(kind) else "text"


def text_of(value: object) -> str:
    """A scalar as it is compared and searched: without blanks around, whole numbers without a decimal point, in plain signs."""
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return str(int(value))
    text = str(value).strip()
    return text if text.isascii() else plain(text)


def spread(values: list[str], most: int) -> list[str]:
    """At most `most` of `values`, evenly over the whole."""
    if len(values) <= most:
        return values
    step = len(values) / most
    return [values[int(i * step)] for i in range(most)]
