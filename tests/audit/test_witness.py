"""A witness over real HTTP: it cosigns what continues, and answers everything else as tlog-witness has it."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path

import pytest
from sqlalchemy import text

from mesh_platform.audit import AuditLog
from mesh_platform.audit.alone import WITNESS, alone
from mesh_platform.audit.quorum import Policy, parse_policy
from mesh_platform.audit.tlog import ED25519, Checkpoint, SignerKey, hash_lines, noted, open_note
from mesh_platform.audit.tree import Tree
from mesh_platform.audit.verify import verify
from mesh_platform.audit.witness import Witness, server
from mesh_platform.errors import CheckFailed
from mesh_platform.state import Database
from tests.audit.conftest import opened, quiet, say
from tests.audit.test_attacks import rebuild


@dataclass
class Served:
    """A witness that runs, and its folder."""

    witness: Witness
    folder: Path
    port: int

    @property
    def policy(self) -> Policy:
        return parse_policy(f"witness w1 {self.witness.key.verifier.text} http://127.0.0.1:{self.port}\nquorum w1\n")

    def post(self, body: str | bytes, path: str = "/add-checkpoint") -> tuple[int, str, str]:
        con = HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            con.request("POST", path, body.encode() if isinstance(body, str) else body)
            answer = con.getresponse()
            return answer.status, answer.headers["Content-Type"], answer.read().decode()
        finally:
            con.close()


@contextmanager
def serving(folder: Path) -> Iterator[Served]:
    witness = Witness(folder) if folder.exists() else Witness.new(folder, "witness.example/w1")
    with server(witness, "127.0.0.1", 0) as running:
        thread = threading.Thread(target=running.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield Served(witness, folder, running.server_address[1])
        finally:
            running.shutdown()
            thread.join()


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    with serving(tmp_path / "witness") as one:
        yield one


@pytest.fixture
def log(sqlite: Database, tmp_path: Path, served: Served) -> Iterator[AuditLog]:
    """A log of 41 records whose key the witness trusts."""
    with quiet(opened(sqlite, tmp_path, served.policy)) as made:
        served.witness.trust(made.signer.verifiers[0].text)
        say(made, 40)
        yield made


def request(log: AuditLog, old: int, note: str) -> str:
    with log.database.read() as con:
        proof = Tree(con, noted(note).size).consistency(old)
    return f"old {old}\n{hash_lines(proof)}\n{note}"


def test_a_checkpoint_is_cosigned_and_the_quorum_met(log: AuditLog, served: Served) -> None:
    made = log.checkpoint()
    assert made is not None and made.witnessed and [answer.state for answer in made.answers] == ["cosigned"]
    say(log, 5)
    found = verify(log) if log.checkpoint() else None
    assert found is not None and found.ok and found.quorum and found.witnesses == ("w1",) and found.findings == []
    assert served.witness.latest(log.origin).size == 46


def test_the_answers_are_those_of_the_protocol(log: AuditLog, served: Served) -> None:
    note = log.checkpoint().note  # type: ignore[union-attr]
    say(log, 3)
    log.policy = log.checkpoints.policy = None
    newer = log.checkpoint().note  # type: ignore[union-attr]
    assert served.post(request(log, 0, newer)) == (409, "text/x.tlog.size", "41\n")
    assert served.post(request(log, 41, newer).replace("old 41\n", "old 41\n" + hash_lines([bytes(32)])))[0] == 422
    assert served.post(f"old 50\n\n{newer}")[:2] == (400, "text/plain")
    assert served.post(request(log, 41, newer).replace("old 41", "old 041"))[0] == 400
    assert served.post("nonsense")[0] == 400 and served.post(b"\xff\xfe")[0] == 400
    assert served.post(request(log, 41, newer), "/other")[0] == 404
    stranger = SignerKey(log.origin, ED25519, bytes(32))
    text_ = noted(newer).text
    assert served.post(f"old 41\n\n{text_}\n{stranger.line(text_, 0)}")[0] == 403
    unknown = Checkpoint("elsewhere.example", 1, bytes(32)).text
    assert served.post(f"old 0\n\n{unknown}\n{stranger.line(unknown, 0)}")[0] == 404
    status, _, lines = served.post(request(log, 41, newer))
    assert status == 200
    assert open_note(f"{noted(newer).text}\n{lines}", [served.witness.key.verifier])[1]
    assert served.post(request(log, 44, newer))[0] == 200, "the same checkpoint once more is cosigned once more"
    assert served.post(request(log, 41, note))[:3] == (409, "text/x.tlog.size", "44\n")


def test_two_histories_of_one_size_are_never_both_cosigned(log: AuditLog, served: Served, tmp_path: Path) -> None:
    log.checkpoint()
    said = Checkpoint(log.origin, 41, bytes(32)).text
    forged = f"{said}\n" + "".join(key.line(said, 0) for key in log.signer.held().keys)
    assert served.post(f"old 41\n\n{forged}") == (409, "text/x.tlog.size", "41\n")
    assert served.witness.latest(log.origin).root != bytes(32)


def forget(folder: Path) -> None:
    """Remove what the signer remembers and what stands at the anchor."""
    (folder / "keys" / "audit-log.signed").unlink()
    for path in (folder / "anchor").rglob("*"):
        if path.is_file():
            path.unlink()


def test_a_log_that_was_written_anew_behind_the_witness_is_found_out(log: AuditLog, served: Served, tmp_path: Path) -> None:
    """The attacker has database, keys, memory and anchor; what remains is the witness."""
    log.checkpoint()
    with log.database.write() as con:
        con.execute(text("UPDATE audit_leaves SET body = replace(CAST(body AS TEXT), 'allow', 'other') WHERE seq = 7"))
        con.execute(text("UPDATE audit_leaves SET body = CAST(body AS BLOB)"))
        rebuild(con)
        con.execute(text("DELETE FROM audit_checkpoints"))
    forget(tmp_path)
    with quiet(opened(log.database, tmp_path, served.policy)) as again:
        with pytest.raises(CheckFailed, match="AUDIT-14"):
            again.checkpoint()
        found = verify(again)
        assert not found.ok and found.first_bad is not None and (found.first_bad.first, found.first_bad.last) == (0, 40)
        assert [bad.rule for bad in found.bad] == ["AUDIT-06"]


def test_an_end_that_was_cut_off_behind_the_witness_is_found_out(log: AuditLog, served: Served, tmp_path: Path) -> None:
    log.checkpoint()
    with log.database.write() as con:
        con.execute(text("DELETE FROM audit_leaves WHERE seq >= 30"))
        rebuild(con)
        con.execute(text("DELETE FROM audit_checkpoints"))
    forget(tmp_path)
    with quiet(opened(log.database, tmp_path, served.policy)) as again:
        with pytest.raises(CheckFailed, match="AUDIT-14"):
            again.checkpoint()
        found = verify(again)
    assert (
        not found.ok
        and found.first_bad is not None
        and found.first_bad.first == 30
        and "AUDIT-05" in {bad.rule for bad in found.bad}
    )


def test_a_witness_that_is_away_stops_nothing_and_is_a_warning(sqlite: Database, tmp_path: Path) -> None:
    key = Witness.new(tmp_path / "away", "witness.example/w1").key.verifier.text
    policy = parse_policy(f"witness w1 {key} http://127.0.0.1:9\nquorum w1\n")
    with quiet(opened(sqlite, tmp_path, policy)) as log:
        say(log, 3)
        made = log.checkpoint()
        assert made is not None and not made.witnessed and [answer.state for answer in made.answers] == ["silent"]
        found = verify(log)
        assert found.ok and [finding.rule for finding in found.findings] == ["AUDIT-11"]


def test_a_witness_remembers_over_a_restart(log: AuditLog, served: Served, tmp_path: Path) -> None:
    note = log.checkpoint().note  # type: ignore[union-attr]
    with serving(served.folder) as again:
        assert again.post(request(log, 0, note)) == (409, "text/x.tlog.size", "41\n")


def test_the_witness_runs_as_one_file_without_the_platform(log: AuditLog, tmp_path: Path) -> None:
    file, folder = tmp_path / "mesh_witness.py", tmp_path / "alone"
    file.write_text(alone(WITNESS), encoding="utf-8")
    code = "import runpy, sys; sys.modules['mesh_platform'] = None; sys.argv = sys.argv[1:]; runpy.run_path(sys.argv[0], run_name='__main__')"
    command = [sys.executable, "-I", "-c", code, str(file)]
    subprocess.run([*command, "new", str(folder), "--name", "w.example"], check=True, capture_output=True, cwd="/")
    subprocess.run([*command, "trust", str(folder), log.signer.verifiers[0].text], check=True, capture_output=True, cwd="/")
    running = subprocess.Popen([*command, "serve", str(folder), "--port", "0"], stdout=subprocess.PIPE, text=True, cwd="/")
    try:
        assert running.stdout is not None
        key, address = running.stdout.readline().strip(), running.stdout.readline().strip()
        policy = parse_policy(f"witness w {key} {address}\nquorum w\n")
        log.policy = log.checkpoints.policy = policy
        made = log.checkpoint()
        assert made is not None and made.witnessed
    finally:
        running.kill()
        running.wait()
    assert json.loads((folder / "witness.key").read_text())["name"] == "w.example"
