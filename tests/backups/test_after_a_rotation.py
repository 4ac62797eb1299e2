"""A domain's key was rotated since a backup was made: what lies in it opens no longer, and nothing that is served is given up for it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from mesh_platform.backups import checked, create, restore
from mesh_platform.clock import utc_now
from mesh_platform.publish import Runtime
from tests.faults.jobs import PLATFORM, backups_of, replay
from tests.subjects.town import CARDS, CUSTOMERS, EVERYBODY, ORDER, VISITS, everything, publish_all, town_at


@pytest.fixture
def rotated(published_town: Path, tmp_path: Path) -> Iterator[tuple[Runtime, Path]]:
    """A backup, and then a rotation of the key of people and of no other domain."""
    project = shutil.copytree(published_town, tmp_path / "project")
    with town_at(project) as (runtime, _):
        create(backups_of(runtime), PLATFORM, utc_now())
        assert runtime.lake.domain_keys.rotate("people", "westeurope").complete
        yield runtime, project


def test_a_backup_from_before_a_rotation_is_told_as_closed_and_what_is_served_stays(rotated: tuple[Runtime, Path]) -> None:
    runtime, project = rotated
    of = backups_of(runtime)
    entry = of.shelf.get()
    _, findings = checked(of, entry)
    assert {finding.product for finding in findings} == {CARDS, CUSTOMERS}
    assert {finding.rule for finding in findings} == {"BACKUP-05"}

    done = restore(of, entry, PLATFORM)
    assert {*done.refused} == {*findings}, "and says so of each"
    assert [place.key for place in done.places] == sorted({*ORDER} - {CARDS, CUSTOMERS})
    assert {place.key for place in runtime.lake.quarantined()} == {*ORDER} - {CARDS, CUSTOMERS}
    assert replay(project), "the others come back"
    assert everything(runtime) == EVERYBODY, "what does not open in the backup is served as it was"
    publish_all(runtime, CUSTOMERS, VISITS)


def test_a_backup_made_after_a_rotation_comes_back(rotated: tuple[Runtime, Path]) -> None:
    runtime, project = rotated
    of = backups_of(runtime)
    made = create(of, PLATFORM, utc_now())
    assert not restore(of, of.shelf.get(made.id), PLATFORM).refused
    assert replay(project) and everything(runtime) == EVERYBODY
