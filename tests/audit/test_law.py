"""The log against a model of itself: append, duplicate, redact, witness, rotate its keys, reopen, in any order. Broken builds turn red."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import Phase as Stage
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test
from sqlalchemy import Connection, select, text

from mesh_platform.audit import Act, AuditLog, Personal, Phase, tlog, tree
from mesh_platform.audit.rotating import rotate
from mesh_platform.audit.sealing import Sealer
from mesh_platform.audit.signing import Signer
from mesh_platform.audit.tree import Tree, head
from mesh_platform.audit.verify import verify
from mesh_platform.audit.witness import Witness
from mesh_platform.state import Database
from mesh_platform.state.tables import audit_leaves
from tests.audit.conftest import ANA, PRODUCT, opened, quiet
from tests.audit.test_attacks import rebuild
from tests.audit.test_witness import request


class Histories(RuleBasedStateMachine):
    """One log, what it must hold, and a witness that has seen its checkpoints."""

    file: Path
    truncates = False

    @initialize()
    def begin(self) -> None:
        self.root = Path(tempfile.mkdtemp())
        shutil.copy(self.file, self.root / "control.db")
        self.witness = Witness.new(self.root / "witness", "w.example")
        self.bodies: dict[str, bytes] = {}
        self.sealed: dict[str, str] = {}
        self.redacted: set[str] = set()
        self._open()
        self.witness.trust(self.log.signer.verifiers[0].text)
        self.append(3, batch=False)
        self.seal(0)
        self.witnessed()

    def _open(self) -> None:
        self.database = Database(self.root / "control.db")
        self.log: AuditLog = quiet(opened(self.database, self.root))

    @rule(count=st.integers(1, 12), batch=st.booleans())
    def append(self, count: int, batch: bool) -> None:
        for number in range(count):
            receipt = self.log.record(Act.READ, Phase.DONE, ANA, PRODUCT, n=number, durable=not batch)
            self.bodies[receipt.eid] = b""

    @rule(key=st.integers(0, 2))
    def duplicate(self, key: int) -> None:
        first, second = (self.log.record(Act.GATE, Phase.DONE, ANA, PRODUCT, key=f"publication-{key}") for _ in range(2))
        assert first == second
        self.bodies[first.eid] = b""

    @rule(person=st.integers(0, 2))
    def seal(self, person: int) -> None:
        personal = Personal({"who": person}, f"token-{person}", "sales", "westeurope")
        receipt = self.log.record(Act.READ, Phase.DONE, ANA, PRODUCT, personal=personal)
        self.bodies[receipt.eid], self.sealed[receipt.eid] = b"", personal.subject

    @precondition(lambda self: bool(self.sealed))
    @rule(data=st.data())
    def redact(self, data: Any) -> None:
        subject = data.draw(st.sampled_from(sorted(set(self.sealed.values()))))
        receipt = self.log.redact(subject, "GDPR-17-1-b", "request-1", ANA)
        self.bodies[receipt.eid] = b""
        self.redacted |= {eid for eid, of in self.sealed.items() if of == subject}
        self.sealed = {eid: of for eid, of in self.sealed.items() if of != subject}

    @rule()
    def witnessed(self) -> None:
        made = self.log.checkpoint()
        if made is not None:
            self.witness.add(request(self.log, self.witness.latest(self.log.origin).size, made.note))

    @rule()
    def rotated(self) -> None:
        if self.bodies:
            rotation = rotate(self.log, ANA)
            self.witness.add(request(self.log, self.witness.latest(self.log.origin).size, rotation.note))
            self.witness.rotate(rotation.text)

    @rule()
    def reopen(self) -> None:
        self.log.close()
        self.database.close()
        self._open()

    @precondition(lambda self: self.truncates and self.witness.latest(self.log.origin).size > 1)
    @rule()
    def truncate(self) -> None:
        """What only a broken build does: the newest record goes, and the head is made anew."""
        with self.database.write() as con:
            size = head(con).size
            eid = con.execute(select(audit_leaves.c.eid).where(audit_leaves.c.seq == size - 1)).scalar_one()
            con.execute(text(f"DELETE FROM audit_leaves WHERE seq >= {size - 1}"))
            rebuild(con)
        self.bodies.pop(eid, None)

    @rule()
    def look(self) -> None:
        self._holds()

    def _holds(self) -> None:
        if not self.bodies:
            return
        self.log.close()  # what nobody waited for is written
        self._open()
        with self.database.read() as con:
            rows = con.execute(select(audit_leaves).order_by(audit_leaves.c.seq)).all()
            now = head(con)
            own = [row for row in rows if b'"act":"log key"' not in bytes(row.body or b"")]
            assert {row.eid for row in own} == set(self.bodies), "those that were acknowledged, and what the log says of its keys"
            hashes = [tlog.leaf_hash(bytes(row.body)) for row in rows]
            assert now.size == len(rows) and now.root == whole(hashes)
            for row in own:
                assert self.bodies[row.eid] in (b"", bytes(row.body)), "no record changes"
                self.bodies[row.eid] = bytes(row.body)
            proofs = Tree(con, now.size)
            for index in {0, len(rows) // 2, len(rows) - 1}:
                assert tlog.included(hashes[index], index, now.size, proofs.inclusion(index), now.root)
            seen = self.witness.latest(self.log.origin)
            assert seen.size <= now.size, "the log is shorter than the witness knows it"
            assert tlog.consistent(seen.size, now.size, seen.root, now.root, proofs.consistency(seen.size))
            assert all(self.log.sealer.open(con, eid) is not None for eid in self.sealed)
            assert all(self.log.sealer.open(con, eid) is None for eid in self.redacted)
        found = verify(self.log)
        assert found.ok, found.bad

    def teardown(self) -> None:
        if hasattr(self, "log"):
            try:
                self._holds()
            finally:
                self.log.close()
                self.database.close()
                shutil.rmtree(self.root)


def whole(hashes: Sequence[bytes]) -> bytes:
    frontier: list[bytes] = []
    for number, hash_ in enumerate(hashes):
        tlog.frontier_add(frontier, number, hash_)
    return tlog.frontier_root(frontier)


def live(file: Path, examples: int, steps: int, **more: object) -> None:
    machine = type("Machine", (Histories,), {"file": file, **more})
    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        machine,
        settings=settings(max_examples=examples, stateful_step_count=steps, deadline=None, database=None, derandomize=True, phases=[Stage.generate],
                          suppress_health_check=list(HealthCheck)),
    )  # fmt: skip


def test_no_history_breaks_the_log(migrated_file: Path) -> None:
    live(migrated_file, examples=3, steps=8)


@pytest.mark.nightly
def test_no_history_of_many_breaks_the_log(migrated_file: Path) -> None:
    live(migrated_file, examples=150, steps=40)


def redaction_overwrites_the_leaf(patch: pytest.MonkeyPatch) -> None:
    erase = Sealer.erase

    def broken(self: Sealer, con: Connection, subject: str) -> tuple[str, ...]:
        gone = erase(self, con, subject)
        con.execute(audit_leaves.update().where(audit_leaves.c.eid.in_(gone)).values(body=b"{}"))
        return gone

    patch.setattr(Sealer, "erase", broken)


def redaction_leaves_the_sealed_part(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Sealer, "erase", lambda self, con, subject: ("one",))


def duplicates_are_written_twice(patch: pytest.MonkeyPatch) -> None:
    append, number = tree.append, iter(range(10**6))

    def broken(con: Connection, entries: Sequence[tuple[str, bytes]]) -> list[int]:
        return append(con, [(f"{eid}-{next(number)}" if len(eid) == 64 else eid, body) for eid, body in entries])

    patch.setattr(tree, "append", broken)


def the_head_moves_without_its_leaf(patch: pytest.MonkeyPatch) -> None:
    append = tree.append

    def broken(con: Connection, entries: Sequence[tuple[str, bytes]]) -> list[int]:
        seqs = append(con, entries)
        con.execute(text("DELETE FROM audit_leaves WHERE seq = 5"))
        return seqs

    patch.setattr(tree, "append", broken)


def the_signer_forgets(patch: pytest.MonkeyPatch) -> None:
    """With a history that is cut short now and then, which a signer with a memory refuses to sign."""
    patch.setattr(Signer, "last", lambda self: None)


BROKEN: dict[Callable[[pytest.MonkeyPatch], None], dict[str, object]] = {
    redaction_overwrites_the_leaf: {},
    redaction_leaves_the_sealed_part: {},
    duplicates_are_written_twice: {},
    the_head_moves_without_its_leaf: {},
    the_signer_forgets: {"truncates": True},
}


@pytest.mark.parametrize("broken", BROKEN, ids=lambda build: build.__name__)
def test_a_broken_build_turns_red(
    broken: Callable[[pytest.MonkeyPatch], None], migrated_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken(monkeypatch)
    with pytest.raises(BaseException):  # noqa: B017 - what turns red differs, and whatever it is counts
        live(migrated_file, examples=12, steps=8, **BROKEN[broken])
