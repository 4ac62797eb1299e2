"""Runs one request in a process of its own: `python -m tests.subjects.child PROJECT REQUEST`."""

from __future__ import annotations

import sys
from pathlib import Path

from tests.subjects.town import BY, town_at

if __name__ == "__main__":
    with town_at(Path(sys.argv[1])) as (_, desk):
        desk.run(sys.argv[2], BY)
