"""A domain's `definitions.py`, judged by its text: it is one line, and what else stands in it is a finding. Nothing here runs it."""

from __future__ import annotations

import ast

from mesh_platform.errors import Finding

DEFINITIONS = "definitions.py"
_FUTURE = "from __future__ import annotations"
_IMPORT = "from mesh_platform import domain_definitions"
_LINE = "defs = domain_definitions(__file__)"
_ONLY = "Leave these two lines in it and nothing else: `from mesh_platform import domain_definitions` and `defs = domain_definitions(__file__)`."


def judge_definitions(text: str, folder: str) -> Finding | None:
    """What is wrong with the `definitions.py` of the domain in `folder` (`domains/<domain>`), on the first line where it is.

    A docstring and `from __future__ import annotations` may stand before the import and the one line; each stands once, in this order.
    """
    try:
        statements = ast.parse(text.encode()).body  # as bytes, so that a declared encoding counts as it does when Python runs it
    except SyntaxError as error:
        return _finding(folder, error.lineno or 1, "It is not Python.", _ONLY)
    except (ValueError, RecursionError, MemoryError):
        return _finding(folder, 1, "It is not Python that can be read.", _ONLY)
    awaited = [_shape(line) for line in (_FUTURE, _IMPORT, _LINE)]
    found = [(statement.lineno, ast.dump(statement)) for statement in statements[_has_docstring(statements) :]]
    for number, shape in found:
        if shape not in awaited:
            fix = f"Make it a product: {folder}/<product>/ with product.yaml and a transform; leave the one line."
            return _finding(folder, number, "Something else than the one line of a code location stands there.", fix)
        awaited = awaited[awaited.index(shape) + 1 :]
    for line in (_IMPORT, _LINE):
        if _shape(line) not in [shape for _, shape in found]:
            return _finding(folder, 1, f"The line `{line}` is missing.", _ONLY)
    return None


def _shape(line: str) -> str:
    return ast.dump(ast.parse(line).body[0])


def _has_docstring(statements: list[ast.stmt]) -> bool:
    first = statements[0] if statements else None
    return isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str)


def _finding(folder: str, line: int, why: str, fix: str) -> Finding:
    return Finding("DESC-16", f"{folder}/{DEFINITIONS}:{line}", why, fix)
