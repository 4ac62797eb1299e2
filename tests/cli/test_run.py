"""`mesh run` and `mesh dev`: Dagster runs in a child, and its end is told whatever it is."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from mesh_platform.cli import child as child_module
from tests.cli.conftest import Mesh
from tests.cli.project import break_product

MESH = [sys.executable, "-c", "import sys; from mesh_platform.cli import main; sys.exit(main())"]


def speak(*lines: str, code: int = 0) -> list[str]:
    """A child that prints these lines and ends."""
    return [sys.executable, "-c", f"import sys\nfor line in {lines!r}: print(line)\nsys.exit({code})"]


def test_products_are_published_and_told_line_by_line(mesh: Mesh, shop: Path) -> None:
    said = mesh("run", "shop")
    assert said.code == 0, said.out + said.err
    assert "2 of 2 products published" in said.out
    assert {p["status"] for p in mesh("products", "--json").json} == {"published"}


@pytest.mark.nightly
def test_what_the_gate_keeps_back_is_exit_code_1_with_its_findings(mesh: Mesh, shop: Path) -> None:
    file = shop / "landing/shop/orders.csv"
    file.write_text(file.read_text(encoding="utf-8") + "O-999,C-999999,lost,-5,2026-01-01 10:00:00\n", encoding="utf-8")
    said = mesh("run", "+shop/orders", "--json")
    assert (said.code, said.json["ok"]) == (1, False)
    customers, orders = said.json["products"]
    assert (customers["product"], customers["status"], customers["rows"]) == ("shop/customers", "published", 60)
    assert (orders["product"], orders["status"], orders["rows"]) == ("shop/orders", "blocked", None)
    assert all(finding["fix"] for finding in orders["findings"])
    assert "C-999999" not in said.out + said.err
    statuses = {p["product"]: p["status"] for p in mesh("products", "--json").json}
    assert statuses == {"shop/customers": "published", "shop/orders": "blocked"}


@pytest.mark.nightly
def test_what_waits_and_what_the_files_close_is_told_with_the_way_on(mesh: Mesh, shop: Path) -> None:
    break_product(shop, "customers")
    said = mesh("run", "shop")
    assert said.code == 1, said.out + said.err
    assert "`mesh run +shop/orders` publishes those first" in said.out
    assert "`mesh check` tells of reviews, too" in said.out


def test_an_unknown_product_is_told_before_anything_starts(mesh: Mesh, shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(child_module, "_started", None)
    assert mesh("run", "shop/nothing").code == 4


def test_a_domain_without_products_has_nothing_to_publish(mesh: Mesh, project: Path) -> None:
    said = mesh("run", "shop")
    assert (said.code, "Nothing to publish" in said.out) == (0, True)
    assert mesh("run", "shop", "--json").json == {"ok": True, "products": []}


def test_a_child_that_dies_is_exit_code_5_and_a_hint(mesh: Mesh, shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(child_module, "command", lambda *_: speak('{"event": "begin", "products": []}', "noise", code=3))
    said = mesh("run")
    assert (said.code, "code 3" in said.err, "mesh doctor" in said.err) == (5, True, True)


def test_the_child_s_own_finding_keeps_its_exit_code(mesh: Mesh, shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    event = '{"event": "error", "exit_code": 5, "finding": {"rule": "HOME-01", "where": "w", "why": "y", "fix": "f"}}'
    monkeypatch.setattr(child_module, "command", lambda *_: speak(event, code=5))
    said = mesh("run")
    assert (said.code, "HOME-01" in said.err) == (5, True)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_reaches_the_child_and_leaves_none_behind(shop: Path, number: int) -> None:
    started = subprocess.Popen([*MESH, "run"], cwd=shop, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 60
    while not list((shop / ".mesh").glob("dagster")) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert children_in(shop)
    started.send_signal(number)
    assert started.wait(60) == 130
    assert children_in(shop) == []


def children_in(project: Path) -> list[str]:
    """Processes that were started on this project."""
    found = subprocess.run(["pgrep", "-f", str(project)], capture_output=True, text=True, check=False)
    return found.stdout.split()


def test_the_console_says_what_it_waits_for_and_that_it_ends(mesh: Mesh, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    interrupts_once = (
        "import os, signal, time\nos.kill(os.getppid(), signal.SIGINT)\ntry: time.sleep(2)\nexcept KeyboardInterrupt: pass"
    )
    monkeypatch.setattr(child_module, "command", lambda *_: [sys.executable, "-c", interrupts_once])
    said = mesh("dev")
    assert said.code == 0
    assert "when these code locations are loaded: platform, shop." in said.out
    assert "Ending the console" in said.out


def test_a_console_whose_port_is_taken_says_so(mesh: Mesh, project: Path) -> None:
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        child = subprocess.run(
            [*MESH, "dev", "--port", str(taken.getsockname()[1])], cwd=project, capture_output=True, text=True, check=False
        )
    assert child.returncode == 5
    assert "MESH_PORT" in child.stderr
