"""The lake's own scenarios: a publication over published versions, a first publication, and a purge."""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

from mesh_platform.lake import Lake
from mesh_platform.lake.engine import EnginePool
from tests.faults.child import DOOMED, NEW_ROWS, OLD_ROWS, PLACE, lake_at, publish
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
        lake = self.lake(home)
        found = content(lake)
        expected = (expected_content(NEW_ROWS, "new"),) if acknowledged else ALL_VERSIONS
        assert found in expected, f"{found} is none of {expected}"
        self._whole_and_recoverable(lake, found)

    def nothing_or_new(self, home: Path, acknowledged: bool) -> None:
        """Nothing is published, or the first version whole; an acknowledged one is there."""
        lake = self.lake(home)
        if lake.published(PLACE):
            assert content(lake) == expected_content(NEW_ROWS, "new")
            self._whole_and_recoverable(lake, content(lake))
        else:
            assert not acknowledged, "the acknowledged version is lost"
            lake.recover(PLACE)
            self._goes_on(lake)

    def old_or_purged(self, home: Path, acknowledged: bool) -> None:
        """The version with or without the persons is served whole; after an acknowledged purge they are in no version and no file."""
        lake = self.lake(home)
        found = content(lake)
        gone = expected_content(OLD_ROWS, "old", f"NOT ({DOOMED})")
        assert found == gone or (found == expected_content(OLD_ROWS, "old") and not acknowledged), found
        self._whole_and_recoverable(lake, found)
        if acknowledged:
            assert len(lake.versions(PLACE)) <= 1 or content(lake)[3] == expected_content(NEW_ROWS, "next")[3]

    def _whole_and_recoverable(self, lake: Lake, found: Content) -> None:
        """Every held version can be read to its last byte, clean-up changes nothing that is served, and directory equals catalog."""
        with lake.reader() as reader:
            for version in reader.versions(PLACE):
                counted = content_of(reader, version.snapshot_id)
                assert counted[0] in (OLD_ROWS, NEW_ROWS, OLD_ROWS - OLD_ROWS // 10), counted
        lake.recover(PLACE)
        report = lake.file_report(PLACE)
        assert report.clean, report
        assert content(lake) == found
        self._looked += 1
        if self._looked % 5 == 0:
            self._goes_on(lake)

    def _goes_on(self, lake: Lake) -> None:
        """The next publication succeeds."""
        publish(lake, NEW_ROWS, "next")
        assert content(lake) == expected_content(NEW_ROWS, "next")
        assert lake.file_report(PLACE).clean


def content(lake: Lake) -> Content:
    with lake.reader() as reader:
        return content_of(reader)


def content_of(reader: object, version: int | None = None) -> Content:
    """Something that changes with any value of any row."""
    statement = "SELECT count(*)::BIGINT AS n, min(email) AS first, max(email) AS last, sum(order_id * 3 + amount)::DOUBLE AS total FROM {t}"
    [row] = reader.fetch(PLACE, statement, version=version).to_pylist()  # type: ignore[attr-defined]
    return (row["n"], row["first"], row["last"], row["total"])


def expected_content(rows: int, mark: str, where: str = "true") -> Content:
    kept = [i for i in range(rows) if where == "true" or i % 10 != 7]
    mails = sorted(f"person{i}@{mark}.test" for i in kept)
    return (len(kept), mails[0], mails[-1], float(sum(i * 3 + i / 4 for i in kept)))


ALL_VERSIONS = (expected_content(OLD_ROWS, "old"), expected_content(NEW_ROWS, "new"))


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
    }
