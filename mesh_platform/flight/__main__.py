"""`python -m mesh_platform.flight`: the port in this process, until it is told to end; `mesh flight` starts it."""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import signal
import sys
from pathlib import Path
from typing import Any


async def _serve(given: argparse.Namespace, settings: Any) -> None:
    from mesh_platform.api.service import Service
    from mesh_platform.flight.server import GRACE, Tls, server

    tls = Tls.read(given.tls_cert, given.tls_key) if given.tls_cert and given.tls_key else None
    with Service(settings, given.region, interface="SQL") as service:
        running, _ = server(service, given.host, given.port, tls, given.plain)
        ended = asyncio.Event()
        for each in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(each, ended.set)
        await running.start()
        service.workers.warm(settings.api_workers)
        await ended.wait()
        await running.stop(GRACE)


def main() -> int:
    """Serve; gives the exit code."""
    from mesh_platform.errors import MeshError
    from mesh_platform.settings import load_settings

    options = argparse.ArgumentParser(prog="python -m mesh_platform.flight")
    options.add_argument("--project", type=Path)
    options.add_argument("--host", default="127.0.0.1")
    options.add_argument("--port", type=int, required=True)
    options.add_argument("--region")
    options.add_argument("--tls-cert", type=Path)
    options.add_argument("--tls-key", type=Path)
    options.add_argument("--plain", action="store_true")
    given = options.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    try:
        asyncio.run(_serve(given, load_settings(given.project)))
    except MeshError as error:
        print(json.dumps({"event": "error", "finding": error.finding.as_json(), "exit_code": error.exit_code}), flush=True)  # noqa: T201
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())
