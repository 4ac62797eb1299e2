"""A system of its own that holds people: a real HTTP server that finds, erases and verifies, or fails and lies in one of the ways there are."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from mesh_platform.subjects.erasure.asking import answer_signature

SECRET = "a secret of the store's own"


class HoldingStore:
    """`people` are identifiers. `how`: honest, fails, hangs up, is unsigned, answers another question, keeps (says erased, still finds), hides (finds
    nobody, still verifies), or counts in words.
    """

    def __init__(self, *people: str) -> None:
        self.people, self.how, self.address = [*people], "honest", ""
        self.asked: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []

    def answer(self, operation: str, asked: dict[str, Any]) -> tuple[int, bytes]:
        self.asked.append(asked)
        if self.how == "fails":
            return 503, b""
        wanted = {each.strip().lower() for values in asked["identifiers"].values() for each in values}
        theirs = [one for one in self.people if one in wanted]
        if operation == "erase" and self.how not in ("keeps", "hides"):
            self.people = [one for one in self.people if one not in wanted]
        rows = 0 if self.how == "hides" and operation == "find" else len(theirs)
        id = "0" * 32 if self.how == "answers another question" else asked["id"]
        said: dict[str, Any] = {"id": id, "rows": "none" if self.how == "counts in words" else rows}
        if self.how != "is unsigned":
            said["signature"] = answer_signature(SECRET, operation, id, rows)
        return 200, json.dumps(said).encode()

    def declared(self, verify: bool = True, **keys: str) -> dict[str, Any]:
        """As a descriptor names it."""
        operations = ("find", "erase", "verify") if verify else ("find", "erase")
        told = {name: f"{self.address}/{name}" for name in operations}
        return {"kind": "http", "secret": "env:STORE_SECRET", "keys": keys or {"mail": "email"}, **told}


@contextmanager
def holding(*people: str) -> Iterator[HoldingStore]:
    found = HoldingStore(*people)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            found.headers.append(dict(self.headers))
            if found.how == "hangs up":
                self.close_connection = True
                return
            code, answer = found.answer(self.path.rpartition("/")[2], asked)
            self.send_response(code)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    found.address = f"http://127.0.0.1:{server.server_address[1]}/people"
    try:
        yield found
    finally:
        server.shutdown()
        server.server_close()
