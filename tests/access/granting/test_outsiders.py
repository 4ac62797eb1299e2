"""People of a recipient outside: what they get ends with the entry of their recipient, at the next read, whatever grants stand."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from mesh_platform.access.decision import Caller
from mesh_platform.access.exporting import Exporting
from mesh_platform.access.exports import Exports
from mesh_platform.access.reading import Reading
from mesh_platform.access.store import AccessStore
from mesh_platform.access.worker import Workers
from mesh_platform.errors import Denied
from mesh_platform.product import Mesh
from mesh_platform.product.governance.recipients import Recipient
from mesh_platform.publish import Runtime
from tests.access.granting.conftest import ANALYST, STEWARD, Desk

pytestmark = pytest.mark.sqlite_by_day
SQL = "select segment from customer.profiles"


def registered(mesh: Mesh, expires: date) -> Mesh:
    """The mesh with the analyst as one of a recipient's people."""
    one = Recipient(role="controller", reviewed=date(2026, 1, 1), expires=expires, principals=(ANALYST.name,))
    return replace(mesh, governance=mesh.governance.model_copy(update={"recipients": {"agency": one}}))


def read(desk: Desk, shop: Runtime, workers: Workers, mesh: Mesh) -> list[Any]:
    with Reading(mesh, shop.lake, shop.registry, workers, desk.audit, AccessStore(desk.database).on) as reading:
        rows: list[Any] = reading.query(Caller.person(ANALYST), "service", SQL, desk.now).rows.table().to_pylist()
        return rows


def test_an_entry_that_has_ended_stops_reads_that_a_contract_allows(desk: Desk, shop: Runtime, workers: Workers) -> None:
    assert len(read(desk, shop, workers, registered(desk.mesh, desk.now.date()))) == 3, "it counts on its last day"
    with pytest.raises(Denied) as refused:
        read(desk, shop, workers, registered(desk.mesh, date(2026, 11, 21)))
    assert refused.value.finding.rule == "VENDOR-01"
    assert "mesh vendor show agency" in refused.value.finding.fix


def test_an_export_to_it_is_refused_and_leaves_no_file(desk: Desk, shop: Runtime, workers: Workers, tmp_path: Path) -> None:
    mesh = registered(desk.mesh, date(2026, 11, 21))
    with Reading(mesh, shop.lake, shop.registry, workers, desk.audit, AccessStore(desk.database).on) as reading:
        exporting = Exporting(mesh, reading, Exports(desk.database, tmp_path, desk.tasks), desk.audit)
        with pytest.raises(Denied) as refused:
            exporting.export(ANALYST, "service", SQL, tmp_path / "out.parquet", desk.now)
    assert refused.value.finding.rule == "VENDOR-01"
    assert not list(tmp_path.glob("out*"))


def test_a_request_from_before_is_granted_to_nobody_whose_entry_has_ended(desk: Desk) -> None:
    asked = desk.ask("segment", "region")
    granting = desk.over(registered(desk.mesh, date(2026, 11, 21)))
    with pytest.raises(Denied) as refused:
        granting.approve(asked.id, STEWARD)
    assert refused.value.finding.rule == "VENDOR-01"
    assert desk.over(registered(desk.mesh, date(2027, 1, 1))).approve(asked.id, STEWARD).request == asked.id
