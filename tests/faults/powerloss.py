"""The power goes at any moment of a command: rebuild what could be left, and check it."""

from __future__ import annotations

import itertools
import random
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.faults.disk import LUCKS, WORST, Disk, Luck, fingerprint, write_state
from tests.faults.trace import Event, record

ACKNOWLEDGED = "acknowledged"
TURNING_POINTS = frozenset({"rename", "link", "unlink", "sync"})


@dataclass(frozen=True, slots=True)
class Scenario:
    """A command under test and what must hold after it was cut short. See the package's docstring.

    `aside` are folders of the home that carry nothing over a restart (locks, temporary files): neither traced nor rebuilt.
    """

    name: str
    prepare: Callable[[Path], None]
    command: Callable[[Path], Sequence[str]]
    check: Callable[[Path, bool], None]
    aside: tuple[str, ...] = ("locks", "tmp")


@dataclass(frozen=True, slots=True)
class Violation:
    """A state in which the invariant did not hold: after which event, by what luck, and what the check said."""

    after: int
    event: str
    luck: Luck
    acknowledged: bool
    said: str


@dataclass(slots=True)
class Report:
    """What a run of the simulator looked at and found."""

    events: int = 0
    states: int = 0
    different: int = 0
    violations: list[Violation] = field(default_factory=list)


def power_loss(scenario: Scenario, work: Path, states: int, seed: int = 7, until_first: bool = False) -> Report:
    """Simulate about so many power failures; the same seed gives the same ones for the same trace.

    Every change of a name and every sync is looked at just before and just after with the worst and the most deceptive luck; the rest
    of the states is drawn.
    """
    home, base = work / "home", work / "base"
    scenario.prepare(home)
    shutil.copytree(home, base)
    events = [event for event in record(scenario.command(home), home).events if not _aside(event.path, scenario.aside)]
    assert any(event.path == ACKNOWLEDGED for event in events), "the command did not acknowledge its work"
    report, seen = Report(events=len(events)), set[str]()
    drawn: Iterator[tuple[dict[str, bytes | None], Violation]] = itertools.chain(
        _end(events, base, seed), _states(events, base, states - len(LUCKS), seed)
    )
    if until_first:  # a build that is broken shows it most often where a name changes
        drawn = iter(sorted(drawn, key=lambda entry: not entry[1].event.startswith("rename")))
    for state, violation in drawn:
        report.states += 1
        told = state.pop(ACKNOWLEDGED, None) is not None or violation.acknowledged
        mark = fingerprint(state) + str(told)
        if mark in seen:
            continue
        seen.add(mark)
        report.different += 1
        said = _checked(scenario, state, told, work / "state")
        if said is not None:
            report.violations.append(Violation(violation.after, violation.event, violation.luck, told, said))
            if until_first:
                break
    return report


def _aside(path: str, aside: tuple[str, ...]) -> bool:
    return any(path == folder or path.startswith(f"{folder}/") for folder in aside)


def _states(events: list[Event], base: Path, states: int, seed: int) -> Iterator[tuple[dict[str, bytes | None], Violation]]:
    chance, disk = random.Random(seed), Disk(base)
    told = next(at for at, event in enumerate(events) if event.path == ACKNOWLEDGED)
    moments = _moments(events, states, chance)
    for after in range(len(events) + 1):
        for luck in moments.get(after, ()):
            last = events[after - 1].call + " " + events[after - 1].path if after else "nothing"
            yield disk.after(luck, chance), Violation(after, last, luck, after > told, "")
        if after < len(events):
            disk.apply(events[after])


def _end(events: list[Event], base: Path, seed: int) -> Iterator[tuple[dict[str, bytes | None], Violation]]:
    """The states after the last event: here an acknowledged version is lost, if ever."""
    chance, disk = random.Random(seed), Disk(base)
    for event in events:
        disk.apply(event)
    for luck in LUCKS:
        yield disk.after(luck, chance), Violation(len(events), "the end", luck, True, "")


def _moments(events: list[Event], states: int, chance: random.Random) -> dict[int, list[Luck]]:
    """After which event the power goes, and with what luck."""
    moments: dict[int, list[Luck]] = {}
    turns = [at for at, event in enumerate(events) if event.call in TURNING_POINTS]
    turns += [at + 1 for at in turns]
    chance.shuffle(turns)
    for at in turns[: states // 2]:
        moments.setdefault(at, []).extend((WORST, Luck("all", "none")))
    while sum(map(len, moments.values())) < states:
        moments.setdefault(chance.randint(0, len(events)), []).append(chance.choice(LUCKS[1:]))
    return moments


def _checked(scenario: Scenario, state: dict[str, bytes | None], acknowledged: bool, folder: Path) -> str | None:
    """What the check says against the state; None where it holds."""
    try:
        write_state(state, folder)
        scenario.check(folder, acknowledged)
    except Exception as error:  # noqa: BLE001  whatever opening the state raises is a violation
        return f"{type(error).__name__}: {error}"
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return None
