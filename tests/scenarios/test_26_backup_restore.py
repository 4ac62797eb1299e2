"""Scenario 26: last week's backup comes back: closed until the ledger was applied to it, and then without whoever was erased since."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import yaml

from mesh_platform.actor import Actor
from mesh_platform.backups import Backups, Entry, Shelf, checked, create, lake_of, restore
from mesh_platform.errors import CheckFailed, Unavailable
from mesh_platform.keys import LocalKeyring
from mesh_platform.lake import Lake, Place
from mesh_platform.publish import Runtime, open_runtime
from mesh_platform.settings import Settings
from mesh_platform.subjects import Desk, Identifier, Regime, Replay, Retained, State, Verifier
from tests.subjects.test_erasure import EVERYONE_ELSE, everything, opened, states
from tests.subjects.town import ANA, BY, CUSTOMERS, ORDER, TOWNS, deliver, desk_of, publish_all, rows
from tests.subjects.village import ORDER as VILLAGE
from tests.subjects.village import TICKETS, write_village

PLATFORM = Actor("platform-engineer", ("platform",))
LAST_WEEK = datetime.now(UTC) - timedelta(days=7)
Town = tuple[Runtime, Desk]


def backups_of(runtime: Runtime, root: Path) -> Backups:
    return Backups(Shelf(runtime.settings.home_path, root), runtime.lake, runtime.database, runtime.audit, days=35)


def retaining(runtime: Runtime, desk: Desk, of: Backups) -> Desk:
    return replace(desk, retained=Retained(of, desk.ledger, desk.registry))


def replayed(root: Path) -> dict[str, tuple[bool, int]]:
    """Apply the ledger to what waits, as `mesh backup replay` does."""
    with open_runtime(Settings(project=root), behind=True) as runtime:
        desk = desk_of(runtime)
        work = Replay(runtime.lake, desk.ledger, desk.registry, desk.audit, frozenset(desk.publishable), desk.republish, PLATFORM)
        return {one.product: (one.released, one.rows) for one in work.run()}


@pytest.fixture
def erased(town: Town, project: Path, tmp_path: Path) -> Iterator[tuple[Runtime, Desk, Backups, Entry, Entry]]:
    """Ana is certified; one backup could be reached, the other's disk was away and is back."""
    runtime, desk = town
    far, off = tmp_path / "far", tmp_path / "off"
    near, away = backups_of(runtime, tmp_path / "near"), backups_of(runtime, far)
    first, second = create(near, PLATFORM, LAST_WEEK), create(away, PLATFORM, LAST_WEEK)
    far.rename(off)
    deliver(project, "ann", "joana", "unknown")
    done = retaining(runtime, desk, near).run(opened(desk).id, BY)
    assert done.state is State.CERTIFIED, [task.as_json() for task in done.tasks]
    assert states(done)[f"backup {first.id}"] is State.CERTIFIED
    assert states(done)[f"backup {second.id}"] is State.UNTOUCHED
    told = {task.product: task.reason for task in done.tasks}[f"backup {second.id}"]
    assert f"ends on {LAST_WEEK + timedelta(days=35):%Y-%m-%d}" in told, "the certificate says when it ends"
    off.rename(far)
    yield runtime, desk, near, near.shelf.get(first.id), near.shelf.get(second.id)


def seen_in(runtime: Runtime, desk: Desk, entry: Entry) -> list[str]:
    with lake_of(entry.folder, runtime.lake.keys, runtime.lake.home / "tmp") as lake:
        verifier = Verifier(lake, desk.registry, entry.folder, desk.ledger.tokens, desk.ledger.governance.namespaces)
        ana = Identifier("email", desk.ledger.tokens.token("email", ANA), (ANA,))
        return sorted({one.product for one in verifier.look([ana]).residues})


