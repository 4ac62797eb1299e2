"""Processes of their own for tests of every room, forked from a server that has the imports done already.

A process that runs tests has one such server, which starts with the list that was set last: so there is one list, and it stands here.
"""

from __future__ import annotations

import multiprocessing

processes = multiprocessing.get_context("forkserver")
processes.set_forkserver_preload(
    [
        "__main__",
        "duckdb",
        "pyarrow",
        "mesh_platform.lake",
        "mesh_platform.ledger",
        "tests.audit.conftest",
        "tests.lake.conftest",
        "tests.ledger.samples",
        "tests.state.worker",
    ]
)
