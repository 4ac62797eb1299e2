"""The edge between domain code and Dagster: an error crosses it as rule, type, product and line, never with what it says.

Dagster stores an error's text, its causes and its context in the event log. A message such as `Could not convert 'ana@…'` would stay
there for years, so nothing that was raised inside is handed on: it is described and dropped, and a new error is raised outside.
"""

from collections.abc import Callable
from pathlib import Path
from typing import NoReturn, TypeVar

import dagster as dg

from mesh_platform.errors import Finding, MeshError
from mesh_platform.pipeline.hush import hushed

T = TypeVar("T")
_LONGEST_NAME = 80
_PACKAGE = Path(__file__).resolve().parents[1]


def at_the_edge(call: Callable[[], T], product: str, project: Path) -> T | Finding:
    """What `call` returns, or what stopped it.

    Args:
        call: runs domain code, or what may raise with its values.
        product: `domain/product`, for the finding.
        project: the project's folder; only lines of its domains are named.

    Returns:
        The value; else the finding of a `MeshError`; else one with the error's type and line alone.

    Raises:
        KeyboardInterrupt: where the run was cancelled; it carries nothing.
    """
    with hushed():
        try:
            return call()
        except (KeyboardInterrupt, dg.DagsterExecutionInterruptedError):
            pass
        except MeshError as error:
            return error.finding.of(product)
        except BaseException as error:  # noqa: BLE001 - even SystemExit carries a text; only its type is told
            if not _is_interrupt(error):
                return described(error, product, project)
    raise KeyboardInterrupt


def _is_interrupt(error: BaseException) -> bool:
    """DuckDB raises this, and not KeyboardInterrupt, where the signal came while a statement ran."""
    return isinstance(error, RuntimeError) and str(error) == "Query interrupted"


def fail(finding: Finding) -> NoReturn:
    """Fail the step with `finding`; called outside of any `except`, or Dagster stores what is being handled there."""
    raise dg.Failure(
        description=str(finding),
        metadata={"rule": finding.rule, "where": finding.where, "fix": finding.fix, "product": finding.product},
        allow_retries=False,
    )


def described(error: BaseException, product: str, project: Path) -> Finding:
    """The error as a finding: its type, and the last line of the project's domains (else of the platform) that it came through."""
    name = type(error).__name__
    kind = name if name.isidentifier() and len(name) <= _LONGEST_NAME else "an error"
    return Finding(
        "RUN-09",
        _place(error, project / "domains") or _place(error, _PACKAGE) or product,
        f"It raised {kind}.",
        "Run it on a sample of your own, or ask the platform's team where the place is in mesh_platform; "
        "what the error says is not kept, since it may hold data.",
        product,
    )


def _place(error: BaseException, folder: Path) -> str | None:
    found, trace = None, error.__traceback__
    while trace is not None:
        path = Path(trace.tb_frame.f_code.co_filename)
        if path.is_relative_to(folder):
            found = f"{path.relative_to(folder.parent).as_posix()}:{trace.tb_lineno}"
        trace = trace.tb_next
    return found
