"""The lake's own scenarios: a publication over published versions, a first publication, a purge, and a rotation of keys."""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

from mesh_platform.lake import Lake, Reader
from mesh_platform.lake.engine import EnginePool
from tests.faults.child import NEW_ROWS, OLD_ROWS, PLACE, lake_at, publish
from tests.faults.powerloss import Scenario

Content = tuple[int, str, str, float]


class LakeChecks:
    """What must hold of a lake's home after a fault; shares started engines, since it opens many homes."""

    def __init__(self, engines: EnginePool, folder: Path) -> None:
        self._engines, self._folder = engines, folder
        self._prepared: Path | None = None
        self._looked = 0

    def lake(self, home: Path) -> Lake:
        lake = lake_at(home)
        lake._engines = self._engines
        return lake

    def two_versions(self, home: Path) -> None:
        """Two held versions, the older with other rows; made once and copied, as a home may be."""
        if self._prepared is None:
            self._prepared = Path(tempfile.mkdtemp(dir=self._folder)) / "home"
            for mark in ("older", "old"):
                publish(self.lake(self._prepared), OLD_ROWS, mark)
        shutil.copytree(self._prepared, home)

    def old_or_new(self, home: Path, acknowledged: bool) -> None:
        """The old or the new version is served whole, an acknowledged one is the new one, and all goes on from there."""
        self._holds(self.lake(home), (NEW,) if acknowledged else (OLD, NEW))

    def nothing_or_new(self, home: Path, acknowledged: bool) -> None:
        """Nothing is published, or the first version whole; an acknowledged one is there."""
        lake = self.lake(home)
        if lake.published(PLACE):
            return self._holds(lake, (NEW,))
        assert not acknowledged, "the acknowledged version is lost"
        lake.recover(PLACE)
        return self._goes_on(lake)

    def old_or_purged(self, home: Path, acknowledged: bool) -> None:
        """The version with or without the persons is served whole; after an acknowledged purge no version holds them."""
        self._holds(self.lake(home), (PURGED,) if acknowledged else (OLD, PURGED))
        if acknowledged:
            with self.lake(home).reader() as reader:
                assert OLD not in [content(reader, version.snapshot_id) for version in reader.versions(PLACE)]

    def rotated_or_not(self, home: Path, acknowledged: bool) -> None:
        """The version is served whole under the old or the new key; after an acknowledged rotation the old one is gone, and the next one works."""
        lake = self.lake(home)
        [*older, newest] = lake.keys.versions(PLACE.domain, PLACE.location)
        assert newest.number == 2 and not older if acknowledged else newest.number in (1, 2), (older, newest)
        self._holds(lake, (OLD,))
        with lake.reader() as reader:
            before = content(reader)
        assert lake.domain_keys.rotate(PLACE.domain, PLACE.location).complete
        with lake.reader() as reader:
            assert content(reader) == before
        assert len(lake.keys.versions(PLACE.domain, PLACE.location)) == 1

    def _holds(self, lake: Lake, allowed: tuple[Content, ...]) -> None:
        """Every held version can be read to its last byte, clean-up changes nothing that is served, and directory equals catalog."""
        with lake.reader() as reader:
            held = [content(reader, version.snapshot_id) for version in reader.versions(PLACE)]
            assert held[-1] in allowed, f"{held[-1]} is none of {allowed}"
            assert set(held) <= {OLDER, OLD, NEW, PURGED}, held
            lake.recover(PLACE)
            report = lake.file_report(PLACE)
            assert report.clean, report
            assert content(reader) == held[-1]
        self._looked += 1
        if self._looked % 5 == 0:
            self._goes_on(lake)

    def _goes_on(self, lake: Lake) -> None:
        """The next publication succeeds."""
        publish(lake, NEW_ROWS, "next")
        with lake.reader() as reader:
            assert content(reader) == expected_content(NEW_ROWS, "next")
        assert lake.file_report(PLACE).clean


def content(reader: Reader, version: int | None = None) -> Content:
    """Something that changes with any value of any row."""
    statement = "SELECT count(*)::BIGINT AS n, min(email) AS first, max(email) AS last, sum(order_id * 3 + amount)::DOUBLE AS total FROM {t}"
    [row] = reader.fetch(PLACE, statement, version=version).to_pylist()
    return (row["n"], row["first"], row["last"], row["total"])


def expected_content(rows: int, mark: str, purged: bool = False) -> Content:
    kept = [i for i in range(rows) if not (purged and i % 10 == 7)]
    mails = sorted(f"person{i}@{mark}.test" for i in kept)
    return (len(kept), mails[0], mails[-1], float(sum(i * 3 + i / 4 for i in kept)))


OLDER, OLD = expected_content(OLD_ROWS, "older"), expected_content(OLD_ROWS, "old")
NEW, PURGED = expected_content(NEW_ROWS, "new"), expected_content(OLD_ROWS, "old", purged=True)


def scenarios(checks: LakeChecks, broken: str | None = None) -> dict[str, Scenario]:
    """The lake's scenarios, of the sound build or of a broken one."""
    extra = [broken] if broken else []

    def command(what: str, home: Path) -> list[str]:
        return [sys.executable, "-m", "tests.faults.child", what, str(home), *extra]

    def nothing(home: Path) -> None:
        shutil.rmtree(home, ignore_errors=True)
        home.mkdir(mode=0o700)

    return {
        "publication": Scenario("publication", checks.two_versions, lambda home: command("publish", home), checks.old_or_new),
        "first publication": Scenario("first publication", nothing, lambda home: command("publish", home), checks.nothing_or_new),
        "purge": Scenario("purge", checks.two_versions, lambda home: command("purge", home), checks.old_or_purged),
        "rotation": Scenario("rotation", checks.two_versions, lambda home: command("rotate", home), checks.rotated_or_not),
    }
