"""Records: durable before anything follows, once each, without a person's name, and taken back for a person without breaking the log."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest
from sqlalchemy import func, select, text

from mesh_platform import failpoints
from mesh_platform.audit import Act, AuditLog, Personal, Phase, What, commits
from mesh_platform.audit.reading import newest_records
from mesh_platform.audit.signing import Signer
from mesh_platform.audit.succession import fingerprint
from mesh_platform.audit.tlog import included, leaf_hash, noted, open_note, parse_proof
from mesh_platform.audit.tree import head
from mesh_platform.audit.verify import verify
from mesh_platform.errors import CheckFailed, NotFound, Unavailable, UsageProblem
from mesh_platform.state import CommitUnknown, Database
from mesh_platform.state.errors import commit_unknown
from mesh_platform.state.tables import audit_leaves, audit_private
from tests.audit.conftest import ANA, PRODUCT, opened, quiet, say

SECRET = Personal({"query": "select * where name = 'Zebulon'"}, subject="token-1", domain="sales", region="westeurope")


def bodies(log: AuditLog) -> list[bytes]:
    log.checkpoint()
    with log.database.read() as con:
        return [bytes(row.body) for row in con.execute(select(audit_leaves.c.body).order_by(audit_leaves.c.seq))]


def test_a_record_stands_when_the_call_returns(log: AuditLog) -> None:
    receipt = log.record(Act.GATE, Phase.DONE, ANA, PRODUCT, "open", "CORE-02", 3)
    again = Database(log.database._driver.engine.url.render_as_string(hide_password=False))
    with opened_beside(again, log) as other:
        assert other.seq_of(receipt.eid) == 1
    again.close()


def opened_beside(database: Database, log: AuditLog) -> AuditLog:
    return AuditLog(database, log.sealer._keys, log.signer)


def test_the_first_record_names_the_keys_that_sign_the_log(log: AuditLog) -> None:
    say(log)
    first = bodies(log)[0]
    assert b'"act":"log key"' in first and fingerprint(log.signer.verifiers).encode() in first


def test_no_record_holds_the_name_of_who_acted(log: AuditLog) -> None:
    say(log, 3)
    assert not [body for body in bodies(log) if b"ana" in body or b"lopez" in body]
    told = newest_records(log.database, 1)[0]
    assert (told.who, told.behind, told.about, told.n) == ("ana", "ana.lopez", "sales/orders@1.0.0", 2)


def test_whose_mapping_goes_is_a_random_token_from_then_on(log: AuditLog) -> None:
    say(log)
    bodies(log)
    with log.database.write() as con:
        con.execute(text("DELETE FROM audit_actors WHERE name = 'ana.lopez'"))
    behind = newest_records(log.database, 1)[0].behind
    assert behind and len(behind) == 24 and verify(log).ok


def test_the_same_act_under_the_same_key_is_one_record(log: AuditLog) -> None:
    first = log.record(Act.GATE, Phase.DONE, ANA, PRODUCT, key="publication-1")
    second = log.record(Act.GATE, Phase.DONE, ANA, PRODUCT, key="publication-1")
    assert first.eid == second.eid and log.seq_of(first.eid) == 1
    assert len(bodies(log)) == 2


def test_records_of_many_threads_share_batches_and_lose_none(log: AuditLog) -> None:
    threads = [threading.Thread(target=say, args=(log, 20)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(bodies(log)) == 161
    assert verify(log).ok


def test_what_nobody_waits_for_stands_within_a_moment(log: AuditLog) -> None:
    receipt = log.record(Act.READ, Phase.DONE, ANA, PRODUCT, durable=False)
    assert receipt.seq is None
    deadline = time.monotonic() + 5
    while True:
        try:
            assert log.seq_of(receipt.eid) == 1
            return
        except NotFound:
            assert time.monotonic() < deadline
            time.sleep(commits.LINGER)


def test_closing_writes_what_waits(database: Database, tmp_path: Path) -> None:
    log = opened(database, tmp_path)
    for _ in range(5):
        log.record(Act.READ, Phase.DONE, ANA, PRODUCT, durable=False)
    log.close()
    assert len(bodies(log)) == 6
    with pytest.raises(Unavailable, match="AUDIT-12"):
        say(log)


def test_a_record_that_does_not_stand_is_an_error(log: AuditLog, monkeypatch: pytest.MonkeyPatch) -> None:
    say(log)
    monkeypatch.setenv("MESH_ENV", "test")
    monkeypatch.setenv("MESH_FP", "audit.written=errno:EIO@1")
    monkeypatch.setattr(failpoints, "_hits", {})
    with pytest.raises(Unavailable, match="AUDIT-12"):
        say(log)
    monkeypatch.delenv("MESH_FP")
    say(log)
    assert len(bodies(log)) == 3 and verify(log).ok


def test_a_commit_that_nobody_knows_of_is_looked_up_and_not_repeated(log: AuditLog, monkeypatch: pytest.MonkeyPatch) -> None:
    put, times = commits.Writer._put, []

    def kept_and_unknown(self: commits.Writer, batch: object) -> None:
        times.append(batch)
        put(self, batch)  # type: ignore[arg-type]
        raise CommitUnknown(commit_unknown(DBAPI()).finding)  # type: ignore[arg-type]

    class DBAPI:
        orig = statement = None

    say(log)
    monkeypatch.setattr(commits.Writer, "_put", kept_and_unknown)
    say(log)
    assert len(times) == 1 and len(bodies(log)) == 3


def test_a_commit_that_was_lost_is_repeated(log: AuditLog, monkeypatch: pytest.MonkeyPatch) -> None:
    put, times = commits.Writer._put, []

    class DBAPI:
        orig = statement = None

    def lost_once(self: commits.Writer, batch: object) -> None:
        times.append(batch)
        if len(times) == 1:
            raise CommitUnknown(commit_unknown(DBAPI()).finding)  # type: ignore[arg-type]
        put(self, batch)  # type: ignore[arg-type]

    say(log)
    monkeypatch.setattr(commits.Writer, "_put", lost_once)
    say(log)
    assert len(times) == 2 and len(bodies(log)) == 3


def test_what_is_personal_is_sealed_and_committed_to(log: AuditLog) -> None:
    receipt = log.record(Act.READ, Phase.DONE, ANA, PRODUCT, personal=SECRET)
    assert not [body for body in bodies(log) if b"Zebulon" in body]
    with log.database.read() as con:
        opened = log.sealer.open(con, receipt.eid)
    assert opened is not None and opened[1] == dict(SECRET.payload)
    assert f'"pd":"{opened[0]}"'.encode() in bodies(log)[-1]
    found = verify(log)
    assert found.ok and found.checked["sealed"] == 1


def test_redaction_takes_what_is_personal_and_leaves_every_proof(log: AuditLog) -> None:
    receipt = log.record(Act.READ, Phase.DONE, ANA, PRODUCT, personal=SECRET)
    other = log.record(Act.READ, Phase.DONE, ANA, PRODUCT, personal=Personal({"a": 1}, "token-2", "sales", "westeurope"))
    seq = log.seq_of(receipt.eid)
    log.checkpoint()
    proof, body = log.proof(seq)
    log.redact("token-1", "GDPR-17-1-b", "request-7", ANA)
    assert bodies(log)[seq] == body
    index, path, note, _ = parse_proof(proof)
    assert included(leaf_hash(body), index, noted(note).size, path, noted(note).root)
    with log.database.read() as con:
        assert log.sealer.open(con, receipt.eid) is None and log.sealer.open(con, other.eid) is not None
    found = verify(log)
    assert found.ok and (found.checked["sealed"], found.checked["redacted"]) == (1, 1)
    with pytest.raises(NotFound, match="AUDIT-16"):
        log.redact("token-1", "GDPR-17-1-b", "request-7", ANA)


def test_a_redacted_part_is_in_no_file_of_the_database(sqlite: Database, tmp_path: Path) -> None:
    with opened(sqlite, tmp_path) as log:
        receipt = log.record(Act.READ, Phase.DONE, ANA, PRODUCT, personal=SECRET)
        with sqlite.read() as con:
            row = con.execute(
                select(audit_private.c.sealed, audit_private.c.nonce).where(audit_private.c.eid == receipt.eid)
            ).one()
            [wrapped] = con.execute(text("SELECT wrapped FROM audit_subject_keys")).scalars()
        traces = [bytes(row.sealed)[:24], bytes(row.sealed)[-24:], bytes(wrapped)[-24:]]
        assert any(trace in everywhere(tmp_path) for trace in traces)
        log.redact("token-1", "GDPR-17-1-b", "request-7", ANA)
        assert not [trace for trace in traces if trace in everywhere(tmp_path)]


def everywhere(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.glob("control.db*"))


def test_a_sealed_part_of_a_person_whose_key_was_destroyed_elsewhere_gets_a_new_one(database: Database, tmp_path: Path) -> None:
    with opened(database, tmp_path) as here, opened(database, tmp_path) as there:
        here.record(Act.READ, Phase.DONE, ANA, PRODUCT, personal=SECRET)
        there.redact("token-1", "GDPR-17-1-b", "request-7", ANA)
        with pytest.raises(Unavailable, match="AUDIT-12"):
            here.record(Act.READ, Phase.DONE, ANA, PRODUCT, personal=SECRET)
        here.record(Act.READ, Phase.DONE, ANA, PRODUCT, personal=SECRET)
        here.checkpoint()
        assert verify(here).ok


@pytest.mark.parametrize(
    "obj",
    [What(ref="ana@example.org"), What(what="x" * 200), What(consent=2**53), What(fields=("x" * 300,)), What(product="\ud800")],
)
def test_what_the_schema_does_not_allow_is_refused_without_being_quoted(log: AuditLog, obj: What) -> None:
    with pytest.raises(UsageProblem, match="AUDIT-13") as refused:
        log.record(Act.READ, Phase.DONE, ANA, obj)
    assert "example" not in str(refused.value) and "xxxx" not in str(refused.value)


def test_a_proof_holds_for_its_record_and_for_no_other(log: AuditLog) -> None:
    say(log, 600)
    log.checkpoint()
    for seq in (0, 1, 255, 256, 600):
        proof, body = log.proof(seq)
        index, path, note, _ = parse_proof(proof)
        said, signed = noted(note), open_note(note, log.signer.verifiers)[1]
        assert index == seq and len(signed) == 2
        assert included(leaf_hash(body), seq, said.size, path, said.root)
        assert not included(leaf_hash(body + b" "), seq, said.size, path, said.root)
    with pytest.raises(NotFound, match="AUDIT-16"):
        log.proof(601)


def test_a_signer_that_lost_its_key_does_not_begin_a_log_anew(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="AUDIT-17"):
        Signer.opened(tmp_path, new=False)


def test_the_signer_signs_nothing_that_does_not_continue_what_it_signed(log: AuditLog) -> None:
    say(quiet(log), 3)
    log.checkpoint()
    with log.database.write() as con:
        con.execute(text("DELETE FROM audit_leaves WHERE seq = 3"))
        con.execute(text("UPDATE audit_head SET size = 3"))
        con.execute(text("DELETE FROM audit_checkpoints"))
    with pytest.raises(CheckFailed, match="AUDIT-14"):
        log.checkpoint()
    with log.database.read() as con:
        assert con.execute(text("SELECT count(*) FROM audit_checkpoints")).scalar() == 0


def test_every_connection_of_the_log_flushes_each_commit(sqlite: Database, tmp_path: Path) -> None:
    """NORMAL loses acknowledged records when the power goes; `synchronous` belongs to the connection."""
    with opened(sqlite, tmp_path) as log, sqlite.append() as con:
        assert con.exec_driver_sql("PRAGMA synchronous").scalar() == 2
        assert log._writer.direct


def test_the_head_moves_with_its_leaves_and_never_without(log: AuditLog) -> None:
    say(log, 10)
    log.checkpoint()
    with log.database.read() as con:
        assert head(con).size == con.execute(select(func.count()).select_from(audit_leaves)).scalar() == 11


def test_a_proof_is_made_of_the_log_as_it_stands_and_not_of_what_was_kept(log: AuditLog) -> None:
    say(quiet(log), 300)
    log.checkpoint()
    for seq in (3, 299):
        proof, body = log.proof(seq)
        held = {node: bytes(32) for node in log._nodes._held}
        assert held
        log._nodes._held.update(held)  # as if the database had been put back under this process
        again, _ = log.proof(seq)
        assert again == proof and leaf_hash(body)
