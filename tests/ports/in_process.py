"""The first port: a governed reading in this process, as every other one calls it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import pyarrow as pa

from mesh_platform.access.decision import Caller
from mesh_platform.access.development import principal_of
from mesh_platform.access.reading import Reading
from mesh_platform.access.worker import Limits
from mesh_platform.errors import MeshError
from tests.ports.answers import Answered, Refused
from tests.ports.mesh import NOW, Published

LIMITS = Limits(seconds=20, rows=200_000)


class InProcess:
    """Asks a `Reading`."""

    def __init__(self, published: Published, reading: Reading) -> None:
        self._governance, self._reading = published.mesh.governance, reading

    def ask(self, persona: str, sql: str, purpose: str | None, parameters: Sequence[object] = ()) -> Answered | Refused:
        try:
            return answered(self.table(persona, sql, purpose, parameters))
        except MeshError as refusal:
            return Refused(refusal.finding.rule, refusal.exit_code, json.dumps(refusal.finding.as_json()) + str(refusal))

    def table(self, persona: str, sql: str, purpose: str | None, parameters: Sequence[object] = ()) -> pa.Table:
        """As `ask`, the rows as the engine gives them; raises where it is refused."""
        caller = Caller.person(principal_of(self._governance, persona, "somebody"))
        return self._reading.query(caller, purpose, sql, NOW, parameters, LIMITS).rows.table()


def answered(table: pa.Table) -> Answered:
    """An Arrow table as an answer."""
    columns = [values(column) for column in table.columns]
    rows = list(zip(*columns, strict=True)) if columns else []
    return Answered(tuple(table.column_names), rows, tuple(str(kind) for kind in table.schema.types))


def values(column: pa.ChunkedArray) -> list[object]:
    """Its values; one that Python has no value for (an infinite date) as text."""
    try:
        found: list[object] = column.to_pylist()
    except (ValueError, OverflowError):
        return [str(column)] * len(column)
    return found


@contextmanager
def opened(published: Published) -> Iterator[InProcess]:
    with Reading(
        published.mesh, published.runtime.lake, published.runtime.registry, published.workers, published.runtime.audit
    ) as reading:
        yield InProcess(published, reading)
