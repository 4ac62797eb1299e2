"""Key-encryption keys in HashiCorp Vault's transit engine: one named key per domain and region, with Vault's own versions.

Plain HTTP, since the seven calls need no more. The token comes from the variable VAULT_TOKEN and is shown nowhere. The engine is
documented at https://developer.hashicorp.com/vault/api-docs/secret/transit.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, unquote

from mesh_platform.errors import Finding, Unavailable, UsageProblem
from mesh_platform.keys.provider import KeyVersion, damaged, lacks_extra, no_key, refused, unreachable, wrapped_otherwise
from mesh_platform.outbound import on_this_machine

MAGIC = b"MV1"
SERVICE = "Vault"
TIMEOUT = (5, 15)  # seconds to connect, to answer


class VaultTransit:
    """A `KeyProvider` on Vault's transit engine.

    Args:
        url: of the server, such as https://vault.example.com:8200.
        token: what Vault knows the platform by.
        mount: where the engine is mounted.
        prefix: of the keys' names, so that several meshes may share an engine.

    Raises:
        Unavailable: KEY-07, where requests is not installed; KEY-06, without a token.
        UsageProblem: SET-01, without the server's URL, or where it is none.
    """

    kind = "Vault transit"
    recallable_days = 0

    def __init__(self, url: str | None, token: str | None, mount: str = "transit", prefix: str = "mesh") -> None:
        try:
            import requests
        except ImportError:
            raise lacks_extra(SERVICE, "vault") from None
        if not url:
            raise UsageProblem.because("SET-01", "keys_url", 'keys = "vault" needs its address.', "Set keys_url in mesh.toml.")
        if not token:
            fix = "Set VAULT_TOKEN for the platform's processes."
            raise Unavailable(Finding("KEY-06", "the keys", "No token for Vault is set.", fix))
        self._http, self._token, self._prefix = requests, token, prefix
        self._session = requests.Session()
        try:
            self._session.trust_env = not on_this_machine(url)
        except ValueError:
            raise UsageProblem.because("SET-01", "keys_url", "It is no address.", "Set keys_url in mesh.toml.") from None
        self._base = f"{url.rstrip('/')}/v1/{mount.strip('/')}"

    def wrap(self, domain: str, region: str, key: bytes) -> bytes:
        if not self.has(domain, region):
            self._call("POST", f"keys/{self._name(domain, region)}", domain, region, {"type": "aes256-gcm96"})
        plain = base64.b64encode(key).decode()
        sealed = self._call("POST", f"encrypt/{self._name(domain, region)}", domain, region, {"plaintext": plain})
        if sealed is None:
            raise no_key(domain, region)
        with _formed(domain, region):
            return MAGIC + str(sealed["ciphertext"]).encode("ascii")

    def unwrap(self, domain: str, region: str, wrapped: bytes) -> bytes:
        name = self.version_of(domain, region, wrapped)
        text = wrapped[len(MAGIC) :].decode("ascii")
        opened = self._call("POST", f"decrypt/{self._name(domain, region)}", domain, region, {"ciphertext": text})
        if opened is not None:
            with _formed(domain, region):
                return base64.b64decode(str(opened["plaintext"]), validate=True)
        held = self.versions(domain, region)
        if not held:
            raise no_key(domain, region)
        if name not in {version.name for version in held}:
            raise wrapped_otherwise(domain, region)
        raise damaged(domain, region, "The wrapped key is damaged or another domain's.")

    def has(self, domain: str, region: str) -> bool:
        return bool(self.versions(domain, region))

    def destroy(self, domain: str, region: str) -> None:
        name = self._name(domain, region)
        if not self.has(domain, region):
            return
        self._call("POST", f"keys/{name}/config", domain, region, {"deletion_allowed": True})
        self._call("DELETE", f"keys/{name}", domain, region)
        if self.has(domain, region):
            raise refused(SERVICE, domain, region, "the key is still there")

    def versions(self, domain: str, region: str) -> tuple[KeyVersion, ...]:
        found = self._call("GET", f"keys/{self._name(domain, region)}", domain, region)
        if found is None:
            return ()
        with _formed(domain, region):
            oldest = max(1, int(found.get("min_decryption_version", 1)), int(found.get("min_available_version", 0)))
            held = sorted((int(number), created) for number, created in found["keys"].items() if int(number) >= oldest)
            return tuple(KeyVersion(domain, region, number, f"v{number}", _moment(created)) for number, created in held)

    def listed(self) -> tuple[KeyVersion, ...]:
        found = self._call("LIST", "keys", "", "")
        owners = []
        with _formed("", ""):
            for name in found["keys"] if found is not None else ():
                parts = str(name).split(".")
                if len(parts) == 3 and parts[0] == self._prefix:
                    owners.append((unquote(parts[1]), unquote(parts[2])))
        return tuple(version for owner in sorted(owners) for version in self.versions(*owner))

    def version_of(self, domain: str, region: str, wrapped: bytes) -> str:
        parts = wrapped[len(MAGIC) :].split(b":")
        if wrapped[: len(MAGIC)] != MAGIC or len(parts) != 3 or parts[0] != b"vault" or not parts[1][1:].isdigit():
            raise damaged(domain, region)
        if not wrapped.isascii():
            raise damaged(domain, region)
        return parts[1].decode("ascii")

    def renew(self, domain: str, region: str) -> KeyVersion:
        name = self._name(domain, region)
        before = self.versions(domain, region)
        if before:
            self._call("POST", f"keys/{name}/rotate", domain, region)
        else:
            self._call("POST", f"keys/{name}", domain, region, {"type": "aes256-gcm96"})
        held = self.versions(domain, region)
        if not held or (before and held[-1].number <= before[-1].number):
            raise refused(SERVICE, domain, region, "no new version came")
        return held[-1]

    def drop_older(self, domain: str, region: str) -> int:
        held, name = self.versions(domain, region), self._name(domain, region)
        if not held:
            return 0
        newest = held[-1].number
        least = {"min_decryption_version": newest, "min_encryption_version": newest}
        self._call("POST", f"keys/{name}/config", domain, region, least)
        self._call("POST", f"keys/{name}/trim", domain, region, {"min_available_version": newest})
        left = self._call("GET", f"keys/{name}", domain, region) or {}
        with _formed(domain, region):
            least_available = int(left.get("min_available_version", 0))
        if least_available < newest:
            raise refused(SERVICE, domain, region, "the older versions are still there")
        return len(held) - 1

    def _name(self, domain: str, region: str) -> str:
        """No part may hold a dot, so that each name is one domain's and region's."""
        parts = (quote(part, safe="").replace(".", "%2E") for part in (domain, region))
        return quote(".".join((self._prefix, *parts)), safe="")

    def _call(
        self, method: str, path: str, domain: str, region: str, said: dict[str, Any] | None = None
    ) -> dict[str, Any] | None:
        """The `data` of the answer; None where Vault says that there is no such key, or that it cannot do this with what it was given.

        Vault's 404 for what is not there names no error; one that does tells of the path, such as an engine that is not mounted.
        """
        headers = {"X-Vault-Token": self._token, "X-Vault-Request": "true"}
        try:
            answer = self._session.request(
                method, f"{self._base}/{path}", json=said, headers=headers, timeout=TIMEOUT, allow_redirects=False
            )
            if answer.status_code == 404 and answer.json().get("errors"):
                raise refused(SERVICE, domain, region, "HTTP 404: is the engine mounted as vault_mount says?")
            if answer.status_code == 404 or (answer.status_code == 400 and method in ("POST", "DELETE")):
                return None
            if answer.status_code >= 500 or 300 <= answer.status_code < 400:
                raise unreachable(SERVICE, domain, region, f"HTTP {answer.status_code}")
            if answer.status_code >= 400:
                raise refused(SERVICE, domain, region, f"HTTP {answer.status_code}")
            found = answer.json().get("data") if answer.content else None
        except (self._http.RequestException, AttributeError) as error:
            raise unreachable(SERVICE, domain, region, type(error).__name__) from None
        return found if isinstance(found, dict) else {}


@contextmanager
def _formed(domain: str, region: str) -> Iterator[None]:
    """An answer that lacks what Vault documents is none."""
    try:
        yield
    except (KeyError, TypeError, ValueError, AttributeError):
        raise unreachable(SERVICE, domain, region, "no answer of Vault's form") from None


def _moment(created: object) -> datetime | None:
    """Vault tells seconds since 1970 for symmetric keys."""
    return datetime.fromtimestamp(created, tz=UTC) if isinstance(created, int | float) else None
