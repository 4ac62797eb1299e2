"""`mesh levels`: what interfaces promised and what they kept."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from mesh_platform.registry import Registry
from mesh_platform.registry.service_levels import FAILED, step_of
from mesh_platform.settings import Settings
from mesh_platform.state import open_state
from tests.access.shop import descriptor, write_project
from tests.cli.conftest import Mesh
from tests.publish.bakery import write_product

KEY = "customer/profiles"
OCTOBER = datetime(2026, 10, 5, tzinfo=UTC)


@pytest.fixture
def measured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = tmp_path / "project"
    write_project(root)
    write_product(root, KEY, descriptor(sla={"availability": 99.5, "latency": "< 100ms"}))
    with closing(open_state(Settings(project=root))) as database:
        counts = {(KEY, "API", OCTOBER, step_of(0.01)): 90, (KEY, "API", OCTOBER, FAILED): 10}
        Registry(database, lambda: OCTOBER).count_reads(counts)
    monkeypatch.chdir(root)


@pytest.mark.usefixtures("measured")
class TestLevels:
    def test_tells_promises_and_measures_of_a_month(self, mesh: Mesh) -> None:
        [found] = mesh("levels", "customer", "--month", "2026-10", "--json").json
        assert (found["product"], found["interface"], found["reads"], found["failed"]) == (KEY, "API", 100, 10)
        assert found["availability"] == {"promised": "99.5 %", "measured": 90.0, "kept": False, "unit": "percent"}
        assert found["latency"]["kept"] is True
        assert "no" in mesh("levels", "--month", "2026-10").out

    def test_says_so_where_nothing_was_read(self, mesh: Mesh) -> None:
        assert mesh("levels", "--month", "2026-09", "--json").json == []
        assert "Nothing was read" in mesh("levels", "sales", "--month", "2026-10").out

    def test_a_month_is_written_with_its_year(self, mesh: Mesh) -> None:
        assert mesh("levels", "--month", "October").code == 2
