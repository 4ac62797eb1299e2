"""Modules of this room as one file that runs without the platform: the verifier that goes with an export, and the witness."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from pathlib import Path

_HERE = Path(__file__).parent
_OURS = ("mesh_platform.", "__future__")
_FUTURE = "from __future__ import annotations"
CHECKER = ("tlog", "declaring", "succession")
"""What whoever checks a record needs."""
VERIFIER = ("tlog", "declaring", "succession", "quorum", "outsider")
WITNESS = ("tlog", "declaring", "succession", "witness")


def alone(modules: tuple[str, ...]) -> str:
    """These modules of this room as one program."""
    return together([module(name) for name in modules])


def together(paths: Sequence[Path]) -> str:
    """The modules as one, the last of which is the program and gives the docstring; they import nothing but each other and what travels."""
    sources = [path.read_text(encoding="utf-8") for path in paths]
    docstring = ast.get_docstring(ast.parse(sources[-1]), clean=False)
    parts = [_stripped(source) for source in sources]
    return f'"""{docstring}"""\n\n{_FUTURE}\n\n' + "\n\n".join(parts)


def module(name: str) -> Path:
    """The file of a module of this room."""
    return _HERE / f"{name}.py"


def _stripped(source: str) -> str:
    """The module without its docstring and without what it imports from the others."""
    tree, lines = ast.parse(source), source.splitlines(keepends=True)
    for node in tree.body:
        docstring = node is tree.body[0] and isinstance(node, ast.Expr)
        ours = isinstance(node, ast.ImportFrom) and (node.module or "").startswith(_OURS)
        if docstring or ours:
            for at in range(node.lineno - 1, node.end_lineno or node.lineno):
                lines[at] = ""
    return "".join(lines).strip() + "\n"
