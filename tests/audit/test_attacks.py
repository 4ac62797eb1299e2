"""The twelve attacks on an audit log: whoever has the database, and more, changes it; verification says so and names the first bad record."""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import Connection, select, text

from mesh_platform.audit import Act, AuditLog, Personal, Phase, tlog, tree
from mesh_platform.audit.export import export
from mesh_platform.audit.quorum import Policy, Witness
from mesh_platform.audit.signing import KEY_FILE, MEMORY, Signer
from mesh_platform.audit.tlog import COSIGNED_ED25519, Checkpoint, SignerKey, encoded
from mesh_platform.audit.verdict import Verdict
from mesh_platform.audit.verify import verify
from mesh_platform.state import Database
from mesh_platform.state.tables import audit_head, audit_leaves, audit_tiles
from tests.audit.conftest import ANA, PRODUCT, opened, quiet, say

SIZE = 600  # two complete tiles and a part of one
PART = Personal({"query": "select 1"}, subject="token-1", domain="sales", region="westeurope")


@dataclass(frozen=True)
class Scene:
    """A log of SIZE records under a checkpoint, and another one at 300."""

    database: Database
    root: Path

    def log(self, policy: Policy | None = None) -> AuditLog:
        return opened(self.database, self.root, policy)

    def verdict(self, **more: object) -> Verdict:
        return verify(self.log(), **more)  # type: ignore[arg-type]

    def change(self, *statements: str) -> None:
        with self.database.write() as con:
            for statement in statements:
                con.execute(text(statement))

    def rebuild(self) -> None:
        """Head, tiles and hashes, made anew of the bodies that stand now: what a careful attacker does."""
        with self.database.write() as con:
            rebuild(con)

    @property
    def anchor(self) -> Path:
        return self.root / "anchor" / "test.example_log"


def rebuild(con: Connection) -> None:
    rows = con.execute(select(audit_leaves.c.eid, audit_leaves.c.body).order_by(audit_leaves.c.seq)).all()
    for table in (audit_leaves, audit_tiles, audit_head):
        con.execute(table.delete())
    tree.append(con, [(row.eid, bytes(row.body)) for row in rows])


def renumber(con: Connection, low: int, by: int) -> None:
    con.execute(text(f"UPDATE audit_leaves SET seq = -seq - 1 WHERE seq >= {low}"))
    con.execute(text(f"UPDATE audit_leaves SET seq = -seq - 1 + ({by}) WHERE seq < 0"))


