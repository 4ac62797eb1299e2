"""`python -m mesh_platform.api`: the port in this process, until it is told to end; `mesh serve` starts it."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

SWITCH = 0.0005
"""Seconds after which a thread that computes lets another one go on: the loop answers callers while threads read files and write records."""


def main() -> int:
    """Serve; gives the exit code."""
    from mesh_platform.api.server import server
    from mesh_platform.api.service import Service
    from mesh_platform.errors import MeshError
    from mesh_platform.settings import load_settings

    options = argparse.ArgumentParser(prog="python -m mesh_platform.api")
    options.add_argument("--project", type=Path)
    options.add_argument("--host", default="127.0.0.1")
    options.add_argument("--port", type=int)
    options.add_argument("--region")
    options.add_argument("--plain", action="store_true")
    given = options.parse_args()
    try:
        settings = load_settings(given.project)
        sys.setswitchinterval(SWITCH)
        with Service(settings, given.region) as service:
            server(service, given.host, given.port or settings.api_port, given.plain).run()
    except MeshError as error:
        print(json.dumps({"event": "error", "finding": error.finding.as_json(), "exit_code": error.exit_code}), flush=True)  # noqa: T201
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())
