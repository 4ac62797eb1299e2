"""What CI does with tests that fail: real runs of pytest in a folder of their own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
IN_WORKERS = ("-p", "xdist", "-n", "2")
ONCE = """
import pathlib, pytest

def failing(times, name):
    told = pathlib.Path(name)
    before = int(told.read_text()) if told.exists() else 0
    told.write_text(str(before + 1))
    assert before >= times, name

def test_fine():
    pass
"""
IN_A_SUB_CASE = """
@pytest.mark.parametrize("n", ["a[b]"])
def test_sub(subtests, n):
    with subtests.test("first"):
        failing({times}, "sub")
"""
UNDER_A_NAME_OF_ITS_OWN = """
def test_renamed(subtests, request):
    mine = request.node.nodeid
    request.node._nodeid = mine + "[POST /v1/{{id}}]"
    with subtests.test("first"):
        failing({times}, "renamed")
    request.node._nodeid = mine
"""
AT_ONCE = """
@pytest.mark.parametrize("n", range({many}))
def test_many(n):
    failing(1, f"many{{n}}")
"""
SET_UP = """
@pytest.fixture
def made():
    failing(1, "made")

def test_of_what_is_made(made):
    pass
"""
DIES = """
def test_dies():
    import os
    os._exit(1)
"""


def suite(folder: Path, *parts: str, options: tuple[str, ...] = ()) -> tuple[int, list[str]]:
    """Exit code of a run of these tests, and the ids that were run once more."""
    folder.joinpath("test_all.py").write_text(ONCE + "".join(parts), encoding="utf-8")
    folder.joinpath("pytest.ini").write_text("[pytest]\n", encoding="utf-8")
    command = [sys.executable, "-m", "tests.second_chance", "-q", "-p", "no:cacheprovider", *options]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    environment.pop("PYTEST_ADDOPTS", None)
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    _, mark, again = done.stdout.partition("once more, alone:\n")
    return done.returncode, [line for line in again.splitlines() if line.startswith("test_all.py::")] if mark else []


@pytest.mark.parametrize("options", [(), IN_WORKERS], ids=["alone", "in workers"])
def test_a_test_that_fails_once_in_a_sub_case_is_run_once_more_by_its_own_id(tmp_path: Path, options: tuple[str, ...]) -> None:
    code, again = suite(tmp_path, IN_A_SUB_CASE.format(times=1), UNDER_A_NAME_OF_ITS_OWN.format(times=1), options=options)
    assert (code, sorted(again)) == (0, ["test_all.py::test_renamed", "test_all.py::test_sub[a[b]]"])


@pytest.mark.parametrize("part", [IN_A_SUB_CASE, UNDER_A_NAME_OF_ITS_OWN], ids=["a sub-case", "a sub-case with a name"])
def test_what_fails_twice_is_a_failure(tmp_path: Path, part: str) -> None:
    code, again = suite(tmp_path, part.format(times=2))
    assert (code, len(again)) == (1, 1)


def test_three_tests_are_run_once_more_and_four_are_not(tmp_path: Path) -> None:
    few, many = tmp_path / "few", tmp_path / "many"
    few.mkdir(), many.mkdir()
    code, again = suite(few, AT_ONCE.format(many=3))
    assert (code, len(again)) == (0, 3)
    assert suite(many, AT_ONCE.format(many=4)) == (1, [])


@pytest.mark.parametrize("options", [(), IN_WORKERS], ids=["alone", "in workers"])
def test_a_file_that_cannot_be_collected_is_no_matter_of_chance(tmp_path: Path, options: tuple[str, ...]) -> None:
    tmp_path.joinpath("test_broken.py").write_text("import nothing_of_that_name\n", encoding="utf-8")
    code, again = suite(tmp_path, AT_ONCE.format(many=1), options=("--continue-on-collection-errors", *options))
    assert code != 0
    assert again == []


def test_what_a_test_sets_up_gets_no_second_chance(tmp_path: Path) -> None:
    assert suite(tmp_path, SET_UP) == (1, [])


def test_a_worker_that_dies_is_a_failure(tmp_path: Path) -> None:
    code, again = suite(tmp_path, DIES, options=IN_WORKERS)
    assert code != 0
    assert again == []


def test_a_run_that_is_green_is_not_repeated(tmp_path: Path) -> None:
    assert suite(tmp_path) == (0, [])
