"""The model of the disk itself: what is certain after which call, on small traces whose states can be told by hand."""

from __future__ import annotations

import random
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.faults.disk import BEST, LUCKS, WORST, Disk, Luck, fingerprint, write_state
from tests.faults.trace import Event, NotModelled, needs_strace, parse, record

CREATE = [Event("open", "a", 3), Event("write", "a", 3, b"new")]
SYNC_FILE, SYNC_FOLDER = Event("sync", "a", 3), Event("sync", ".", 4)


SYNC_FILE_IN_D = Event("sync", "d/a", 3)


def left(events: Sequence[Event], luck: Luck, base: Path) -> dict[str, bytes | None]:
    disk = Disk(base)
    for event in events:
        disk.apply(event)
    state = disk.after(luck, random.Random(1))
    state.pop(".", None)
    return state


def test_an_unsynced_file_may_be_missing_empty_or_whole(tmp_path: Path) -> None:
    assert left(CREATE, WORST, tmp_path) == {}
    assert left(CREATE, Luck("all", "none"), tmp_path) == {"a": b""}
    assert left(CREATE, BEST, tmp_path) == {"a": b"new"}


def test_a_synced_file_is_certain_only_when_its_folder_is_synced_too(tmp_path: Path) -> None:
    assert left([*CREATE, SYNC_FILE], WORST, tmp_path) == {}
    assert left([*CREATE, SYNC_FILE, SYNC_FOLDER], WORST, tmp_path) == {"a": b"new"}


def test_what_is_written_after_the_sync_is_chance(tmp_path: Path) -> None:
    events = [*CREATE, SYNC_FILE, SYNC_FOLDER, Event("pwrite64", "a", 3, b"XX", 1)]
    assert left(events, WORST, tmp_path) == {"a": b"new"}
    assert left(events, BEST, tmp_path) == {"a": b"nXX"}


def test_a_rename_keeps_the_old_or_the_new_content_and_never_both_names(tmp_path: Path) -> None:
    (tmp_path / "b").write_bytes(b"old")
    events = [*CREATE, SYNC_FILE, SYNC_FOLDER, Event("rename", "a", target="b")]
    assert left(events, WORST, tmp_path) == {"a": b"new", "b": b"old"}
    assert left(events, BEST, tmp_path) == left([*events, SYNC_FOLDER], WORST, tmp_path) == {"b": b"new"}


def test_a_removed_file_is_gone_for_certain_only_after_the_folders_sync(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"old")
    assert left([Event("unlink", "a")], WORST, tmp_path) == {"a": b"old"}
    assert left([Event("unlink", "a"), SYNC_FOLDER], WORST, tmp_path) == {}


def test_nothing_stands_in_a_folder_that_never_came_to_the_disk(tmp_path: Path) -> None:
    events = [
        Event("mkdir", "d"),
        Event("open", "d/a", 3),
        Event("write", "d/a", 3, b"x"),
        Event("sync", "d/a", 3),
        Event("sync", "d", 4),
    ]
    assert left(events, WORST, tmp_path) == {}
    assert left([*events, SYNC_FOLDER], WORST, tmp_path) == {"d": None, "d/a": b"x"}


def test_a_folder_that_is_renamed_takes_along_what_is_certain_in_it(tmp_path: Path) -> None:
    made = [Event("mkdir", "d"), Event("open", "d/a", 3), Event("write", "d/a", 3, b"x"), SYNC_FILE_IN_D]
    renamed = Event("rename", "d", target="e")
    synced = [*made, Event("sync", "d", 4), renamed]
    assert left(synced, WORST, tmp_path) == {}
    assert left([*synced, SYNC_FOLDER], WORST, tmp_path) == {"e": None, "e/a": b"x"}
    assert left(synced, BEST, tmp_path) == {"e": None, "e/a": b"x"}
    assert left([*made, renamed, SYNC_FOLDER], WORST, tmp_path) == {"e": None}, "its own names were never synced"
    assert left([*made, renamed, SYNC_FOLDER, Event("sync", "e", 4)], WORST, tmp_path) == {"e": None, "e/a": b"x"}


