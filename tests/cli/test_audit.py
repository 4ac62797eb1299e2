"""`mesh audit` and `mesh witness`: what they say, leave and refuse."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from mesh_platform.product import ProductKey, load_mesh
from mesh_platform.publish import open_runtime, publish
from mesh_platform.settings import load_settings
from tests.cli.conftest import Mesh
from tests.cli.project import break_product, publish_all
from tests.witnesses import witness_at

AS = ("--as", "platform-engineer")


def test_a_project_that_recorded_nothing_has_no_log_and_gets_none_by_looking(project: Path, mesh: Mesh) -> None:
    for command in (("verify",), ("key",), ("tail", *AS)):
        said = mesh("audit", *command, "--json")
        assert (said.code, said.json["error"]["rule"]) == (4, "AUDIT-16"), command
    assert not (project / ".mesh").exists()


def test_publications_are_on_record_and_the_log_verifies(shop: Path, mesh: Mesh) -> None:
    publish_all(shop, "shop/customers", "shop/orders")
    told = mesh("audit", "tail", "--act", "gate", "--json", *AS).json
    assert [(one["about"].split("@")[0], one["decision"], one["phase"], one["who"]) for one in told] == [
        ("shop/customers", "open", "intent", "mesh"),
        ("shop/customers", "open", "done", "mesh"),
        ("shop/orders", "open", "intent", "mesh"),
        ("shop/orders", "open", "done", "mesh"),
    ]
    found = mesh("audit", "verify", "--json")
    assert found.code == 0
    assert (found.json["ok"], found.json["first_bad"], found.json["findings"]) == (True, None, [])
    assert found.json["size"] == found.json["signed"] == found.json["anchored"] == found.json["checked"]["records"] >= 3
    assert mesh("audit", "verify").out.rstrip().endswith("It holds.")


def test_a_closed_gate_is_on_record_with_its_rule(published: Path, mesh: Mesh) -> None:
    break_product(published)
    with open_runtime(load_settings(published)) as runtime:
        outcome = publish(load_mesh(published), ProductKey.parse("shop/orders"), runtime)
    rule = next(finding.rule for finding in outcome.findings if finding.blocks)
    [last] = mesh("audit", "tail", "-n", "1", "--act", "gate", "--json", *AS).json
    assert (last["decision"], last["phase"], last["reason"]) == ("closed", "denied", rule)


def test_a_changed_record_is_named_with_exit_code_1(published: Path, mesh: Mesh) -> None:
    with sqlite3.connect(published / ".mesh" / "control.db") as con:
        con.execute("UPDATE audit_leaves SET body = replace(body, 'open', 'nope') WHERE seq = 1")
    said = mesh("audit", "verify", "--json")
    assert (said.code, said.json["ok"], said.json["first_bad"]) == (1, False, 1)
    assert "First bad record: 1." in mesh("audit", "verify").out


def test_what_an_export_holds_is_verified_without_the_platform(published: Path, mesh: Mesh, tmp_path: Path) -> None:
    folder, known = tmp_path / "export", tmp_path / "known"
    known.write_text(mesh("audit", "key").out)
    rotated = mesh("audit", "key", "rotate", "--json", *AS).json
    assert rotated["pairs"] == 2 and mesh("audit", "key", "--json").json["keys"] == rotated["keys"] != known.read_text().split()
    assert mesh("audit", "key", "--history").out.startswith(known.read_text())
    done = mesh("audit", "export", str(folder), "--prove", "1", "--json", *AS).json
    assert done["proofs"] == 1 and {path.name for path in folder.iterdir()} >= {"leaves.jsonl", "checkpoint", "keys", "proofs"}
    assert ran(folder, "--keys", str(known)) == 0, "who knows the first keys follows to the newest"
    assert mesh("audit", "verify", "--against", str(folder), "--json").code == 0
    (folder / "leaves.jsonl").write_bytes((folder / "leaves.jsonl").read_bytes().replace(b"open", b"nope", 1))
    assert ran(folder, "--keys", str(known)) == 1
    assert mesh("audit", "export", str(folder), *AS).code == 2


def ran(folder: Path, *arguments: str) -> int:
    """The exported program, in an interpreter that cannot import the platform."""
    code = "import runpy, sys; sys.modules['mesh_platform'] = None; sys.argv = sys.argv[1:]; runpy.run_path(sys.argv[0], run_name='__main__')"
    command = [sys.executable, "-I", "-c", code, str(folder / "verify_audit.py"), str(folder), *arguments]
    return subprocess.run(command, capture_output=True, cwd="/", check=False).returncode


@pytest.mark.nightly
def test_a_proof_is_a_file_beside_the_bytes_that_it_proves(published: Path, mesh: Mesh, tmp_path: Path) -> None:
    out = tmp_path / "gate.tlog-proof"
    said = mesh("audit", "prove", "1", "--out", str(out), "--json", *AS)
    assert said.code == 0 and said.json["seq"] == 1
    assert out.read_text().startswith("c2sp.org/tlog-proof@v1\nindex 1\n")
    assert b'"act":"gate"' in (tmp_path / "gate.leaf").read_bytes()
    assert mesh("audit", "prove", "999", *AS).code == 4


@pytest.mark.nightly
def test_nobody_without_the_role_reads_the_log(published: Path, mesh: Mesh, tmp_path: Path) -> None:
    for command in (("tail",), ("prove", "1"), ("export", str(tmp_path / "e"))):
        said = mesh("audit", *command, "--as", "sales-analyst", "--json")
        assert (said.code, said.json["error"]["rule"]) == (3, "AUTH-02"), command


@pytest.mark.nightly
def test_a_refused_sign_in_is_on_record(published: Path, mesh: Mesh) -> None:
    assert mesh("audit", "tail", "--as", "sales-analyst").code == 3
    [last] = mesh("audit", "tail", "--act", "sign in", "-n", "1", "--json", *AS).json
    assert (last["phase"], last["decision"], last["reason"], last["who"]) == ("denied", "deny", "AUTH-02", "sales-analyst")


@pytest.mark.nightly
def test_a_key_s_rotation_is_on_record_before_and_after(published: Path, mesh: Mesh) -> None:
    assert mesh("key", "rotate", "shop", *AS).code == 0
    told = mesh("audit", "tail", "--act", "key", "--json", *AS).json
    assert [(one["phase"], one["about"], one["who"]) for one in told] == [
        ("intent", "shop, westeurope, rotation asked", "platform-engineer"),
        ("done", "shop, westeurope, rotated", "platform-engineer"),
    ]


@pytest.mark.nightly
def test_the_doctor_tells_of_the_log_and_warns_without_an_anchor(
    published: Path, mesh: Mesh, monkeypatch: pytest.MonkeyPatch
) -> None:
    def check() -> dict[str, str]:
        return next(one for one in mesh("doctor", "--json").json["checks"] if one["check"] == "audit log")  # type: ignore[no-any-return]

    assert check()["status"] == "ok"
    monkeypatch.setenv("MESH_AUDIT_ANCHOR", "none")
    assert check()["status"] == "warn"
    monkeypatch.setenv("MESH_AUDIT_ANCHOR", str(published / ".mesh" / "anchor"))
    assert check()["status"] == "warn"


@pytest.mark.nightly
def test_an_anchor_of_a_log_that_was_removed_is_told(published: Path, mesh: Mesh) -> None:
    shutil.rmtree(published / ".mesh")
    publish_all(published, "shop/customers")
    found = mesh("audit", "verify", "--json")
    assert found.code == 0 and "AUDIT-19" in {finding["rule"] for finding in found.json["findings"]}


def test_a_witness_is_made_trusts_a_log_and_travels_as_one_file(published: Path, mesh: Mesh, tmp_path: Path) -> None:
    folder, file = tmp_path / "watch", tmp_path / "mesh_witness.py"
    key = mesh("witness", "new", str(folder), "--name", "security.example/w1", "--json").json["key"]
    assert key.startswith("security.example/w1+")
    assert mesh("witness", "new", str(folder), "--name", "again").code == 2
    assert mesh("witness", "trust", str(folder), mesh("audit", "key").out.splitlines()[0]).code == 0
    assert mesh("witness", "trust", str(folder), "nonsense", "--json").json["error"]["rule"] == "AUDIT-21"
    assert mesh("witness", "file", str(file)).code == 0
    assert ran_witness(file, "trust", str(folder), mesh("audit", "key").out.splitlines()[1]) == key


def test_how_long_the_log_waits_for_its_witnesses_is_told_wherever_they_are(
    published: Path, mesh: Mesh, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with witness_at(tmp_path / "watch") as witness:
        (published / "witnesses").write_text(witness.text)
    with (published / "mesh.toml").open("a") as settings:
        settings.write('audit_witnesses = "witnesses"\n')
    mesh("audit", "checkpoint")
    assert mesh("audit", "verify", "--offline", "--json").json["unwitnessed"]["overdue"] is False
    monkeypatch.setenv("MESH_ENV", "test")
    monkeypatch.setenv("MESH_CLOCK", str(30 * 3600))
    found = mesh("audit", "verify", "--offline", "--json")
    assert found.code == 0 and found.json["unwitnessed"]["overdue"] is True and found.json["unwitnessed"]["limit_hours"] == 24
    assert "AUDIT-26" in {finding["rule"] for finding in found.json["findings"]}
    [checked] = [one for one in mesh("doctor", "--json").json["checks"] if one["check"] == "witnesses"]
    assert checked["status"] == "fail" and "of 24 hours" in checked["what"] and "mesh audit checkpoint" in checked["fix"]
    assert "for 30.0 of 24 hours" in mesh("audit", "tail", *AS).out


def ran_witness(file: Path, *arguments: str) -> str:
    code = "import runpy, sys; sys.modules['mesh_platform'] = None; sys.argv = sys.argv[1:]; runpy.run_path(sys.argv[0], run_name='__main__')"
    done = subprocess.run(
        [sys.executable, "-I", "-c", code, str(file), *arguments], capture_output=True, text=True, cwd="/", check=True
    )
    return done.stdout.strip()


@pytest.mark.nightly
def test_no_record_is_dropped_for_its_age_by_a_clock_that_leapt(
    published: Path, mesh: Mesh, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = datetime.now(UTC)
    monkeypatch.setattr("mesh_platform.clock.utc_now", lambda: now + timedelta(days=36_500))
    said = mesh("audit", "drop", "--yes", "--as", "privacy-engineer", "--json")
    assert (said.code, said.json["error"]["rule"]) == (5, "RETAIN-02")


BOUND = """  shop-examiner: {roles: [examiner], domains: [shop]}
  bakery-examiner: {roles: [examiner], domains: [bakery]}
  bakery-platform: {roles: [platform], domains: [bakery]}
