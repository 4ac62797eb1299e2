"""The first lines of a confined process: read the order, lock down, tell what holds, run the job.

Run as a file, isolated (`python -I`), so that neither the environment nor the working directory chooses what is imported.
"""

from __future__ import annotations

import os
import sys
from importlib import import_module
from pathlib import Path


def main() -> None:
    """Serve one order from standard input."""
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
    from mesh_platform.confine.lockdown import lock_down
    from mesh_platform.confine.order import Order

    order = Order.read(0)
    module, _, function = order.job.partition(":")
    import_module(module.rpartition(".")[0])  # afterwards the folder around the packages is out of reach
    held = lock_down(order)
    with os.fdopen(order.held_fd, "wb") as answer:
        answer.write(held.packed())
    if held.closed or order.weakened:
        getattr(import_module(module), function)(**order.given)


if __name__ == "__main__":
    main()