@pytest.mark.nightly
def test_an_erasure_reaches_the_backups_and_what_comes_back_from_one_it_did_not_reach_waits_for_the_ledger(
    erased: tuple[Runtime, Desk, Backups, Entry, Entry], project: Path
) -> None:
    runtime, desk, of, reached, missed = erased
    manifest, findings = checked(of, reached)
    assert not findings and manifest.revision == 2, "it still is what it says of itself"
    assert seen_in(runtime, desk, reached) == []
    assert TOWNS in {one.place.key for one in manifest.left_out}, "what keeps no key went whole"
    assert CUSTOMERS in seen_in(runtime, desk, missed)

    file = next((missed.folder / "home/data").rglob("*.parquet"))
    held = file.read_bytes()
    file.write_bytes(held[:-1] + b"x")
    with pytest.raises(CheckFailed, match="BACKUP-05"):
        restore(of, missed, PLATFORM)
    file.write_bytes(held)
    with (
        closing(Lake(missed.folder / "home", LocalKeyring(project / "none"), temp=project / "none/tmp")) as lake,
        pytest.raises(Unavailable),
    ):
        lake.reader().fetch(Place("westeurope", *CUSTOMERS.split("/")), "SELECT * FROM {t}")

    done = restore(of, missed, PLATFORM)
    assert not done.refused and [place.key for place in done.places] == sorted(ORDER)
    with runtime.lake.reader() as reader:
        for key in ORDER:
            with pytest.raises(Unavailable, match="LAKE-36"):
                reader.fetch(Place("westeurope", *key.split("/")), "SELECT * FROM {t}")
    with pytest.raises(Unavailable, match="LAKE-36"), runtime.lake.writer(Place("westeurope", "office", "towns")):
        pass

    assert replayed(project) == {key: (True, rows) for key, rows in zip(ORDER, (1, 1, 1, 1, 0), strict=True)}
    assert everything(runtime) == EVERYONE_ELSE
    publish_all(runtime, CUSTOMERS)
    assert everything(runtime) == EVERYONE_ELSE


@pytest.mark.nightly
def test_what_somebody_else_wrote_of_an_erased_person_does_not_come_back_with_a_backup(tmp_path: Path) -> None:
    project = write_village(tmp_path / "project")
    descriptor = project / "domains" / TICKETS / "product.yaml"
    said = yaml.safe_load(descriptor.read_text())
    said["dataProduct"]["erasure"] = {"strategy": "text_redact"}
    said["dataProduct"]["columns"]["customer_id"]["nullable"] = True
    descriptor.write_text(yaml.safe_dump(said))
    with open_runtime(Settings(project=project)) as runtime:
        publish_all(runtime, *VILLAGE)
        away, desk = backups_of(runtime, tmp_path / "far"), desk_of(runtime)
        backup = create(away, PLATFORM, LAST_WEEK)
        desk.run(desk.open(Regime.GDPR, (("email", ANA),), BY).id, BY)
        clean = rows(runtime, TICKETS)
        assert len(clean) == 3 and ANA not in str(clean)
        restore(away, away.shelf.get(backup.id), PLATFORM)
    assert replayed(project)[TICKETS][0]
    with open_runtime(Settings(project=project)) as runtime:
        found = rows(runtime, TICKETS)
        assert len(found) == 3 and ANA not in str(found) and "C-7001" not in str(found)
        assert "owes her a parcel" in str(found), "every other word stays"


@pytest.mark.nightly
@pytest.mark.parametrize("step", ["retained.begun", "retained.purged", "retained.removed", "retained.remembered"])
def test_an_erasure_that_fails_within_a_backup_is_not_certified_and_goes_on_when_it_is_run_again(
    step: str, town: Town, project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    runtime, desk = town
    of = backups_of(runtime, tmp_path / "near")
    backup = create(of, PLATFORM, LAST_WEEK)
    deliver(project, "ann", "joana", "unknown")
    desk = retaining(runtime, desk, of)
    request = opened(desk)
    monkeypatch.setenv("MESH_ENV", "test")
    monkeypatch.setenv("MESH_FP", f"{step}=errno:EIO@1")
    assert states(desk.run(request.id, BY))[f"backup {backup.id}"] is State.BLOCKED
    monkeypatch.delenv("MESH_FP")
    with pytest.raises(Unavailable, match="BACKUP-06"):
        restore(of, of.shelf.get(backup.id), PLATFORM)
    assert desk.run(request.id, BY).state is State.CERTIFIED
    assert not checked(of, of.shelf.get(backup.id))[1] and seen_in(runtime, desk, of.shelf.get(backup.id)) == []
