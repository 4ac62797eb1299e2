"""With any one of what decides out of order (policy, ledger, registry, audit log, keys) no row of confidential data or higher leaves."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from mesh_platform.access.decision import Caller
from mesh_platform.access.development import principal_of
from mesh_platform.access.reading import Reading
from mesh_platform.access.worker import Size, Workers
from mesh_platform.clock import utc_now
from mesh_platform.errors import Unavailable
from mesh_platform.keys import open_keys
from mesh_platform.ledger.ledger import WINDOW
from mesh_platform.product import load_mesh
from mesh_platform.publish import Runtime, Status, open_runtime, publish
from mesh_platform.settings import Settings
from tests.access.shop import PROFILES, write_project
from tests.cli.conftest import Mesh
from tests.cli.project import Said

STATEMENT = "select email from customer.profiles"
Read = Callable[[], list[Any]]
OUT_OF_ORDER = {
    "the registry": ("ALTER TABLE publications RENAME TO elsewhere", "ALTER TABLE elsewhere RENAME TO publications"),
    "the ledger": ("ALTER TABLE ledger_events RENAME TO elsewhere", "ALTER TABLE elsewhere RENAME TO ledger_events"),
    "the grants": ("ALTER TABLE access_grants RENAME TO elsewhere", "ALTER TABLE elsewhere RENAME TO access_grants"),
    "the audit log": (
        "CREATE TRIGGER full BEFORE INSERT ON audit_leaves BEGIN SELECT RAISE(ABORT, 'the disk is full'); END",
        "DROP TRIGGER full",
    ),
}


@pytest.fixture(scope="module")
def runtime(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runtime]:
    root = tmp_path_factory.mktemp("down") / "project"
    mesh = write_project(root)
    with open_runtime(Settings(project=root)) as opened:
        assert publish(mesh, PROFILES, opened).status is Status.PUBLISHED
        yield opened


@pytest.fixture(scope="module")
def read(runtime: Runtime) -> Iterator[Read]:
    """The same read again and again, by one reader with one worker that stay open, as in a server."""
    from mesh_platform.access.store import AccessStore

    settings, mesh = runtime.settings, load_mesh(runtime.settings.project)
    caller = Caller.person(principal_of(mesh.governance, "analyst", "somebody"))
    with (
        Workers(settings.home_path, open_keys(settings), runtime.confinement, Size(1)) as workers,
        Reading(mesh, runtime.lake, runtime.registry, workers, runtime.audit, AccessStore(runtime.database).on) as reading,
    ):
        yield lambda: reading.query(caller, "service", STATEMENT, utc_now()).rows.table().to_pylist()


@pytest.mark.parametrize("part", OUT_OF_ORDER)
def test_a_reader_that_has_read_before_gives_nothing_without(read: Read, runtime: Runtime, part: str) -> None:
    breaks, mends = OUT_OF_ORDER[part]
    assert len(read()) == 3
    with closing(sqlite3.connect(runtime.settings.home_path / "control.db", isolation_level=None)) as database:
        database.execute(breaks)
        time.sleep(2 * WINDOW)  # what a reader asked of the ledger holds for that long
        try:
            with pytest.raises(Unavailable):
                read()
        finally:
            database.execute(mends)
    assert len(read()) == 3, "it goes on once that is mended"


@pytest.fixture
def ask(runtime: Runtime, mesh: Mesh, monkeypatch: pytest.MonkeyPatch) -> Callable[[], Said]:
    """The question as a new process asks it."""
    monkeypatch.chdir(runtime.settings.project)
    return lambda: mesh("query", STATEMENT, "--as", "analyst", "--purpose", "service", "--json")


def gives_nothing(said: Said) -> None:
    assert said.code != 0
    assert "mail.test" not in said.out + said.err and "…@" not in said.out + said.err


@pytest.mark.parametrize("gone", ["governance/purposes.yaml", ".mesh/keys", ".mesh/control.db", ".mesh/catalogs"])
def test_a_new_process_gives_nothing_without(runtime: Runtime, ask: Callable[[], Said], tmp_path: Path, gone: str) -> None:
    place = runtime.settings.project / gone
    place.rename(tmp_path / "aside")
    try:
        gives_nothing(ask())
    finally:
        if place.exists():  # made anew, and empty
            place.rename(tmp_path / "made")
        (tmp_path / "aside").rename(place)
    assert ask().code == 0


@pytest.mark.parametrize("torn", ["purposes", "policies", "regions"])
def test_a_new_process_gives_nothing_under_policy_that_cannot_be_read(
    runtime: Runtime, ask: Callable[[], Said], torn: str
) -> None:
    file = runtime.settings.project / f"governance/{torn}.yaml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text + "\n: [\n", encoding="utf-8")
    try:
        gives_nothing(ask())
    finally:
        file.write_text(text, encoding="utf-8")
