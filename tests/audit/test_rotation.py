"""New keys for the log: whoever knew the old ones follows to them, nobody else's are taken, and the old ones sign nothing any more."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import select, text

from mesh_platform.audit import AuditLog, tlog
from mesh_platform.audit.export import export
from mesh_platform.audit.leaf import decoded
from mesh_platform.audit.rotating import rotate
from mesh_platform.audit.signing import KEY_FILE, NEXT, ROTATIONS, Signer
from mesh_platform.audit.succession import NotFollowed, Rotation, Succession, fingerprint
from mesh_platform.audit.tlog import Checkpoint, NotProven, SignerKey, leaf_hash, proof_text
from mesh_platform.audit.tree import Tree, head
from mesh_platform.audit.verify import verify
from mesh_platform.audit.witness import Refused
from mesh_platform.errors import CheckFailed, Unavailable
from mesh_platform.state import Database
from mesh_platform.state.tables import audit_leaves
from tests.audit.conftest import ANA, opened, quiet, say
from tests.audit.test_attacks import Scene, named, prepared, scene
from tests.audit.test_witness import Served, request, serving
from tests.processes import processes

__all__ = ["prepared", "scene"]


@pytest.fixture
def log(sqlite: Database, tmp_path: Path) -> Iterator[AuditLog]:
    with quiet(opened(sqlite, tmp_path)) as made:
        say(made, 5)
        made.checkpoint()
        yield made


def test_a_log_goes_on_under_new_keys_and_the_old_ones_are_destroyed(database: Database, tmp_path: Path) -> None:
    with quiet(opened(database, tmp_path)) as log:
        say(log, 3)
        log.checkpoint()
        before, secret = log.signer.verifiers, (tmp_path / "keys" / KEY_FILE).read_bytes()
        old_proof = log.proof(2)[0]
        rotation = rotate(log, ANA)
        say(log, 3)
        log.checkpoint()
        assert log.signer.verifiers == rotation.keys != before and len(log.signer.succession.pairs) == 2
        found = verify(log)
        assert found.ok and found.findings == [] and found.size == found.signed == found.anchored == 9
        assert rotation.index == 4 and rotation.checkpoint.size == 5
        proof = tmp_path / "kept.tlog-proof"
        proof.write_text(old_proof)
        assert verify(log, against=[proof]).ok, "what the old keys signed in their time holds"
        held = b"".join(path.read_bytes() for path in (tmp_path / "keys").iterdir())
        assert not [seed for seed in (json.loads(secret)["ed25519"], json.loads(secret)["ml_dsa_44"]) if seed.encode() in held]
        assert not (tmp_path / "keys" / NEXT).exists()


def test_the_log_says_whose_turn_it_was(log: AuditLog) -> None:
    rotation = rotate(log, ANA)
    with log.database.read() as con:
        said = [decoded(bytes(row.body)) for row in con.execute(select(audit_leaves.c.body).order_by(audit_leaves.c.seq))]
    told = [(one["phase"], one["obj"]["what"]) for one in said if one["act"] == "log key"]
    assert told == [("done", "begun"), ("intent", "keys rotated"), ("done", "keys in force")]
    assert said[rotation.index]["obj"]["keys"] == [key.text for key in rotation.keys]


def test_keys_are_rotated_as_often_as_one_likes(log: AuditLog) -> None:
    for count in (2, 3, 4):
        rotate(log, ANA)
        say(log, 2)
        assert len(log.signer.succession.pairs) == count
    log.checkpoint()
    found = verify(log)
    assert found.ok and found.findings == []


def test_another_process_signs_with_the_new_keys_from_then_on(log: AuditLog, tmp_path: Path) -> None:
    again = Database(tmp_path / "control.db")
    with quiet(opened(again, tmp_path)) as other:
        say(other, 1)
        rotate(log, ANA)
        say(other, 1)
        assert other.checkpoint() is not None and other.signer.verifiers == log.signer.verifiers
        assert verify(other).ok
    again.close()


STEPS = [
    "prepared",
    "written",
    "committed",
    "named",
    "remembered",
    "checkpointed",
    "rotated",
    "destroyed",
    "settled",
    "anchoring",
]


def killed(home: Path, point: str) -> int | None:
    """Status of a process that rotates the keys and is killed at that point."""
    child = processes.Process(target=_rotating, args=(home, point))
    child.start()
    child.join()
    return child.exitcode


def _rotating(home: Path, point: str) -> None:
    os.environ.update(MESH_ENV="test", MESH_FP=f"{point}=kill@1")
    rotate(quiet(opened(Database(home / "control.db"), home)), ANA)


@pytest.mark.kill
def test_a_kill_at_any_step_leaves_a_log_that_verifies_and_can_rotate_again(log: AuditLog, tmp_path: Path) -> None:
    log.close()
    log.database.scrub()
    log.database.close()
    for point in STEPS:
        home = tmp_path / f"home-{point}"
        home.mkdir()
        for each in ("control.db", "keys", "anchor"):
            (shutil.copytree if each != "control.db" else shutil.copy)(tmp_path / each, home / each)
        before = Signer(home / "keys").verifiers
        assert killed(home, f"audit.{point}") == -9, point
        database = Database(home / "control.db")
        with quiet(opened(database, home)) as left:
            assert verify(left).ok, (point, verify(left).bad)
            say(left, 1)
            left.checkpoint()
            if point not in ("prepared", "written"):  # the record that names them stands: that checkpoint ended it
                assert left.signer.verifiers != before and left.signer.held().waiting is None, point
            rotate(left, ANA)
            found = verify(left)
            assert found.ok and found.findings == [], (point, found.findings)
            assert before not in (left.signer.verifiers, left.signer.held().waiting)
        database.close()


def test_the_outsiders_program_follows_the_keys_from_any_that_it_knows(log: AuditLog, tmp_path: Path) -> None:
    pairs = [log.signer.verifiers]
    kept = tmp_path / "kept"
    kept.write_text(log.checkpoint().note)  # type: ignore[union-attr]
    for _ in range(2):
        rotate(log, ANA)
        say(log, 2)
        pairs.append(log.signer.verifiers)
    export(log, tmp_path / "out", [1, 7])
    for number, pair in enumerate(pairs):
        known = tmp_path / f"known-{number}"
        known.write_text("".join(f"{key.text}\n" for key in pair))
        assert outside(tmp_path / "out", "--keys", str(known), "--seen", str(kept))["ok"]
    stranger = tmp_path / "stranger"
    stranger.write_text(Signer.opened(tmp_path / "theirs", new=True, origin="test.example/log").verifiers[0].text + "\n")
    assert outside(tmp_path / "out", "--keys", str(stranger))["first_bad"] == 0


def test_an_export_that_hides_a_rotation_is_found_out_by_who_knows_of_it(log: AuditLog, tmp_path: Path) -> None:
    """The attacker kept the old private keys, and goes on with them where the log left them."""
    log.database.scrub()
    (tmp_path / "kept").write_text(log.checkpoint().note)  # type: ignore[union-attr]
    shutil.copytree(tmp_path / "keys", tmp_path / "stolen")
    shutil.copy(tmp_path / "control.db", tmp_path / "fork.db")
    rotation = rotate(log, ANA)
    known = tmp_path / "known"
    known.write_text(log.signer.succession.text)
    (tmp_path / "fork").mkdir()
    (tmp_path / "stolen").rename(tmp_path / "fork" / "keys")
    fork = Database(tmp_path / "fork.db")
    with quiet(opened(fork, tmp_path / "fork")) as forked:
        say(forked, 9)
        export(forked, tmp_path / "out")
    fork.close()
    assert outside(tmp_path / "out")["ok"], "against itself alone it holds"
    found = outside(tmp_path / "out", "--keys", str(known), "--seen", str(tmp_path / "kept"))
    assert not found["ok"] and found["first_bad"] == rotation.index


def outside(folder: Path, *arguments: str) -> dict[str, object]:
    code = "import runpy, sys; sys.modules['mesh_platform'] = None; sys.argv = sys.argv[1:]; runpy.run_path(sys.argv[0], run_name='__main__')"
    command = [sys.executable, "-I", "-c", code, str(folder / "verify_audit.py"), str(folder), "--json", *arguments]
    found: dict[str, object] = json.loads(subprocess.run(command, capture_output=True, check=False, cwd="/").stdout)
    return found


def test_a_witness_follows_over_http_and_takes_nothing_more_of_the_old_keys(sqlite: Database, tmp_path: Path) -> None:
    with serving(tmp_path / "witness") as served, quiet(opened(sqlite, tmp_path, served.policy)) as log:
        served.witness.trust(log.signer.verifiers[0].text)
        old = log.signer.held().keys
        say(log, 4)
        for _ in range(2):
            rotate(log, ANA)
            say(log, 2)
            made = log.checkpoint()
            assert made is not None and made.witnessed, made
        assert verify(log).ok
        stale = Checkpoint(log.origin, made.size, head_root(log))
        note = f"{stale.text}\n" + old[0].line(stale.text, 0)
        assert served.post(request(log, made.size, note))[0] == 403


def test_a_witness_that_was_away_is_told_of_each_rotation_in_turn(sqlite: Database, tmp_path: Path) -> None:
    with serving(tmp_path / "witness") as served, quiet(opened(sqlite, tmp_path, served.policy)) as log:
        served.witness.trust(log.signer.verifiers[0].text)
        say(log, 3)
        log.checkpoint()
        log.checkpoints.policy = None
        for _ in range(2):
            rotate(log, ANA)
            say(log, 2)
        log.checkpoints.policy = served.policy
        made = log.checkpoint()
        assert made is not None and made.witnessed
        forged_rotations_are_refused(served, log)


def forged_rotations_are_refused(served: Served, log: AuditLog) -> None:
    watched = served.witness.logs
    for text_ in (log.signer.succession.rotations[0].text, "nonsense", forged(log)):
        with pytest.raises(Refused):
            served.witness.rotate(text_)
    assert served.witness.logs == watched


def forged(log: AuditLog) -> str:
    """A rotation of the newest records to keys of the attacker's own, which only these sign."""
    last = log.signer.succession.rotations[-1]
    liars = [SignerKey(log.origin, key.kind, os.urandom(32)) for key in last.keys]
    said = json.loads(last.leaf)
    said["obj"] |= {"keys": [key.verifier.text for key in liars], "code": fingerprint(log.signer.verifiers)}
    leaf = json.dumps(said, sort_keys=True, separators=(",", ":")).encode()
    checkpoint = Checkpoint(log.origin, 1, leaf_hash(leaf))
    note = f"{checkpoint.text}\n" + "".join(key.line(checkpoint.text, 0) for key in liars)
    return proof_text(0, [], note, leaf)


