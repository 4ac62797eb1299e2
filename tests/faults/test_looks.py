"""What looks again, tells holders of files and measures canaries is killed or meets an I/O error at any of its steps: nothing untrue is told, and the next run ends it."""

from __future__ import annotations

import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.looks import BROKEN_LOOKS, LOOKS
from tests.faults.test_jobs import ACTIONS, NEARLY, first_and_last
from tests.faults.zygote import TOLD, Zygote
from tests.propagation.receiver import SECRET, Receiver, receiving

pytestmark = [pytest.mark.kill, pytest.mark.ioerr, pytest.mark.nightly]


@pytest.fixture(scope="module")
def looking() -> Iterator[Zygote]:
    with Zygote("pandera.ibis", "mesh_platform.publish.flow", "tests.faults.looks") as started:
        yield started


@pytest.fixture
def receiver(monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    monkeypatch.setenv("HOLDER_SECRET", SECRET)
    with receiving() as found:
        yield found


def look(zygote: Zygote, name: str, project: Path, broken: str = "", **env: str) -> int:
    return zygote.call(
        "tests.faults.looks:called",
        name,
        str(project),
        broken,
        HOLDER_SECRET=SECRET,
        **({"MESH_FP": "", "MESH_FP_TRACE": ""} | env),
    )


def prepared(request: pytest.FixtureRequest, name: str, folder: Path, receiver: Receiver) -> Path:
    project = shutil.copytree(request.getfixturevalue(LOOKS[name].mesh), folder / "before")
    LOOKS[name].prepare(project, receiver)
    return project


def steps_of(zygote: Zygote, name: str, before: Path, receiver: Receiver, folder: Path) -> list[str]:
    project, trace = shutil.copytree(before, folder / "traced"), folder / "trace"
    assert look(zygote, name, project, MESH_FP_TRACE=str(trace)) == 0
    LOOKS[name].check(project, receiver, True)
    passed = trace.read_text().split()
    assert LOOKS[name].steps <= {*passed}
    return first_and_last(passed)


def survives(zygote: Zygote, name: str, before: Path, project: Path, receiver: Receiver, step: str, action: str) -> None:
    point, _, turn = step.partition("@")
    ended = 0
    for passing in range(int(turn), max(0, int(turn) - NEARLY), -1):
        receiver.events.clear()
        shutil.rmtree(project, ignore_errors=True)
        shutil.copytree(before, project)
        ended = look(zygote, name, project, MESH_FP=f"{point}={action}@{passing}")
        LOOKS[name].check(project, receiver, ended == 0)
        if ended != 0 or action != "kill":
            break
    assert ended == -signal.SIGKILL if action == "kill" else ended in (0, 1, TOLD), ended
    again = look(zygote, name, project)
    assert again == 0, again
    LOOKS[name].check(project, receiver, True)
    shutil.rmtree(project)


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize("name", LOOKS)
def test_whatever_happens_at_a_step_nothing_untrue_is_told_and_the_next_run_ends_it(
    name: str, action: str, looking: Zygote, receiver: Receiver, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    before, failed = prepared(request, name, tmp_path, receiver), []
    for step in steps_of(looking, name, before, receiver, tmp_path):
        try:
            survives(looking, name, before, tmp_path / step, receiver, step, action)
        except Exception as error:  # noqa: BLE001 - every step is tried, and each that fails is told
            failed.append(f"{step} {action}: {type(error).__name__}: {error}")
    assert not failed, "\n".join(failed)


@pytest.mark.parametrize("name", BROKEN_LOOKS)
def test_a_broken_build_turns_it_red(
    name: str, looking: Zygote, receiver: Receiver, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    project = prepared(request, name, tmp_path, receiver)
    assert look(looking, name, project, name) == 0
    with pytest.raises(AssertionError):
        LOOKS[name].check(project, receiver, True)
