"""One system call of a publication or a purge is killed or fails."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults.injection import inject
from tests.faults.scenarios import LakeChecks, scenarios
from tests.faults.trace import needs_strace

pytestmark = [pytest.mark.ioerr, needs_strace]


@pytest.mark.nightly
@pytest.mark.parametrize("scenario", ["publication"])
def test_a_failing_system_call_leaves_the_old_or_the_new_version(lake_checks: LakeChecks, tmp_path: Path, scenario: str) -> None:
    done = inject(scenarios(lake_checks)[scenario], tmp_path, strikes=2)
    assert done.violations == []
    assert done.calls > 50 and done.failed >= 1


@pytest.mark.nightly
@pytest.mark.parametrize("scenario", ["publication", "first publication", "purge"])
def test_no_failing_system_call_of_all_tears_or_loses_a_version(lake_checks: LakeChecks, tmp_path: Path, scenario: str) -> None:
    assert inject(scenarios(lake_checks)[scenario], tmp_path, strikes=None).violations == []
