"""Hostile code in a confined process: what it tries, by name, and that it gets nothing."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from mesh_platform.confine import Confinement, Limits
from mesh_platform.errors import Unavailable

ROOT = Path(__file__).resolve().parents[2]
USUAL = Limits()
SECRET = "domain-secret-7391"


def tried(
    name: str,
    *,
    writable: tuple[Path, ...] = (),
    limits: Limits = USUAL,
    without: tuple[str, ...] = (),
    weakened: bool = False,
    **given: Any,
) -> dict[str, Any]:
    """What the hostile function of that name got, or what stopped it."""
    told, telling = os.pipe()
    job = "tests.confine.hostile:attempt"
    order = {"name": name, "result_fd": telling, **given}
    confinement = Confinement(limits, weakened=weakened, without=without)
    with (
        os.fdopen(telling, "wb") as end,
        confinement.start(job, order, what="tests", pass_fds=[telling], readable=[ROOT / "tests"], writable=writable),
    ):
        end.close()
        with os.fdopen(told, encoding="utf-8") as answer:
            said = answer.read()
    return dict(json.loads(said)) if said else {"stopped": "killed"}


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    """A file of the platform's own, readable by everybody."""
    file = tmp_path / "keys" / "sales@westeurope.kek"
    file.parent.mkdir()
    file.write_text(SECRET)
    file.chmod(0o644)
    return file


@pytest.fixture
def listener() -> Iterator[int]:
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        yield server.getsockname()[1]


def test_its_own_work_is_possible(tmp_path: Path) -> None:
    tmp_path.chmod(0o777)
    assert tried("own_work", writable=(tmp_path,), path=str(tmp_path / "out")) == {"got": "3"}
    assert (tmp_path / "out").read_text() == "given"


@pytest.mark.parametrize("where", ["keys/sales@westeurope.kek", "keys/../keys/sales@westeurope.kek"])
def test_no_file_of_the_platform_can_be_read(secret: Path, where: str) -> None:
    assert "stopped" in tried("read", path=str(secret.parents[1] / where))
    assert "stopped" in tried("listing", path=str(secret.parent))


def test_a_symbolic_link_in_a_readable_folder_leads_nowhere(tmp_path: Path, secret: Path) -> None:
    shown = tmp_path / "shown"
    shown.mkdir()
    (shown / "link").symlink_to(secret)
    assert "stopped" in tried("read", writable=(shown,), path=str(shown / "link"))


@pytest.mark.parametrize("path", [Path("/etc/passwd"), Path("/etc/hosts"), ROOT / "README.md"], ids=lambda path: path.name)
def test_no_file_of_the_machine_can_be_read(path: Path) -> None:
    assert path.read_bytes()
    assert "stopped" in tried("read", path=str(path))
    assert "stopped" in tried("read", path=f"/proc/1/root{path}")


@pytest.mark.parametrize("folder", [Path("/etc"), Path.home(), ROOT], ids=["settings", "home", "project"])
def test_no_folder_of_the_machine_can_be_listed(folder: Path) -> None:
    """A project below the temporary folder shows what leads to the interpreter and to the code that runs, and nothing beside it."""
    assert list(folder.iterdir())
    said = tried("listing", path=str(folder))
    shown = {
        path.relative_to(folder).parts[0]
        for path in (Path(sys.prefix), ROOT / "mesh_platform", ROOT / "tests")
        if folder in path.parents
    }
    assert "stopped" in said or set(said["got"]) <= shown


def test_nothing_can_be_written_beside_its_scratch(tmp_path: Path) -> None:
    for path in (tmp_path / "x", ROOT / "tests" / "x", Path(sys.prefix) / "x", Path("/usr/x"), Path("/x")):
        assert "stopped" in tried("write", path=str(path))
        assert not path.exists()


def test_the_environment_of_the_platform_is_not_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MESH_DATABASE_URL", f"postgresql://mesh:{SECRET}@db/mesh")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
    assert SECRET not in str(tried("environment"))
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(30)"], env={"X": SECRET}) as other:
        try:
            assert SECRET not in str(tried("environment_of_others"))
        finally:
            other.kill()


def test_no_network_can_be_reached(listener: int, tmp_path: Path) -> None:
    assert "stopped" in tried("tcp", port=listener)
    assert "stopped" in tried("udp", port=listener)
    assert "stopped" in tried("name_lookup")
    with closing(socket.socket(socket.AF_UNIX)) as server:
        server.bind(str(tmp_path / "s"))
        server.listen()
        assert "stopped" in tried("unix", path=str(tmp_path / "s"))


def test_no_other_process_can_be_signalled() -> None:
    assert "stopped" in tried("signal_to", pid=os.getpid())
    assert "stopped" in tried("signal_to", pid=os.getppid())


def test_fifty_gigabytes_are_refused() -> None:
    assert tried("allocate", bytes_wanted=50 << 30) == {"stopped": "MemoryError"}


def test_a_fork_bomb_stops_at_its_bound_and_nothing_of_it_stays() -> None:
    before = processes()
    found = tried("fork_bomb", limits=Limits(processes=40))
    assert "stopped" in found or found["got"] <= 40
    assert settles(lambda: processes() <= before + 2)


