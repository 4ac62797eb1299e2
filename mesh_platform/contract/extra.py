"""`contract.py`: pandera checks that YAML cannot say, compiled to SQL by a confined process and judged here like any SQL of a domain team."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from mesh_platform.confine import Confinement
from mesh_platform.contract.contract import ExtraCheck, Problem
from mesh_platform.contract.sql import ROWS
from mesh_platform.errors import Severity
from mesh_platform.product import Product
from mesh_platform.product.sql_guard import reads

_JOB = "mesh_platform.contract.extra_child:answer"
_FORMAT = 1
Extra = tuple[tuple[ExtraCheck, ...], tuple[Problem, ...]]


@dataclass(frozen=True, slots=True)
class ExtraCompiler:
    """Compiles the `contract.py` of products, each text once."""

    confinement: Confinement = Confinement()
    cache: Path | None = None
    """Where compiled checks are kept; nowhere where None."""

    def compile(self, product: Product) -> Extra:
        """The checks of the product's `contract.py`, and what of it could not become one.

        Raises:
            Unavailable: where domain code cannot be confined.
        """
        if product.contract_text is None:
            return (), ()
        columns = [(name, column.type.duckdb) for name, column in product.descriptor.columns.items()]
        key = _key(product.contract_text, columns)
        said = self._kept(key)
        if said is None:
            said = _asked(self.confinement, product.contract_text, columns, f"{product.where.rpartition('/')[0]}/contract.py")
            self._keep(key, said)
        return _judged(said)

    def _kept(self, key: str) -> dict[str, Any] | None:
        if self.cache is None:
            return None
        try:
            return dict(json.loads((self.cache / f"{key}.json").read_text(encoding="utf-8")))
        except (OSError, ValueError):
            return None

    def _keep(self, key: str, said: dict[str, Any]) -> None:
        if self.cache is None:
            return
        try:
            self.cache.mkdir(mode=0o700, parents=True, exist_ok=True)
            part = self.cache / f"{key}.{os.getpid()}.part"
            part.write_text(json.dumps(said), encoding="utf-8")
            part.replace(self.cache / f"{key}.json")
        except OSError:
            return  # compiled again the next time


def _key(text: str, columns: list[tuple[str, str]]) -> str:
    versions = [version(name) for name in ("pandera", "ibis-framework", "sqlglot")]
    return hashlib.sha256(json.dumps([_FORMAT, versions, columns, text]).encode()).hexdigest()


def _asked(confinement: Confinement, text: str, columns: list[tuple[str, str]], where: str) -> dict[str, Any]:
    told, telling = os.pipe()
    given = {"text": text, "name": "contract.py", "columns": columns, "result_fd": telling}
    with os.fdopen(told, "rb") as answer:
        try:
            process = confinement.start(_JOB, given, what=where, pass_fds=[telling])
        finally:
            os.close(telling)
        with process:
            said = answer.read()
    try:
        return dict(json.loads(said))
    except ValueError:
        return {"checks": [], "problems": [{"what": "contract.py", "why": "its process ended without an answer"}]}


def _judged(said: dict[str, Any]) -> Extra:
    """What the process said, believed only as far as the SQL guard goes: domain code ran in it."""
    checks: list[ExtraCheck] = []
    problems = [Problem(str(entry["what"]), str(entry["why"])) for entry in said["problems"]]
    for entry in said["checks"]:
        check = ExtraCheck(
            column=entry["column"],
            name=str(entry["name"]),
            says=str(entry["says"]),
            severity=Severity.WARN if entry["warns"] else Severity.BLOCK,
            sql=str(entry["sql"]),
            per_row=bool(entry["per_row"]),
            around=bool(entry["around"]),
            columns=tuple(map(str, entry["columns"])),
        )
        query = f"SELECT (\n{check.sql}\n) FROM {ROWS}" if check.per_row else check.sql
        refused = next(iter(reads(query, frozenset({ROWS})).problems), None)
        if refused:
            problems.append(Problem(f"contract.py, check {check.name}", refused.why.rstrip(".")))
        else:
            checks.append(check)
    return tuple(checks), tuple(problems)
