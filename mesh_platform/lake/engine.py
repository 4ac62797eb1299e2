"""One DuckDB engine, ready for the lake: extensions from the installed wheels, spill encrypted, nothing fetched from anywhere.

What the engine says of an error may hold a value of a row, a path or a key, so its text never leaves here: `engine_errors` turns it into
a finding with the error's kind and the line of the statement.
"""

from __future__ import annotations

import importlib
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb

from mesh_platform.errors import CheckFailed, Finding, MeshError, Unavailable
from mesh_platform.lake.sql import quote_text

EXTENSIONS = ("ducklake", "httpfs")  # httpfs brings the cipher that encrypted writes need
_LINE = re.compile(r"^LINE (\d+):", re.MULTILINE)
_OF_THE_MACHINE = (duckdb.IOException, duckdb.OutOfMemoryException, duckdb.InternalException, duckdb.FatalException)


@dataclass(frozen=True, slots=True)
class EngineSettings:
    """What one engine may use."""

    memory_limit: str = "1GB"
    threads: int = 2


class Engine:
    """A connection with its own temporary folder, which goes with it."""

    def __init__(self, settings: EngineSettings, temp: Path, insertion_order: bool = True) -> None:
        self._temp = temp
        self.con = duckdb.connect(
            config={
                "autoinstall_known_extensions": "false",
                "autoload_known_extensions": "false",
                "memory_limit": settings.memory_limit,
                "threads": str(settings.threads),
                "temp_directory": str(temp),
                "temp_file_encryption": "true",
                "python_enable_replacements": "false",  # a name in SQL never means a variable of this program
                "preserve_insertion_order": "true" if insertion_order else "false",
            }
        )
        self.con.execute("SET TimeZone = 'UTC'")
        for name in EXTENSIONS:
            load_extension(self.con, name)

    def close(self) -> None:
        self.con.close()
        shutil.rmtree(self._temp, ignore_errors=True)


def load_extension(con: duckdb.DuckDBPyConnection, name: str) -> None:
    """LOAD an extension from its wheel.

    Raises:
        Unavailable: LAKE-30, where the wheel is missing or of another version than the engine.
    """
    try:
        module = importlib.import_module(f"duckdb_extension_{name}")
        folder = Path(str(module.__file__)).parent / "extensions" / f"v{duckdb.__version__}"
        con.execute(f"LOAD {quote_text(str(folder / f'{name}.duckdb_extension'))}")
    except (ImportError, duckdb.Error):
        why = f"The extension {name} for DuckDB {duckdb.__version__} is not installed."
        fix = f"Install duckdb-extension-{name.replace('_', '-')}=={duckdb.__version__}."
        raise Unavailable(Finding("LAKE-30", f"DuckDB extension {name}", why, fix)) from None


def is_missing_file(error: duckdb.Error) -> bool:
    """Whether a statement failed because a file went under it."""
    return isinstance(error, duckdb.IOException) and "No such file or directory" in str(error)


def as_finding(error: duckdb.Error, where: str, product: str = "") -> MeshError:
    """The error without its text: kind and line only."""
    kind = type(error).__name__
    line = _LINE.search(str(error))
    place = f"{where}, line {line[1]}" if line else where
    if isinstance(error, _OF_THE_MACHINE):
        why = f"The engine could not go on ({kind}): {_cause(error)}."
        fix = "See that disk and memory suffice (memory_limit) and that no file of the lake was removed, then run again."
        return Unavailable(Finding("LAKE-31", place, why, fix, product))
    why = f"The engine refused the statement ({kind})."
    return CheckFailed(Finding("LAKE-32", place, why, "Correct the statement there, or the data that it reads.", product))


def _cause(error: duckdb.Error) -> str:
    said = str(error)
    if "No space left on device" in said:
        return "the disk is full"
    if is_missing_file(error):
        return "a file is missing"
    return "memory is used up" if isinstance(error, duckdb.OutOfMemoryException) else "reading or writing failed"


@contextmanager
def engine_errors(where: str, product: str = "") -> Iterator[None]:
    """Turn what the engine raises inside into a `MeshError` that holds no value, path or key."""
    try:
        yield
    except duckdb.Error as error:
        raise as_finding(error, where, product) from None
