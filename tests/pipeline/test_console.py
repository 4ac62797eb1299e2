"""The console for real: `dagster dev` on a workspace of three locations, one descriptor broken, ended with all that it started."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import pytest

from mesh_platform.errors import Unavailable
from mesh_platform.pipeline import dagster_home, process_locks
from mesh_platform.pipeline.console import command, run_console
from mesh_platform.settings import Settings
from tests.pipeline.small_mesh import LARGE_ORDERS, put, write_product
from tests.pipeline.test_no_value_leaks import value_of

T = TypeVar("T")
LOCATIONS = (
    """{ workspaceOrError { ... on Workspace { locationEntries { name loadStatus locationOrLoadError { __typename } } } } }"""
)
ASSETS = """{ assetNodes { assetKey { path } isExecutable kinds groupName hasAssetChecks tags { key value }
    assetMaterializations(limit: 1) { runId } } }"""
SENSORS = """{ sensorsOrError(repositorySelector: {repositoryName: "__repository__", repositoryLocationName: "sales"}) {
    ... on Sensors { results { name sensorState { status } } } } }"""
FAILED_RUNS = """{ runsOrError(filter: {statuses: [FAILURE]}) { ... on Runs { results { runId } } } }"""
PATIENCE = 240.0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def until(call: Callable[[], T | None], seconds: float = PATIENCE) -> T:
    limit = time.monotonic() + seconds
    while time.monotonic() < limit:
        found = call()
        if found:
            return found
        time.sleep(0.5)
    raise AssertionError("it did not come in time")


class Console:
    def __init__(self, project: Path) -> None:
        self.port = free_port()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "mesh_platform.pipeline", "dev", "--project", str(project), "--port", str(self.port)],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
            env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2]), "PYTHONUNBUFFERED": "1"},
        )

    def ask(self, query: str) -> dict[str, Any] | None:
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/graphql",
            data=json.dumps({"query": query}).encode(),
            headers={"Content-Type": "application/json"},
        )
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                found: dict[str, Any] = json.load(answer)["data"]
                return found
        except (urllib.error.URLError, OSError):
            return None

    def locations(self) -> dict[str, str] | None:
        found = self.ask(LOCATIONS)
        entries = found["workspaceOrError"]["locationEntries"] if found else []
        if len(entries) < 3 or any(e["loadStatus"] != "LOADED" or e["locationOrLoadError"] is None for e in entries):
            return None
        return {e["name"]: e["locationOrLoadError"]["__typename"] for e in entries}

    def assets(self) -> dict[str, dict[str, Any]]:
        found = self.ask(ASSETS)
        return {"/".join(node["assetKey"]["path"]): node for node in found["assetNodes"]} if found else {}

    def end(self) -> tuple[int, str]:
        self.process.send_signal(signal.SIGINT)
        output, _ = self.process.communicate(timeout=90)
        return self.process.returncode, output


@pytest.fixture
def console(project: Path) -> Iterator[Console]:
    value = value_of("console")
    write_product(
        project,
        "sales/loud",
        LARGE_ORDERS,
        python=f"def transform(inputs):\n    print('{value}')\n    raise ValueError('{value}')\n",
    )
    put(project / "domains/sales/large_orders/product.yaml", "dataProduct: {nmae: x}\n")
    found = Console(project)
    try:
        yield found
    finally:
        if found.process.poll() is None:
            found.process.terminate()
            found.process.communicate(timeout=90)


def processes_of(home: Path) -> list[str]:
    """Command lines of living processes whose DAGSTER_HOME is this one."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if f"DAGSTER_HOME={home}".encode() in (folder / "environ").read_bytes():
                found.append((folder / "cmdline").read_bytes().replace(b"\0", b" ").decode())
        except OSError:
            continue
    return found


@pytest.mark.e2e
def test_all_locations_load_the_broken_product_shows_and_automation_publishes_the_rest(
    console: Console, settings: Settings
) -> None:
    assert until(console.locations) == dict.fromkeys(("finance", "platform", "sales"), "RepositoryLocation")
    assets = console.assets()
    assert set(assets) == {"finance/revenue", "sales/orders", "sales/large_orders", "sales/loud"}
    assert not assets["sales/large_orders"]["isExecutable"]
    assert "blocked" in assets["sales/large_orders"]["kinds"]
    assert assets["sales/orders"]["isExecutable"]
    assert assets["sales/orders"]["hasAssetChecks"]
    sensors = console.ask(SENSORS)
    assert sensors is not None
    assert {s["name"]: s["sensorState"]["status"] for s in sensors["sensorsOrError"]["results"]} == {
        "sales_automation": "RUNNING",
        "sales_consent": "RUNNING",
    }

    def published_and_failed() -> bool:
        runs = console.ask(FAILED_RUNS)
        return bool(runs and runs["runsOrError"]["results"]) and all(
            console.assets().get(product, {}).get("assetMaterializations") for product in ("sales/orders", "finance/revenue")
        )

    until(published_and_failed)
    home = dagster_home.home_of(settings)
    assert processes_of(home)
    code, output = console.end()
    assert code == 0, output
    assert f"http://127.0.0.1:{console.port}" in output
    assert until(lambda: processes_of(home) == [], 20)
    left = [path for path in home.rglob("*") if path.is_file() and value_of("console").encode() in path.read_bytes()]
    assert left == []
    assert value_of("console") not in output
    assert list(home.rglob("*.err")), "the runs were captured, or nothing was searched"
    assert not (home / ".telemetry").exists()


def test_a_taken_port_is_told_before_anything_starts(settings: Settings) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(Unavailable) as caught:
            run_console(settings.model_copy(update={"port": taken.getsockname()[1]}), print)
    assert caught.value.finding.rule == "DEV-03"


def test_a_second_console_of_one_home_is_refused(settings: Settings) -> None:
    with process_locks.session(dagster_home.prepare(settings), process_locks.CONSOLE), pytest.raises(Unavailable) as caught:
        run_console(settings.model_copy(update={"port": free_port()}), print)
    assert caught.value.finding.rule == "DEV-01"


def test_it_starts_dagster_on_the_projects_workspace_and_this_machine_only(settings: Settings) -> None:
    words = command(settings, verbose=False)
    assert words[words.index("-w") + 1] == str(settings.project.resolve() / "workspace.yaml")
    assert words[words.index("-h") + 1] == "127.0.0.1"
