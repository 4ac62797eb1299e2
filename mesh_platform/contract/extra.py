"""`contract.py`: pandera checks that YAML cannot say.

The file may define `columns`, a mapping from column to pandera checks, and `checks`, pandera checks over the whole table, both from
`pandera.ibis`. It is a domain team's code and may fail in any way; what comes of that is a problem of its own contract and nobody else's.
"""

from __future__ import annotations

import runpy
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandera.ibis as pa

from mesh_platform.contract.contract import ExtraChecks, Problem


def load_extra_checks(path: Path) -> tuple[ExtraChecks, tuple[Problem, ...]]:
    """The checks that the file at `path` defines, and why there are none where it cannot be used."""
    try:
        names = runpy.run_path(str(path))
        return _checks(names), ()
    except (Exception, SystemExit) as error:  # noqa: BLE001  (any failure is this contract's problem)
        line = _line(error, path)
        why = f"the file does not give checks ({type(error).__name__}{f' at line {line}' if line else ''})"
        return ExtraChecks(), (Problem(path.name, why),)


def _checks(names: Mapping[str, Any]) -> ExtraChecks:
    columns = {str(name): _listed(given) for name, given in dict(names.get("columns", {})).items()}
    return ExtraChecks(columns, _listed(names.get("checks", ())))


def _listed(given: Any) -> tuple[pa.Check, ...]:
    checks = (given,) if isinstance(given, pa.Check) else tuple(given)
    if not all(isinstance(check, pa.Check) for check in checks):
        raise TypeError("a check is a pandera.ibis.Check")
    return checks


def _line(error: BaseException, path: Path) -> int | None:
    if isinstance(error, SyntaxError):
        return error.lineno
    trace, line = error.__traceback__, None
    while trace:
        if trace.tb_frame.f_code.co_filename == str(path):
            line = trace.tb_lineno
        trace = trace.tb_next
    return line
