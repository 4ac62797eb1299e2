"""The law of reconciliation: whatever happened to lake and rows, afterwards the latest publication is the one that the lake serves."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from itertools import count

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mesh_platform.registry import Publication, Registry
from mesh_platform.state import Database
from tests.registry.samples import CUSTOMERS, NOON, Version, publication, version


@dataclass
class Lake:
    """A lake of one product, as the registry sees it."""

    versions: list[Version] = field(default_factory=list)
    top: int = 0
    serves: str | None = None
    numbers: count[int] = field(default_factory=count)

    def publish(self) -> Publication:
        self.top += 1
        self.serves = f"publication-{next(self.numbers)}"
        made = publication(self.top, id=self.serves, published_at=NOON, rows=self.top)
        self.versions.append(version(made))
        return made

    def purge(self) -> None:
        if self.versions:
            self.top += 1
            self.versions.append(Version(self.top, NOON, self.versions[-1].extra))

    def expire(self, kept: int) -> None:
        self.versions = self.versions[-kept:]

    def copy(self) -> tuple[list[Version], int, str | None]:
        return list(self.versions), self.top, self.serves

    def restore(self, backup: tuple[list[Version], int, str | None]) -> None:
        versions, self.top, self.serves = backup
        self.versions = list(versions)


steps = st.sampled_from(
    ["publish", "publish and be killed", "purge", "expire", "back up", "restore", "make anew", "lose the rows"]
)


def clock() -> datetime:
    return NOON


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(story=st.lists(steps, max_size=12))
def test_after_reconciling_the_latest_publication_is_the_one_that_the_lake_serves(database: Database, story: list[str]) -> None:
    registry, lake = Registry(database, clock), Lake()
    lose_the_rows(database)
    backup = lake.copy()
    for step in story:
        if step.startswith("publish"):
            made = lake.publish()
            if step == "publish":
                registry.record_published(made)
        elif step == "purge":
            lake.purge()
        elif step == "expire":
            lake.expire(2)
        elif step == "back up":
            backup = lake.copy()
        elif step == "restore":
            lake.restore(backup)
        elif step == "make anew":
            lake.restore(([], 0, None))
        else:
            lose_the_rows(database)
        registry.reconcile(CUSTOMERS, lake.versions, under_lock=True)
        latest = registry.latest(CUSTOMERS)
        assert (latest and latest.id) == lake.serves
        assert registry.reconcile(CUSTOMERS, lake.versions, under_lock=True) == 0
        assert registry.latest(CUSTOMERS) == latest


def lose_the_rows(database: Database) -> None:
    with database.write() as con:
        con.exec_driver_sql("DELETE FROM publications")
