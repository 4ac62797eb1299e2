"""What `sql()` gives: the rows in the form that is asked for, and what decided them.

What is small is read at once, and holds no worker; the rest comes as it is taken. A result tells nothing of its rows in `repr`, which ends up in logs.
"""

from __future__ import annotations

import os
import threading
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any, NoReturn

import pyarrow as pa

from mesh_platform.access.plain import cells
from mesh_platform.client.door import Coming, Envelope
from mesh_platform.errors import Finding, Unavailable, UsageProblem

if TYPE_CHECKING:
    import duckdb
    import pandas as pd  # type: ignore[import-untyped]
    import polars as pl

AHEAD = 4 << 20
"""Bytes that are read at once."""
_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Decided:
    """What was decided of one product: which columns come raw, which masked, which not, and why."""

    product: str
    rule: str
    why: str
    columns: Mapping[str, Mapping[str, str]]
    told: Mapping[str, Any]
    """All that the envelope tells of the product: version, location, freshness, quality, legal basis, expiry."""

    @property
    def masked(self) -> dict[str, str]:
        """Masked columns, each with its mask."""
        return {name: said["mask"] for name, said in self.columns.items() if said["treatment"] == "mask"}

    @property
    def withheld(self) -> dict[str, str]:
        """Columns that this caller does not get, each with the reason."""
        return {name: said["why"] for name, said in self.columns.items() if said["treatment"] == "deny"}


