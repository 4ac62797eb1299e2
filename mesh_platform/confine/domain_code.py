"""Runs the text of a domain team's Python file, in a confined process. Of what goes wrong, kind and line are told and never a text."""

from __future__ import annotations

import linecache
import sys
from functools import cache
from importlib import import_module
from types import ModuleType

MARK = "__data_product__"
"""What `@data_product` leaves on the function that it decorates."""

_KNOWN = frozenset({"builtins", "pyarrow", "polars", "pandas", "numpy", "duckdb", "_duckdb", "pandera", "ibis"})


_HOLDS_ERRORS = ("builtins", "pyarrow.lib", "polars.exceptions", "pandas.errors", "numpy.exceptions", "duckdb", "pandera.errors")


class DomainCodeError(Exception):
    """What domain code did wrong: a few words of the platform's own, and the line of its file."""

    def __init__(self, why: str, line: int) -> None:
        super().__init__(why)
        self.why, self.line = why, line

    def as_json(self) -> dict[str, object]:
        return {"why": self.why, "line": self.line}


def run(text: str, name: str) -> ModuleType:
    """The module that `text` makes, run once under the name of its file.

    Raises:
        DomainCodeError: where it is not Python or raises anything.
    """
    module = ModuleType("_mesh_domain_code")
    sys.modules[module.__name__] = module
    linecache.cache[name] = (len(text), None, text.splitlines(keepends=True), name)  # for libraries that read a function's source
    try:
        exec(compile(text, name, "exec"), module.__dict__)  # noqa: S102 - this process was made for it
    except SyntaxError as error:
        own = error.filename == name
        raise DomainCodeError(
            "it is not valid Python" if own else kind(error), error.lineno or 1 if own else line_in(error, name)
        ) from None
    except BaseException as error:  # noqa: BLE001 - domain code may raise anything, SystemExit too
        raise DomainCodeError(kind(error), line_in(error, name)) from None
    return module


def line_in(error: BaseException, name: str) -> int:
    """The last line of the file `name` that `error` passed through; 1 where it passed none."""
    line, trace = 1, error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == name:
            line = trace.tb_lineno
        trace = trace.tb_next
    return line


@cache
def kinds() -> frozenset[str]:
    """Every name that `kind` may give, for whoever hears one from a process that is not believed."""
    modules = [import_module(name) for name in _HOLDS_ERRORS]
    found = (each for module in modules for each in vars(module).values())
    return frozenset(each.__name__ for each in found if isinstance(each, type) and issubclass(each, BaseException))


def kind(error: BaseException) -> str:
    """The name of a library's exception. Domain code can make one whose name holds a value, so those have no name here."""
    found, room = type(error), type(error).__module__.partition(".")[0]
    theirs = room in _KNOWN and getattr(sys.modules.get(found.__module__), found.__name__, None) is found
    return found.__name__ if theirs else "an exception of its own"
