"""The log's own retention: old bodies go in whole tiles, are announced before they go, and everything else still verifies."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select, text

from mesh_platform.audit import Act, AuditLog, Phase
from mesh_platform.audit.dropping import drop_bodies, years_before
from mesh_platform.audit.export import export
from mesh_platform.audit.sealing import Personal
from mesh_platform.audit.tree import WIDTH
from mesh_platform.audit.verify import verify
from mesh_platform.state import Database
from mesh_platform.state.tables import audit_leaves, audit_private
from tests.audit.conftest import ANA, PRODUCT, opened, quiet, say

SOON = timedelta(minutes=1)


@pytest.fixture
def long(sqlite: Database, tmp_path: Path) -> AuditLog:
    """Two whole tiles and some records, all under a checkpoint."""
    log = quiet(opened(sqlite, tmp_path))
    with log:
        log.record(Act.READ, Phase.DONE, ANA, PRODUCT, "allow", personal=Personal({"name": "Ana"}, "ana", "sales", "EU"))
        say(log, 2 * WIDTH + 10)
        log.checkpoint()
        yield log  # type: ignore[misc]


def bodies(log: AuditLog) -> int:
    with log.database.read() as con:
        return int(con.execute(select(func.count()).where(audit_leaves.c.body.is_not(None))).scalar_one())


def now() -> datetime:
    return datetime.now(UTC)


def test_what_is_not_old_enough_stays(long: AuditLog) -> None:
    before = bodies(long)
    assert drop_bodies(long, now() - SOON, ANA) == 0
    assert bodies(long) == before


def test_whole_tiles_go_with_their_sealed_parts_and_the_log_still_verifies(long: AuditLog) -> None:
    assert drop_bodies(long, now() + SOON, ANA) == 2 * WIDTH
    with long.database.read() as con:
        assert con.execute(select(func.count()).select_from(audit_private)).scalar_one() == 0
    long.checkpoint()
    verdict = verify(long)
    assert verdict.ok, verdict.findings
    assert verdict.checked["dropped"] == 2 * WIDTH
    proof, body = long.proof(2 * WIDTH + 3)
    assert body and proof
    assert drop_bodies(long, now() + SOON, ANA) == 0, "what went is not counted twice"


def test_a_body_that_is_gone_without_a_record_is_a_hole(long: AuditLog) -> None:
    with long.database.write() as con:
        con.execute(text("UPDATE audit_leaves SET body = NULL WHERE seq = 7"))
    verdict = verify(long)
    assert not verdict.ok and verdict.as_json()["first_bad"] == 7


def test_a_body_above_what_was_announced_is_a_hole_too(long: AuditLog, tmp_path: Path) -> None:
    drop_bodies(long, now() + SOON, ANA)
    with long.database.write() as con:
        con.execute(text(f"UPDATE audit_leaves SET body = NULL WHERE seq = {2 * WIDTH + 4}"))
    long.checkpoint()
    assert verify(long).as_json()["first_bad"] == 2 * WIDTH + 4
    export(long, tmp_path / "out")
    assert outsider(tmp_path / "out").returncode == 1


def test_an_outsider_verifies_an_export_without_the_old_bodies(long: AuditLog, tmp_path: Path) -> None:
    drop_bodies(long, now() + SOON, ANA)
    export(long, tmp_path / "out", [2 * WIDTH + 1])
    done = outsider(tmp_path / "out")
    assert done.returncode == 0, done.stdout


def outsider(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, str(folder / "verify_audit.py")], capture_output=True, text=True, check=False)


def test_a_drop_that_ended_half_way_verifies_and_is_gone_on_with(long: AuditLog, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(name: str) -> None:
        if name == "audit.dropped":
            raise KeyboardInterrupt

    monkeypatch.setattr("mesh_platform.audit.dropping.AT_ONCE", WIDTH)
    with monkeypatch.context() as patched:
        patched.setattr("mesh_platform.audit.dropping.fp", fails)
        with pytest.raises(KeyboardInterrupt):
            drop_bodies(long, now() + SOON, ANA)
    assert verify(long).ok and verify(long).checked["dropped"] == WIDTH
    assert drop_bodies(long, now() + SOON, ANA) == WIDTH


def test_the_day_is_one_of_the_calendar() -> None:
    assert years_before(datetime(2028, 2, 29, tzinfo=UTC), 10) == datetime(2018, 2, 28, tzinfo=UTC)
    assert years_before(datetime(2026, 11, 23, tzinfo=UTC), 10) == datetime(2016, 11, 23, tzinfo=UTC)
