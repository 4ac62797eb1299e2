"""A copy of the published shop for each test."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.propagation.shop import Shop, shop_at


@pytest.fixture
def shop(published_shop: Path, tmp_path: Path) -> Iterator[Shop]:
    with shop_at(shutil.copytree(published_shop, tmp_path / "project")) as opened:
        yield opened