def head_root(log: AuditLog) -> bytes:
    with log.database.read() as con:
        return head(con).root


# Attacks. The scene has 600 records, then a rotation at 600, 20 more, and a second one.


@pytest.fixture
def rotated(scene: Scene) -> Scene:
    with quiet(scene.log()) as log:
        shutil.copytree(scene.root / "keys", scene.root / "keys-first")
        rotate(log, ANA)
        say(log, 20)
        shutil.copytree(scene.root / "keys", scene.root / "keys-second")
        rotate(log, ANA)
        say(log, 5)
        log.checkpoint()
    found = scene.verdict()
    assert found.ok and found.findings == [], found.findings
    return scene


def path_of(scene: Scene) -> Path:
    return scene.root / "keys" / ROTATIONS


def rotations(scene: Scene) -> Succession:
    return Succession.parse(path_of(scene).read_text())


def without_the_old_signature(scene: Scene) -> int:
    held = rotations(scene)
    last = held.rotations[-1]
    old = {key.id for key in held.pairs[-2]}
    head_, lines = last.note.rsplit("\n\n", 1)
    kept = [line for line in lines.splitlines(keepends=True) if tlog.decoded(line.split(" ")[2].strip())[:4] not in old]
    text_ = last.text.replace(last.note, f"{head_}\n\n{''.join(kept)}")
    path_of(scene).write_text(held.text.replace(last.text, text_))
    return last.index


