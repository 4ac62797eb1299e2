"""Publishers, readers, clean-up and purge of one domain at once, through the whole flow: the run of benchmarks/concurrency.py, bounded by day."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "concurrency.py"
SPLIT = 120_000  # rows from which a version lies in sixteen files


def crowd(seconds: int, rows: int) -> dict[str, Any]:
    """What everybody did, and what was amiss; fails where the run ended badly."""
    command = [sys.executable, str(SCRIPT), "--seconds", str(seconds), "--rows", str(rows), "--json"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=seconds + 900)
    assert done.stdout, done.stderr
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    assert found["amiss"] == []
    assert done.returncode == 0
    return found


@pytest.mark.nightly
def test_no_commit_fails_and_no_read_is_torn_while_products_are_published_cleaned_up_and_purged() -> None:
    found = crowd(seconds=4, rows=20_000)
    assert all(found["counts"][who]["publications"] for who in found["counts"] if who.startswith("publisher"))
    assert found["total"]["reads"] and found["total"]["rows purged"]


@pytest.mark.nightly
def test_a_minute_of_it_with_versions_of_many_files() -> None:
    total = crowd(seconds=60, rows=SPLIT)["total"]
    assert total["publications"] > 4 and total["reads"] > 16 and total["purges"] >= 4
