"""A project for `mesh` to run in, and the files that it is given."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.project import CUSTOMERS, ORDERS, Said, publish_all, put, write_project

Mesh = Callable[..., Said]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The project, with the working directory inside of it."""
    root = write_project(tmp_path / "project")
    monkeypatch.chdir(root)
    for name in ("MESH_PROJECT", "MESH_HOME", "MESH_DATABASE_URL"):
        monkeypatch.delenv(name, raising=False)
    return root


@pytest.fixture
def customers(tmp_path: Path) -> Path:
    """A file of customers, outside of the project."""
    return put(tmp_path / "customers.csv", CUSTOMERS)


@pytest.fixture
def orders(tmp_path: Path) -> Path:
    """A file of their orders, outside of the project."""
    return put(tmp_path / "orders.csv", ORDERS)


@pytest.fixture
def shop(project: Path, made_shop: Path) -> Path:
    """That project, for this test alone."""
    shutil.copytree(made_shop, project, dirs_exist_ok=True)
    return project


@pytest.fixture(scope="session")
def opened_shop(made_shop: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """That project with both products published, once; copied by each test."""
    root = shutil.copytree(made_shop, tmp_path_factory.mktemp("opened") / "project")
    publish_all(root, "shop/customers", "shop/orders")
    return root


@pytest.fixture
def published(project: Path, opened_shop: Path) -> Path:
    """The published project, for this test alone."""
    return shutil.copytree(opened_shop, project, dirs_exist_ok=True)