def test_nothing_outlives_it() -> None:
    mark = f"mark-{time.monotonic_ns()}"
    tried("leave_a_process_behind", mark=mark)
    assert settles(lambda: not any(mark in command for command in commands()))


def test_the_disk_cannot_be_filled() -> None:
    assert "stopped" in tried("fill_the_disk", path="/tmp/big", limits=Limits(scratch=8 << 20))


@pytest.mark.parametrize("how", ["new_namespace", "become_root", "mount_something"])
def test_no_right_can_be_had_back(how: str) -> None:
    assert "stopped" in tried(how)


def test_the_code_is_another_user_than_the_platform_and_never_root() -> None:
    assert tried("who")["got"] not in (0, os.getuid())


def test_it_ends_when_its_time_is_over() -> None:
    begun = time.monotonic()
    assert tried("sleep_for_ever", limits=Limits(seconds=1.0)) == {"stopped": "killed"}
    assert time.monotonic() - begun < 20


def test_it_ends_when_the_platform_is_killed() -> None:
    script = "from tests.confine.test_confinement import tried; print('begun', flush=True); tried('sleep_for_ever')"
    with subprocess.Popen([sys.executable, "-c", script], cwd=ROOT, stdout=subprocess.PIPE) as platform:
        assert platform.stdout is not None and platform.stdout.readline()
        assert settles(lambda: confined_under(platform.pid))
        running = confined_under(platform.pid)
        platform.kill()
    assert settles(lambda: not any(Path(f"/proc/{pid}").exists() for pid in running))


def test_only_what_it_was_given_is_open(tmp_path: Path) -> None:
    with (tmp_path / "inheritable").open("w") as held:
        os.set_inheritable(held.fileno(), True)
        assert "inheritable" not in str(tried("open_files"))


@pytest.mark.parametrize("who", ["--map-user=1000 --map-group=1000", "--map-root-user"], ids=["a user", "rootless root"])
def test_the_walls_stand_for_whoever_runs_the_platform(who: str, secret: Path) -> None:
    script = (
        "import json, sys; from tests.confine.test_confinement import tried; "
        "print(json.dumps([tried('read', path=sys.argv[1]), tried('own_work', path='/tmp/x'), tried('udp', port=9)]))"
    )
    command = ["unshare", "--user", *who.split(), sys.executable, "-c", script, str(secret)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    read, work, sent = json.loads(done.stdout or done.stderr)
    assert ("stopped" in read, work, "stopped" in sent) == (True, {"got": "3"}, True)


class TestOneWallMissing:
    """Each wall alone still closes files and network: a container may forbid namespaces, an old kernel has no Landlock."""

    @pytest.mark.parametrize("missing", [("namespaces",), ("landlock", "filter")], ids=" and ".join)
    def test_the_others_hold(self, missing: tuple[str, ...], secret: Path, listener: int) -> None:
        assert "stopped" in tried("read", path=str(secret), without=missing)
        assert "stopped" in tried("read", path="/etc/passwd", without=missing)
        assert "stopped" in tried("write", path=str(secret), without=missing)
        assert "stopped" in tried("tcp", port=listener, without=missing)
        assert "stopped" in tried("udp", port=listener, without=missing)
        assert "stopped" in tried("signal_to", pid=os.getpid(), without=missing)

    def test_where_other_processes_are_seen_none_is_signalled_or_bound(self) -> None:
        """The filter alone: older kernels' Landlock says nothing about signals."""
        missing = ("namespaces", "landlock")
        for how in ("signal_to", "signal_by_queue", "bound_another"):
            assert "stopped" in tried(how, pid=os.getpid(), without=missing, weakened=True), how
        assert tried("bound_itself", without=missing, weakened=True) == {"got": 100}

    @pytest.mark.parametrize("how", ["", "setsid", "setpgid"])
    def test_what_it_leaves_behind_ends_with_it(self, how: str) -> None:
        mark, begun = f"mark-{time.monotonic_ns()}", time.monotonic()
        left = tried("leave_and_hold", mark=mark, how=how, without=("namespaces",), limits=Limits(seconds=2.0))
        assert left == {"stopped": "killed"}
        assert time.monotonic() - begun < 20
        assert settles(lambda: not any(mark in command for command in commands()))

    def test_without_all_of_them_nothing_runs(self) -> None:
        with pytest.raises(Unavailable) as refused:
            tried("who", without=("namespaces", "landlock", "filter"))
        assert refused.value.finding.rule == "CONFINE-01"


def processes() -> int:
    return sum(1 for _ in Path("/proc").glob("[0-9]*"))


def commands() -> list[str]:
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            found.append((process / "cmdline").read_bytes().decode(errors="replace"))
        except OSError:
            continue
    return found


def confined_under(pid: int) -> list[int]:
    """Process ids of the confined process that `pid` started and of its child."""
    found = [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    below = [int(child) for one in found for child in Path(f"/proc/{one}/task/{one}/children").read_text().split()]
    return [*found, *below] if below else []


def settles(holds: Any, seconds: float = 10.0) -> bool:
    end = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True
