"""The power goes in the middle of a publication, a purge or a rotation of keys: sound builds hold, broken ones turn red."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults.broken import BROKEN
from tests.faults.powerloss import power_loss
from tests.faults.scenarios import LakeChecks, scenarios
from tests.faults.trace import needs_strace

pytestmark = [pytest.mark.powerloss, needs_strace]
SCENARIOS = ("publication", "first publication", "purge", "rotation")
CAUGHT = {
    "data_files_not_synced": "publication",
    "data_folders_not_synced": "publication",
    "catalog_not_synced": "publication",
    "catalog_folder_not_synced": "publication",
    "renamed_before_commit": "publication",
    "catalog_key_not_synced": "first publication",
    "purged_files_removed_before_the_rename": "purge",
    "old_key_destroyed_before_the_catalog_is_synced": "rotation",
}
CAUGHT_NIGHTLY = {
    "renamed_before_synced": "publication",
    "old_files_removed_before_the_rename": "publication",
    "new_folders_not_synced": "first publication",
    "domain_key_folder_not_synced": "first publication",
}


@pytest.mark.by_day("publication")
@pytest.mark.parametrize("scenario", SCENARIOS)
def test_no_power_loss_tears_or_loses_a_version(lake_checks: LakeChecks, tmp_path: Path, scenario: str) -> None:
    report = power_loss(scenarios(lake_checks)[scenario], tmp_path, states=28)
    assert report.violations == []
    assert report.events > 50 and report.different > 8


@pytest.mark.nightly
@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("scenario", SCENARIOS)
def test_no_power_loss_of_many_tears_or_loses_a_version(
    lake_checks: LakeChecks, tmp_path: Path, scenario: str, seed: int
) -> None:
    report = power_loss(scenarios(lake_checks)[scenario], tmp_path, states=1_000, seed=seed)
    assert report.violations == []


def red(lake_checks: LakeChecks, work: Path, build: str, scenario: str) -> bool:
    return bool(power_loss(scenarios(lake_checks, build)[scenario], work, states=60, until_first=True).violations)


@pytest.mark.by_day("data_files_not_synced-publication")
@pytest.mark.parametrize(("build", "scenario"), CAUGHT.items())
def test_a_broken_build_turns_red(lake_checks: LakeChecks, tmp_path: Path, build: str, scenario: str) -> None:
    assert red(lake_checks, tmp_path, build, scenario)


@pytest.mark.nightly
@pytest.mark.parametrize(("build", "scenario"), CAUGHT_NIGHTLY.items())
def test_a_further_broken_build_turns_red(lake_checks: LakeChecks, tmp_path: Path, build: str, scenario: str) -> None:
    assert red(lake_checks, tmp_path, build, scenario)


def test_every_broken_build_is_tried() -> None:
    assert set(CAUGHT) | set(CAUGHT_NIGHTLY) == set(BROKEN)
