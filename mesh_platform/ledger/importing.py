"""Import a file of events: read whole before anything is recorded, then recorded in few transactions. The same file again is safe."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from mesh_platform.actor import Actor
from mesh_platform.errors import Finding
from mesh_platform.ledger.events import Event
from mesh_platform.ledger.journal import OtherContent, Outcome
from mesh_platform.ledger.ledger import Ledger
from mesh_platform.ledger.reading import Format, Line, read_events

ONE_TRANSACTION = 20_000
"""Events that are recorded in one transaction; a larger file takes several, since others wait for the write lock meanwhile."""
MOST_TOLD = 100
"""Lines whose errors are told; the others are counted."""
Progress = Callable[[str, int], None]


@dataclass(slots=True)
class Imported:
    """What an import came to."""

    lines: int = 0
    outcomes: Counter[Outcome] = field(default_factory=Counter)
    wrong: list[Finding] = field(default_factory=list)
    wrong_lines: int = 0
    sequence: int = 0

    def tell(self, line: int, why: str) -> None:
        self.wrong_lines += 1
        if len(self.wrong) < MOST_TOLD:
            fix = "Mend the line and import the file again; what is on record is not recorded twice."
            self.wrong.append(Finding("LEDGER-05", f"line {line}", f"It cannot be recorded: {why.rstrip('.')}.", fix))


def import_events(
    ledger: Ledger,
    path: Path,
    how: Format,
    source: str,
    writer: Callable[[Iterable[Event]], Actor],
    *,
    keep_good: bool = False,
    dry_run: bool = False,
    progress: Progress = lambda what, count: None,
) -> Imported:
    """Record the file's events; nothing where one of its lines is wrong, unless `keep_good`.

    Args:
        ledger: where to.
        path: the file.
        how: its format.
        source: of lines that name none.
        writer: who writes these events; raises where they may not.
        keep_good: record the lines that are right although others are not.
        dry_run: record nothing.
        progress: is called with what is done and the count of lines or events.

    Raises:
        Denied: LEDGER-02, where the events of a source may not be recorded by the writer.
        NotFound: where the file cannot be read.
    """
    done, good = Imported(), list[Line]()
    for line in read_events(path, how, ledger.tokens, source, ledger.purposes.key):
        done.lines += 1
        if line.wrong:
            done.tell(line.number, line.wrong)
        else:
            good.append(line)
        if done.lines % 10_000 == 0:
            progress("read", done.lines)
    by = writer(event for line in good for event in line.events)
    if dry_run or (done.wrong and not keep_good):
        return done
    for batch in _batches(good):
        _record(ledger, batch, by, done, keep_good)
        progress("recorded", sum(done.outcomes.values()))
        if done.wrong and not keep_good:
            return done
    return done


def _record(ledger: Ledger, lines: Sequence[Line], by: Actor, done: Imported, keep_good: bool) -> None:
    """One transaction."""
    events = [event for line in lines for event in line.events]
    of = [line.number for line in lines for _ in line.events]
    try:
        recorded = ledger.append(*events, by=by, leave_others=keep_good)
    except OtherContent as error:
        others = error.numbers
    else:
        others = tuple(number for number, each in enumerate(recorded) if each.outcome is Outcome.OTHER_CONTENT)
        done.outcomes.update(each.outcome for each in recorded)
        done.sequence = max(done.sequence, *(each.sequence for each in recorded))
    for number in dict.fromkeys(of[number] for number in others):
        done.tell(number, "its source and event_id are on record with another content")


def _batches(lines: Sequence[Line]) -> Iterable[list[Line]]:
    batch: list[Line] = []
    size = 0
    for line in lines:
        batch.append(line)
        size += len(line.events)
        if size >= ONE_TRANSACTION:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch
