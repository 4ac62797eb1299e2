"""The development keyring: key-encryption keys as files that only their owner reads, one per domain and region.

It protects a lake that was copied without its keyring, and nothing from whoever can read the keyring; `kind` says so wherever the
key is shown. Production puts a KMS or Vault behind the same port.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from mesh_platform.errors import Finding, Unavailable

KEY_BYTES = 32
NONCE_BYTES = 12  # NIST SP 800-38D, 8.2: 96 bits
NAME_BYTES = 8
MAGIC = b"MK1"


class LocalKeyring:
    """A `KeyProvider` on a folder (0700) of key files (0600)."""

    kind = "development key"

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def wrap(self, domain: str, region: str, key: bytes) -> bytes:
        with self._locked():
            sealing = self._read(domain, region) or self._create(domain, region)
            _sync_folder(self.folder)
        nonce = os.urandom(NONCE_BYTES)
        return MAGIC + _name(sealing) + nonce + AESGCM(sealing).encrypt(nonce, key, _bound_to(domain, region))

    def unwrap(self, domain: str, region: str, wrapped: bytes) -> bytes:
        sealing = self._read(domain, region)
        if sealing is None:
            raise _problem("KEY-01", domain, region, "There is no key of this domain in this region, or it was destroyed.")
        start = len(MAGIC) + NAME_BYTES
        if wrapped[: len(MAGIC)] != MAGIC or len(wrapped) < start + NONCE_BYTES:
            raise _problem("KEY-02", domain, region, "The wrapped key is cut off or damaged.")
        if wrapped[len(MAGIC) : start] != _name(sealing):
            raise _problem("KEY-03", domain, region, "The catalog's key was wrapped with another key than the keyring holds.")
        nonce, sealed = wrapped[start : start + NONCE_BYTES], wrapped[start + NONCE_BYTES :]
        try:
            return AESGCM(sealing).decrypt(nonce, sealed, _bound_to(domain, region))
        except InvalidTag:
            raise _problem("KEY-02", domain, region, "The wrapped key is damaged or another domain's.") from None

    def has(self, domain: str, region: str) -> bool:
        return self._read(domain, region) is not None

    def destroy(self, domain: str, region: str) -> None:
        path = self._path(domain, region)
        if not self.folder.is_dir():
            return
        with self._locked():
            if not path.exists():
                return
            with path.open("r+b") as old:  # overwritten first: an unlinked file's bytes may outlive its name
                old.write(bytes(KEY_BYTES))
                old.flush()
                os.fsync(old.fileno())
            path.unlink()
            _sync_folder(self.folder)

    def _path(self, domain: str, region: str) -> Path:
        return self.folder / f"{quote(domain, safe='')}@{quote(region, safe='')}.kek"

    def _read(self, domain: str, region: str) -> bytes | None:
        try:
            key = self._path(domain, region).read_bytes()
        except FileNotFoundError:
            return None
        if len(key) != KEY_BYTES:
            raise _problem("KEY-02", domain, region, "The key's file in the keyring is cut off or damaged.")
        return key

    def _create(self, domain: str, region: str) -> bytes:
        """A new key under its name, complete or not at all: written aside, then linked, which never replaces an existing file."""
        key, path = os.urandom(KEY_BYTES), self._path(domain, region)
        aside = path.with_suffix(".new")
        aside.unlink(missing_ok=True)  # left by a killed process; the lock is ours
        descriptor = os.open(aside, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        with os.fdopen(descriptor, "wb") as out:
            out.write(key)
            out.flush()
            os.fsync(out.fileno())
        os.link(aside, path)
        aside.unlink()
        return key

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """One process and one thread at a time changes the keyring."""
        self._make_folder()
        descriptor = os.open(self.folder / ".lock", os.O_CREAT | os.O_RDWR, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)

    def _make_folder(self) -> None:
        if not self.folder.is_dir():
            self.folder.parent.mkdir(parents=True, exist_ok=True)
            self.folder.mkdir(mode=0o700, exist_ok=True)
            _sync_folder(self.folder.parent)
        if self.folder.stat().st_mode & 0o077:
            self.folder.chmod(0o700)


def _name(key: bytes) -> bytes:
    """What a wrapped key carries to tell which key sealed it; says nothing about the key."""
    return hashlib.sha256(b"mesh key name" + key).digest()[:NAME_BYTES]


def _bound_to(domain: str, region: str) -> bytes:
    return f"{quote(domain, safe='')}|{quote(region, safe='')}".encode()


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _problem(rule: str, domain: str, region: str, why: str) -> Unavailable:
    fix = "Restore the keyring that this lake was written with, or publish the domain's products anew under a new key."
    return Unavailable(Finding(rule, f"key of domain {domain} in {region}", why, fix))
