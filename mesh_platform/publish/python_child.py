"""The job in which a product's `transform(inputs)` runs: Arrow comes in on a pipe for each input and goes out on a pipe of its own.

What the transform prints goes nowhere, since it may hold values; of an error only its kind and its line are told.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from typing import Any, BinaryIO

import pyarrow as pa

from mesh_platform.confine.domain_code import MARK, DomainCodeError, kind, line_in, run


class Inputs(Mapping[str, pa.Table]):
    """What a transform is given: each input by its name, read when it is first asked for."""

    def __init__(self, pipes: Mapping[str, int]) -> None:
        self._pipes, self._tables = dict(pipes), dict[str, pa.Table]()

    def __getitem__(self, name: str) -> pa.Table:
        if name not in self._tables:
            self._tables[name] = self.stream(name).read_all()
        return self._tables[name]

    def __iter__(self) -> Iterator[str]:
        yield from self._pipes

    def __len__(self) -> int:
        return len(self._pipes)

    def stream(self, name: str) -> pa.RecordBatchReader:
        """The input as record batches, for one that is larger than memory; it can be read once."""
        if self._pipes[name] < 0:
            raise ValueError("an input can be streamed once")
        pipe, self._pipes[name] = self._pipes[name], -1
        return pa.ipc.open_stream(os.fdopen(pipe, "rb"))


def transform(text: str, name: str, inputs: Mapping[str, int], result_fd: int) -> None:
    """Run the transform and write the answer: a JSON line, then an Arrow stream and a last JSON line where it went well."""
    with os.fdopen(result_fd, "wb") as out:
        try:
            schema, batches = _batches(_result(text, name, Inputs(inputs)))
            first = next(batches, None)
            _say(out, {"ok": True})
            rows = _write(out, schema, batches, first)
        except DomainCodeError as error:
            _say(out, {"ok": False, **error.as_json()})
        except BaseException as error:  # noqa: BLE001 - domain code runs while its batches are drawn
            _say(out, {"ok": False, "why": kind(error), "line": line_in(error, name)})
        else:
            _say(out, {"rows": rows})


def _result(text: str, name: str, inputs: Inputs) -> Any:
    module = run(text, name)
    function = getattr(module, "transform", None) or next((v for v in vars(module).values() if hasattr(v, MARK)), None)
    if not callable(function):
        raise DomainCodeError("it defines no function transform(inputs)", 1)
    try:
        return function(inputs)
    except BaseException as error:  # noqa: BLE001 - domain code may raise anything
        raise DomainCodeError(kind(error), line_in(error, name)) from None


def _batches(result: Any) -> tuple[pa.Schema, Iterator[pa.RecordBatch]]:
    """What a transform may return: a table, batches, a reader, or a pandas or polars frame, lazy or not."""
    if hasattr(result, "collect") and hasattr(result, "lazy"):
        result = result.collect()
    if hasattr(result, "to_arrow"):
        result = result.to_arrow()
    if hasattr(result, "iloc"):
        result = pa.Table.from_pandas(result, preserve_index=False)
    if isinstance(result, pa.Table):
        return result.schema, iter(result.to_batches())
    if isinstance(result, pa.RecordBatchReader):
        return result.schema, iter(result)
    batches = iter([result] if isinstance(result, pa.RecordBatch) else result if isinstance(result, Iterable) else ())
    first = next(batches, None)
    if not isinstance(first, pa.RecordBatch):
        raise DomainCodeError("the transform returned no table", 1)
    return first.schema, chain([first], batches)


def _write(out: BinaryIO, schema: pa.Schema, batches: Iterator[pa.RecordBatch], first: pa.RecordBatch | None) -> int:
    rows = 0
    with pa.ipc.new_stream(out, schema) as stream:
        for batch in chain([] if first is None else [first], batches):
            stream.write_batch(batch)
            rows += batch.num_rows
    return rows


def _say(out: BinaryIO, message: dict[str, object]) -> None:
    out.write(json.dumps(message).encode() + b"\n")
    out.flush()
