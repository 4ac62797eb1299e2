"""Logs of regions: records of a region's products stand in its own database, and the log over them tells whoever takes some away."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text

from mesh_platform.audit import Act, AuditLog, Personal, Phase, What, open_audit
from mesh_platform.audit.reading import newest_records
from mesh_platform.audit.rotating import rotate
from mesh_platform.audit.verdict import Verdict
from mesh_platform.audit.verify import verify
from mesh_platform.errors import NotFound, Unavailable, UsageProblem
from mesh_platform.settings import Settings
from mesh_platform.state import Database, look_at_state, open_state
from mesh_platform.state.tables import products
from tests.audit.conftest import ANA, quiet

REGIONS = "regions:\n  EU: [westeurope, northeurope]\n  US: [eastus]\n"
PLACES = {"sales/orders": "westeurope", "sales/leads": "eastus", "sales/draft": ""}


@pytest.fixture
def project(tmp_path: Path, migrated_file: Path) -> Settings:
    """A project whose EU and US have logs of their own, each database with its three products."""
    (tmp_path / "governance").mkdir()
    (tmp_path / "governance" / "regions.yaml").write_text(REGIONS)
    for name in ("home", "eu", "us"):
        (tmp_path / name).mkdir(mode=0o700)
        shutil.copy(migrated_file, tmp_path / name / "control.db")
    settings = settings_of(tmp_path)
    with closing(open_state(settings)) as database, database.write() as con:
        for key, place in PLACES.items():
            con.execute(products.insert(), {**row_of(key), "location": place})
    return settings


def settings_of(root: Path, **regions: str) -> Settings:
    named = regions or {"EU": "eu/control.db", "US": "us/control.db"}
    return Settings(project=root, home=root / "home", audit_anchor=str(root / "anchor"), audit_origin="mesh.example/log", audit_regions=named)  # fmt: skip


def row_of(key: str) -> dict[str, object]:
    row: dict[str, object] = {column.name: "" for column in products.columns if not column.nullable}
    row["registered_at"] = datetime(2026, 1, 1, tzinfo=UTC)
    return row | {"key": key, "domain": key.partition("/")[0], "name": key.partition("/")[2]}


@contextmanager
def log_of(settings: Settings) -> Iterator[AuditLog]:
    with closing(open_state(settings)) as database, open_audit(settings, database) as log:
        yield log


def say(log: AuditLog, product: str, count: int = 1) -> None:
    for number in range(count):
        log.record(Act.READ, Phase.DONE, ANA, What(product=f"{product}@1.0.0"), "allow", n=number)


def verdict(settings: Settings) -> Verdict:
    with look_at_state(settings) as database:
        assert database is not None
        log = open_audit(settings, database, look=True)
        found = verify(log)
        for each in log.regions.opened() if log.regions else ():
            each.database.close()
    return found


def bodies(root: Path, name: str) -> bytes:
    with closing(sqlite3.connect(root / name / "control.db")) as con:
        return b"\n".join(body for (body,) in con.execute("SELECT body FROM audit_leaves ORDER BY seq"))


def test_what_concerns_a_regions_product_stands_in_its_database_alone(project: Settings, tmp_path: Path) -> None:
    with log_of(project) as log:
        for product in PLACES:
            say(log, product, 2)
        log.record(Act.KEY, Phase.DONE, ANA, What(domain="sales", region="northeurope", what="rotation asked"))
    held = {name: bodies(tmp_path, name) for name in ("home", "eu", "us")}
    assert [name for name, body in held.items() if b"sales/orders" in body] == ["eu"]
    assert [name for name, body in held.items() if b"sales/leads" in body] == ["us"]
    assert [name for name, body in held.items() if b"sales/draft" in body] == ["home"], "what lies nowhere is nobody's"
    assert b"rotation asked" in held["eu"] and b"rotation asked" not in held["home"]
    found = verdict(project)
    assert found.ok and found.findings == [] and set(found.regions) == {"EU", "US"}
    assert found.regions["EU"].size == found.regions["EU"].signed == found.regions["EU"].anchored == 4
    assert held["home"].count(b'"act":"log checkpoint"') >= 2, "the log over them has the last checkpoint of each"
    assert found.regions["EU"].origin == "mesh.example/log/EU"


def test_reading_verifying_and_keys_go_by_region(project: Settings) -> None:
    with log_of(project) as log:
        say(log, "sales/orders", 3)
        eu = log.regions.named("EU")  # type: ignore[union-attr]
        assert [told.about for told in newest_records(eu.database, 2)] == ["sales/orders@1.0.0"] * 2
        rotate(eu, ANA)
        say(log, "sales/orders")
        assert len(eu.signer.succession.pairs) == 2 and not log.signer.succession.rotations
        with pytest.raises(NotFound, match="AUDIT-16"):
            log.regions.named("UK")  # type: ignore[union-attr]
    found = verdict(project)
    assert found.ok and found.findings == [], found.findings


def test_a_sealed_part_is_redacted_wherever_it_lies(project: Settings) -> None:
    with log_of(project) as log:
        part = Personal({"query": "select 1"}, "token-1", "sales", "westeurope")
        log.record(Act.READ, Phase.DONE, ANA, What(product="sales/orders"), personal=part)
        log.redact("token-1", "GDPR-17-1-b", "request-1", ANA)
        with pytest.raises(NotFound, match="AUDIT-16"):
            log.redact("token-1", "GDPR-17-1-b", "request-1", ANA)
    found = verdict(project)
    assert found.ok and found.regions["EU"].checked["redacted"] == 1


def aside(root: Path) -> Path:
    """Database, keys and anchor of the region, as they are."""
    kept = root / "kept"
    shutil.copytree(root / "eu", kept / "eu")
    shutil.copytree(root / "home" / "keys" / "audit-EU", kept / "audit-EU")
    shutil.copytree(root / "anchor" / "mesh.example_log_EU", kept / "anchor")
    return kept


def rolled_back(root: Path, kept: Path) -> None:
    for source, target in (("eu", root / "eu"), ("audit-EU", root / "home" / "keys" / "audit-EU"),
                           ("anchor", root / "anchor" / "mesh.example_log_EU")):  # fmt: skip
        shutil.rmtree(target)
        shutil.copytree(kept / source, target)


def written_anew(root: Path, kept: Path) -> None:
    """Rolled back, and as many other records put in the place of those that went, all signed and anchored."""
    rolled_back(root, kept)
    with log_of(settings_of(root)) as log:
        quiet(log)
        eu = quiet(log.regions.named("EU"))  # type: ignore[union-attr]
        eu.told = None
        say(log, "sales/orders", 9)
        eu.checkpoint()


def emptied(root: Path, kept: Path) -> None:
    shutil.rmtree(root / "eu")
    (root / "eu").mkdir(mode=0o700)


@pytest.mark.parametrize(("attack", "rule", "first"), [(rolled_back, "AUDIT-05", 5), (written_anew, "AUDIT-06", 5), (emptied, "AUDIT-24", None)],
                         ids=["rolled back", "written anew", "gone"])  # fmt: skip
def test_a_regions_log_that_was_taken_back_whole_is_told_by_the_log_over_it(
    project: Settings, tmp_path: Path, attack: Callable[[Path, Path], None], rule: str, first: int | None
) -> None:
    """The attacker has the region: its database, its keys, its anchor. The log over it is out of reach."""
    with log_of(project) as log:
        say(log, "sales/orders", 4)
    kept = aside(tmp_path)
    with log_of(project) as log:
        say(log, "sales/orders", 6)
    assert verdict(project).ok
    attack(tmp_path, kept)
    found = verdict(project)
    assert not found.ok and rule in {finding.rule for finding in found.findings if finding.blocks}, found.findings
    if first is not None:
        told = found.regions["EU"].first_bad
        assert told is not None and told.first == first, found.regions["EU"].bad


def test_a_region_that_is_left_out_of_the_settings_is_told(project: Settings, tmp_path: Path) -> None:
    with log_of(project) as log:
        say(log, "sales/orders", 2)
        say(log, "sales/leads", 2)
    found = verdict(settings_of(tmp_path, US="us/control.db"))
    assert not found.ok and "AUDIT-24" in {bad.rule for bad in found.bad} and found.regions["US"].ok


def test_a_region_whose_database_is_away_stops_its_own_records_alone(project: Settings, tmp_path: Path) -> None:
    (tmp_path / "away").write_text("no folder")
    with log_of(settings_of(tmp_path, EU="eu/control.db", US="away/control.db")) as log:
        with pytest.raises(Unavailable):
            say(log, "sales/leads")
        say(log, "sales/orders")
        say(log, "sales/draft")


def test_a_region_that_nobody_knows_is_refused(project: Settings, tmp_path: Path) -> None:
    with (
        closing(Database(tmp_path / "home" / "control.db")) as database,
        pytest.raises(UsageProblem, match="AUDIT-25"),
    ):
        open_audit(settings_of(tmp_path, Mars="mars.db"), database)


def test_a_record_of_a_regions_checkpoint_that_is_changed_is_named_in_the_log_over_it(project: Settings) -> None:
    with log_of(project) as log:
        say(log, "sales/orders", 2)
        log.checkpoint()
        with log.database.write() as con:
            where = "CAST(body AS TEXT) LIKE '%log checkpoint%'"
            seq = con.execute(text(f"SELECT min(seq) FROM audit_leaves WHERE {where}")).scalar_one()
            con.execute(
                text(f"UPDATE audit_leaves SET body = CAST(replace(CAST(body AS TEXT), 'EU', 'US') AS BLOB) WHERE seq = {seq}")
            )
    found = verdict(project)
    assert not found.ok and found.first_bad is not None and found.first_bad.first == seq
