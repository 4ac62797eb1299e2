"""A system call of a command is killed or fails: what is left, and whether the next run mends it."""

from __future__ import annotations

import random
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.faults.powerloss import Scenario
from tests.faults.trace import Call, record

FAILING = ("openat", "write", "pwrite64", "fsync", "fdatasync", "rename", "renameat2", "unlink", "ftruncate", "mkdir", "link")
FAULTS = ("signal=KILL", "error=EIO", "error=ENOSPC")


@dataclass(slots=True)
class Injections:
    """How many calls were struck, after how many the command failed, and what was found broken."""

    calls: int = 0
    struck: int = 0
    failed: int = 0
    violations: list[str] = field(default_factory=list)


def inject(scenario: Scenario, work: Path, strikes: int | None, seed: int = 7) -> Injections:
    """Strike `strikes` calls drawn from all that touch the home (every one × every fault where None), each in a run of its own."""
    home, base = work / "home", work / "base"
    scenario.prepare(home)
    shutil.copytree(home, base)
    calls = [call for call in record(scenario.command(home), home).calls if call.name in FAILING]
    targets = [(call, fault) for call in calls for fault in FAULTS]
    if strikes is not None:
        targets = random.Random(seed).sample(targets, min(strikes, len(targets)))
    done = Injections(calls=len(calls))
    for call, fault in targets:
        shutil.rmtree(home)
        shutil.copytree(base, home)
        ended = _struck(scenario.command(home), call, fault)
        done.struck += 1
        done.failed += ended != 0
        try:
            scenario.check(home, ended == 0)
        except Exception as error:  # noqa: BLE001  whatever the check raises is a violation
            done.violations.append(f"{fault} at {call.name} {call.ordinal}: {type(error).__name__}: {error}")
    return done


def _struck(command: Sequence[str], call: Call, fault: str) -> int:
    options = [
        "-f",
        "-qq",
        "-o",
        "/dev/null",
        "-e",
        f"trace={call.name}",
        "-e",
        f"inject={call.name}:{fault}:when={call.ordinal}",
    ]
    return subprocess.run(["strace", *options, *command], capture_output=True, check=False).returncode
