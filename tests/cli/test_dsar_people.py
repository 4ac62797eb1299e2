"""`mesh dsar` for what people ask beside erasure: codes, packages, clocks and many people at once, with shapes and exit codes. SCENARIOS 28 and 29."""

from __future__ import annotations

import json
import os
import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.conftest import Mesh
from tests.subjects.village import ANA

PRIVACY, LEAD, SHOP = ("--as", "privacy-engineer"), ("--as", "privacy-lead"), ("--as", "web-shop")


@pytest.fixture(scope="module")
def village(published_village: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    root = shutil.copytree(published_village, tmp_path_factory.mktemp("asked") / "project")
    before = Path.cwd()
    os.chdir(root)
    yield root
    os.chdir(before)


def opened(mesh: Mesh, *more: str, who: tuple[str, str] = PRIVACY) -> str:
    said = mesh("dsar", "open", "--regime", "gdpr", *more, *who, "--json")
    assert said.code == 0 and [*said.json] == ["id"], said.out
    return str(said.json["id"])


def code(village: Path) -> str:
    newest = max((village / "out").glob("*.json"), key=lambda each: each.stat().st_mtime_ns)
    return str(json.loads(newest.read_text())["code"])


def test_nothing_leaves_before_the_code_came_back_and_then_the_package_does(village: Path, mesh: Mesh) -> None:
    id = opened(mesh, "--kind", "access", "--subject", f"email:{ANA}", "--verify")
    assert mesh("dsar", "package", id, "-o", "early.zip", *PRIVACY).code == 3 and not (village / "early.zip").exists()
    sent = mesh("dsar", "verify-identity", id, *PRIVACY, "--json")
    assert (sent.code, sent.json) == (0, {"id": id, "identity": "asked", "sent": "email"})
    assert code(village) not in sent.out and mesh("dsar", "verify-identity", id, "--code", "1", *PRIVACY).code == 1
    shown = mesh("dsar", "verify-identity", id, "--code", code(village), *PRIVACY)
    assert shown.code == 0 and "identity verified" in shown.out
    said = mesh("dsar", "package", id, "-o", "ana.zip", *PRIVACY, "--json")
    assert said.code == 0 and said.json["rows"] == 4 and said.json["path"] == "ana.zip"
    with zipfile.ZipFile(village / "ana.zip") as packed:
        assert {"package.json", "index.html", "data/people.customers.csv"} <= {*packed.namelist()}
    status = mesh("dsar", "status", id, *PRIVACY, "--json").json
    assert (status["state"], status["identity"], status["breached"]) == ("certified", "verified", False)
    assert {"id", "state", "products", "due", "clock", "history"} <= {*status}
    assert mesh("dsar", "certificate", id, *PRIVACY).code == 0
    assert (
        mesh("dsar", "package", opened(mesh, "--kind", "erasure", "--subject", f"email:{ANA}"), "-o", "x.zip", *PRIVACY).code == 2
    )


@pytest.mark.nightly
def test_five_wrong_codes_lock_with_exit_code_3_and_the_privacy_team_may_attest(village: Path, mesh: Mesh) -> None:
    id = opened(mesh, "--kind", "access", "--subject", "customer_id:C-7002", who=SHOP)
    assert mesh("dsar", "verify-identity", id, *SHOP).code == 0
    wrong = "00000000" if code(village) != "00000000" else "11111111"
    assert [mesh("dsar", "verify-identity", id, "--code", wrong, *SHOP).code for _ in range(6)] == [1, 1, 1, 1, 3, 3]
    assert mesh("dsar", "verify-identity", id, "--code", code(village), *SHOP).code == 3
    assert mesh("dsar", "verify-identity", id, "--attest", "seen", *SHOP).code == 3
    assert mesh("dsar", "verify-identity", id, "--attest", "identity card seen", *PRIVACY).code == 0
    assert mesh("dsar", "status", id, *PRIVACY, "--json").json["identity"] == "attested"


def test_many_people_in_a_file_need_a_second_principal(village: Path, mesh: Mesh) -> None:
    (village / "people.csv").write_text("subject\ncustomer_id:C-8001\ncustomer_id:C-8002\n\ncustomer_id:C-8003\n")
    id = opened(mesh, "--kind", "restriction", "--file", "people.csv")
    assert mesh("dsar", "run", id, *PRIVACY).code == 3
    assert mesh("dsar", "approve", id, *PRIVACY).code == 3
    assert mesh("dsar", "approve", id, *LEAD, "--json").json == {"id": id, "approved": True}
    assert mesh("dsar", "run", id, *PRIVACY).code == 0
    assert mesh("dsar", "status", id, *PRIVACY, "--json").json["people"] == 3
    assert mesh("dsar", "open", "--kind", "restriction", "--regime", "gdpr", *PRIVACY).code == 2


def test_a_request_is_extended_with_a_letter_and_overdue_ones_are_told_once(
    village: Path, mesh: Mesh, monkeypatch: pytest.MonkeyPatch
) -> None:
    id = opened(mesh, "--kind", "erasure", "--subject", "email:rui@ex.test")
    before = mesh("dsar", "status", id, *PRIVACY, "--json").json["due"]
    said = mesh("dsar", "extend", id, "--reason", "the archive is read by hand", *PRIVACY, "--json")
    assert said.code == 0 and said.json["due"] > before and said.json["clock"]["extended"]
    assert mesh("dsar", "extend", id, "--reason", "again", *PRIVACY).code == 1
    monkeypatch.setenv("MESH_ENV", "test")
    monkeypatch.setenv("MESH_CLOCK", str(100 * 86_400))
    told = [one for one in mesh("dsar", "sweep", *PRIVACY, "--json").json["told"] if one["request"] == id]
    assert [one["event"] for one in told] == ["overdue"] and told[0]["due"] == said.json["due"]
    assert mesh("dsar", "sweep", *PRIVACY, "--json").json == {"told": [], "deleted": 0}
    assert mesh("dsar", "status", id, *PRIVACY, "--json").json["breached"]
    assert id in mesh("task", "list", "--kind", "deadline").out
