"""Applies retention in a process of its own: `python -m tests.retention.child PROJECT PRODUCT`; its exit status says whether all was done."""

from __future__ import annotations

import sys
from pathlib import Path

from mesh_platform.clock import utc_now
from tests.retention.books import BY, books_at

if __name__ == "__main__":
    with books_at(Path(sys.argv[1])) as (_, keeper):
        sys.exit(any(done.finding for done in keeper.apply(utc_now(), BY, sys.argv[2:])))
