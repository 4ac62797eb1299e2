"""A dbt model as the SQL that dbt will make of it, so that the guard judges what runs.

Two pieces of Jinja are understood, `{{ source('<domain>','<product>') }}` and `{{ config(materialized='table') }}` (or `'view'`). Whatever else stands in
braces is never guessed at, since a macro could put any statement there: dbt compiles such a model when it is published, and what it made is judged then.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from mesh_platform.product.key import ProductKey
from mesh_platform.product.sql_guard import SqlProblem

_JINJA = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}|\{[{%#]", re.DOTALL)
_COMMENT = re.compile(r"\{#(?!-).*(?<!-)#\}", re.DOTALL)
_CONFIG = re.compile(r"\{\{\s*config\(\s*materialized\s*=\s*['\"](?:table|view)['\"]\s*\)\s*\}\}")
_SOURCE = re.compile(r"\{\{\s*source\(\s*['\"](\w+)['\"]\s*,\s*['\"](\w+)['\"]\s*\)\s*\}\}")
_REF = re.compile(r"\{\{-?\s*ref\(")


@dataclass(frozen=True, slots=True)
class Model:
    """The model's SQL, in which each source is called `domain/product`; the line of the file for each of its lines."""

    sql: str
    lines: tuple[int, ...]
    sources: tuple[tuple[ProductKey, int], ...]
    problems: tuple[SqlProblem, ...]

    def line(self, line: int) -> int:
        """The line of the file on which this line of the SQL begins."""
        return self.lines[min(line, len(self.lines)) - 1]


def read_model(text: str) -> Model:
    """What dbt makes of `text`."""
    parts, lines, sources, problems = list[str](), [1], list[tuple[ProductKey, int]](), list[SqlProblem]()
    done = 0
    for found in _JINJA.finditer(text):
        _add(text[done : found.start()], text.count("\n", 0, done) + 1, parts, lines)
        line, done = text.count("\n", 0, found.start()) + 1, found.end()
        if call := _SOURCE.fullmatch(found[0]):
            product = ProductKey(call[1], call[2])
            sources.append((product, line))
            parts.append(f'"{product}"')
        elif not (_COMMENT.fullmatch(found[0]) or _CONFIG.fullmatch(found[0])):
            problems.append(_not_understood(found[0], line))
    _add(text[done:], text.count("\n", 0, done) + 1, parts, lines)
    return Model("".join(parts), tuple(lines), tuple(sources), tuple(problems))


def _add(piece: str, line: int, parts: list[str], lines: list[int]) -> None:
    parts.append(piece)
    lines += range(line + 1, line + 1 + piece.count("\n"))


def _not_understood(jinja: str, line: int) -> SqlProblem:
    if _REF.match(jinja):
        return SqlProblem(
            "DBT-01", line, "The model refers to another model with ref().", "Read products with source('<domain>','<product>')."
        )
    why = "It holds Jinja other than source() and config(), so its SQL is judged when dbt has compiled it, and every column counts as derived from all."
    return SqlProblem("DBT-02", line, why, "Nothing to do; written out as SQL, the lineage of its columns is known.")
