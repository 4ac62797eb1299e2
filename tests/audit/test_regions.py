"""Logs of regions: records of a region's products stand in its own database, and the log over them tells whoever takes some away."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select, update

from mesh_platform.audit import Act, AuditLog, Personal, Phase, What, open_audit
from mesh_platform.audit.reading import newest_records
from mesh_platform.audit.rotating import rotate
from mesh_platform.audit.verdict import Verdict
from mesh_platform.audit.verify import verify
from mesh_platform.errors import NotFound, Unavailable, UsageProblem
from mesh_platform.settings import Settings
from mesh_platform.state import Database, look_at_state, open_state
from mesh_platform.state.tables import audit_leaves, products
from tests.audit.conftest import ANA, quiet
from tests.postgres import PostgresServer

REGIONS = "regions:\n  EU: [westeurope, northeurope]\n  US: [eastus]\n"
PLACES = {"sales/orders": "westeurope", "sales/leads": "eastus", "sales/draft": ""}


class Files:
    """The databases as SQLite files: `home` of the mesh, `eu` and `us` of the regions."""

    def __init__(self, root: Path, migrated: Path) -> None:
        self.root = root
        for name in ("home", "eu", "us"):
            (root / name).mkdir(mode=0o700)
            shutil.copy(migrated, root / name / "control.db")

    def url(self, name: str) -> str:
        return f"sqlite:///{self.root / name / 'control.db'}"

    def keep(self) -> None:
        shutil.copytree(self.root / "eu", self.root / "kept" / "eu")

    def put_back(self) -> None:
        self.empty()
        shutil.copytree(self.root / "kept" / "eu", self.root / "eu", dirs_exist_ok=True)

    def empty(self) -> None:
        shutil.rmtree(self.root / "eu")
        (self.root / "eu").mkdir(mode=0o700)


class Server:
    """The same as databases of one PostgreSQL server."""

    def __init__(self, server: PostgresServer) -> None:
        self.server = server
        self.urls = {name: server.new_database() for name in ("home", "eu", "us")}
        self.eu = self.urls["eu"].partition("@/")[2].partition("?")[0]

    def url(self, name: str) -> str:
        return self.urls[name]

    def keep(self) -> None:
        self.server.execute(f"CREATE DATABASE {self.eu}_kept TEMPLATE {self.eu}")

    def put_back(self) -> None:
        self.empty(f"{self.eu}_kept")

    def empty(self, template: str = "template0") -> None:
        self.server.execute(f"DROP DATABASE {self.eu}")
        self.server.execute(f"CREATE DATABASE {self.eu} TEMPLATE {template}")


Databases = Files | Server


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def databases(request: pytest.FixtureRequest, tmp_path: Path, migrated_file: Path) -> Databases:
    if request.param == "postgresql":
        (tmp_path / "home").mkdir(mode=0o700)
        return Server(request.getfixturevalue("postgres_server"))
    return Files(tmp_path, migrated_file)


@pytest.fixture
def project(tmp_path: Path, databases: Databases) -> Settings:
    """A project whose EU and US have logs of their own, each database with its three products."""
    (tmp_path / "governance").mkdir()
    (tmp_path / "governance" / "regions.yaml").write_text(REGIONS)
    settings = settings_of(tmp_path, databases)
    with closing(open_state(settings)) as database, database.write() as con:
        for key, place in PLACES.items():
            con.execute(products.insert(), {**row_of(key), "location": place})
    return settings


def settings_of(root: Path, databases: Databases, **regions: str) -> Settings:
    named = regions or {"EU": databases.url("eu"), "US": databases.url("us")}
    url = databases.url("home")
    return Settings(project=root, home=root / "home", database_url=url, audit_anchor=str(root / "anchor"), audit_origin="mesh.example/log", audit_regions=named)  # fmt: skip


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


def bodies(databases: Databases, name: str) -> bytes:
    with closing(Database(databases.url(name))) as database, database.read() as con:
        return b"\n".join(con.execute(select(audit_leaves.c.body).order_by(audit_leaves.c.seq)).scalars())


def test_what_concerns_a_regions_product_stands_in_its_database_alone(project: Settings, databases: Databases) -> None:
    with log_of(project) as log:
        for product in PLACES:
            say(log, product, 2)
        log.record(Act.KEY, Phase.DONE, ANA, What(domain="sales", region="northeurope", what="rotation asked"))
    held = {name: bodies(databases, name) for name in ("home", "eu", "us")}
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
        eu.checkpoint()  # on PostgreSQL what was recorded waits for it in the intake
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


def aside(root: Path, databases: Databases) -> None:
    """Database, keys and anchor of the region, as they are."""
    databases.keep()
    shutil.copytree(root / "home" / "keys" / "audit-EU", root / "kept" / "audit-EU")
    shutil.copytree(root / "anchor" / "mesh.example_log_EU", root / "kept" / "anchor")


def rolled_back(root: Path, databases: Databases) -> None:
    databases.put_back()
    for source, target in (
        ("audit-EU", root / "home" / "keys" / "audit-EU"),
        ("anchor", root / "anchor" / "mesh.example_log_EU"),
    ):
        shutil.rmtree(target)
        shutil.copytree(root / "kept" / source, target)


def written_anew(root: Path, databases: Databases) -> None:
    """Rolled back, and as many other records put in the place of those that went, all signed and anchored."""
    rolled_back(root, databases)
    with log_of(settings_of(root, databases)) as log:
        quiet(log)
        eu = quiet(log.regions.named("EU"))  # type: ignore[union-attr]
        eu.told = None
        say(log, "sales/orders", 9)
        eu.checkpoint()


def emptied(root: Path, databases: Databases) -> None:
    databases.empty()


@pytest.mark.parametrize(("attack", "rule", "first"), [(rolled_back, "AUDIT-05", 5), (written_anew, "AUDIT-06", 5), (emptied, "AUDIT-24", None)],
                         ids=["rolled back", "written anew", "gone"])  # fmt: skip
def test_a_regions_log_that_was_taken_back_whole_is_told_by_the_log_over_it(
    project: Settings,
    tmp_path: Path,
    databases: Databases,
    attack: Callable[[Path, Databases], None],
    rule: str,
    first: int | None,
) -> None:
    """The attacker has the region: its database, its keys, its anchor. The log over it is out of reach."""
    with log_of(project) as log:
        say(log, "sales/orders", 4)
    aside(tmp_path, databases)
    with log_of(project) as log:
        say(log, "sales/orders", 6)
    assert verdict(project).ok
    attack(tmp_path, databases)
    found = verdict(project)
    assert not found.ok and rule in {finding.rule for finding in found.findings if finding.blocks}, found.findings
    if first is not None:
        told = found.regions["EU"].first_bad
        assert told is not None and told.first == first, found.regions["EU"].bad


def test_a_region_that_is_left_out_of_the_settings_is_told(project: Settings, tmp_path: Path, databases: Databases) -> None:
    with log_of(project) as log:
        say(log, "sales/orders", 2)
        say(log, "sales/leads", 2)
    found = verdict(settings_of(tmp_path, databases, US=databases.url("us")))
    assert not found.ok and "AUDIT-24" in {bad.rule for bad in found.bad} and found.regions["US"].ok


def test_a_region_whose_database_is_away_stops_its_own_records_alone(
    project: Settings, tmp_path: Path, databases: Databases
) -> None:
    (tmp_path / "away").write_text("no folder")
    away = databases.url("us").replace("mesh-pg-", "no-such-") if isinstance(databases, Server) else "away/control.db"
    with log_of(settings_of(tmp_path, databases, EU=databases.url("eu"), US=away)) as log:
        with pytest.raises(Unavailable):
            say(log, "sales/leads")
        say(log, "sales/orders")
        say(log, "sales/draft")


def test_a_region_that_nobody_knows_is_refused(project: Settings, tmp_path: Path, databases: Databases) -> None:
    with (
        closing(Database(databases.url("home"))) as database,
        pytest.raises(UsageProblem, match="AUDIT-25"),
    ):
        open_audit(settings_of(tmp_path, databases, Mars="mars.db"), database)


def test_a_record_of_a_regions_checkpoint_that_is_changed_is_named_in_the_log_over_it(project: Settings) -> None:
    with log_of(project) as log:
        say(log, "sales/orders", 2)
        log.checkpoint()
        with log.database.write() as con:
            every = con.execute(select(audit_leaves.c.seq, audit_leaves.c.body).order_by(audit_leaves.c.seq)).all()
            seq, body = next((row.seq, row.body) for row in every if b"log checkpoint" in row.body)
            changed = update(audit_leaves).where(audit_leaves.c.seq == seq)
            con.execute(changed.values(body=body.replace(b"EU", b"US")))
    found = verdict(project)
    assert not found.ok and found.first_bad is not None and found.first_bad.first == seq
