"""A witness of transparency logs (c2sp.org/tlog-witness): it cosigns a checkpoint only where it continues what it has cosigned before.

    python mesh_witness.py new FOLDER --name witness.example/w1
    python mesh_witness.py trust FOLDER LOG-KEY
    python mesh_witness.py serve FOLDER [--host 127.0.0.1] [--port 8383]

Python 3.11 and `cryptography` are enough: whoever runs it needs nothing of the platform that it watches. It keeps one checkpoint per log, on
the disk before it answers. It follows a log to new keys where those that it trusts signed for them, at the checkpoint that it cosigned last, and
takes nothing of the old ones beyond it. A witness that has lost its folder must be given up, not begun anew under the same name.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import quote

from mesh_platform.audit.succession import Rotation
from mesh_platform.audit.tlog import (
    COSIGNED_ED25519,
    EMPTY_ROOT,
    Checkpoint,
    NotProven,
    SignerKey,
    VerifierKey,
    checkpoint_of,
    consistent,
    decoded,
    encoded,
    named,
    noted,
    open_note,
    parse_hashes,
)

KEY, LOGS = "witness.key", "logs"
LARGEST = 262_144
IDLE = 30.0


class Refused(Exception):
    """An answer other than a cosignature: status, and the size that the witness knows where that is the answer."""

    def __init__(self, status: int, size: int | None = None) -> None:
        super().__init__(status)
        self.status = status
        self.size = size


class Witness:
    """The witness in `folder`.

    Raises:
        NotProven: where its key or the keys of the logs cannot be used.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        said = json.loads((folder / KEY).read_text(encoding="utf-8"))
        seed = decoded(str(said.get("ed25519", "")))
        if len(seed) != 32 or not named(str(said.get("name", ""))):
            raise NotProven("the witness's key is damaged")
        self.key = SignerKey(said["name"], COSIGNED_ED25519, seed)
        self._alone = threading.Lock()

    @classmethod
    def new(cls, folder: Path, name: str) -> Witness:
        """A witness with a new key."""
        if not named(name):
            raise NotProven("a name has neither spaces nor a plus sign")
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if (folder / KEY).exists():
            raise NotProven("there is a witness in this folder already")
        _durable(folder / KEY, json.dumps({"name": name, "ed25519": encoded(os.urandom(32))}))
        return cls(folder)

    @property
    def logs(self) -> dict[str, list[tuple[VerifierKey, int | None]]]:
        """The keys of each log that it watches, with the size at which they ended; read anew at each call: a log is added while it runs."""
        found: dict[str, list[tuple[VerifierKey, int | None]]] = {}
        path = self._folder / LOGS
        for line in path.read_text(encoding="utf-8").splitlines() if path.exists() else []:
            text, _, end = line.strip().partition(" ")
            key = VerifierKey.parse(text)
            found.setdefault(key.name, []).append((key, int(end) if end else None))
        return found

    def trust(self, key: str) -> None:
        """Watch the log of that key too."""
        with self._alone:
            known = [one for keys in self.logs.values() for one in keys]
            new = VerifierKey.parse(key)
            self._keep(known if new in {one for one, _ in known} else [*known, (new, None)])

    def rotate(self, text: str) -> None:
        """Follow a log to new keys: of the kinds that are trusted here, from the checkpoint on that was cosigned last.

        Raises:
            Refused: where the trusted keys did not sign for them, or it is another checkpoint.
        """
        try:
            rotation = Rotation.parse(text)
        except NotProven:
            raise Refused(400) from None
        origin = rotation.checkpoint.origin
        with self._alone:
            logs = self.logs
            live = [key for key, end in logs.get(origin, []) if end is None]
            new = [key for key in rotation.keys if key.kind in {one.kind for one in live}]
            if not live:
                raise Refused(404)
            if set(new) == set(live):
                return
            if not rotation.handed_over_by(live) or not new:
                raise Refused(403)
            if (known := self.latest(origin)) != rotation.checkpoint:
                raise Refused(409, known.size)
            ended = [(key, rotation.checkpoint.size if end is None else end) for key, end in logs[origin]]
            others = [one for name, keys in logs.items() if name != origin for one in keys]
            self._keep([*others, *ended, *((key, None) for key in new)])

    def latest(self, origin: str) -> Checkpoint:
        """What it cosigned last of that log."""
        try:
            return checkpoint_of(self._file(origin).read_text(encoding="utf-8"))
        except FileNotFoundError:
            return Checkpoint(origin, 0, EMPTY_ROOT)

    def add(self, request: str) -> str:
        """The cosignature for the checkpoint of an `add-checkpoint` request.

        Raises:
            Refused: with the status that the protocol has for it.
        """
        try:
            old, proof, note = _request(request)
            said = noted(note)
        except NotProven:
            raise Refused(400) from None
        known_keys = self.logs.get(said.origin)
        if known_keys is None:
            raise Refused(404)
        keys = [key for key, end in known_keys if end is None or said.size <= end]
        try:
            _, signed = open_note(note, keys)
        except NotProven:
            raise Refused(403) from None
        if not signed:
            raise Refused(403)
        if old > said.size:
            raise Refused(400)
        with self._alone:
            known = self.latest(said.origin)
            if old != known.size:
                raise Refused(409, known.size)
            if old == said.size and said.root != known.root:
                raise Refused(409, known.size)
            if not consistent(old, said.size, known.root, said.root, proof):
                raise Refused(422)
            _durable(self._file(said.origin), said.text)
        return self.key.line(said.text, int(time.time()))

    def _keep(self, keys: Sequence[tuple[VerifierKey, int | None]]) -> None:
        _durable(self._folder / LOGS, "".join(f"{key.text}{'' if end is None else f' {end}'}\n" for key, end in keys))

    def _file(self, origin: str) -> Path:
        return self._folder / f"log-{quote(origin, safe='')}"


