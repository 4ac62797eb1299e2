"""uvicorn around the application: one process, bounded, quiet about what it was asked."""

from __future__ import annotations

import logging
import socket

import uvicorn

from mesh_platform.api.app import create_app
from mesh_platform.api.service import Service
from mesh_platform.listening import closed

MOST_AT_ONCE = 512
BEHIND = "Say --plain where a proxy in front of it does TLS."
_KEEP_ALIVE = 15
_GRACE = 20


class _WithoutText(logging.Filter):
    """The lines of an error stand in our own log; its text, which may hold a value, in none."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.exc_info = None
        record.exc_text = None
        return True


def server(service: Service, host: str, port: int, plain: bool = False) -> uvicorn.Server:
    """A server that listens there once it runs; `plain`: a proxy in front of it does TLS.

    Raises:
        UsageProblem: HTTP-19, where tokens would go over a network in the clear.
    """
    if not plain:
        closed(host, "HTTP-19", BEHIND)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    for name in ("uvicorn.error", "uvicorn.asgi"):
        logging.getLogger(name).addFilter(_WithoutText())
    config = uvicorn.Config(
        create_app(service),
        host=host,
        port=port,
        log_config=None,
        log_level="warning",
        access_log=False,
        server_header=False,
        date_header=True,
        proxy_headers=False,
        lifespan="off",
        limit_concurrency=MOST_AT_ONCE,
        timeout_keep_alive=_KEEP_ALIVE,
        timeout_graceful_shutdown=_GRACE,
        h11_max_incomplete_event_size=65_536,
    )
    return uvicorn.Server(config)


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])
