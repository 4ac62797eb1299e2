"""The logs of regions in a backup: whole, named where they are not, and back where nothing of one was left."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import func, select

from mesh_platform.audit import Act, Personal, Phase, What
from mesh_platform.audit.verdict import Verdict
from mesh_platform.audit.verify import verify
from mesh_platform.backups import Backups, Shelf, checked, create, excused, lacking, note_gap, revive, revive_logs
from mesh_platform.backups.manifest import Manifest
from mesh_platform.clock import utc_now
from mesh_platform.errors import CheckFailed
from mesh_platform.product import load_mesh
from mesh_platform.publish import Runtime, open_runtime, register
from mesh_platform.publish.backing_up import backups_of
from mesh_platform.settings import Settings
from mesh_platform.state import Database
from mesh_platform.state.tables import audit_private
from tests.postgres import PostgresServer
from tests.subjects.town import BY, CUSTOMERS, publish_all


class Place:
    """Where the two databases lie: files beside the project, or databases of a server."""

    def __init__(self, root: Path, server: PostgresServer | None) -> None:
        self.server, self.region = server, root / "eu" / "control.db"
        self.home_url = server.new_database() if server else None
        self.url = server.new_database(migrated=False) if server else str(self.region)
        if server is None:
            self.region.parent.mkdir(mode=0o700)

    def lose(self) -> None:
        """The region's database goes, and an empty one stands in its place."""
        if self.server is None:
            shutil.rmtree(self.region.parent)
            self.region.parent.mkdir(mode=0o700)
        else:
            self.url = self.server.new_database(migrated=False)

    def lose_home(self) -> None:
        if self.server is not None:
            self.home_url = self.server.new_database()

    def settings(self, project: Path) -> Settings:
        anchor = str(project.parent / "anchor")
        return Settings(project=project, database_url=self.home_url, audit_anchor=anchor, audit_regions={"EU": self.url})

    def database(self) -> Database:
        return Database(self.url if self.server else self.region)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    return Place(tmp_path, request.getfixturevalue("postgres_server") if request.param == "postgresql" else None)


@pytest.fixture
def project(published_town: Path, tmp_path: Path, place: Place) -> Iterator[Path]:
    """The town, whose region has a log of its own from now on, with a publication and a sealed part in it."""
    root = shutil.copytree(published_town, tmp_path / "project")
    if place.server is not None:
        shutil.rmtree(root / ".mesh")
    with open_runtime(place.settings(root)) as runtime:
        register(load_mesh(root), runtime.registry)
        publish_all(runtime, CUSTOMERS)
        part = Personal({"query": "select 1"}, "token-1", "people", "westeurope")
        runtime.audit.record(Act.READ, Phase.DONE, BY, What(product=CUSTOMERS), personal=part)
    yield root


def backup(runtime: Runtime, root: Path) -> tuple[Backups, Manifest]:
    of = backups_of(runtime, root / "kept")
    return of, create(of, BY, utc_now())


def verdict(runtime: Runtime) -> Verdict:
    runtime.audit.checkpoint()
    return verify(runtime.audit)


def size_of(place: Place) -> int:
    from mesh_platform.audit.tree import head

    with closing(place.database()) as database, database.read() as con:
        return head(con).size


def test_a_backup_holds_the_log_of_each_region_without_what_is_sealed(project: Path, place: Place, tmp_path: Path) -> None:
    with open_runtime(place.settings(project)) as runtime:
        of, manifest = backup(runtime, tmp_path)
        assert [(one.name, one.size, one.gone) for one in manifest.logs] == [("EU", size_of(place), "")] and size_of(place) > 3
        entry = of.shelf.get(manifest.id)
        assert checked(of, entry)[1] == ()
        assert Manifest.read(entry.folder) == manifest
        copy = entry.folder / "regions" / "EU.db"
        with closing(sqlite3.connect(copy)) as con:
            assert con.execute("SELECT count(*) FROM audit_private").fetchone() == (0,)
        with closing(place.database()) as database, database.read() as live:
            assert live.execute(select(func.count()).select_from(audit_private)).scalar() == 1, "it stands where it lies"
        copy.write_bytes(copy.read_bytes()[:-1] + b"x")
        assert [finding.rule for finding in checked(of, entry)[1]] == ["BACKUP-05"]
        with pytest.raises(CheckFailed, match="BACKUP-05"):
            revive_logs({}, entry.folder, manifest)


