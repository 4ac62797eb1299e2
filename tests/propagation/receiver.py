"""A recipient on this machine: a real HTTP server that fails, lies, or does as it is asked."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from mesh_platform.propagation.sending import acknowledgement

SECRET = "a secret of the test's own"


class Receiver:
    """What came, and how it is answered: `fails`, `says yes` without a signature, `signs with another key`, `skips` the last of each batch, or `acknowledges`."""

    def __init__(self) -> None:
        self.how = "acknowledges"
        self.events: list[dict[str, Any]] = []
        self.bodies: list[bytes] = []
        self.headers: list[dict[str, str]] = []
        self.address = ""

    def answer(self, body: bytes, headers: dict[str, str]) -> tuple[int, bytes]:
        self.bodies.append(body)
        self.headers.append(headers)
        given = json.loads(body)
        self.events += given
        ids = [event["id"] for event in given]
        if self.how == "fails":
            return 503, b""
        if self.how == "says yes":
            return 200, b'{"ok": true}'
        kept = ids[:-1] if self.how == "skips" else ids
        secret = "another secret of somebody" if self.how == "signs with another key" else SECRET
        return 200, json.dumps({"acknowledged": kept, "signature": acknowledgement(secret, kept)}).encode()


@contextmanager
def receiving() -> Iterator[Receiver]:
    found = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            code, answer = found.answer(body, dict(self.headers))
            self.send_response(code)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    found.address = f"http://127.0.0.1:{server.server_address[1]}/hooks"
    try:
        yield found
    finally:
        server.shutdown()
        server.server_close()
