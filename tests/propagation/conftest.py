"""The shop, published once and copied for each test."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.propagation.shop import Shop, shop_at, write_shop


@pytest.fixture(scope="session")
def published_shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = write_shop(tmp_path_factory.mktemp("shop") / "project")
    with shop_at(root) as shop:
        shop.grant_all()
        shop.publish()
        for domain in ("shop", "office"):
            assert shop.propagation(domain).apply(domain).whole
    return root


@pytest.fixture
def shop(published_shop: Path, tmp_path: Path) -> Iterator[Shop]:
    with shop_at(shutil.copytree(published_shop, tmp_path / "project")) as opened:
        yield opened
