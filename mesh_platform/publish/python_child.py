"""The process in which a product's `transform.py` runs: Arrow comes in on standard input, Arrow goes out on a pipe of its own.

Run as `python -m mesh_platform.publish.python_child FILE RESULT_FD`. What the transform prints goes nowhere, since it may hold values;
of an error only its type and its line in FILE are told.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, BinaryIO

import pyarrow as pa

from mesh_platform.product.decorator import line_in, run_file
from mesh_platform.product.yaml_file import Unreadable


def main(file: str, result_fd: int) -> None:
    """Read the inputs, run the transform, write the answer: one JSON line, then an Arrow stream where it went well."""
    incoming = os.fdopen(os.dup(0), "rb")
    _silence()
    with os.fdopen(result_fd, "wb") as out:
        try:
            batches = _run(Path(file), dict(_inputs(incoming)))
            schema, first = batches
            _say(out, {"ok": True})
            with pa.ipc.new_stream(out, schema) as stream:
                for batch in first:
                    stream.write_batch(batch)
        except BaseException as error:  # noqa: BLE001 - domain code may raise anything, SystemExit too
            _say(out, {"ok": False, **_told(error, Path(file))})


def _silence() -> None:
    nowhere = os.open(os.devnull, os.O_RDWR)
    for fd in (0, 1, 2):
        os.dup2(nowhere, fd)


def _inputs(incoming: BinaryIO) -> Iterator[tuple[str, pa.Table]]:
    for name in json.loads(incoming.readline()):
        with pa.ipc.open_stream(incoming) as stream:
            yield name, stream.read_all()


def _run(path: Path, inputs: dict[str, pa.Table]) -> tuple[pa.Schema, Iterable[pa.RecordBatch]]:
    module = run_file(path, path.name)
    transform = getattr(module, "transform", None) or next(v for v in vars(module).values() if hasattr(v, "__data_product__"))
    result = as_table(transform(inputs))
    return result.schema, result.to_batches()


def as_table(result: Any) -> pa.Table:
    """What a transform may return, as Arrow: a table, batches, a reader, or a pandas or polars frame, lazy or not.

    Raises:
        TypeError: for anything else.
    """
    if hasattr(result, "collect") and hasattr(result, "lazy"):
        result = result.collect()
    if isinstance(result, pa.Table):
        return result
    if isinstance(result, pa.RecordBatch):
        return pa.Table.from_batches([result])
    if isinstance(result, pa.RecordBatchReader):
        return result.read_all()
    if hasattr(result, "to_arrow"):
        return result.to_arrow()
    if hasattr(result, "iloc"):
        return pa.Table.from_pandas(result, preserve_index=False)
    if isinstance(result, Iterable):
        batches = list(result)
        if batches and all(isinstance(batch, pa.RecordBatch) for batch in batches):
            return pa.Table.from_batches(batches)
    raise TypeError("the transform returned no table")


def _told(error: BaseException, path: Path) -> dict[str, object]:
    if isinstance(error, Unreadable):
        where = error.finding.where.rpartition(":")[2]
        return {"type": "error while loading", "line": int(where) if where.isdigit() else 1}
    if isinstance(error, StopIteration):
        return {"type": "no function transform(inputs)", "line": 1}
    return {"type": _kind(error), "line": line_in(error, path)}


_KNOWN = frozenset({"builtins", "pyarrow", "polars", "pandas", "numpy", "duckdb", "_duckdb"})


def _kind(error: BaseException) -> str:
    """The name of a library's exception. Domain code can make one whose name holds a value."""
    kind, room = type(error), type(error).__module__.partition(".")[0]
    theirs = room in _KNOWN and getattr(sys.modules.get(kind.__module__), kind.__name__, None) is kind
    return kind.__name__ if theirs else "an exception of its own"


def _say(out: BinaryIO, message: dict[str, object]) -> None:
    out.write(json.dumps(message).encode() + b"\n")
    out.flush()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
