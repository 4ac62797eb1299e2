"""Columns that the platform writes beside a product's own, for its own code alone: no list of a product's columns names them.

They are computed over the rows as they are staged, in the one pass that writes them, batch by batch.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from secrets import token_hex

import duckdb
import pyarrow as pa
from duckdb.func import FunctionNullHandling, PythonUDFType

from mesh_platform.lake.sql import names, quote_name, quote_text

PREFIX = "_mesh_"
"""What every one of them begins with, and no column of a product."""
TOKENS, SUBJECTS, CONSENT = "_mesh_token_", "_mesh_subject_", "_mesh_consent"
"""The tokens shown in place of a column, the people of a subject key, and what they allow, as bits."""
KEEP = "_mesh_keep"
_MADE = "_mesh_made"
Columns = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Spared:
    """Rows that stay although they are not kept: those that satisfy `where`; of those of them that satisfy `reduced`, `emptied` columns are."""

    where: str
    reduced: str = "false"
    emptied: frozenset[str] = frozenset()

    def cell(self, name: str) -> str:
        """The value of a declared column, or of one beside it; the token of what is emptied goes with it."""
        if name.removeprefix(TOKENS) not in self.emptied:
            return quote_name(name)
        return f"CASE WHEN {KEEP} OR NOT ({self.reduced}) THEN {quote_name(name)} END AS {quote_name(name)}"


@dataclass(frozen=True, slots=True)
class Hidden:
    """Columns to be written beside the declared ones.

    Attributes:
        columns: their names and DuckDB types.
        of: the declared columns that they are made of, handed over as text.
        make: from a batch with a text column for each of `of`, in their order, an array for each of `columns` and of `rewritten`, and which rows
            are kept.
        begin: called before the first batch, and again where staging begins anew.
        spared: of the rows that are not kept, those that stay nevertheless, as a condition over declared columns and these.
        rewritten: declared columns of text whose values are given anew.
    """

    columns: tuple[tuple[str, str], ...]
    of: tuple[str, ...]
    make: Callable[[Sequence[pa.Array]], tuple[Sequence[pa.Array], pa.Array]]
    begin: Callable[[], None] = lambda: None
    spared: Spared | None = None
    rewritten: tuple[str, ...] = ()

    def register(self, con: duckdb.DuckDBPyConnection) -> str:
        """The name of the function that makes them, until `con.remove_function`."""
        name, size = f"mesh_hidden_{token_hex(8)}", len(self.of)
        fields = [column for column, _ in self.columns] + [*self.rewritten, KEEP]

        def made(given: pa.ChunkedArray) -> pa.Array:
            rows = given.combine_chunks()
            arrays, keep = self.make([rows.field(i) for i in range(size)])
            return pa.StructArray.from_arrays([*arrays, keep], fields)

        con.create_function(
            name,
            made,
            [duckdb.struct_type({f"c{i}": "VARCHAR" for i in range(size)})],
            duckdb.struct_type({**dict(self.columns), **dict.fromkeys(self.rewritten, "VARCHAR"), KEEP: "BOOLEAN"}),
            type=PythonUDFType.ARROW,
            null_handling=FunctionNullHandling.SPECIAL,
            side_effects=True,  # once for each row, wherever a condition stands
        )
        return name

    def over(self, select: str, declared: Columns, function: str) -> str:
        """`select` with the hidden columns, without the rows that are not kept."""
        packed = ", ".join(f"c{i} := CAST({quote_name(column)} AS VARCHAR)" for i, column in enumerate(self.of))
        cells = ", ".join(f"struct_extract({_MADE}, {quote_text(name)}) AS {quote_name(name)}" for name, _ in self.columns)
        made, keep = (
            f"(SELECT *, {function}(struct_pack({packed})) AS {_MADE} FROM ({select}) AS cast_rows) AS made_rows",
            f"struct_extract({_MADE}, {quote_text(KEEP)})",
        )
        own = ", ".join(filter(None, (", ".join(self._own(name, kind) for name, kind in declared), cells)))
        if self.spared is None:
            return f"SELECT {own} FROM {made} WHERE {keep}"
        values = ", ".join(self.spared.cell(name) for name, _ in declared)
        beside = ", ".join(self.spared.cell(name) for name, _ in self.columns)
        judged = f"(SELECT {own}, {keep} AS {KEEP} FROM {made}) AS judged_rows"
        return f"SELECT {values}, {beside} FROM {judged} WHERE {KEEP} OR ({self.spared.where})"

    def _own(self, name: str, kind: str) -> str:
        if name not in self.rewritten:
            return quote_name(name)
        return f"CAST(struct_extract({_MADE}, {quote_text(name)}) AS {kind}) AS {quote_name(name)}"


def is_hidden(name: str) -> bool:
    return name.casefold().startswith(PREFIX)


def shown(columns: Columns) -> list[tuple[str, str]]:
    """The product's own columns."""
    return [(name, kind) for name, kind in columns if not is_hidden(name)]


def product_rows(relation: str, columns: Columns) -> str:
    """`relation` with the product's own columns; itself where it has no others."""
    own = shown(columns)
    return relation if len(own) == len(columns) else f"(SELECT {names(name for name, _ in own)} FROM {relation})"
