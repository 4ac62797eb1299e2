"""Applies to one domain in a process of its own: `python -m tests.propagation.child PROJECT DOMAIN`."""

from __future__ import annotations

import sys
from pathlib import Path

from tests.propagation.shop import shop_at

if __name__ == "__main__":
    with shop_at(Path(sys.argv[1])) as shop:
        sys.exit(0 if shop.propagation(sys.argv[2]).apply(sys.argv[2]).whole else 1)
