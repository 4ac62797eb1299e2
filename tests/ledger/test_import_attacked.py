"""Files of events as somebody hostile would write them: told by line, recorded whole or not at all, and nobody's words are taken for another's."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from mesh_platform.errors import NotFound
from mesh_platform.ledger import Ledger
from mesh_platform.ledger.importing import Imported, import_events
from mesh_platform.ledger.journal import Outcome
from mesh_platform.ledger.purposes import Purposes
from mesh_platform.ledger.reading import Format, Line, read_events
from mesh_platform.state import Database
from tests.ledger.samples import BY, GOVERNANCE, NOW, TOKENS
from tests.state.worker import Say, Workers

HEAD = "subject,decision,event_id,purpose\n"
GOOD = '{"subject":"customer_id:C-9","decision":"withdrawn","event_id":"good","purpose":"marketing"}\n'
Import = Callable[..., Imported]
Read = Callable[..., list[Line]]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "events"


@pytest.fixture
def read(file: Path) -> Read:
    """`read(content, format)`: its lines."""

    def done(content: bytes, how: Format = "csv") -> list[Line]:
        file.write_bytes(content)
        return list(read_events(file, how, TOKENS, "web", Purposes(GOVERNANCE).key))

    return done


@pytest.fixture
def imported(ledger: Ledger, file: Path) -> Import:
    """`imported(content, format)`: what came of that file."""

    def done(content: bytes, how: Format = "csv", keep_good: bool = False) -> Imported:
        file.write_bytes(content)
        return import_events(ledger, file, how, "web", lambda events: BY, keep_good=keep_good)

    return done


@pytest.mark.parametrize(
    "content",
    [
        b"subject,decision,event_id,purpose,decision\ncustomer_id:C-1,withdrawn,1,marketing,granted\n",
        b"subject,subject,decision,event_id,purpose\ncustomer_id:C-1,customer_id:C-2,withdrawn,1,marketing\n",
        HEAD.encode() + b"customer_id:C-1,withdrawn,1,marketing,extra\n",
        HEAD.encode() + b"customer_id:C-1,withdrawn,1\n",
        HEAD.encode() + b'"customer_id:C-1,withdrawn,1,marketing\n' * 3,
        HEAD.encode() + b'customer_id:"C-1",withdrawn,"1"x,marketing\n',
        HEAD.encode() + b"customer_id:C\x00-1,withdrawn,1\x00,marketing\n",
        HEAD.encode() + b"customer_id:" + b"x" * 10_000_000 + b",withdrawn,1,marketing\n",
        HEAD.encode() + b'"' + b"x\n" * 2_000_000 + b'",withdrawn,1,marketing\n',
        HEAD.encode() + b"customer_id:\xe4,withdrawn,1,marketing\n",
        HEAD.encode("utf-16") + "customer_id:C-1,withdrawn,1,marketing\n".encode("utf-16-le"),
        HEAD.encode() + "customer_id:C-1,withdrawn,1,marketing\n".encode("utf-16-le"),
        "subject\u200b,decision,event_id,purpose\ncustomer_id:C-1,withdrawn,1,marketing\n".encode(),
        b"\xef\xbb\xbf\xef\xbb\xbf" + HEAD.encode() + b"customer_id:C-1,withdrawn,1,marketing\n",
        HEAD.encode() + b"customer_id:C-1,=cmd|' /C calc'!A0,1,marketing\n",
        HEAD.encode() + b"customer_id:C-1,withdrawn,=1+1,marketing\n",
        HEAD.encode() + b"customer_id:C-1,withdrawn,1,signal:gpc\n",
        HEAD.encode() + "customer_id:C-1,withdrawn,\uff11,marketing\n".encode(),
        HEAD.encode() + "customer_id:C-1,withdrawn,1,\uff4darketing\n".encode(),
        HEAD.encode() + b"tax_id:1,withdrawn,1,marketing\n",
        HEAD.encode() + b"customer_id:\xe2\x80\x8b ,withdrawn,1,marketing\n" + b"x\n",
    ],
    ids=lambda content: repr(content[-40:]),
)
def test_a_csv_file_that_can_be_read_in_two_ways_or_in_none_is_told_by_line(read: Read, content: bytes) -> None:
    wrong = [line.wrong for line in read(content) if line.wrong]
    assert wrong
    assert all("C-1" not in why and "xxx" not in why for why in wrong)


@pytest.mark.parametrize(
    "line",
    [
        b'{"subject":"customer_id:C-1","decision":"withdrawn","decision":"granted","event_id":"1","purpose":"marketing"}',
        b'{"subject":"customer_id:C-1","subject":"customer_id:C-2","decision":"withdrawn","event_id":"1","purpose":"marketing"}',
        b'{"subject":{"x":1,"x":2},"decision":"withdrawn","event_id":"1","purpose":"marketing"}',
        b'{"subject":["customer_id:C-1"],"decision":"withdrawn","event_id":"1","purpose":"marketing"}',
        b'{"subject":"customer_id:C-1","decision":"withdrawn","event_id":1,"purpose":"marketing"}',
        b'{"subject":"customer_id:\\ud800","decision":"withdrawn","event_id":"1","purpose":"marketing"}',
        b'{"subject":"customer_id:C-1","decision":"withdrawn","event_id":"\\ud800","purpose":"marketing"}',
        b'{"subject":"customer_id:C-1","decision":"withdrawn","event_id":"1","purpose":"marketing","source_order":NaN}',
        b'{"subject":"customer_id:C-1","decision":"withdrawn","event_id":"1","purpose":"marketing","source_order":1e400}',
        b'{"subject":"customer_id:C-1","decision":"withdrawn","event_id":"1","purpose":"marketing","source_order":true}',
        b'{"subject":"customer_id:C-1","decision":"withdrawn","event_id":"1","purpose":"marketing","source_order":"1_0"}',
        '{"subject":"customer_id:C-1","decision":"withdrawn","event_id":"1","purpose":"marketing","source_order":"\uff11"}'.encode(),
        b'{"subject":"customer_id:C-1","decision":"withdrawn","event_id":"1","purpose":"marketing","source_order":'
        + b"9" * 5_000
        + b"}",
        b'{"subject":"customer_id:C-1","decision":"withdrawn","event_id":"1","purpose":"marketing","source_order":"99999999999999999999"}',
        b'{"subject":"customer_id:C-1","kind":"suppression","decision":"imposed","event_id":"1","purpose":"marketing"}',
        b'{"subject":"customer_id:C-1","kind":"objection","decision":"objected","event_id":"1","signal":"gpc","source_order":1}',
        b'{"subject":"customer_id:C-1","kind":"objection","decision":"objected","event_id":"1","signal":"GPC"}',
        b'{"subject":"customer_id:C-1","kind":"consent","decision":"granted","event_id":"1","signal":"gpc"}',
        b"[" * 50_000 + b"]" * 50_000,
        b'{"a":' * 9_000 + b"1" + b"}" * 9_000,
        b'"' + b"x" * 200_000 + b'"',
        b"\x00" * 1_000,
    ],
    ids=lambda line: repr(line[:70]),
)
def test_a_line_of_json_that_can_be_read_in_two_ways_or_in_none_is_told(read: Read, line: bytes) -> None:
    good, bad, *_ = read(GOOD.encode() + line + b"\n", "jsonl")
    assert not good.wrong
    assert bad.wrong and not bad.events
    assert "C-1" not in bad.wrong


@pytest.mark.parametrize("field", ["captured_at", "effective_at", "expires_at"])
@pytest.mark.parametrize(
    "moment",
    [
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-14:00",
        "1970-01-01T00:00:00Z",
        "2026-03-01T12:00:00",
        "2026-03-01",
        "1772366400",
        "2026-02-30T00:00:00Z",
        "2026-03-01T12:00:60Z",
        "2026-03-01T12:00:00+99:99",
        "\uff12026-03-01T12:00:00Z",
        "now",
    ],
)
def test_a_moment_far_away_or_of_another_form_is_told(read: Read, field: str, moment: str) -> None:
    said = {"subject": "customer_id:C-1", "decision": "granted", "event_id": "1", "purpose": "marketing", field: moment}
    [line] = read(json.dumps(said).encode(), "jsonl")
    assert line.wrong and not line.events


def test_a_moment_at_the_edge_of_time_is_kept_as_it_was_said(ledger: Ledger, imported: Import) -> None:
    said = {
        "subject": "customer_id:C-1",
        "decision": "granted",
        "event_id": "1",
        "purpose": "marketing",
        "notice_version": "v1",
        "captured_at": "1971-01-01T00:00:00+14:00",
        "expires_at": "9998-12-31T23:59:59-14:00",
    }
    assert imported(json.dumps(said).encode(), "jsonl").outcomes == {Outcome.APPLIED: 1}
    assert ledger.check(TOKENS.token("customer_id", "C-1"), "marketing", at=NOW).allowed


def test_a_mark_of_byte_order_and_quoted_fields_are_read_as_they_are_meant(ledger: Ledger, imported: Import) -> None:
    content = b'\xef\xbb\xbf"subject","decision","event_id","purpose"\r\n"customer_id:=1+1","withdrawn","1","marketing"\r\n'
    assert imported(content).outcomes == {Outcome.APPLIED: 1}
    [said] = ledger.history(TOKENS.token("customer_id", "=1+1"))
    assert said.event.decision == "withdrawn"


def test_an_id_that_a_hashed_form_took_says_nothing_else(ledger: Ledger, imported: Import) -> None:
    """The event about an address is one about its hash, too, under an id of its own: who sends that id is told, and changes nothing."""
    lines = [
        {"subject": "email:ana@example.com", "decision": "withdrawn", "event_id": "1", "purpose": "marketing"},
        {"subject": "customer_id:C-1", "decision": "withdrawn", "event_id": "1/email_sha256", "purpose": "marketing"},
    ]
    content = "\n".join(map(json.dumps, lines)).encode()
    assert (imported(content, "jsonl").wrong_lines, ledger.sequence()) == (1, 0)
    done = imported(content, "jsonl", keep_good=True)
    assert (done.wrong_lines, ledger.sequence()) == (1, 2)
    assert not ledger.history(TOKENS.token("customer_id", "C-1"))


def test_one_id_in_two_spellings_is_two_events_and_two_spellings_of_a_person_are_one(ledger: Ledger, imported: Import) -> None:
    lines = [
        {"subject": f"email:{one}", "decision": "denied", "event_id": "a", "purpose": "marketing"}
        for one in ("Ana@x.test", " ana@X.test ")
    ]
    other = {**lines[0], "event_id": "A"}
    done = imported("\n".join(map(json.dumps, [*lines, other])).encode(), "jsonl")
    assert done.outcomes == {Outcome.APPLIED: 4, Outcome.KNOWN: 2}


@pytest.mark.parametrize("name", ["/dev/null/x", ""])
def test_what_is_no_file_is_not_found(tmp_path: Path, name: str) -> None:
    with pytest.raises(NotFound, match="LEDGER-07"):
        list(read_events(tmp_path / name, "csv", TOKENS, "web", str))


def bring(database: Database, say: Say, path: str) -> None:
    done = import_events(Ledger(database, TOKENS, GOVERNANCE), Path(path), "jsonl", "web", lambda events: BY)
    say(dict(done.outcomes))


@pytest.mark.by_day("sqlite")
def test_two_processes_that_import_the_same_file_at_once_record_it_once(
    database: Database, database_url: str, file: Path, tmp_path: Path
) -> None:
    lines = [
        {
            "subject": f"customer_id:C-{n % 50}",
            "decision": "withdrawn",
            "event_id": str(n),
            "purpose": "marketing",
            "source_order": n,
        }
        for n in range(600)
    ]
    file.write_text("\n".join(map(json.dumps, lines)))
    workers = Workers(database_url, tmp_path)
    try:
        for each in [workers.start(bring, str(file)) for _ in range(2)]:
            each.ended()
    finally:
        workers.stop()
    assert Ledger(database, TOKENS, GOVERNANCE).sequence() == len(lines)
