"""An HTTP server with the calls of Vault's transit engine that the platform makes, written from Vault's own documentation.

No Vault stands here: it shows that the client sends what is documented and bears what may come back, and nothing about Vault itself.
"""

from __future__ import annotations

import base64
import json
import os
import re
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any
from urllib.parse import unquote

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

TOKEN = "s.the-platforms-own"


class Key:
    def __init__(self) -> None:
        self.versions = {1: (os.urandom(32), int(time.time()))}
        self.min_decryption = self.min_encryption = 1
        self.min_available = 0
        self.deletable = False

    def told(self) -> dict[str, Any]:
        return {
            "type": "aes256-gcm96",
            "keys": {str(number): at for number, (_, at) in self.versions.items() if number >= self.min_decryption},
            "latest_version": max(self.versions),
            "min_decryption_version": self.min_decryption,
            "min_encryption_version": self.min_encryption,
            "min_available_version": self.min_available,
            "deletion_allowed": self.deletable,
        }


class Transit:
    """`with Transit() as server: server.url`."""

    def __init__(self) -> None:
        self.keys: dict[str, Key] = {}
        self.fails_with: int | None = None
        self.asked: list[tuple[str, str]] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def answer(self) -> None:
                length = int(self.headers.get("Content-Length") or 0)
                said = json.loads(self.rfile.read(length) or b"null") or {}
                path = unquote(self.path.removeprefix("/v1/transit/"))
                outer.asked.append((self.command, path))
                status, data = outer.answer(self.command, path, said, self.headers.get("X-Vault-Token"))
                body = (
                    b""
                    if status == 204
                    else json.dumps({"data": data} if status == 200 else {"errors": [str(data)] if data else []}).encode()
                )
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            do_GET = do_POST = do_DELETE = do_LIST = answer  # noqa: N815

            def log_message(self, *_: Any) -> None:
                return

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def answer(self, method: str, path: str, said: dict[str, Any], token: str | None) -> tuple[int, Any]:
        if self.fails_with is not None:
            return self.fails_with, "sealed"
        if token != TOKEN:
            return 403, "permission denied"
        if method == "LIST" and path == "keys":
            return (200, {"keys": sorted(self.keys)}) if self.keys else (404, "")
        found = re.fullmatch(r"(keys|encrypt|decrypt)/([^/]+)(?:/(config|rotate|trim))?", path)
        if not found:
            return 404, "no handler"
        call, name, action = found.groups()
        if call == "keys":
            return self._keys(method, name, action, said)
        if name not in self.keys:
            return 400, "encryption key not found"
        return self._encrypt(self.keys[name], said) if call == "encrypt" else self._decrypt(self.keys[name], said)

    def _keys(self, method: str, name: str, action: str | None, said: dict[str, Any]) -> tuple[int, Any]:
        key = self.keys.get(name)
        if method == "POST" and action is None:
            self.keys.setdefault(name, Key())
            return 204, None
        if key is None:
            return (404, "") if method == "GET" else (400, "no existing key")
        if method == "GET":
            return 200, key.told()
        if method == "DELETE":
            if not key.deletable:
                return 400, "deletion is not allowed for this key"
            del self.keys[name]
        elif action == "rotate":
            key.versions[max(key.versions) + 1] = (os.urandom(32), int(time.time()))
        elif action == "config":
            key.deletable = said.get("deletion_allowed", key.deletable)
            key.min_decryption = said.get("min_decryption_version", key.min_decryption)
            key.min_encryption = said.get("min_encryption_version", key.min_encryption)
        elif action == "trim":
            least = said["min_available_version"]
            if least > min(key.min_decryption, key.min_encryption):
                return 400, "cannot be greater than min_decryption_version or min_encryption_version"
            key.min_available = least
            key.versions = {number: held for number, held in key.versions.items() if number >= least}
        return 204, None

    def _encrypt(self, key: Key, said: dict[str, Any]) -> tuple[int, Any]:
        newest, nonce = max(key.versions), os.urandom(12)
        sealed = nonce + AESGCM(key.versions[newest][0]).encrypt(nonce, base64.b64decode(said["plaintext"]), None)
        return 200, {"ciphertext": f"vault:v{newest}:{base64.b64encode(sealed).decode()}", "key_version": newest}

    def _decrypt(self, key: Key, said: dict[str, Any]) -> tuple[int, Any]:
        _, version, text = said["ciphertext"].split(":")
        number = int(version[1:])
        if number < key.min_decryption or number not in key.versions:
            return 400, "ciphertext or signature version is disallowed by policy (too old)"
        try:
            sealed = base64.b64decode(text, validate=True)
            plain = AESGCM(key.versions[number][0]).decrypt(sealed[:12], sealed[12:], None)
        except (InvalidTag, ValueError):
            return 400, "cipher: message authentication failed"
        return 200, {"plaintext": base64.b64encode(plain).decode()}

    def __enter__(self) -> Transit:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._server.shutdown()
        self._server.server_close()
