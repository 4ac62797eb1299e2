"""`/readyz` says no as soon as a part that a read needs is out of order, and yes once that is mended."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from mesh_platform.api import ready
from mesh_platform.api.service import Service
from mesh_platform.audit.reading import newest_records
from tests.access.test_nothing_leaves import OUT_OF_ORDER
from tests.api.conftest import Call


@pytest.fixture(autouse=True)
def looked_at_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ready, "EVERY", 0.0)


def without(call: Call, breaks: Callable[[], object], mends: Callable[[], object]) -> None:
    assert call("GET", "/readyz", None).status_code == 200
    breaks()
    try:
        answer = call("GET", "/readyz", None)
        assert (answer.status_code, answer.json()["rule"]) == (503, "HTTP-11")
        assert call("GET", "/healthz", None).status_code == 200
    finally:
        mends()
    assert call("GET", "/readyz", None).status_code == 200


@pytest.mark.parametrize("part", OUT_OF_ORDER)
def test_what_stands_in_the_database(service: Service, call: Call, part: str) -> None:
    breaks, mends = OUT_OF_ORDER[part]
    with closing(sqlite3.connect(service.settings.home_path / "control.db", isolation_level=None)) as database:
        without(call, lambda: database.execute(breaks), lambda: database.execute(mends))


@pytest.mark.parametrize("folder", ["keys", "catalogs"])
def test_what_stands_beside_it(service: Service, call: Call, folder: str, tmp_path: Path) -> None:
    place = service.settings.home_path / folder
    without(call, lambda: place.rename(tmp_path / "aside"), lambda: (tmp_path / "aside").rename(place))


def test_a_look_leaves_no_record(service: Service, call: Call) -> None:
    [before] = newest_records(service.database, 1)
    assert call("GET", "/readyz", None).status_code == 200
    assert newest_records(service.database, 1) == (before,)