"""


def test_who_examines_some_domains_is_shown_and_proven_what_is_about_those_and_no_more(
    published: Path, mesh: Mesh, tmp_path: Path
) -> None:
    with (published / "governance" / "roles.yaml").open("a") as roles:
        roles.write(BOUND)
    every = mesh("audit", "tail", "-n", "1000", "--json", *AS).json
    about = {one["seq"] for one in every if (one["record"].get("obj") or {}).get("product", "").startswith("shop/")}
    mine = mesh("audit", "tail", "-n", "1000", "--json", "--as", "shop-examiner").json
    assert {one["seq"] for one in mine} == about and len(about) >= 2 and len(every) > len(about)
    assert "Of shop alone" in mesh("audit", "tail", "--as", "shop-examiner").out
    assert mesh("audit", "tail", "--json", "--as", "bakery-examiner").json == []
    one, other, out = (
        str(min(about)),
        str(next(one["seq"] for one in every if one["seq"] not in about)),
        ("--out", str(tmp_path / "p")),
    )
    assert mesh("audit", "prove", one, *out, "--as", "shop-examiner").code == 0
    for who, record in (("bakery-examiner", one), ("shop-examiner", other), ("shop-examiner", "999999")):
        said = mesh("audit", "prove", record, *out, "--as", who, "--json")
        assert (said.code, said.json["error"]["rule"]) == (3, "AUTH-03")
        assert "shop/" not in said.out


def test_who_answers_for_some_domains_neither_takes_the_log_along_nor_changes_it_and_sees_that_they_tried(
    published: Path, mesh: Mesh, tmp_path: Path
) -> None:
    with (published / "governance" / "roles.yaml").open("a") as roles:
        roles.write(BOUND)
    keys = mesh("audit", "key").out
    for command in (("export", str(tmp_path / "e")), ("drop", "--yes"), ("key", "rotate")):
        said = mesh("audit", *command, "--as", "bakery-platform", "--json")
        assert (said.code, said.json["error"]["rule"]) == (3, "AUTH-03"), command
    assert not (tmp_path / "e").exists() and mesh("audit", "key").out == keys
    told = mesh("audit", "tail", "--json", "--as", "bakery-platform").json
    assert [(one["act"], one["phase"], one["reason"], one["who"]) for one in told] == [
        ("sign in", "denied", "AUTH-03", "bakery-platform")
    ] * 3


def test_a_name_that_no_product_knows_is_not_answered_with_nobody_saw_it(published: Path, mesh: Mesh) -> None:
    def asked(what: str) -> tuple[int, bool, str]:
        call = ("audit", "seen", "--subject", "email:ana@example.com", "--what", what, "--as", "privacy-engineer")
        said = mesh(*call, "--json")
        return said.code, said.json["known"], mesh(*call).out

    for known in ("email", "user.contact"):
        code, meant, told = asked(known)
        assert (code, meant) == (0, True) and "on record" in told
    code, meant, told = asked("emial")
    assert (code, meant) == (1, False)
    assert "nothing was looked for" in told and "Did you mean email?" in told and "on record" not in told


def test_days_that_are_none_or_still_to_come_are_not_answered_with_nobody_saw_it(mesh: Mesh) -> None:
    call = ("audit", "seen", "--subject", "email:ana@example.com", "--what", "email", "--as", "privacy-engineer")
    for days, why in (
        (("--from", "2026-02-02", "--until", "2026-02-01"), "no day is between them"),
        (("--from", "2999-01-01", "--until", "2999-01-02"), "nothing is on record yet"),
    ):
        said = mesh(*call, *days)
        assert said.code == 2 and why in said.err and "0 reads" not in said.out
