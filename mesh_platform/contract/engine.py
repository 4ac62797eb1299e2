"""The one place where a contract's queries meet data: a DuckDB connection, which may hold an open transaction.

Nothing is set, registered or created on the connection, and a cursor of it is never used, since that would not see staged rows. An engine's
error can quote the value that it stumbled over, so it ends here: what leaves is its class and nothing else.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import duckdb
import ibis
import numpy as np
from numpy.typing import NDArray

from mesh_platform.contract.contract import Contract
from mesh_platform.contract.rules import Kind
from mesh_platform.contract.shape import Shape, shape_of
from mesh_platform.contract.sql import Relation, with_relations
from mesh_platform.errors import CheckFailed, MeshError, Unavailable

_RESOURCES = (duckdb.OutOfMemoryException, duckdb.IOException, duckdb.InterruptException)
BATCH = 1 << 17


class Engine:
    """Runs queries on `con` over named relations."""

    def __init__(self, con: duckdb.DuckDBPyConnection, contract: Contract) -> None:
        self._con, self._contract = con, contract

    def shape(self, relation: Relation, column: str = "*") -> Shape:
        """Columns and types of a relation, in order."""
        return shape_of([(row[0], row[1]) for row in self.fetch(f"DESCRIBE SELECT {column} FROM {relation}")])

    def rows(self, relations: Mapping[str, Relation], expression: Any) -> list[tuple[Any, ...]]:
        """The rows of an ibis table expression over `relations`."""
        return self.fetch(with_relations(relations, ibis.to_sql(expression, dialect="duckdb", pretty=False)))

    def fetch(self, query: str, parameters: list[Any] | None = None) -> list[tuple[Any, ...]]:
        failure = None
        try:
            return self._con.execute(query, parameters).fetchall()
        except duckdb.Error as error:
            failure = self._failure(error)
        raise failure

    def batches(self, query: str) -> Iterator[NDArray[np.uint64]]:
        """The one column of `query`, unsigned 64-bit numbers, batch by batch."""
        failure = None
        try:
            for batch in self._con.execute(query).to_arrow_reader(BATCH):
                yield batch.column(0).to_numpy(zero_copy_only=False)
        except duckdb.Error as error:
            failure = self._failure(error)
        if failure:
            raise failure

    def _failure(self, error: duckdb.Error) -> MeshError:
        why = f"The engine stopped with {type(error).__name__} while it checked the rows."
        if isinstance(error, _RESOURCES):
            fix = "Give it more memory or space (memory limit, temp folder), then run again."
            return Unavailable(self._contract.finding(Kind.NOT_EVALUATED, "contract", why, fix))
        fix = "A check that casts or parses must allow for values that do not fit: try_cast instead of cast."
        return CheckFailed(self._contract.finding(Kind.NOT_EVALUATED, "contract", why, fix))
