"""What holds for every test: long suites wait for the night, and a property has no deadline, since a slow machine proves nothing.

What many tests begin with is made once for each process that runs tests: a published mesh (which a test copies), a PostgreSQL server, the tables
of a control database.
"""

from __future__ import annotations

import atexit
import gc
import os
import shutil
import signal
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

from mesh_platform.state import migrate
from tests.postgres import database, database_url, migrated_file, postgres_server, sqlite
from tests.tables import laid_down

if TYPE_CHECKING:
    from tests.access.conftest import Provider
    from tests.cli.project import Said
    from tests.ports.mesh import Published
    from tests.ports.port import Port

__all__ = ["database", "database_url", "migrated_file", "postgres_server", "sqlite"]

# Anchors of audit logs go here and not into the state of whoever runs the tests; child processes inherit it.
os.environ["XDG_STATE_HOME"] = tempfile.mkdtemp(prefix="mesh-state-")
atexit.register(shutil.rmtree, os.environ["XDG_STATE_HOME"], ignore_errors=True)

settings.register_profile("mesh", deadline=None, database=None)  # what once failed becomes a test of its own
settings.load_profile("mesh")

migrate._upgrade = laid_down
gc.disable()  # until all tests are collected: nothing of what is imported and collected is garbage

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # as in a shell's background job; children would inherit it
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what is for the night, unless MESH_NIGHTLY is set (`make nightly`) or the marks were chosen by hand.

    That is what is marked `nightly`; of a test marked `by_day(id, …)` the cases that are not named; of one marked `sqlite_by_day` those on
    PostgreSQL.
    """
    if os.environ.get("MESH_NIGHTLY") or config.option.markexpr:
        return
    late = [item for item in items if _is_late(item)]
    if late:
        config.hook.pytest_deselected(items=late)
        items[:] = [item for item in items if not _is_late(item)]


def pytest_collection_finish() -> None:
    """What stands now stays until the end: a collection of garbage in a test need not look at it."""
    gc.freeze()
    gc.enable()


def _is_late(item: pytest.Item) -> bool:
    if item.get_closest_marker("nightly"):
        return True
    if item.get_closest_marker("sqlite_by_day") and item.get_closest_marker("postgres"):
        return True
    by_day, case = item.get_closest_marker("by_day"), getattr(item, "callspec", None)
    return by_day is not None and case is not None and case.id not in by_day.args


@pytest.fixture
def mesh(capsys: pytest.CaptureFixture[str]) -> Callable[..., Said]:
    """`mesh(*arguments)`: the command line, in this process."""
    from mesh_platform.cli import main
    from tests.cli.project import Said

    def call(*arguments: str) -> Said:
        capsys.readouterr()
        code = main(arguments)
        captured = capsys.readouterr()
        return Said(code, captured.out, captured.err)

    return call


@pytest.fixture(scope="session")
def provider() -> Provider:
    """An identity provider, with keys that were made once."""
    from tests.access.conftest import Provider

    return Provider()


@pytest.fixture(scope="session")
def made_shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with `shop/customers` and `shop/orders`, made once by `mesh new product`; copied by each test."""
    from mesh_platform.cli import main
    from tests.cli.project import CUSTOMERS, ORDERS, put, write_project

    folder = tmp_path_factory.mktemp("shop")
    root = write_project(folder / "project")
    for name, text in (("customers", CUSTOMERS), ("orders", ORDERS)):
        file = put(folder / f"{name}.csv", text)
        made = ["new", "product", f"shop/{name}", "--from", str(file), "--purpose", "service.orders", "--notice", "n1"]
        assert main(["--project", str(root), *made]) == 0
    return root


@pytest.fixture(scope="session")
def published_mesh(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Published]:
    """The mesh that every port is asked about, published once."""
    from tests.ports.mesh import published

    with published(tmp_path_factory.mktemp("ports") / "project") as found:
        yield found


@pytest.fixture(scope="session")
def published_town(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The mesh out of which people are erased, published once; copied by each test."""
    from tests.subjects.town import publish_all, town_at, write_town

    root = write_town(tmp_path_factory.mktemp("town") / "project")
    with town_at(root) as (runtime, _):
        publish_all(runtime)
    return root


@pytest.fixture(scope="session")
def published_shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The mesh in which people withdraw, published once; copied by each test."""
    from tests.propagation.shop import shop_at, write_shop

    root = write_shop(tmp_path_factory.mktemp("shop") / "project")
    with shop_at(root) as shop:
        shop.grant_all()
        shop.publish()
        for domain in ("shop", "office"):
            assert shop.propagation(domain).apply(domain).whole
    return root


@pytest.fixture(scope="session")
def published_books(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The mesh whose rows have an end, published once; copied by each test."""
    from tests.retention.books import books_at, publish_all, write_books

    root = write_books(tmp_path_factory.mktemp("books") / "project")
    with books_at(root) as (runtime, _):
        publish_all(runtime)
    return root


@pytest.fixture(scope="session")
def published_village(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The mesh of people's own requests, published once; copied by each module."""
    from tests.subjects.town import publish_all, town_at
    from tests.subjects.village import ORDER, write_village

    root = write_village(tmp_path_factory.mktemp("village") / "project")
    with town_at(root) as (runtime, _):
        publish_all(runtime, *ORDER)
    return root


@pytest.fixture(scope="session")
def port(published_mesh: Published) -> Iterator[Callable[[str], Port]]:
    """`port(name)`: that port over the published mesh, opened once."""
    from tests.ports.port import PORTS

    opened: dict[str, Port] = {}
    with ExitStack() as stack:

        def found(name: str) -> Port:
            if name not in opened:
                opened[name] = stack.enter_context(PORTS[name](published_mesh))
            return opened[name]

        yield found
