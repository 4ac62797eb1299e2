"""The command that `mesh demo`, `mesh run` and `mesh dev` start, on real publications; as a process of its own where it is ended early."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from mesh_platform.pipeline import dagster_home
from mesh_platform.pipeline.__main__ import main
from mesh_platform.product import ProductKey, load_mesh
from mesh_platform.publish import open_runtime, place_of
from mesh_platform.settings import Settings
from tests.pipeline.small_mesh import put, write_orders, write_product

ROOT = Path(__file__).parents[2]
SLOW = """\
import pyarrow, time

def transform(inputs):
    time.sleep(60)
    return pyarrow.table({"order_id": [1], "amount": [1]})
"""


class Command:
    """`python -m mesh_platform.pipeline`, in this process."""

    def __init__(self, project: Path, capfd: pytest.CaptureFixture[str]) -> None:
        self.project, self.capfd = project, capfd

    def __call__(self, *words: str) -> tuple[int, str, str]:
        self.capfd.readouterr()
        with pytest.raises(SystemExit) as ended:
            main([words[0], "--project", str(self.project), *words[1:]])
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        out, err = self.capfd.readouterr()
        assert isinstance(ended.value.code, int)
        return ended.value.code, out, err


@pytest.fixture
def run(project: Path, capfd: pytest.CaptureFixture[str]) -> Command:
    return Command(project, capfd)


def start(project: Path, *words: str, **variables: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "mesh_platform.pipeline", *words],
        cwd=project,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1", **variables},
    )


def until(reached: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not reached():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def events(out: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in out.splitlines()]


def told(out: str) -> dict[str, str]:
    return {event["product"]: event["status"] for event in events(out) if event["event"] == "told"}


def served(settings: Settings, product: str) -> int:
    """How many versions the lake holds."""
    key = ProductKey.parse(product)
    with open_runtime(settings) as runtime:
        return len(runtime.lake.versions(place_of(load_mesh(settings.project).product(key))))


def statuses(settings: Settings) -> list[str]:
    with dg.DagsterInstance.from_config(str(dagster_home.home_of(settings)), dagster_home.IN_PROCESS) as instance:
        return sorted(run.status.value for run in instance.get_runs())


def test_the_whole_mesh_is_published_inputs_first(run: Command, settings: Settings) -> None:
    code, out, err = run("demo")
    assert (code, err) == (0, "")
    assert list(told(out)) == ["sales/orders", "finance/revenue", "sales/large_orders"]
    assert events(out)[-1]["counts"] == {"published": 3}
    assert served(settings, "finance/revenue") == 1


def test_a_run_of_its_own_says_nothing_beside_its_events(project: Path) -> None:
    out, err = start(project, "run", "sales/orders").communicate(timeout=120)
    assert (events(out)[-1]["counts"], err) == ({"published": 1}, "")


@pytest.mark.nightly
def test_each_event_is_one_json_object_on_a_line(run: Command) -> None:
    code, out, _ = run("run", "sales/orders")
    assert code == 0
    begun, started, product, ended = events(out)
    assert begun == {"event": "begin", "products": ["sales/orders"]}
    assert started == {"event": "started", "product": "sales/orders"}
    assert {key: product[key] for key in ("event", "product", "status", "rows", "version", "findings", "at_load")} == {
        "event": "told",
        "product": "sales/orders",
        "status": "published",
        "rows": 3,
        "version": "1.0.0",
        "findings": product["findings"],
        "at_load": False,
    }
    assert ended == {"event": "end", "counts": {"published": 1}, "exit_code": 0}


@pytest.mark.nightly
def test_what_the_gate_keeps_back_fails_a_run_and_not_the_demo(run: Command, project: Path) -> None:
    put(project / "domains/sales/large_orders/product.yaml", "dataProduct: {nmae: x}\n")
    code, out, _ = run("demo")
    assert code == 0
    [blocked] = [event for event in events(out) if event["event"] == "told" and event["status"] == "blocked"]
    assert blocked["product"] == "sales/large_orders"
    assert "DESC-02" in {finding["rule"] for finding in blocked["findings"]}
    assert events(out)[-1]["counts"] == {"blocked": 1, "published": 2}
    assert run("run")[0] == 1


@pytest.mark.nightly
def test_a_bad_delivery_leaves_the_old_version_serving_and_what_derives_from_it_runs(
    run: Command, project: Path, settings: Settings
) -> None:
    assert run("demo")[0] == 0
    write_orders(project, [(1, -5, "Lyon"), (1, 7, "Porto")])
    code, out, _ = run("run")
    assert code == 1
    assert told(out) == {"sales/orders": "blocked", "finance/revenue": "published", "sales/large_orders": "published"}
    assert (served(settings, "sales/orders"), served(settings, "finance/revenue")) == (1, 2)


def test_an_error_is_an_event_with_a_finding_and_an_exit_code(run: Command) -> None:
    code, out, err = run("run", "sales/nothing")
    [error] = events(out)
    assert (code, error["event"], error["exit_code"], error["finding"]["rule"], err) == (4, "error", 4, "NAME-02", "")


@pytest.mark.parametrize("word", ["run", "dev"])
def test_outside_of_a_project_it_says_so(tmp_path: Path, capfd: pytest.CaptureFixture[str], word: str) -> None:
    code, out, err = Command(tmp_path, capfd)(word)
    assert code == 4
    assert "PROJECT-01" in (out if word == "run" else err)


@pytest.mark.nightly
@pytest.mark.by_day("15")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_cancelled_run_ends_at_once_and_the_next_one_succeeds(
    run: Command, project: Path, settings: Settings, number: signal.Signals, tmp_path: Path
) -> None:
    body = (project / "domains/sales/large_orders/product.yaml").read_text(encoding="utf-8")
    folder = write_product(project, "sales/slow", "", python=SLOW)
    put(folder / "product.yaml", body.replace("large_orders", "slow"))
    trace = tmp_path / "trace"
    child = start(project, "run", "sales/orders", "sales/slow", MESH_ENV="test", MESH_FP_TRACE=str(trace))
    until(lambda: trace.exists() and trace.read_text().split().count("publish.begin") == 2)  # the slow one is under way
    child.send_signal(number)
    out, err = child.communicate(timeout=60)
    assert child.returncode == 130, out + err
    assert err == "Cancelled; the versions served before stay.\n"
    assert (served(settings, "sales/orders"), served(settings, "sales/slow")) == (1, 0)
    put(folder / "transform.py", SLOW.replace("sleep(60)", "sleep(0)"))
    code, out, _ = run("run", "sales/slow")
    assert (code, told(out)) == (0, {"sales/slow": "published"})
    assert "STARTED" not in statuses(settings)


@pytest.mark.nightly
@pytest.mark.kill
@pytest.mark.by_day("publish.renamed")
@pytest.mark.parametrize("point", ["publish.staged", "publish.renamed"])
def test_a_killed_run_leaves_a_version_serving_and_the_next_one_succeeds(
    run: Command, project: Path, settings: Settings, point: str
) -> None:
    assert run("run", "sales/orders")[0] == 0
    child = start(project, "run", "sales/orders", MESH_ENV="test", MESH_FP=f"{point}=kill")
    child.communicate(timeout=120)
    assert child.returncode == -signal.SIGKILL
    assert served(settings, "sales/orders") >= 1
    code, out, _ = run("run", "sales/orders")
    assert (code, told(out)) == (0, {"sales/orders": "published"})
    assert statuses(settings) == ["FAILURE", "SUCCESS", "SUCCESS"]