def _request(text: str) -> tuple[int, list[bytes], str]:
    head, mark, note = text.partition("\n\n")
    first, *lines = head.split("\n")
    old = first.removeprefix("old ")
    if not mark or old == first or not old.isascii() or not old.isdecimal() or (len(old) > 1 and old[0] == "0") or len(old) > 19:
        raise NotProven("it is no request")
    return int(old), parse_hashes(lines), note


def _durable(path: Path, text: str) -> None:
    """The file, whole and on the disk, or as it was."""
    handle, name = tempfile.mkstemp(dir=path.parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as out:
            out.write(text)
            out.flush()
            os.fsync(out.fileno())
        Path(name).replace(path)
    finally:
        Path(name).unlink(missing_ok=True)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = IDLE
    witness: Witness

    def do_POST(self) -> None:
        length = self.headers.get("Content-Length", "")
        what = self.path.rpartition("/")[2]
        if what not in ("add-checkpoint", "add-rotation") or not length.isdecimal() or int(length) > LARGEST:
            self.close_connection = True
            return self._answer(404 if length.isdecimal() else 411, "")
        try:
            return self._answer(200, self._done(what, self.rfile.read(int(length)).decode("utf-8")))
        except UnicodeDecodeError:
            return self._answer(400, "")
        except Refused as refused:
            size = "" if refused.size is None else f"{refused.size}\n"
            return self._answer(refused.status, size, "text/x.tlog.size" if size else "text/plain")
        except (OSError, NotProven):
            return self._answer(500, "")

    def _done(self, what: str, text: str) -> str:
        if what == "add-checkpoint":
            return self.witness.add(text)
        self.witness.rotate(text)
        return ""

    def _answer(self, status: int, text: str, kind: str = "text/plain; charset=utf-8") -> None:
        body = text.encode("utf-8")
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing is written down of who asks."""


def server(witness: Witness, host: str, port: int) -> ThreadingHTTPServer:
    """The server, bound and not yet running; port 0 takes a free one."""
    return ThreadingHTTPServer((host, port), type("Handler", (_Handler,), {"witness": witness}))


def main(arguments: Sequence[str] | None = None) -> int:
    """The command."""
    parser = argparse.ArgumentParser(prog="mesh_witness.py", description="A witness of transparency logs.")
    parser.add_argument("command", choices=("new", "trust", "serve"))
    parser.add_argument("folder", type=Path)
    parser.add_argument("key", nargs="?", help="trust: the log's public key")
    parser.add_argument("--name", help="new: the witness's name")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8383)
    given = parser.parse_args(arguments)
    try:
        witness = Witness.new(given.folder, given.name or "") if given.command == "new" else Witness(given.folder)
        if given.command == "trust":
            witness.trust(given.key or "")
    except (OSError, ValueError) as error:
        sys.stderr.write(f"It cannot be done: {error}\n")
        return 1
    sys.stdout.write(f"{witness.key.verifier.text}\n")
    sys.stdout.flush()
    if given.command == "serve":
        with server(witness, given.host, given.port) as serving:
            sys.stdout.write(f"http://{given.host}:{serving.server_address[1]}\n")
            sys.stdout.flush()
            serving.serve_forever()
    return 0


if __name__ == "__main__":
    sys.exit(main())
