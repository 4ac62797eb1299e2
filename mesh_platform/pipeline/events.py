"""A run as `mesh` follows it: one JSON object per line on standard output."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import IO

from mesh_platform.pipeline.run import ProductResult


def own_stream() -> IO[str]:
    """Standard output under a descriptor of its own: the platform closes the shared one while domain code runs."""
    return os.fdopen(os.dup(1), "w", encoding="utf-8", errors="replace")


class Events:
    """Writes each event as it comes, and flushes it."""

    def __init__(self, stream: IO[str]) -> None:
        self._stream = stream

    def __enter__(self) -> Events:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._stream.flush()

    def begins(self, products: Sequence[str]) -> None:
        self._write({"event": "begin", "products": list(products)})

    def started(self, product: str) -> None:
        self._write({"event": "started", "product": product})

    def told(self, result: ProductResult) -> None:
        self._write(
            {
                "event": "told",
                "product": result.product,
                "status": result.status,
                "rows": result.rows,
                "version": result.version,
                "seconds": result.seconds,
                "blocked_resurrections": result.blocked_resurrections,
                "waits_for": list(result.waits_for),
                "at_load": result.at_load,
                "findings": [finding.as_json() for finding in result.findings],
            }
        )

    def ends(self, counts: Mapping[str, int], exit_code: int) -> None:
        self._write({"event": "end", "counts": dict(counts), "exit_code": exit_code})

    def _write(self, what: dict[str, object]) -> None:
        self._stream.write(json.dumps(what, ensure_ascii=False) + "\n")
        self._stream.flush()
