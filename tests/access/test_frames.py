"""Frames between platform and worker: whole, in order, whatever their lengths; and the watch over a statement."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mesh_platform.access.worker.frames import AT_ONCE, LONGEST, Kind, Receiver, Sender, send
from mesh_platform.access.worker.watch import LONGEST_SLEEP, Watch

lengths = st.sampled_from([0, 1, 5, AT_ONCE - 6, AT_ONCE - 5, AT_ONCE - 1, AT_ONCE, AT_ONCE + 1, 3 * AT_ONCE]) | st.integers(
    0, 200
)


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    ends = os.pipe()
    yield ends
    for end in ends:
        try:
            os.close(end)
        except OSError:
            continue


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(Kind), lengths), max_size=12))
def test_frames_come_out_as_they_went_in(frames: list[tuple[Kind, int]]) -> None:
    out, into = os.pipe()
    said = [(kind, os.urandom(length)) for kind, length in frames]

    def write() -> None:
        sender = Sender(into)
        for kind, content in said:
            sender.send(kind, content)
        sender.flush()
        os.close(into)

    writer = threading.Thread(target=write)
    writer.start()
    receiver = Receiver(out)
    assert [(kind, bytes(content)) for kind, content in (receiver.receive() for _ in said)] == said
    with pytest.raises(EOFError):
        receiver.receive()
    writer.join()
    os.close(out)


@pytest.mark.parametrize("kept", [3, 7, 40_000])
def test_a_frame_that_ends_in_the_middle_is_none(pipe: tuple[int, int], kept: int) -> None:
    out, into = pipe
    whole = bytearray()
    sender = Sender(into)
    sender.send(Kind.ROWS, b"x" * 50_000)
    whole += sender._gathered
    os.write(into, whole[:kept])
    os.close(into)
    with pytest.raises(EOFError):
        Receiver(out).receive()


def test_a_length_that_nobody_sends_is_refused(pipe: tuple[int, int]) -> None:
    out, into = pipe
    os.write(into, bytes([Kind.ROWS]) + (LONGEST + 1).to_bytes(4, "big"))
    with pytest.raises(ValueError, match="too long"):
        Receiver(out).receive()


def test_one_frame_may_be_written_at_once(pipe: tuple[int, int]) -> None:
    out, into = pipe
    send(into, Kind.JOB, b"{}")
    assert Receiver(out).receive() == (Kind.JOB, bytearray(b"{}"))


def test_a_watch_interrupts_what_takes_too_long_and_nothing_that_ended() -> None:
    watch, interrupted = Watch(), threading.Event()
    time.sleep(0.05)  # it sleeps, and is woken for a bound that is nearer than its next look
    watch.begin(0.1, interrupted.set)
    assert interrupted.wait(LONGEST_SLEEP)
    assert watch.end()
    interrupted.clear()
    watch.begin(0.1, interrupted.set)
    assert not watch.end()
    assert not interrupted.wait(0.2)
