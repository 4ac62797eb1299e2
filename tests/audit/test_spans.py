"""A span of the log is told as one would by reading every record: over pages, dropped bodies, and what somebody wrote into the table."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest
from sqlalchemy import delete, insert, text, update

from mesh_platform.audit import Act, AuditLog, Phase, What, spans, tree
from mesh_platform.audit.leaf import Record, Who, new_eid
from mesh_platform.audit.moments import SLACK
from mesh_platform.audit.spans import PAGE, Span, span
from mesh_platform.state.tables import audit_leaves

HOUR = 60 * SLACK
START = 1_700_000_000_000_000
ABOUT = What(product="shop/letters@1.0.0", fields=("email",))


def moment(hour: float) -> datetime:
    return datetime.fromtimestamp((START + hour * HOUR) / 1e6, tz=UTC)


def leaf(hour: int, act: Act = Act.READ) -> tuple[str, bytes]:
    eid = new_eid()
    return eid, Record(eid, START + hour * HOUR, act, Phase.INTENT, Who("0123", role="w"), ABOUT, "allow").encoded()


@pytest.fixture
def hours(log: AuditLog, monkeypatch: pytest.MonkeyPatch) -> Iterator[AuditLog]:
    """Fifty records, one an hour, every fifth of them of another act, read in pages of seven."""
    for name in ("_ENDS", "_BODIES", "_FEW"):
        small = getattr(spans, name).replace(f"LIMIT {PAGE}", "LIMIT 7")
        assert small != getattr(spans, name)
        monkeypatch.setattr(spans, name, small)
    with log.database.write() as con:
        tree.append(con, [leaf(hour, Act.READ if hour % 5 else Act.GATE) for hour in range(50)])
    yield log


def told(log: AuditLog, first: float, last: float, *acts: str) -> dict[int, bool]:
    with span(log.database, moment(first), moment(last)) as found:
        return {one.seq: sure for one, sure in found.records(*acts or (Act.READ,))}


def counts(log: AuditLog) -> tuple[int, int]:
    with span(log.database, moment(0), moment(1)) as found:
        assert isinstance(found, Span)
        return found.dropped, found.amiss


def change(log: AuditLog, seq: int, body: object) -> None:
    with log.database.write() as con:
        con.execute(update(audit_leaves).where(audit_leaves.c.seq == seq).values(body=body))


@pytest.mark.parametrize(("first", "last"), [(0, 50), (6, 8), (7, 7.5), (13, 29), (49, 60), (60, 70), (-5, 0)])
def test_the_records_of_the_span_are_told_page_by_page_and_no_others(hours: AuditLog, first: float, last: float) -> None:
    expected = [hour for hour in range(50) if first <= hour < last]
    assert told(hours, first, last, Act.READ, Act.GATE) == dict.fromkeys(expected, True)
    assert [*told(hours, first, last)] == [hour for hour in expected if hour % 5]
    assert counts(hours) == (0, 0)


@pytest.mark.parametrize(("first", "last"), [(0, 50), (13, 29), (15, 15.5), (60, 70), (-5, 0)])
def test_acts_of_which_there_are_few_and_parts_of_a_span_are_told_as_from_all_its_records(
    hours: AuditLog, first: float, last: float
) -> None:
    with hours.database.write() as con:
        con.execute(update(audit_leaves).where(audit_leaves.c.seq.in_([2, 14, 15, 21])).values(body=None))
    change(hours, 25, body_of(hours, 25).replace(str(START + 25 * HOUR).encode(), b"1"))
    change(hours, 40, body_of(hours, 40).replace(str(START + 40 * HOUR).encode(), str(START + 20 * HOUR).encode()))
    with span(hours.database, moment(-1), moment(99)) as whole, span(hours.database, moment(first), moment(last)) as own:
        part, found = whole.part(moment(first), moment(last)), [*own.records()]
        assert [*part.records()] == found
        for acts in ((Act.GATE,), (Act.GATE, Act.READ), (Act.WAIVER,)):
            assert [*part.few(*acts)] == [*part.records(*acts)] == [one for one in found if one[0].act in acts]


def test_dropped_bodies_shift_nothing_and_are_counted(hours: AuditLog) -> None:
    with hours.database.write() as con:
        gone = audit_leaves.c.seq.in_([0, 1, 12, 13, 14, 15, 16, 17, 18, 19, 20, 31])
        con.execute(update(audit_leaves).where(gone).values(body=None))
    assert [*told(hours, 11, 33)] == [11, *(hour for hour in range(21, 33) if hour % 5 and hour != 31)]
    assert counts(hours) == (12, 0)


def test_rows_that_the_tree_lacks_or_that_are_gone_from_the_table_are_counted(hours: AuditLog) -> None:
    eid, body = leaf(49)
    with hours.database.write() as con:
        con.execute(delete(audit_leaves).where(audit_leaves.c.seq.in_([3, 4, 44])))
        con.execute(insert(audit_leaves), [{"seq": 90, "eid": eid, "body": body, "hash": b"0" * 32}])
    assert counts(hours) == (0, 4)
    assert 90 in told(hours, 40, 60), "and what stands in the table is told"


@pytest.mark.parametrize(
    "change_of",
    [
        lambda body: body.replace(str(START + 22 * HOUR).encode(), b"1"),
        lambda body: body.replace(str(START + 22 * HOUR).encode(), b"9" * 18),
        lambda body: body.replace(str(START + 22 * HOUR).encode(), b'"now"'),
        lambda body: body.replace(b'"ts":', b'\n"ts": '),
        lambda body: body[:-1] + b',"x":"' + b"y" * 300 + b'"}',
        lambda body: body[:-1] + b',"x":{"ts":1,"v":1}}',
    ],
)
def test_a_record_whose_time_was_tampered_with_is_told_where_it_lies_and_not_believed(
    hours: AuditLog, change_of: Callable[[bytes], bytes]
) -> None:
    body = body_of(hours, 22)
    changed = change_of(body)
    assert changed != body
    change(hours, 22, changed)
    assert told(hours, 21, 24) == {21: True, 22: False, 23: True}
    assert 22 not in told(hours, 40, 50) and 22 not in told(hours, 0, 10)


def test_text_and_rubbish_in_the_place_of_a_record_break_nothing(hours: AuditLog) -> None:
    if hours.database.dialect == "sqlite":
        with hours.database.write() as con:
            con.execute(text("UPDATE audit_leaves SET body = CAST(body AS TEXT) WHERE seq = 22"))
            con.execute(text("UPDATE audit_leaves SET body = 5 WHERE seq = 23"))
    else:
        change(hours, 23, b"\xff\x00")
    assert told(hours, 21, 25) == {21: True, 22: True, 24: True}


def body_of(log: AuditLog, seq: int) -> bytes:
    with log.database.read() as con:
        return tree.body(con, seq) or b""