@pytest.fixture(scope="module")
def prepared(migrated_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Made once and copied, as a home may be."""
    root = tmp_path_factory.mktemp("scene")
    shutil.copy(migrated_file, root / "control.db")
    database = Database(root / "control.db")
    with quiet(opened(database, root)) as log:
        say(log, 297)
        for _ in range(2):
            log.record(Act.READ, Phase.DONE, ANA, PRODUCT, personal=PART)
        log.checkpoint()
        shutil.copytree(root / "keys", root / "keys-300")
        with database.read() as con:
            assert tree.head(con).size == 300
        say(log, SIZE - 300)
        log.checkpoint()
    database.scrub()
    database.close()
    return root


@pytest.fixture
def scene(prepared: Path, tmp_path: Path) -> Scene:
    root = tmp_path / "scene"
    shutil.copytree(prepared, root)
    return Scene(Database(root / "control.db"), root)


def test_a_log_that_nobody_touched_holds(scene: Scene) -> None:
    found = scene.verdict()
    assert found.ok and found.findings == []
    assert (found.size, found.signed, found.anchored, found.checked["records"], found.checked["sealed"]) == (
        SIZE,
        SIZE,
        SIZE,
        SIZE,
        2,
    )


def named(found: Verdict, rule: str, first: int) -> None:
    assert not found.ok
    assert rule in {finding.rule for finding in found.findings if finding.blocks}, found.findings
    assert found.first_bad is not None and found.first_bad.first == first, found.bad


@pytest.mark.parametrize("seq", [0, 255, 300, 599])
def test_1_a_flipped_byte_is_named(scene: Scene, seq: int) -> None:
    with scene.database.write() as con:
        body = bytes(con.execute(select(audit_leaves.c.body).where(audit_leaves.c.seq == seq)).scalar_one())
        at = body.index(b'"n":') + 4 if b'"n":' in body else len(body) - 3
        flipped = body[:at] + bytes([body[at] ^ 1]) + body[at + 1 :]
        con.execute(audit_leaves.update().where(audit_leaves.c.seq == seq).values(body=flipped))
    named(scene.verdict(), "AUDIT-01", seq)


def test_1_a_flipped_byte_whose_hash_was_made_anew_is_named_too(scene: Scene) -> None:
    with scene.database.write() as con:
        forged = b'{"eid":"%s"}' % con.execute(select(audit_leaves.c.eid).where(audit_leaves.c.seq == 77)).scalar_one().encode()
        con.execute(audit_leaves.update().where(audit_leaves.c.seq == 77).values(body=forged, hash=tlog.leaf_hash(forged)))
    named(scene.verdict(), "AUDIT-04", 77)


@pytest.mark.parametrize("seq", [0, 128, 599])
def test_2_a_deleted_record_is_named(scene: Scene, seq: int) -> None:
    scene.change(f"DELETE FROM audit_leaves WHERE seq = {seq}")
    named(scene.verdict(), "AUDIT-02", seq)


def test_3_a_record_put_at_the_end_is_named(scene: Scene) -> None:
    scene.change(f"INSERT INTO audit_leaves VALUES ({SIZE}, 'forged', x'7b7d', x'00')")
    named(scene.verdict(), "AUDIT-03", SIZE)


@pytest.mark.parametrize("seq", [10, 590])
def test_3_a_record_put_between_others_is_named(scene: Scene, seq: int) -> None:
    with scene.database.write() as con:
        renumber(con, seq, 1)
        body = b'{"eid":"forged"}'
        con.execute(audit_leaves.insert(), {"seq": seq, "eid": "forged", "body": body, "hash": tlog.leaf_hash(body)})
    named(scene.verdict(), "AUDIT-04", seq)


@pytest.mark.parametrize("seq", [40, 597])
def test_4_two_records_in_the_other_order_are_named(scene: Scene, seq: int) -> None:
    scene.change(
        f"UPDATE audit_leaves SET seq = -1 WHERE seq = {seq}",
        f"UPDATE audit_leaves SET seq = {seq} WHERE seq = {seq + 1}",
        f"UPDATE audit_leaves SET seq = {seq + 1} WHERE seq = -1",
    )
    named(scene.verdict(), "AUDIT-04", seq)


def test_5_an_end_that_was_cut_off_is_named(scene: Scene) -> None:
    scene.change("DELETE FROM audit_leaves WHERE seq >= 550", "DELETE FROM audit_checkpoints WHERE size > 550")
    scene.rebuild()
    named(scene.verdict(), "AUDIT-05", 550)


def test_6_a_log_that_was_written_anew_and_signed_again_is_named_by_its_anchor(scene: Scene) -> None:
    """The attacker has the database, the log's private keys and the signer's memory."""
    with scene.database.write() as con:
        con.execute(audit_leaves.update().where(audit_leaves.c.seq == 400).values(body=forged_like(con, 400)))
        rebuild(con)
        con.execute(text("DELETE FROM audit_checkpoints"))
    (scene.root / "keys" / MEMORY).unlink()
    sign_again(scene)
    found = scene.verdict()
    named(found, "AUDIT-04", 400)
    assert found.first_bad is not None and found.first_bad.last is None


def test_6_without_the_anchors_hashes_the_records_are_named_as_a_span(scene: Scene) -> None:
    """All that is left is the checkpoints: what lies between the last that holds and the first that does not."""
    with scene.database.write() as con:
        con.execute(audit_leaves.update().where(audit_leaves.c.seq == 400).values(body=forged_like(con, 400)))
        rebuild(con)
    shutil.rmtree(scene.root / "anchor")
    found = scene.verdict()
    named(found, "AUDIT-06", 300)
    assert found.first_bad is not None and found.first_bad.last == SIZE - 1


def forged_like(con: Connection, seq: int) -> bytes:
    body = bytes(con.execute(select(audit_leaves.c.body).where(audit_leaves.c.seq == seq)).scalar_one())
    return body.replace(b'"dec":"allow"', b'"dec":"other"')


def sign_again(scene: Scene) -> None:
    signer = Signer(scene.root / "keys")
    with scene.database.write() as con:
        now = tree.head(con)
        note = signer.sign(Checkpoint(signer.origin, now.size, now.root), [], 1_800_000_000)
        con.execute(text("DELETE FROM audit_checkpoints WHERE size = :size"), {"size": now.size})
        row = {"size": now.size, "note": note, "at": "2026-01-01T00:00:00.000000Z"}
        con.execute(text("INSERT INTO audit_checkpoints VALUES (:size, :note, :at)"), row)


def test_7_a_fork_is_named_by_the_checkpoint_that_somebody_else_was_shown(scene: Scene) -> None:
    """The log shows an auditor one history and the others another, both signed; each alone is in order."""
    shutil.copytree(scene.root, scene.root.parent / "fork")
    fork = Scene(Database(scene.root.parent / "fork" / "control.db"), scene.root.parent / "fork")
    at_600 = shutil.copy(scene.anchor / "checkpoint", scene.root.parent / "at-600")
    for each, count in ((scene, 5), (fork, 7)):
        with each.log() as log:
            say(log, count)
            log.checkpoint()
    kept, proof, copy = (scene.root.parent / name for name in ("kept", "their.tlog-proof", "export"))
    shutil.copy(fork.anchor / "checkpoint", kept)
    with fork.log() as log:
        proof.write_text(log.proof(3)[0])
        export(log, copy)
    with scene.log() as log:
        say(log, 4)
        log.checkpoint()
    assert fork.verdict().ok and scene.verdict().ok
    named(scene.verdict(against=[kept]), "AUDIT-06", 0)
    named(scene.verdict(against=[proof]), "AUDIT-06", 0)
    named(scene.verdict(against=[proof, at_600]), "AUDIT-06", SIZE)
    found = scene.verdict(against=[copy])
    named(found, "AUDIT-04", SIZE)
    assert found.first_bad is not None and found.first_bad.last is None


def test_8_a_stale_checkpoint_in_the_place_of_the_newest_is_named(scene: Scene) -> None:
    scene.change("DELETE FROM audit_checkpoints WHERE size > 300")
    named(scene.verdict(), "AUDIT-05", 300)


def test_9_a_database_from_a_backup_is_named_by_what_the_signer_remembers(scene: Scene) -> None:
    roll_back(scene)
    shutil.rmtree(scene.root / "anchor")
    named(scene.verdict(), "AUDIT-05", 300)


def test_9_a_whole_home_from_a_backup_is_named_by_its_anchor(scene: Scene) -> None:
    roll_back(scene)
    shutil.rmtree(scene.root / "keys")
    (scene.root / "keys-300").rename(scene.root / "keys")
    named(scene.verdict(), "AUDIT-05", 300)


def roll_back(scene: Scene) -> None:
    scene.change("DELETE FROM audit_leaves WHERE seq >= 300", "DELETE FROM audit_checkpoints WHERE size > 300")
    scene.rebuild()


@pytest.mark.parametrize("forge", ["its name", "its key's id"])
def test_10_a_forged_cosignature_is_named(scene: Scene, forge: str) -> None:
    real = SignerKey("witness.example/w1", COSIGNED_ED25519, os.urandom(32))
    liar = SignerKey("witness.example/w1", COSIGNED_ED25519, os.urandom(32))
    policy = Policy(witnesses={"w1": Witness("w1", real.verifier)}, quorum="w1")
    with scene.database.write() as con:
        note = con.execute(text(f"SELECT note FROM audit_checkpoints WHERE size = {SIZE}")).scalar_one()
        line = liar.line(tlog.noted(note).text, 1_800_000_000)
        if forge == "its key's id":
            raw = real.verifier.id + tlog.decoded(line.split(" ")[2].strip())[4:]
            line = f"\u2014 witness.example/w1 {encoded(raw)}\n"
        con.execute(text(f"UPDATE audit_checkpoints SET note = :note WHERE size = {SIZE}"), {"note": note + line})
    named(verify(scene.log(policy), ask=False), "AUDIT-08", 300)


def test_10_a_missing_witness_is_a_warning(scene: Scene) -> None:
    policy = Policy(witnesses={"w1": Witness("w1", SignerKey("w1", COSIGNED_ED25519, os.urandom(32)).verifier)}, quorum="w1")
    found = verify(scene.log(policy), ask=False)
    assert found.ok and [finding.rule for finding in found.findings] == ["AUDIT-11"] and found.quorum is False


def test_11_exchanged_keys_are_named(scene: Scene) -> None:
    """A key of the attacker's own under the log's name, and the newest checkpoint signed with it."""
    path = scene.root / "keys" / KEY_FILE
    said = json.loads(path.read_text()) | {"ed25519": encoded(os.urandom(32)), "ml_dsa_44": encoded(os.urandom(32))}
    path.write_text(json.dumps(said))
    named(scene.verdict(), "AUDIT-07", 0)
    sign_again(scene)
    named(scene.verdict(), "AUDIT-07", 0)
    shutil.rmtree(scene.root / "anchor")
    named(scene.verdict(), "AUDIT-07", 0)


def test_12_sealed_parts_that_were_exchanged_are_named(scene: Scene) -> None:
    first, second = sealed(scene)
    scene.change(
        f"UPDATE audit_private SET eid = 'other' WHERE eid = '{first}'",
        f"UPDATE audit_private SET eid = '{first}' WHERE eid = '{second}'",
        f"UPDATE audit_private SET eid = '{second}' WHERE eid = 'other'",
    )
    named(scene.verdict(), "AUDIT-09", 298)


def test_12_a_sealed_part_that_was_made_anew_is_named(scene: Scene) -> None:
    """The attacker holds the person's key and seals something else for the same record."""
    _, second = sealed(scene)
    _, row = scene.log().sealer.seal(second, Personal({"query": "nothing"}, "token-1", "sales", "westeurope"))
    with scene.database.write() as con:
        con.execute(text(f"DELETE FROM audit_private WHERE eid = '{second}'"))
        con.execute(text("INSERT INTO audit_private VALUES (:eid, :key, :nonce, :sealed)"), row)
    named(scene.verdict(), "AUDIT-09", 299)


def test_12_a_sealed_part_that_is_gone_without_a_word_is_told(scene: Scene) -> None:
    scene.change("DELETE FROM audit_private")
    found = scene.verdict()
    assert not found.ok and found.first_bad is None and [bad.rule for bad in found.bad] == ["AUDIT-09"]


def sealed(scene: Scene) -> list[str]:
    with scene.database.read() as con:
        return [row.eid for row in con.execute(text("SELECT eid FROM audit_private ORDER BY eid"))]


def test_a_damaged_anchor_is_told(scene: Scene) -> None:
    path = scene.anchor / "checkpoint"
    path.write_text(path.read_text().replace(f"\n{SIZE}\n", "\n12\n"))
    named(scene.verdict(), "AUDIT-07", 0)


def test_a_tile_that_was_changed_is_told_since_its_proofs_do_not_hold(scene: Scene) -> None:
    scene.change("UPDATE audit_tiles SET nodes = zeroblob(16352) WHERE position = 1")
    found = scene.verdict()
    named(found, "AUDIT-04", 256)
