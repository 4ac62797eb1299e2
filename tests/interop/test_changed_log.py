"""A log in which a record was changed is told in the package as one that does not verify, and by whoever verifies the package."""

from __future__ import annotations

import pytest
from sqlalchemy import select, update

from mesh_platform.interop.evidence.outsider import examine
from mesh_platform.publish import Runtime
from mesh_platform.state.tables import audit_leaves
from tests.interop.asking import asked


def test_a_log_that_nobody_changed_is_told_as_verified(runtime: Runtime) -> None:
    made = asked(runtime)
    assert all(one.verified and not one.findings for one in made.evidence.logs)
    assert examine(made.data, runtime.audit.signer.succession)["ok"]


@pytest.mark.parametrize("proven", [True, False], ids=["that the package proves", "that it says nothing of"])
def test_a_changed_record_is_told_whether_or_not_it_is_among_those(runtime: Runtime, proven: bool) -> None:
    columns = audit_leaves.c
    pointed = {int(one.id.partition(":")[2]) for one in asked(runtime).evidence.records}
    with runtime.database.write() as con:
        rows = con.execute(select(columns.seq, columns.body).order_by(columns.seq)).all()
        seq, body = next((row.seq, bytes(row.body)) for row in rows if (row.seq in pointed) is proven and row.body is not None)
        changed = body.replace(b'"ts":1', b'"ts":2')
        assert changed != body
        con.execute(update(audit_leaves).where(columns.seq == seq).values(body=changed))
    told = asked(runtime)
    [log] = [one for one in told.evidence.logs if one.log == "mesh"]
    assert not log.verified and log.findings
    found = examine(told.data, runtime.audit.signer.succession)
    assert not found["ok"]
    assert any("the log mesh did not verify" in problem for problem in found["problems"])
