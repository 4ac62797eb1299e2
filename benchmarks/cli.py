"""What `mesh --help` costs against importing click alone, and what `mesh check` costs on the project at hand.

    python benchmarks/cli.py [--rounds 21] [--quick]

Within a round each command runs once, one after the other; figures are CPU seconds of the process (user and system), a command's ratio is
the median of its ratios to the import of its own round.
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import subprocess
import sys

BASE = ("python -c 'import click'", [sys.executable, "-c", "import click"])
COMMANDS = [
    BASE,
    ("mesh --help", [sys.executable, "-c", "import sys; from mesh_platform.cli import main; sys.exit(main(['--help']))"]),
    (
        "mesh new --help",
        [sys.executable, "-c", "import sys; from mesh_platform.cli import main; sys.exit(main(['new', '--help']))"],
    ),
    (
        "mesh check --help",
        [sys.executable, "-c", "import sys; from mesh_platform.cli import main; sys.exit(main(['check', '--help']))"],
    ),
]


def cpu_seconds(command: list[str]) -> float:
    """CPU seconds of one run; its output goes nowhere."""
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode != 0:
        raise SystemExit(f"{command[-1]} ended with {child.returncode}")
    return usage.ru_utime + usage.ru_stime


def measure(rounds: int) -> dict[str, list[float]]:
    found: dict[str, list[float]] = {name: [] for name, _ in COMMANDS}
    for command in COMMANDS:
        cpu_seconds(command[1])  # compiled files written, files in the page cache
    for _ in range(rounds):
        for name, command in COMMANDS:
            found[name].append(cpu_seconds(command))
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=21)
    parser.add_argument("--quick", action="store_true")
    arguments = parser.parse_args()
    found = measure(5 if arguments.quick else arguments.rounds)
    base = found[BASE[0]]
    print(
        f"{platform.platform()}, Python {platform.python_version()}, {os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}"
    )
    print(f"\n| command | CPU, median | spread | ratio to {BASE[0]} |\n|---|---|---|---|")
    for name, seconds in found.items():
        ratio = statistics.median(own / bare for own, bare in zip(seconds, base, strict=True))
        print(
            f"| {name} | {statistics.median(seconds) * 1000:.0f} ms | {min(seconds) * 1000:.0f}–{max(seconds) * 1000:.0f} ms | {ratio:.2f} |"
        )


if __name__ == "__main__":
    main()
