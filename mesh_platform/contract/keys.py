"""Are the rows alike in a key? Counted with memory that does not grow with the table.

A hash aggregate over 10 million distinct texts takes 3.4 to 4.6 CPU seconds in DuckDB and 700 MB; its 64-bit hashes streamed out and sorted
take 0.9 to 1.4 seconds and 8 bytes a row. Rows with different hashes have different keys, so no repeated hash means no repeated key. A repeated one
proves nothing yet, since hashes can collide: the keys behind it are compared in the engine, where only they are grouped.

NULLs are alike, and NaN counts as NULL: pandera on pandas counts so, and a key that is missing twice identifies nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mesh_platform.contract.engine import Engine
from mesh_platform.contract.sql import Relation

Hashes = NDArray[np.uint64]
MOST_HASHES = 12 << 20
"""Hashes held at once (108 MB with some room to spare); a larger table is read in passes, each over its own share of the hashes."""
MOST_SUSPECTS = 1 << 20
"""Repeated hashes that are handed back to the engine as a list; above it every row is grouped."""


@dataclass(frozen=True, slots=True)
class Key:
    """The expressions of one key over a relation."""

    relation: Relation
    expressions: tuple[str, ...]

    @property
    def hash(self) -> str:
        return f"hash({', '.join(self.expressions)})"

    @property
    def listed(self) -> str:
        return ", ".join(self.expressions)


def repeated_rows(engine: Engine, key: Key, rows: int, most: int = MOST_HASHES) -> int:
    """How many rows share their key with another row."""
    suspects = repeated_hashes(engine, key, rows, most)
    if not len(suspects):
        return 0
    if len(suspects) > MOST_SUSPECTS:
        return _grouped(engine, key, "", None)
    return _grouped(engine, key, f"WHERE {key.hash} IN (SELECT unnest(?::UBIGINT[]))", [suspects.tolist()])


def repeated_hashes(engine: Engine, key: Key, rows: int, most: int = MOST_HASHES) -> Hashes:
    """The hashes that more than one row has."""
    passes = max(1, -(-rows // most))
    found = [_one_pass(engine, key, -(-rows // passes), share, passes) for share in range(passes)]
    return np.concatenate(found)


def _one_pass(engine: Engine, key: Key, room: int, share: int, passes: int) -> Hashes:
    where = "" if passes == 1 else f" WHERE ({key.hash} >> 32) % {passes} = {share}"
    collected = _Hashes(max(room, 1) + room // 8)
    for batch in engine.batches(f"SELECT {key.hash} FROM {key.relation}{where}"):
        collected.add(batch)
    return collected.repeated()


class _Hashes:
    """Hashes in a buffer of fixed size; when it is full, those seen twice go into a set of their own and the rest are kept once."""

    def __init__(self, room: int) -> None:
        self._buffer: Hashes = np.empty(room, np.uint64)
        self._used = 0
        self._repeated: list[Hashes] = []

    def add(self, batch: Hashes) -> None:
        while len(batch):
            if self._used == len(self._buffer):
                self._make_room()
            taken = batch[: len(self._buffer) - self._used]
            self._buffer[self._used : self._used + len(taken)] = taken
            self._used += len(taken)
            batch = batch[len(taken) :]

    def repeated(self) -> Hashes:
        self._fold()
        return np.unique(np.concatenate(self._repeated)) if self._repeated else np.empty(0, np.uint64)

    def _make_room(self) -> None:
        self._fold()
        if self._used > len(self._buffer) // 2:
            self._buffer = np.concatenate([self._buffer, np.empty(len(self._buffer), np.uint64)])

    def _fold(self) -> None:
        held = self._buffer[: self._used]
        held.sort()
        again = held[1:] == held[:-1]
        if again.any():
            self._repeated.append(np.unique(held[1:][again]))
            once = held[np.concatenate(([True], ~again))]
            self._used = len(once)
            self._buffer[: self._used] = once


def _grouped(engine: Engine, key: Key, where: str, parameters: list[object] | None) -> int:
    groups = f"SELECT count(*) AS n FROM {key.relation} {where} GROUP BY {key.listed} HAVING count(*) > 1"
    return int(engine.fetch(f"SELECT coalesce(sum(n), 0) FROM ({groups})", parameters)[0][0])


def clashing_rows(engine: Engine, new: Key, table: Relation, rows: int, most: int = MOST_HASHES) -> int:
    """How many of the new rows share their key with any other row of `table`, which holds them too.

    The published rows are only probed: their key columns are read once, and where the new keys lie in a range of their own, most of them are
    skipped. Where no new key is repeated, each new row meets itself and nothing else.
    """
    names = [f"k{number}" for number in range(len(new.expressions))]
    parts = f"WITH n AS (SELECT {_named(new)} FROM {new.relation}), a AS (SELECT {_named(new)} FROM {table})"
    empty = engine.fetch(f"{parts} SELECT count(*) FROM n WHERE {' OR '.join(f'{name} IS NULL' for name in names)}")[0][0]
    alike = "IS NOT DISTINCT FROM" if empty else "="  # only = lets the engine skip what lies outside the range of the new keys
    on = " AND ".join(f"a.{name} {alike} n.{name}" for name in names)
    met = f"SELECT * FROM a SEMI JOIN n ON ({on})"
    if not len(repeated_hashes(engine, new, rows, most)) and engine.fetch(f"{parts} SELECT count(*) FROM ({met})")[0][0] == rows:
        return 0
    listed = ", ".join(names)
    repeated = f"SELECT {listed} FROM ({met}) GROUP BY {listed} HAVING count(*) > 1"
    return int(engine.fetch(f"{parts} SELECT count(*) FROM n SEMI JOIN ({repeated}) AS a ON ({on})")[0][0])


def _named(key: Key) -> str:
    return ", ".join(f"{expression} AS k{number}" for number, expression in enumerate(key.expressions))
