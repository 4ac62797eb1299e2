"""Scenario 25: after an erasure no file below the home, nor among the landing files, holds a form of the person: not as it lies there, not unpacked."""

from __future__ import annotations

import gzip
import re
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from mesh_platform.publish import Runtime
from mesh_platform.subjects import Desk, Identifier, State, Traces
from tests.subjects.test_erasure import opened, states
from tests.subjects.town import ANA, ANN, BY, deliver, hashed

Town = tuple[Runtime, Desk]
TOLD = f"for {ANA} and {ANN}"


def traces_of(desk: Desk) -> Traces:
    return Traces(desk.lake, desk.root, desk.ledger.tokens, desk.ledger.governance.namespaces)


def scattered(home: Path) -> Path:
    """What a scheduler, its logs and a cache may keep of people: in rows, in pages of rows that were deleted, packed, and in a text."""
    logs = home / "dagster/storage/r1/compute_logs"
    logs.mkdir(parents=True)
    (logs / "step.err").write_text(f"failed {TOLD}, {hashed(ANA)}\n")
    (logs / "step.gz").write_bytes(gzip.compress(TOLD.encode()))
    with closing(sqlite3.connect(home / "dagster/runs.db")) as con:
        con.execute("CREATE TABLE events (id INTEGER PRIMARY KEY, body TEXT)")
        con.execute("INSERT INTO events (body) VALUES (?)", [f"{'x' * 5000} {TOLD}"])  # over more than one page
        con.execute("INSERT INTO events (body) VALUES (?)", [f"deleted: {TOLD}"])
        con.commit()
        con.execute("DELETE FROM events WHERE id = 2")
        con.commit()
    (home / "cache").mkdir(exist_ok=True)
    (home / "cache/answer.json").write_text(f'{{"mail": "{ANA}"}}')
    return logs


def test_traces_are_found_and_cleaned_in_rows_pages_packed_files_and_texts(town: Town) -> None:
    runtime, desk = town
    logs = scattered(runtime.settings.home_path)
    traces, token = traces_of(desk), desk.ledger.tokens.token("email", ANA)
    ana = [Identifier("email", token, (ANA,))]
    assert {one.file for one in traces.look(ana)} == {
        "cache/answer.json", "dagster/runs.db", "dagster/storage/r1/compute_logs/step.err", "dagster/storage/r1/compute_logs/step.gz"
    }  # fmt: skip
    assert traces.clean(ana) == 4 and traces.look(ana) == ()
    assert (logs / "step.err").read_text() == f"failed for {'*' * len(ANA)} and {ANN}, {'*' * 64}\n", "the log stays a log"


@pytest.mark.nightly
def test_no_file_holds_a_form_of_the_person_any_more(town: Town, project: Path) -> None:
    runtime, desk = town
    home = runtime.settings.home_path
    logs = scattered(home)
    (project / "landing/old.csv.gz").write_bytes(gzip.compress(f"email\n{ANA}\n".encode()))
    deliver(project, "ann", "joana", "unknown")
    desk = replace(desk, traces=traces_of(desk))
    request = opened(desk)
    people = desk.store.identifiers(request.id)
    seen = {one.file for one in traces_of(desk).look(people)}
    assert seen >= {"dagster/storage/r1/compute_logs/step.err", "dagster/storage/r1/compute_logs/step.gz", "dagster/runs.db"}
    assert "cache/answer.json" in seen and "landing/old.csv.gz" in seen

    blocked = desk.run(request.id, BY)
    assert states(blocked)["the home"] is State.VERIFIED and states(blocked)["landing files"] is State.BLOCKED
    assert "landing/old.csv.gz" in {task.product: task.reason for task in blocked.tasks}["landing files"]
    (project / "landing/old.csv.gz").unlink()
    people = desk.store.identifiers(request.id)
    done = desk.run(request.id, BY)
    assert done.state is State.CERTIFIED and not any("logs" in one for one in done.certificate["not_reached"])  # type: ignore[index]

    assert traces_of(desk).look(people) == ()
    files = [file for root in (home, project / "landing") for file in root.rglob("*") if file.is_file()]
    assert not [file for file in files if re.search(rb"\bana@ex\.test", file.read_bytes())], "nor without an eye for anything"
    assert (logs / "step.err").read_text() == f"failed for {'*' * len(ANA)} and {ANN}, {'*' * 64}\n", "the log stays a log"
    with closing(sqlite3.connect(home / "dagster/runs.db")) as con:
        [(body,)] = con.execute("SELECT body FROM events").fetchall()
    assert body.endswith(f" for {'*' * len(ANA)} and {ANN}")
    assert ANN.encode() in (logs / "step.err").read_bytes(), "somebody nearly the same is untouched"
