"""Whoever may write to the control database and holds no key of the log: records that they add are signed for like any other, and tell nothing of the log itself."""

from __future__ import annotations

import json
import os
import sqlite3
import time
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from mesh_platform.audit import Act, AuditLog, Phase, tree
from mesh_platform.audit.dropping import drop_bodies
from mesh_platform.audit.export import export
from mesh_platform.audit.leaf import Record, What, Who, new_eid
from mesh_platform.audit.outsider import DROPPED
from mesh_platform.audit.rotating import rotate
from mesh_platform.audit.succession import ROTATED, fingerprint
from mesh_platform.audit.tlog import COSIGNED_ED25519, NotProven, SignerKey, proof_text
from mesh_platform.audit.tree import Tree
from mesh_platform.audit.verify import verify
from mesh_platform.audit.witness import Refused
from mesh_platform.errors import CheckFailed
from mesh_platform.state import Database
from tests.audit.conftest import ANA, opened, quiet, say
from tests.audit.test_attacks import Scene, prepared, scene
from tests.audit.test_dropping import bodies, long, now, outsider
from tests.audit.test_rotation import outside
from tests.audit.test_witness import serving

__all__ = ["long", "prepared", "scene"]


def slipped_in(log: AuditLog, act: Act, obj: What, n: int | None = None, phase: Phase = Phase.DONE) -> tuple[int, bytes]:
    """A record that the database's administrator adds, well made; the platform signs the next checkpoint over it. Its place and bytes."""
    eid = new_eid()
    body = Record(eid, time.time_ns() // 1_000, act, phase, Who("mesh"), obj, n=n).encoded()
    with log.database.write() as con:
        seq = tree.append(con, [(eid, body)])[0]
    log.checkpoint()
    return seq, body


def forged_rotation(log: AuditLog) -> str:
    """A rotation to keys of the administrator's own, over a checkpoint that the log signed without knowing for what."""
    liars = [SignerKey(log.origin, key.kind, os.urandom(32)) for key in log.signer.verifiers]
    keys = tuple(key.verifier.text for key in liars)
    seq, body = slipped_in(
        log, Act.LOG_KEY, What(what=ROTATED, code=fingerprint(log.signer.verifiers), keys=keys), phase=Phase.INTENT
    )
    made = log.checkpoint()
    assert made is not None
    text_ = made.note.partition("\n\n")[0] + "\n"
    with log.database.read() as con:
        path = Tree(con, made.size).inclusion(seq)
    return proof_text(seq, path, made.note + "".join(key.line(text_, 1) for key in liars), body)


def test_a_checkpoint_over_a_record_that_somebody_slipped_in_hands_the_log_over_to_nobody(
    sqlite: Database, tmp_path: Path
) -> None:
    with quiet(opened(sqlite, tmp_path)) as log:
        say(log, 3)
        log.checkpoint()
        known, forged = tmp_path / "known", forged_rotation(log)
        known.write_text("".join(f"{key.text}\n" for key in log.signer.verifiers))
        with pytest.raises(NotProven):
            log.signer.succession.then(forged)
        export(log, tmp_path / "out")
        (tmp_path / "out" / "keys").write_text(known.read_text() + forged)
        assert not outside(tmp_path / "out", "--keys", str(known))["ok"]


def test_a_witness_does_not_follow_to_keys_that_the_log_did_not_sign_over_to(sqlite: Database, tmp_path: Path) -> None:
    with serving(tmp_path / "witness") as served, quiet(opened(sqlite, tmp_path, served.policy)) as log:
        for key in log.signer.verifiers:
            served.witness.trust(key.text)
        say(log, 3)
        forged, watched = forged_rotation(log), served.witness.logs
        with pytest.raises(Refused):
            served.witness.rotate(forged)
        assert served.witness.logs == watched
        rotate(log, ANA)
        say(log, 1)
        made = log.checkpoint()
        assert made is not None and made.witnessed


@pytest.mark.parametrize("signed", [False, True], ids=["unsigned", "signed for another record"])
def test_a_drop_that_the_log_did_not_sign_for_excuses_no_body_that_is_gone(long: AuditLog, tmp_path: Path, signed: bool) -> None:
    about = What(what=DROPPED, code=fingerprint(long.signer.succession.first))
    if signed:
        drop_bodies(long, now() + timedelta(minutes=1), ANA)
        with long.database.read() as con:
            real = json.loads(tree.body(con, tree.head(con).size - 1) or b"")["obj"]
        about = replace(about, signed=tuple(real["signed"]))
    with long.database.read() as con:
        size = tree.head(con).size
    slipped_in(long, Act.RETENTION, about, n=size)
    with long.database.write() as con:
        con.execute(text(f"UPDATE audit_leaves SET body = NULL WHERE seq = {size - 3}"))
    assert verify(long).as_json()["first_bad"] == size - 3
    export(long, tmp_path / "out")
    assert outsider(tmp_path / "out").returncode == 1


def test_a_redaction_that_the_log_did_not_sign_for_excuses_no_sealed_part_that_is_gone(scene: Scene) -> None:
    with quiet(scene.log()) as log:
        slipped_in(log, Act.REDACTED, What(what="sealed parts removed", ref="r-1", subject="token-1"), n=2)
        scene.change("DELETE FROM audit_private")
        found = verify(log)
    assert {bad.rule for bad in found.bad} == {"AUDIT-07", "AUDIT-09"}


def test_a_record_that_was_made_older_is_not_dropped_for_its_age(long: AuditLog) -> None:
    """Its hash stays when its body goes: whoever writes another time into a body would have the platform remove the proof."""
    before = bodies(long)
    with long.database.write() as con:
        con.execute(text("""UPDATE audit_leaves SET body = CAST(replace(CAST(body AS TEXT), '"ts"\\:1', '"ts"\\:') AS BLOB)"""))
    with pytest.raises(CheckFailed, match="AUDIT-01"):
        drop_bodies(long, datetime(2020, 1, 1, tzinfo=UTC), ANA)
    assert bodies(long) == before


def test_a_sealed_part_whose_key_was_removed_is_told(scene: Scene) -> None:
    with closing(
        sqlite3.connect(scene.root / "control.db", isolation_level=None)
    ) as con:  # as an administrator does, without foreign keys
        con.execute("DELETE FROM audit_subject_keys")
    assert [bad.rule for bad in scene.verdict().bad] == ["AUDIT-09"]


def test_witnesses_that_whoever_made_the_export_invented_do_not_stand_for_those_that_one_knows(
    log: AuditLog, tmp_path: Path
) -> None:
    say(log, 3)
    export(log, tmp_path / "out")
    real, liar = (SignerKey("witness.example/w1", COSIGNED_ED25519, os.urandom(32)) for _ in range(2))
    policies = {key: f"witness w1 {key.verifier.text}\nquorum w1\n" for key in (real, liar)}
    (tmp_path / "known.policy").write_text(policies[real])
    (tmp_path / "out" / "witnesses.policy").write_text(policies[liar])
    note = tmp_path / "out" / "checkpoint"
    text_ = note.read_text().partition("\n\n")[0] + "\n"
    note.write_text(note.read_text() + liar.line(text_, 1))
    assert any("--policy" in warning for warning in outside(tmp_path / "out")["warnings"])  # type: ignore[attr-defined]
    assert not outside(tmp_path / "out", "--policy", str(tmp_path / "known.policy"))["ok"]
    note.write_text(note.read_text().rpartition("\u2014")[0] + real.line(text_, 1))
    assert outside(tmp_path / "out", "--policy", str(tmp_path / "known.policy"))["ok"]
