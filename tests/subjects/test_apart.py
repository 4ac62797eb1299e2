"""Files of the home are read by a process of their own: a database that this one has open loses neither its locks nor what is committed to it."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from mesh_platform.publish import Runtime
from mesh_platform.subjects import Desk, Identifier, Traces
from mesh_platform.subjects.verifier.apart import CHUNK, Apart
from tests.subjects.town import ANA

LOOK = "import contextlib, sqlite3, sys\nwith contextlib.closing(sqlite3.connect(sys.argv[1])) as con: print(con.execute(sys.argv[2]).fetchone()[0])"
COUNT = "SELECT count(*) FROM legal_holds"


def asked_elsewhere(file: Path) -> int:
    """What another process reads, which closes the database behind it and takes its log away where it believes itself alone."""
    return int(subprocess.run([sys.executable, "-c", LOOK, str(file), COUNT], check=True, capture_output=True, text=True).stdout)


def test_a_look_through_the_home_keeps_what_is_committed_meanwhile(town: tuple[Runtime, Desk]) -> None:
    runtime, desk = town
    file = runtime.settings.home_path / "control.db"
    log = file.with_name("control.db-wal")
    traces = Traces(desk.lake, desk.root, desk.ledger.tokens, desk.ledger.governance.namespaces)
    with runtime.database.write() as con:
        con.exec_driver_sql("UPDATE legal_holds SET reason = reason")
    traces.look([Identifier("email", desk.ledger.tokens.token("email", ANA), (ANA,))])
    assert (asked_elsewhere(file), log.exists()) == (0, True)
    with runtime.database.write() as con:
        con.exec_driver_sql(
            "INSERT INTO legal_holds (id, matter, owner, reason, scope, by, person, opened_at, closing_reason)"
            " VALUES ('h', 'M-1', 'legal', 'a claim', '{}', 'p', 'p', '2027-01-01 00:00:00', '')"
        )
    assert asked_elsewhere(file) == 1
    with closing(sqlite3.connect(file)) as con:
        assert con.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


@pytest.mark.parametrize("size", [0, 1, 16, CHUNK - 1, CHUNK, 2 * CHUNK + 7])
def test_every_byte_comes_and_only_as_many_as_are_asked_for(tmp_path: Path, size: int) -> None:
    file = tmp_path / "a name\nwith ü"
    file.write_bytes(data := os.urandom(size))
    with Apart() as apart:
        assert b"".join(apart.chunks(file)) == data
        assert apart.begin(file) == data[:16]


def test_a_file_that_is_gone_or_a_reader_that_was_killed_is_an_error_and_no_empty_file(tmp_path: Path) -> None:
    (tmp_path / "there").write_text("text")
    with Apart() as apart:
        with pytest.raises(FileNotFoundError):
            apart.begin(tmp_path / "not there")
        assert apart.begin(tmp_path / "there") == b"text"
        assert apart._child is not None
        apart._child.kill()
        with pytest.raises(OSError, match=r"has ended|Broken pipe"):
            apart.begin(tmp_path / "there")
