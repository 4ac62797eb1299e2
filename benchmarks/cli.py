"""What the command line costs to answer `--help`, against importing click alone.

    python benchmarks/cli.py [--rounds 21] [--quick]

Within a round each command runs once, one after the other; figures are CPU seconds of the process (user and system), a command's ratio is
the median of its ratios to the import of its own round.
"""

from __future__ import annotations

import argparse
import sys

from measure import child, in_turns, machine, markdown, median, ratio, spread

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


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=21)
    parser.add_argument("--quick", action="store_true")
    arguments = parser.parse_args()
    cases = {name: lambda command=command: child(command) for name, command in COMMANDS}
    for run in cases.values():
        run()  # compiled files written, files in the page cache
    found = in_turns(cases, 5 if arguments.quick else arguments.rounds)
    bare = found[BASE[0]]
    rows = [
        [name, f"{median(runs, 'cpu'):.3f}", spread(runs, "cpu", 3), ratio(runs, bare, "cpu")] for name, runs in found.items()
    ]
    print(f"{machine()} {len(bare)} rounds.\n")
    print(markdown(["command", "CPU s", "least–most", f"ratio to {BASE[0]}"], rows))


if __name__ == "__main__":
    main()
