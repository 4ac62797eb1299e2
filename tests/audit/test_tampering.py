"""Whatever somebody writes into the tables: verification says no or finds the same content, and it never breaks off."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from mesh_platform.audit import sdk
from mesh_platform.audit.leaf import decoded
from mesh_platform.audit.reading import newest_records
from mesh_platform.audit.sdk import record
from mesh_platform.errors import UsageProblem
from mesh_platform.settings import load_settings
from mesh_platform.state import Conflict, open_state
from tests.audit.test_attacks import Scene, prepared, scene

__all__ = ["prepared", "scene"]

COLUMNS = ["audit_leaves.eid", "audit_leaves.body", "audit_leaves.hash", "audit_head.size", "audit_head.frontier", "audit_tiles.nodes",
           "audit_checkpoints.note", "audit_private.sealed", "audit_private.nonce", "audit_private.eid", "audit_subject_keys.wrapped"]  # fmt: skip
VALUES = [
    "x''",
    "'text'",
    "x'00ff'",
    "7",
    '\'{"act":"log key","obj":3}\'',
    "'a\n\nb'",
    "zeroblob(16352)",
    '\'{"act":"redacted","n":"x"}\'',
]


@settings(max_examples=40, suppress_health_check=list(HealthCheck), derandomize=True)
@given(column=st.sampled_from(COLUMNS), value=st.sampled_from(VALUES), row=st.integers(0, 5))
def test_a_value_of_any_kind_in_any_column_is_told_and_breaks_nothing(scene: Scene, column: str, value: str, row: int) -> None:
    table, _, name = column.partition(".")
    find = f"SELECT rowid FROM {table} ORDER BY rowid LIMIT 1 OFFSET (SELECT {row} % count(*) FROM {table})"
    if table in ("audit_tiles", "audit_private", "audit_subject_keys"):
        find = f"SELECT min(rowid) FROM {table}"
    with scene.database.write() as con:
        rowid = con.execute(text(find)).scalar_one()
        [before] = con.execute(text(f"SELECT {name} FROM {table} WHERE rowid = {rowid}")).one()
    try:
        with scene.database.write() as con:
            con.exec_driver_sql(f"UPDATE {table} SET {name} = {value} WHERE rowid = {rowid}")
        assert not scene.verdict().ok
        newest_records(scene.database, 5)
    except Conflict:
        return
    finally:
        with scene.database.write() as con:
            con.exec_driver_sql(f"UPDATE {table} SET {name} = ? WHERE rowid = {rowid}", (before,))
    assert scene.verdict().ok


def test_domain_code_records_its_acts_once_and_durably(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("MESH_PROJECT", "MESH_HOME", "MESH_DATABASE_URL"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "workspace.yaml").write_text("load_from: []\n")
    monkeypatch.chdir(tmp_path)
    try:
        first = record("model trained", product="sales/orders", n=120, ref="run-7", key="training-1")
        assert record("model trained", product="sales/orders", n=120, ref="run-7", key="training-1").eid == first.eid
        with pytest.raises(UsageProblem, match="AUDIT-13"):
            record("trained for somebody@example.org")
    finally:
        sdk._close()
    database = open_state(load_settings(tmp_path))
    [said] = newest_records(database, 5, "domain")
    assert (said.eid, said.about, said.n, said.who) == (first.eid, "sales/orders, model trained", 120, "mesh")
    assert decoded(b"\xff") == {} == decoded(b"[1]")
    database.close()
