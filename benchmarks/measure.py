"""What every measurement here shares: processes of their own that take turns, medians, ratios within a round, and markdown tables.

Keep the measuring process small and let children make the data: a child's peak memory, as Linux tells it, starts from its parent's.
"""

from __future__ import annotations

import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Usage:
    """What one child used, as a whole: seconds, CPU seconds (user and system), peak memory in MB, and what it told as JSON."""

    wall: float
    cpu: float
    peak: float
    told: dict[str, Any] = field(default_factory=dict)

    def get(self, name: str) -> float:
        """A figure by name: what the child told of itself first, else what it used as a whole."""
        return float(self.told[name] if name in self.told else getattr(self, name))


class ChildFailed(Exception):
    """A measured process ended badly; its text is the end of what it wrote to stderr."""


Rounds = dict[str, list[Usage]]


def child(command: Sequence[str], env: Mapping[str, str] | None = None) -> Usage:
    """Run `command`; where the last line of its output is a JSON object, that is what it told.

    Raises:
        ChildFailed: where it ends with anything but 0.
    """
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        started = time.perf_counter()
        process = subprocess.Popen(command, stdout=out, stderr=err, env={**os.environ, **(env or {})})
        _, status, used = os.wait4(process.pid, 0)
        wall = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0), err.seek(0)
        if process.returncode:
            raise ChildFailed(f"{process.returncode}: {err.read().decode(errors='replace')[-2000:]}")
        last = (out.read().decode(errors="replace").strip().splitlines() or [""])[-1]
    told = json.loads(last) if last.startswith("{") else {}
    return Usage(wall, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, told)


def python(*arguments: object) -> list[str]:
    """A command of this very interpreter."""
    return [sys.executable, *map(str, arguments)]


@contextmanager
def used() -> Iterator[dict[str, float]]:
    """Inside a child: seconds and CPU seconds of the block, without imports and preparation before it."""
    found: dict[str, float] = {}
    cpu, wall = cpu_seconds(), time.perf_counter()
    yield found
    found |= {"cpu": cpu_seconds() - cpu, "wall": time.perf_counter() - wall}


def cpu_seconds() -> float:
    """CPU seconds of this process until now."""
    own = resource.getrusage(resource.RUSAGE_SELF)
    return own.ru_utime + own.ru_stime


def in_turns(cases: Mapping[str, Callable[[], Usage]], rounds: int, rotate: bool = False, required: bool = True) -> Rounds:
    """Every case once per round, A B A B; with `rotate` each round begins with another one. A case that fails ends the measurement, or, where
    it is not `required`, is left out of it."""
    found: Rounds = {name: [] for name in cases}
    for number in range(rounds):
        first = number % len(cases) if rotate else 0
        for name in (*list(cases)[first:], *list(cases)[:first]):
            if name not in found:
                continue
            try:
                found[name].append(cases[name]())
            except ChildFailed as error:
                if required:
                    raise SystemExit(f"{name}, round {number + 1}: {error}") from None
                say(f"  round {number + 1}, {name}: left out, {error}")
                del found[name]
                continue
            say(f"  round {number + 1}, {name}: {found[name][-1].get('wall'):.2f} s, CPU {found[name][-1].get('cpu'):.2f} s")
    return found


def median(runs: Sequence[Usage], name: str) -> float:
    return statistics.median(run.get(name) for run in runs)


def spread(runs: Sequence[Usage], name: str, digits: int = 2) -> str:
    """Least and most, which is the noise of the machine."""
    figures = [run.get(name) for run in runs]
    return f"{min(figures):.{digits}f}–{max(figures):.{digits}f}"


def ratios(own: Sequence[Usage], base: Sequence[Usage], name: str) -> list[float]:
    """Each run over the base's run of the same round."""
    return [mine.get(name) / theirs.get(name) for mine, theirs in zip(own, base, strict=True)]


def ratio(own: Sequence[Usage], base: Sequence[Usage], name: str) -> str:
    """The median of the ratios, with the least and the most."""
    found = ratios(own, base, name)
    return f"{statistics.median(found):.2f} ({min(found):.2f}–{max(found):.2f})"


def markdown(head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(str(cell) for cell in line)} |" for line in lines) + "\n"


def machine() -> str:
    """The line that stands above every table: what it was measured on, and how busy that was."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return (
        f"{os.cpu_count()} cores ({platform.machine()}), {memory:.0f} GiB, Python {platform.python_version()}, "
        f"load {os.getloadavg()[0]:.1f} at this point."
    )


def say(text: str) -> None:
    """Progress, beside the tables."""
    print(text, file=sys.stderr, flush=True)
