"""How a run looks on a terminal: one line per product, a bar while it goes on, and the findings of what did not go through."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import IO

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from mesh_platform.pipeline.run import Told

_MARKS = {
    "published": "[green]✓[/green]",
    "blocked": "[red]✗[/red]",
    "failed": "[red]![/red]",
    "waiting": "[yellow]…[/yellow]",
    "retired": "[dim]-[/dim]",
}


def own_stream() -> IO[str]:
    """Standard output under a descriptor of its own: the platform closes the shared one while domain code runs."""
    return os.fdopen(os.dup(1), "w", encoding="utf-8", errors="replace")


class Lines:
    """Tells a person."""

    def __init__(self, stream: IO[str]) -> None:
        self._console = Console(file=stream, highlight=False, soft_wrap=True)
        self._progress = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(bar_width=24),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=self._console,
            transient=True,
            disable=not self._console.is_terminal,
        )
        self._task = self._progress.add_task("starting", total=None)

    def __enter__(self) -> Lines:
        self._progress.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._progress.stop()

    def begins(self, products: Sequence[str]) -> None:
        self._progress.update(self._task, total=len(products), description="opening the mesh")

    def started(self, product: str) -> None:
        self._progress.update(self._task, description=escape(product))

    def told(self, what: Told) -> None:
        self._console.print(f"{_MARKS.get(what.status, '?')} {escape(what.product):<38} {what.status:<10}{_figures(what)}")
        for finding in what.findings:
            if finding.blocks:
                self._console.print(f"    {escape(str(finding))}", style="dim")
        self._progress.advance(self._task)

    def ends(self, counts: Mapping[str, int], exit_code: int) -> None:
        self._progress.stop()
        self._console.print(", ".join(f"{count} {status}" for status, count in sorted(counts.items())) or "nothing to do")


def _figures(what: Told) -> str:
    if what.rows is None:
        return ""
    return f"{what.version:<8} {what.rows:>12,} rows {what.seconds:>7.1f} s"


class JsonLines:
    """Tells a program: one JSON object per line, flushed as it comes."""

    def __init__(self, stream: IO[str]) -> None:
        self._stream = stream

    def __enter__(self) -> JsonLines:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._stream.flush()

    def begins(self, products: Sequence[str]) -> None:
        self._write({"event": "begin", "products": list(products)})

    def started(self, product: str) -> None:
        self._write({"event": "started", "product": product})

    def told(self, what: Told) -> None:
        self._write(
            {
                "event": "told",
                "product": what.product,
                "status": what.status,
                "rows": what.rows,
                "version": what.version,
                "seconds": what.seconds,
                "waits_for": list(what.waits_for),
                "at_load": what.at_load,
                "findings": [finding.as_json() for finding in what.findings],
            }
        )

    def ends(self, counts: Mapping[str, int], exit_code: int) -> None:
        self._write({"event": "end", "counts": dict(counts), "exit_code": exit_code})

    def _write(self, what: dict[str, object]) -> None:
        self._stream.write(json.dumps(what, ensure_ascii=False) + "\n")
        self._stream.flush()
