"""One DuckDB engine, ready for the lake: extensions from the installed wheels, spill encrypted, nothing fetched from anywhere.

What the engine says of an error may hold a value of a row, a path or a key, so its text never leaves here: `engine_errors` turns it into
a finding with the error's kind and the line of the statement.
"""

from __future__ import annotations

import importlib
import os
import re
import shutil
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb

from mesh_platform.errors import CheckFailed, Finding, MeshError, Unavailable
from mesh_platform.lake.files import FileId, file_id
from mesh_platform.lake.sql import quote_name, quote_text
from mesh_platform.lake.temp import TempFolder

EXTENSIONS = ("ducklake", "httpfs")  # httpfs brings the cipher that encrypted writes need
MOST_IDLE = 2
_LINE = re.compile(r"^LINE (\d+):", re.MULTILINE)
_KIND = re.compile(r"^([A-Za-z ]+) Error:")
_OF_THE_MACHINE = (duckdb.IOException, duckdb.OutOfMemoryException, duckdb.InternalException, duckdb.FatalException)


@dataclass(frozen=True, slots=True)
class EngineSettings:
    """What one engine may use."""

    memory_limit: str = "1GB"
    threads: int = 2


class Engine:
    """A connection to an engine that nobody else uses; `close` gives the engine back to its pool."""

    def __init__(self, pool: EnginePool, instance: Instance) -> None:
        self._pool, self._instance, self._open = pool, instance, True
        self.con = instance.root.cursor()  # temporary views and registered rows belong to it and go with it

    def close(self) -> None:
        if self._open:
            self._open = False
            self.con.interrupt()  # closing waits for whatever a cancelled statement still does on other threads
            self.con.close()
            self._pool.give_back(self._instance)


class Instance:
    """One DuckDB instance with its extensions and its own temporary folder."""

    def __init__(self, settings: EngineSettings, temp: Path) -> None:
        self._temp = temp
        self.root = duckdb.connect(
            config={
                "autoinstall_known_extensions": "false",
                "autoload_known_extensions": "false",
                "allow_unsigned_extensions": "true" if _all_verified() else "false",
                "allow_persistent_secrets": "false",  # nobody's, and a closed engine may not look for them at its second ATTACH
                "memory_limit": settings.memory_limit,
                "threads": str(settings.threads),
                "temp_directory": str(temp),
                "temp_file_encryption": "true",
                "python_enable_replacements": "false",  # a name in SQL never means a variable of this program
            }
        )
        self.root.execute("SET GLOBAL TimeZone = 'UTC'")
        for name in EXTENSIONS:
            load_extension(self.root, name)

    def clean(self) -> bool:
        """Take away what a user attached or made; whether nothing is left, so that another may have the instance."""
        try:
            self.root.execute("RESET preserve_insertion_order")
            for (name,) in self.root.execute(
                "SELECT database_name FROM duckdb_databases() WHERE NOT internal AND database_name NOT IN ('memory')"
                " AND NOT starts_with(database_name, '__ducklake_metadata_')"
            ).fetchall():
                self.root.execute(f"DETACH DATABASE IF EXISTS {quote_name(name)}")
            for (name,) in self.root.execute("SELECT name FROM duckdb_secrets()").fetchall():
                self.root.execute(f"DROP SECRET {quote_name(name)}")
            left = self.root.execute(
                "SELECT (SELECT count(*) FROM duckdb_databases() WHERE NOT internal) - 1 + (SELECT count(*) FROM duckdb_tables())"
                " + (SELECT count(*) FROM duckdb_views() WHERE NOT internal)"
            ).fetchone()
        except duckdb.Error:
            return False
        return left == (0,)

    def close(self) -> None:
        self.root.close()
        shutil.rmtree(self._temp, ignore_errors=True)


class EnginePool:
    """Engines that were started and are idle: starting the first of a process verifies 58 MB of extensions and takes half a second."""

    def __init__(self, settings: EngineSettings, temp: TempFolder) -> None:
        self._settings, self._temp = settings, temp
        self._lock, self._idle, self._owner = threading.Lock(), list[Instance](), os.getpid()

    def take(self) -> Engine:
        with self._lock:
            if self._owner != os.getpid():  # a fork has no threads for its parent's engines
                self._idle, self._owner = [], os.getpid()
            idle = self._idle.pop() if self._idle else None
        return Engine(self, idle or Instance(self._settings, self._temp.new()))

    def give_back(self, instance: Instance) -> None:
        if instance.clean():
            with self._lock:
                if len(self._idle) < MOST_IDLE and self._owner == os.getpid():
                    self._idle.append(instance)
                    return
        instance.close()

    def close(self) -> None:
        """Stop the idle engines."""
        with self._lock:
            idle, self._idle = self._idle, []
        for instance in idle:
            if self._owner == os.getpid():
                instance.close()


_verified: dict[str, FileId | None] = {}
"""Extensions whose signature this process has verified, with the file that it was."""


def load_extension(con: duckdb.DuckDBPyConnection, name: str) -> None:
    """LOAD an extension from its wheel; its signature is verified once in a process, and again where another file stands there.

    Raises:
        Unavailable: LAKE-30, where the wheel is missing, not signed, or of another version than the engine.
    """
    try:
        file = _file_of(name)
        found, load = file_id(file), f"LOAD {quote_text(str(file))}"
        if _verified.get(name) != found and _takes_unsigned(con):
            with duckdb.connect(config={"allow_unsigned_extensions": "false"}) as verifying:
                verifying.execute(load)
        con.execute(load)
        _verified[name] = found
    except (ImportError, duckdb.Error):
        why = f"The extension {name} for DuckDB {duckdb.__version__} is not installed."
        fix = f"Install duckdb-extension-{name.replace('_', '-')}=={duckdb.__version__}."
        raise Unavailable(Finding("LAKE-30", f"DuckDB extension {name}", why, fix)) from None


def verified() -> dict[str, FileId]:
    """What this process has verified, for a child of it that opens the same files."""
    return {name: file for name, file in _verified.items() if file is not None}


def trust(files: Mapping[str, Sequence[int]]) -> None:
    """Take the word of the process that started this one for these files."""
    _verified.update({name: (file[0], file[1], file[2], file[3]) for name, file in files.items()})


def _file_of(name: str) -> Path:
    module = importlib.import_module(f"duckdb_extension_{name}")
    return Path(str(module.__file__)).parent / "extensions" / f"v{duckdb.__version__}" / f"{name}.duckdb_extension"


def _takes_unsigned(con: duckdb.DuckDBPyConnection) -> bool:
    said = con.execute("SELECT current_setting('allow_unsigned_extensions')").fetchone()
    return said != (False,)


def _all_verified() -> bool:
    """Whether the files that every engine loads are those that were verified: then an engine need not hash them again."""
    return all(name in _verified and _verified[name] == file_id(_file_of(name)) for name in EXTENSIONS)


def is_missing_file(error: duckdb.Error) -> bool:
    """Whether a statement failed because a file went under it."""
    return isinstance(error, duckdb.IOException) and "No such file or directory" in str(error)


def as_engine_error(error: Exception) -> duckdb.Error:
    """An error of a stream: Arrow passes on the engine's text and not its type, which the text names (`Conversion Error: …`)."""
    if isinstance(error, duckdb.Error):
        return error
    said = _KIND.match(str(error))
    kind = getattr(duckdb, f"{said[1].title().replace(' ', '')}Exception", None) if said else None
    return kind(str(error)) if isinstance(kind, type) and issubclass(kind, duckdb.Error) else duckdb.IOException(str(error))


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