def test_truncation_appending_and_seeking_are_followed(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"0123456789")
    appended = [Event("open", "a", 3, appends=True), Event("write", "a", 3, b"A"), Event("write", "a", 3, b"B")]
    assert left(appended, BEST, tmp_path) == {"a": b"0123456789AB"}
    sought = [
        Event("open", "a", 3),
        Event("lseek", "a", 3, number=4),
        Event("write", "a", 3, b"xy"),
        Event("ftruncate", "a", 3, number=5),
    ]
    assert left(sought, BEST, tmp_path) == {"a": b"0123x"}
    assert left([Event("open", "a", 3, fresh=True)], BEST, tmp_path) == {"a": b""}
    assert left([Event("open", "a", 3, fresh=True)], WORST, tmp_path) == {"a": b"0123456789"}


def test_two_names_of_one_file_hold_the_same(tmp_path: Path) -> None:
    events = [*CREATE, Event("link", "a", target="b"), SYNC_FILE, SYNC_FOLDER, Event("unlink", "a"), SYNC_FOLDER]
    assert left(events, WORST, tmp_path) == {"b": b"new"}


@pytest.mark.parametrize("luck", LUCKS)
def test_the_same_chance_gives_the_same_state(tmp_path: Path, luck: Luck) -> None:
    (tmp_path / "a").write_bytes(bytes(5_000))
    events = [Event("open", "a", 3), Event("pwrite64", "a", 3, b"z" * 4_000, 100), Event("open", "b", 4)]
    assert fingerprint(left(events, luck, tmp_path)) == fingerprint(left(events, luck, tmp_path))


def test_a_state_becomes_a_folder(tmp_path: Path) -> None:
    write_state({".": None, "d": None, "d/a": b"x", "b": b""}, tmp_path / "made")
    assert (tmp_path / "made" / "d" / "a").read_bytes() == b"x" and (tmp_path / "made" / "b").read_bytes() == b""


SCRIPT = """
import os, sys
os.chdir(sys.argv[1])
os.mkdir("d")
with open("d/a", "wb") as out:
    out.write(b"one"); out.flush(); os.fsync(out.fileno())
    out.seek(1); out.write(b"X")
fd = os.open(".", os.O_RDONLY); os.fsync(fd); os.close(fd)
os.rename("d/a", "b \\u00e4 \\"q\\"")
os.truncate(os.open("b \\u00e4 \\"q\\"", os.O_WRONLY), 2)
os.unlink("b \\u00e4 \\"q\\""); os.rmdir("d")
print("elsewhere", file=open("/dev/null", "w"))
"""


@needs_strace
def test_a_real_trace_tells_every_change_with_its_data(tmp_path: Path) -> None:
    trace = record([sys.executable, "-c", SCRIPT, str(tmp_path)], tmp_path)
    name = 'b ä "q"'
    assert [(event.call, event.path) for event in trace.events if event.call != "lseek"] == [
        ("mkdir", "d"), ("open", "d/a"), ("write", "d/a"), ("sync", "d/a"), ("write", "d/a"), ("sync", "."),
        ("rename", "d/a"), ("open", name), ("ftruncate", name), ("unlink", name), ("rmdir", "d"),
    ]  # fmt: skip
    assert [event.data for event in trace.events if event.call == "write"] == [b"one", b"X"]
    assert next(event.target for event in trace.events if event.call == "rename") == name


@needs_strace
@pytest.mark.parametrize(
    "script",
    [
        "import os,sys; fd = os.open(sys.argv[1] + '/a', os.O_CREAT | os.O_RDWR); os.writev(fd, [b'x'])",
        "import mmap,os,sys; fd = os.open(sys.argv[1] + '/a', os.O_CREAT | os.O_RDWR); os.ftruncate(fd, 4096); mmap.mmap(fd, 4096)[0:1]",
        "import os,sys; os.symlink('/x', sys.argv[1] + '/a')",
    ],
)
def test_a_change_that_the_model_does_not_know_is_an_error(tmp_path: Path, script: str) -> None:
    with pytest.raises(NotModelled):
        record([sys.executable, "-c", script, str(tmp_path)], tmp_path)


def test_a_call_that_another_thread_interrupts_is_put_together(tmp_path: Path) -> None:
    lines = [
        '7 mkdir("\\x2f\\x72\\x2f\\x61", 0700 <unfinished ...>',
        '8 mkdir("\\x2f\\x72\\x2f\\x62", 0700) = 0',
        "7 <... mkdir resumed>) = 0",
        '7 mkdir("\\x2f\\x72\\x2f\\x63", 0700) = -1 EEXIST (File exists)',
    ]
    trace = parse(lines, Path("/r"))
    assert [event.path for event in trace.events] == ["b", "a"]
    assert [call.ordinal for call in trace.calls] == [1, 2]