class Result:
    """Rows of one governed read. For one thread at a time; close it, or use it in a `with`, where its rows are not all wanted.

    Args:
        coming: the rows.
        envelope: what tells of them.
        bounded: whether the caller named a limit; else a warning says where the default one was reached.
    """

    def __init__(self, coming: Coming, envelope: Envelope, bounded: bool = True) -> None:
        self.envelope = envelope
        self.schema: pa.Schema = coming.schema.remove_metadata()
        self._coming, self._batches, self._bounded = coming, iter(coming), bounded
        self._held, self._whole, self._given = list[pa.RecordBatch](), False, False
        self._failed: BaseException | None = None
        self._pid, self._lock = os.getpid(), threading.RLock()
        size = 0
        while size < AHEAD and (batch := self._next()) is not None:
            self._held.append(batch)
            size += batch.nbytes

    @property
    def columns(self) -> tuple[str, ...]:
        return tuple(self.schema.names)

    @property
    def decisions(self) -> tuple[Decided, ...]:
        """What was decided of each product that the statement names."""
        return tuple(
            Decided(str(told["product"]), str(told["rule"]), str(told["why"]), told["columns"], told)
            for told in self.envelope["products"]
        )

    @property
    def masked(self) -> dict[str, str]:
        """`domain/product.column` of each masked column of these products, with its mask."""
        return {f"{each.product}.{name}": mask for each in self.decisions for name, mask in each.masked.items()}

    @property
    def cut(self) -> bool:
        """Whether there were more rows than the limit; reads all of them."""
        if not self._whole:
            self._all()
        return self._coming.cut

    def batches(self) -> Iterator[pa.RecordBatch]:
        """The rows as they come, once: nothing is kept.

        Raises:
            UsageProblem: CLIENT-03, where they were taken before.
            MeshError: what ended the statement.
        """
        with self._lock:
            self._refuse_taken()
            self._given = True
        return self._taken()

    def arrow(self) -> pa.Table:
        """All rows as an Arrow table; as often as wanted."""
        self._all()
        return pa.Table.from_batches(self._held, self.schema)

    def pandas(self) -> pd.DataFrame:
        """All rows as a pandas DataFrame."""
        _needed("pandas")
        return self.arrow().to_pandas()

    def polars(self) -> pl.DataFrame:
        """All rows as a polars DataFrame."""
        found: pl.DataFrame = _needed("polars").from_arrow(self.arrow())
        return found

    def duckdb(self, con: duckdb.DuckDBPyConnection | None = None) -> duckdb.DuckDBPyRelation:
        """All rows as a relation of `con`, or of an engine of its own in memory."""
        engine = _needed("duckdb")
        found: duckdb.DuckDBPyRelation = (con or engine.connect()).from_arrow(self.arrow())
        return found

    def __iter__(self) -> Iterator[tuple[Any, ...]]:
        """Rows as tuples, once where they are more than what was read at once."""
        for batch in self.batches() if not self._whole else self.arrow().to_batches():
            yield from zip(*(cells(column) for column in batch.columns), strict=True) if batch.num_columns else ()

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """For every library that takes Arrow (the PyCapsule interface): `polars.DataFrame(result)`, `pyarrow.table(result)`."""
        batches = self.arrow().to_batches() if self._whole else self.batches()
        return pa.RecordBatchReader.from_batches(self.schema, batches).__arrow_c_stream__(requested_schema)

    def first(self, rows: int = _SHOWN) -> pa.Table:
        """The first rows; those that were read stay for whoever wants all."""
        with self._lock:
            self._refuse_taken()
            while sum(batch.num_rows for batch in self._held) < rows and (batch := self._next()) is not None:
                self._held.append(batch)
            return pa.Table.from_batches(self._held, self.schema).slice(0, rows)

    def close(self) -> None:
        """End the statement where it still runs."""
        with self._lock:
            if not self._whole and self._pid == os.getpid():
                self._failed = self._failed or _problem("CLIENT-03", "The result was closed.", "Ask again.")
                self._whole = True
                self._coming.close()

    def __enter__(self) -> Result:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def __repr__(self) -> str:
        columns = ", ".join(f"{field.name} {field.type}" for field in self.schema)
        rows = f"{self._coming.count:,} rows" if self._whole else "rows that still come"
        return f"<Result of {rows}: {columns}; {len(self.masked)} columns of its products are masked>"

    def _repr_html_(self) -> str:
        from mesh_platform.client.showing import result

        return result(self)

    def __reduce__(self) -> NoReturn:
        raise _problem("CLIENT-04", "A result is bound to its process.", "Hand over .arrow() or .pandas().")

    @property
    def taken(self) -> bool:
        """Whether its rows were taken as they came."""
        return self._given

    @property
    def known_count(self) -> int | None:
        """How many rows there are, once all were read."""
        return self._coming.count if self._whole else None

    def _all(self) -> None:
        with self._lock:
            self._refuse_taken()
            while (batch := self._next()) is not None:
                self._held.append(batch)

    def _taken(self) -> Iterator[pa.RecordBatch]:
        while self._held:
            yield self._held.pop(0)
        while (batch := self._next()) is not None:
            yield batch

    def _next(self) -> pa.RecordBatch | None:
        """The next batch with rows; whatever interrupts it ends the statement, since the rest cannot be read any more."""
        with self._lock:
            if self._pid != os.getpid():
                raise _problem("CLIENT-04", "A result is bound to its process.", "Read it before the process forks.")
            if self._failed is not None:
                raise self._failed
            try:
                while not self._whole:
                    batch = next(self._batches, None)
                    if batch is None:
                        self._whole = True
                        self._tell_cut()
                    elif batch.num_rows:
                        return batch
            except BaseException as error:
                self._failed, self._whole = error, True
                self._coming.close()
                raise
            return None

    def _tell_cut(self) -> None:
        if self._coming.cut and not self._bounded:
            rows = f"{self._coming.count:,}"
            warnings.warn(
                f"The answer was cut at {rows} rows; limit= and a filter say which are wanted.", UserWarning, stacklevel=4
            )

    def _refuse_taken(self) -> None:
        if self._given:
            raise _problem("CLIENT-03", "Its rows were taken as they came, and are not kept.", "Ask again, or use .arrow().")


def _needed(name: str) -> ModuleType:
    """The library of that name.

    Raises:
        Unavailable: CLIENT-05, where it is not installed.
    """
    try:
        return import_module(name)
    except ImportError:
        fix = f"`pip install {name}`, or take .arrow(), which needs nothing else."
        raise Unavailable(Finding("CLIENT-05", f"the library {name}", "It is not installed.", fix)) from None


def _problem(rule: str, why: str, fix: str) -> UsageProblem:
    return UsageProblem(Finding(rule, "the result", why, fix))