def a_rotation_left_out(scene: Scene) -> int:
    held = rotations(scene)
    path_of(scene).write_text(held.text.replace(held.rotations[0].text, ""))
    return 0


def damaged(scene: Scene) -> int:
    path_of(scene).write_text(rotations(scene).text.replace("index ", "index 0", 1))
    return 0


def to_keys_of_the_attacker(scene: Scene) -> int:
    """Appended to the real ones, and signed by the new keys alone."""
    with scene.log() as log:
        text_ = forged(log)
    held = rotations(scene)
    path_of(scene).write_text(held.text + text_)
    return held.begun


FORGED: list[Callable[[Scene], int]] = [without_the_old_signature, a_rotation_left_out, damaged, to_keys_of_the_attacker]


@pytest.mark.parametrize("anchored", [True, False], ids=["anchored", "not anchored"])
@pytest.mark.parametrize("forge", FORGED, ids=lambda one: one.__name__)
def test_a_forged_rotation_is_named(rotated: Scene, forge: Callable[[Scene], int], anchored: bool) -> None:
    first = forge(rotated)
    if not anchored:
        shutil.rmtree(rotated.root / "anchor")
    named(rotated.verdict(), "AUDIT-07", first)
    with quiet(rotated.log()) as log:
        say(log, 1)
        with pytest.raises((Unavailable, CheckFailed)):
            log.checkpoint()


