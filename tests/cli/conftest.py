"""`mesh` run in this process, in a project of its own."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from mesh_platform.cli import main
from tests.cli.project import CUSTOMERS, ORDERS, Said, put, write_project

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
def mesh(capsys: pytest.CaptureFixture[str]) -> Mesh:
    """`mesh(*arguments)`."""

    def call(*arguments: str) -> Said:
        capsys.readouterr()
        code = main(arguments)
        captured = capsys.readouterr()
        return Said(code, captured.out, captured.err)

    return call


@pytest.fixture
def customers(tmp_path: Path) -> Path:
    """A file of customers, outside of the project."""
    return put(tmp_path / "customers.csv", CUSTOMERS)


@pytest.fixture
def orders(tmp_path: Path) -> Path:
    """A file of their orders, outside of the project."""
    return put(tmp_path / "orders.csv", ORDERS)


@pytest.fixture(scope="session")
def made_shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with `shop/customers` and `shop/orders`, made once by `mesh new product`."""
    folder = tmp_path_factory.mktemp("shop")
    root = write_project(folder / "project")
    for name, text in (("customers", CUSTOMERS), ("orders", ORDERS)):
        file = put(folder / f"{name}.csv", text)
        made = ["new", "product", f"shop/{name}", "--from", str(file), "--purpose", "service.orders", "--notice", "n1"]
        assert main(["--project", str(root), *made]) == 0
    return root


@pytest.fixture
def shop(project: Path, made_shop: Path) -> Path:
    """That project, for this test alone."""
    shutil.copytree(made_shop, project, dirs_exist_ok=True)
    return project