def test_a_region_that_was_lost_comes_back_and_what_it_lacks_is_named(project: Path, place: Place, tmp_path: Path) -> None:
    with open_runtime(place.settings(project)) as runtime:
        _, manifest = backup(runtime, tmp_path)
    size = size_of(place)
    folder = tmp_path / "kept" / manifest.id
    with closing(place.database()) as database:
        assert revive_logs({"EU": database}, folder, manifest) == {}, "a log that stands is never put back over"
    place.lose()
    with closing(place.database()) as database:
        assert revive_logs({"EU": database}, folder, manifest) == {"EU": size}
    with open_runtime(place.settings(project)) as runtime:
        before = verdict(runtime).regions["EU"]
        assert [(bad.rule, before.size) for bad in before.bad] == [("AUDIT-09", size)], "what was sealed is in no backup"
        assert excused(runtime.audit.regions.named("EU"), BY, manifest.id) == 1  # type: ignore[union-attr]
        found = verdict(runtime)
        assert found.ok and found.regions["EU"].size == size + 1 and found.regions["EU"].checked["redacted"] == 1, found.findings
        assert excused(runtime.audit.regions.named("EU"), BY, manifest.id) == 0  # type: ignore[union-attr]
        publish_all(runtime, CUSTOMERS)
        assert runtime.audit.regions is not None
        runtime.audit.checkpoint()
    later = size_of(place)
    assert later > size, "it goes on where it stood"

    place.lose()
    with closing(place.database()) as database:
        revive_logs({"EU": database}, folder, manifest)
    with open_runtime(place.settings(project)) as runtime:
        assert runtime.audit.regions is not None
        assert lacking(runtime.audit.regions.named("EU")) == later - size
        found = verify(runtime.audit)
        assert not found.ok and found.regions["EU"].first_bad is not None
        assert (found.regions["EU"].first_bad.rule, found.regions["EU"].first_bad.first) == ("AUDIT-05", size)


def test_a_lost_home_takes_its_regions_logs_with_it_and_both_verify(project: Path, place: Place, tmp_path: Path) -> None:
    with open_runtime(place.settings(project)) as runtime:
        runtime.audit.checkpoint()
        _, manifest = backup(runtime, tmp_path)
    shutil.copytree(project / ".mesh" / "keys", tmp_path / "keys")
    shutil.rmtree(project / ".mesh")
    place.lose()
    place.lose_home()
    settings = place.settings(project)
    with closing(Database(settings.state_url)) as database, closing(place.database()) as region:
        (project / ".mesh").mkdir(mode=0o700)
        shutil.copytree(tmp_path / "keys", project / ".mesh" / "keys")
        assert revive(database, tmp_path / "kept", settings.home_path) == manifest
        assert set(revive_logs({"EU": region}, tmp_path / "kept" / manifest.id, manifest)) == {"EU"}
    with open_runtime(settings) as runtime:
        assert excused(runtime.audit.regions.named("EU"), BY, manifest.id) == 1  # type: ignore[union-attr]
        assert note_gap(runtime.audit, settings.home_path) > 0, "what the backup itself recorded came after its copy"
        found = verify(runtime.audit)
        assert found.regions["EU"].ok, found.regions["EU"].findings
        told = [bad for bad in found.bad if bad.rule != "AUDIT-05"]
        assert told == [], "the control database's own end is told, and nothing else"


def test_a_region_that_is_away_is_left_out_by_name(project: Path, place: Place, tmp_path: Path) -> None:
    settings = place.settings(project)
    (tmp_path / "file").write_text("no folder")
    away = settings.model_copy(update={"audit_regions": {"EU": str(tmp_path / "file" / "control.db")}})
    with open_runtime(away) as runtime:
        of, manifest = backup(runtime, tmp_path)
        assert [(one.name, one.size) for one in manifest.logs if "could not be copied" in one.gone] == [("EU", 0)]
        assert checked(of, of.shelf.get(manifest.id))[1] == ()
        assert Shelf.of(away, tmp_path / "kept").get(manifest.id).digest == manifest.digest