@pytest.mark.parametrize("anchored", [True, False], ids=["anchored", "not anchored"])
def test_a_rotation_that_was_taken_out_is_named_by_the_record_that_new_keys_are_in_force(rotated: Scene, anchored: bool) -> None:
    removed = rotations(rotated).rotations[-1]
    for name in (KEY_FILE, ROTATIONS):
        shutil.copy(rotated.root / "keys-second" / name, rotated.root / "keys" / name)
    if not anchored:
        shutil.rmtree(rotated.root / "anchor")
    found = rotated.verdict()
    assert not found.ok and found.first_bad is not None
    assert found.first_bad.rule == "AUDIT-07" and removed.index <= (found.first_bad.first or 0) <= removed.checkpoint.size


def test_a_checkpoint_of_old_keys_beyond_their_end_is_named(rotated: Scene) -> None:
    """The attacker stole the first keys before they were destroyed."""
    old = Signer(rotated.root / "keys-first")
    with rotated.database.write() as con:
        now = head(con)
        con.execute(text("DELETE FROM audit_checkpoints WHERE size = :size"), {"size": now.size})
        said = Checkpoint(old.origin, now.size, now.root)
        note = f"{said.text}\n" + "".join(key.line(said.text, 1) for key in old.held().keys)
        row = {"size": now.size, "note": note, "at": "2026-01-01T00:00:00.000000Z"}
        con.execute(text("INSERT INTO audit_checkpoints VALUES (:size, :note, :at)"), row)
    found = rotated.verdict()
    assert not found.ok and found.first_bad is not None and found.first_bad.rule == "AUDIT-07"
    assert (found.first_bad.first or 0) >= rotations(rotated).rotations[-1].checkpoint.size
    kept = rotated.root / "kept"
    kept.write_text(note)
    assert not rotated.verdict(against=[kept]).ok
    with pytest.raises(NotProven, match="whose time it is not"):
        rotations(rotated).signed(note)


@pytest.mark.parametrize("which", [0, 1])
def test_a_rotations_record_that_is_gone_or_changed_is_named(rotated: Scene, which: int) -> None:
    index = rotations(rotated).rotations[which].index
    rotated.change(f"UPDATE audit_leaves SET body = replace(CAST(body AS TEXT), 'intent', 'denied') WHERE seq = {index}")
    named(rotated.verdict(), "AUDIT-01", index)
    rotated.change(f"DELETE FROM audit_leaves WHERE seq = {index}")
    named(rotated.verdict(), "AUDIT-02", index)


def test_older_keys_from_a_backup_sign_nothing_where_the_anchor_knows_newer_ones(rotated: Scene) -> None:
    shutil.rmtree(rotated.root / "keys")
    (rotated.root / "keys-first").rename(rotated.root / "keys")
    with rotated.log() as log, pytest.raises(CheckFailed, match="AUDIT-14"):
        say(log, 1)
        log.checkpoint()


def test_a_rotation_that_nobody_carried_out_is_a_warning(log: AuditLog, tmp_path: Path) -> None:
    log.close()
    assert killed(tmp_path, "audit.named") == -9
    (tmp_path / "keys" / NEXT).unlink()
    with quiet(opened(log.database, tmp_path)) as left:
        left.checkpoint()
        found = verify(left)
        assert found.ok and [finding.rule for finding in found.findings] == ["AUDIT-23"]
        rotate(left, ANA)
        found = verify(left)
        assert found.ok and found.findings == []


def test_a_succession_says_what_it_was_made_of_and_refuses_what_does_not_follow(log: AuditLog) -> None:
    for _ in range(2):
        rotate(log, ANA)
    held = log.signer.succession
    assert Succession.parse(held.text) == held and held.parted(Succession(held.first)) is None
    first, second = held.rotations
    with pytest.raises(NotFollowed):
        Succession(held.first).then(second.text)
    with pytest.raises(NotFollowed):
        held.then(first.text)
    assert Succession(held.first).then(first.text).joined(held) == held
    for broken in ("", "nonsense\n", held.text[:-40], held.text.replace("index", "indes")):
        with pytest.raises(NotProven):
            Succession.parse(broken)
    with pytest.raises(NotProven):
        Rotation.parse(proof_text(0, [], log.checkpoint().note, b"{}"))  # type: ignore[union-attr]
    with log.database.read() as con:
        assert Tree(con, second.checkpoint.size).root() == second.checkpoint.root
