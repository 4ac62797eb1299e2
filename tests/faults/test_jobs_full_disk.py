"""The disk is full in the middle of a job: what was served is served, nothing is told as done that is not, and with room it is ended."""

from __future__ import annotations

import functools
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from mesh_platform.keys import LocalKeyring
from mesh_platform.lake import Lake
from tests.faults.jobs import JOBS, run_apart
from tests.faults.zygote import TOLD, Zygote

FREE_KB = (0, 64, 192, 448, 800, 1_400, 2_400, 4_000)
"""Room that the job finds on a disk of its own, in KiB."""


def mounted(folder: Path, options: str) -> bool:
    command = ["mount", "-t", "tmpfs", "-o", options, "none", str(folder)]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


@contextmanager
def small_disk(folder: Path, kb: int) -> Iterator[Path]:
    folder.mkdir()
    assert mounted(folder, f"size={kb}k")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


@functools.cache
def why_no_disk() -> str | None:
    """Why no disk of our own can be had here; None where it can."""
    if shutil.which("mount") is None:
        return "there is no mount"
    with_none = subprocess.run(["unshare", "-m", "mount", "-t", "tmpfs", "none", "/mnt"], capture_output=True, check=False)
    return None if with_none.returncode == 0 else "a disk may not be mounted here"


pytestmark = [pytest.mark.nightly, pytest.mark.skipif(why_no_disk() is not None, reason=f"no full disk: {why_no_disk()}")]


def used_kb(folder: Path) -> int:
    """What it takes on a tmpfs, where each file takes whole pages."""
    return sum(4 * -(-path.lstat().st_size // 4096) + 4 for path in folder.rglob("*"))


def served(project: Path, temp: Path) -> dict[str, int]:
    """How many rows of each product can be read, with no room to write anything beside."""
    home = project / ".mesh"
    with closing(Lake(home, LocalKeyring(home / "keys"), temp=temp)) as lake, lake.reader() as reader:
        closed = lake.quarantined()
        return {
            place.key: reader.fetch(place, "SELECT count(*) AS n FROM {t}").to_pylist()[0]["n"]
            for place in lake.places()
            if place not in closed
        }


@pytest.mark.parametrize("name", JOBS)
def test_a_full_disk_leaves_what_is_true_and_room_ends_the_job(
    name: str, zygote: Zygote, prepared: Callable[[str], Path], tmp_path: Path
) -> None:
    before, ended = served(prepared(name), tmp_path / "temp"), dict[int, int]()
    for free in FREE_KB:
        with small_disk(tmp_path / f"{free}", used_kb(prepared(name)) + free) as disk:
            project = shutil.copytree(prepared(name), disk / "project")
            ended[free] = run_apart(zygote, name, project)
            assert ended[free] in (0, 1, TOLD), (free, ended[free])
            now = served(project, tmp_path / "temp")
            assert all(rows <= before[key] for key, rows in now.items())
            assert name == "restore" or now.keys() == before.keys(), "what was served is served"
            assert mounted(disk, "remount,size=1g")
            JOBS[name].check(project, ended[free] == 0)
            assert run_apart(zygote, name, project) == 0, free
            JOBS[name].check(project, True)
    assert ended[FREE_KB[0]] != 0, "told as done on a disk without room"
