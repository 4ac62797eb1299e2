"""Homes with several domains and a key each, and what is done to a key in a process of its own."""

from __future__ import annotations

import hashlib
import os
import shutil
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from mesh_platform.keys import LocalKeyring
from mesh_platform.lake import Lake, Place
from mesh_platform.lake.engine import EnginePool
from tests.lake.child import spawn
from tests.lake.conftest import COLUMNS, ORDERS, count, lake_at, orders

RETURNS = Place("westeurope", "sales", "returns")
NORTH = Place("northeurope", "sales", "orders")
VISITS = Place("westeurope", "health", "visits")
SALES = ("sales", "westeurope")
ROTATE_STEPS = [
    "keys.renewed", "lake.locked", "rekey.written", "rekey.wrapped", "rekey.renamed", "rekey.named", "keys.rewritten", "keys.dropped",
]  # fmt: skip
REVOKE_STEPS = ["keys.marked", "keys.destroyed", "lake.locked"]
START_STEPS = ["lake.locked", "keys.cleared", "keys.unmarked"]


@pytest.fixture(scope="session")
def four(engines: EnginePool, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with two products of sales in one place, one in another, and one of health; copied by each test."""
    home = tmp_path_factory.mktemp("four") / "home"
    lake = lake_at(home)
    lake._engines = engines
    for place, rows in ((ORDERS, 30), (ORDERS, 40), (RETURNS, 5), (NORTH, 6), (VISITS, 7)):
        with lake.writer(place) as writer:
            writer.stage(orders(rows), COLUMNS)
            writer.publish("ana", "a version", {"publication": "p-1"})
    return home


@pytest.fixture
def published(four: Path, home: Path, lake: Lake) -> Lake:
    """The lake over a copy of that home."""
    shutil.copytree(four, home, dirs_exist_ok=True)
    return lake


def hashes(folder: Path) -> dict[str, str]:
    found = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in found}


def catalog_keys(home: Path, place: Place = ORDERS) -> bytes:
    wrapped = (home / "catalogs" / place.location / place.domain / f"{place.product}.key").read_bytes()
    return LocalKeyring(home / "keys").unwrap(place.domain, place.location, wrapped)


def kek_files(home: Path) -> list[str]:
    return sorted(path.name for path in (home / "keys").glob("*.kek"))


def rows(lake: Lake) -> dict[Place, int]:
    return {place: count(lake, place) for place in (ORDERS, RETURNS, NORTH, VISITS)}


ROWS = {ORDERS: 40, RETURNS: 5, NORTH: 6, VISITS: 7}


def rotate_once(home: Path, env: dict[str, str]) -> None:
    os.environ.update({"MESH_ENV": "test", **env})
    lake_at(home).domain_keys.rotate(*SALES)


def revoke_once(home: Path, env: dict[str, str]) -> None:
    os.environ.update({"MESH_ENV": "test", **env})
    lake_at(home).domain_keys.revoke(*SALES)


def start_once(home: Path, env: dict[str, str]) -> None:
    os.environ.update({"MESH_ENV": "test", **env})
    lake_at(home).domain_keys.start(*SALES)


def killed_at(target: Callable[..., None], home: Path, step: str) -> None:
    process = spawn(target, home, {"MESH_FP": f"{step}=kill"})
    process.join()
    assert process.exitcode == -signal.SIGKILL


@pytest.fixture(scope="session")
def sold(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with one published product of sales; copied by each test."""
    home = tmp_path_factory.mktemp("sold") / "home"
    lake = lake_at(home)
    for _ in range(2):
        with lake.writer(ORDERS) as writer:
            writer.stage(orders(30), COLUMNS)
            writer.publish("ana", "v1")
    lake.close()
    return home


def steps_of(target: Callable[..., None], home: Path, trace: Path) -> list[str]:
    process = spawn(target, home, {"MESH_FP_TRACE": str(trace)})
    process.join()
    assert process.exitcode == 0
    return trace.read_text(encoding="utf-8").split()
