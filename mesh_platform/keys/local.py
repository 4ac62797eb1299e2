"""The development keyring: key-encryption keys as files that only their owner reads, one per domain, region and version.

It protects a lake that was copied without its keyring, and nothing from whoever can read the keyring; `kind` says so wherever the
key is shown. Production puts a KMS or Vault behind the same port.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote, unquote

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from mesh_platform.keys.provider import KeyVersion, damaged, no_key, unusable, wrapped_otherwise

KEY_BYTES = 32
NONCE_BYTES = 12  # NIST SP 800-38D, 8.2: 96 bits
NAME_BYTES = 8
MAGIC = b"MK1"
KEY, GOING, ASIDE = ".kek", ".gone", ".new"


class LocalKeyring:
    """A `KeyProvider` on a folder (0700) of key files (0600): `domain@region.kek`, and `domain@region@2.kek` for the second version."""

    kind = "development key"
    recallable_days = 0

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def wrap(self, domain: str, region: str, key: bytes) -> bytes:
        with self._locked(domain, region):
            held = self._files(domain, region)
            sealing = self._read(held[-1], domain, region) if held else self._create(self._path(domain, region, 1))
            _sync_folder(self.folder)
        nonce = os.urandom(NONCE_BYTES)
        return MAGIC + _name(sealing) + nonce + AESGCM(sealing).encrypt(nonce, key, _bound_to(domain, region))

    def unwrap(self, domain: str, region: str, wrapped: bytes) -> bytes:
        held = self._held(domain, region)
        if not held:
            raise no_key(domain, region)
        start = len(MAGIC) + NAME_BYTES
        wanted = self.version_of(domain, region, wrapped)
        sealing = next((key for _, key in held if _name(key).hex() == wanted), None)
        if sealing is None:
            raise wrapped_otherwise(domain, region)
        nonce, sealed = wrapped[start : start + NONCE_BYTES], wrapped[start + NONCE_BYTES :]
        try:
            return AESGCM(sealing).decrypt(nonce, sealed, _bound_to(domain, region))
        except InvalidTag:
            raise damaged(domain, region, "The wrapped key is damaged or another domain's.") from None

    def has(self, domain: str, region: str) -> bool:
        return bool(self._held(domain, region))

    def destroy(self, domain: str, region: str) -> None:
        self._drop(domain, region, keep=0)

    def versions(self, domain: str, region: str) -> tuple[KeyVersion, ...]:
        with _usable(domain, region):
            return tuple(_version(domain, region, path, key) for path, key in self._held(domain, region))

    def listed(self) -> tuple[KeyVersion, ...]:
        with _usable("", ""):
            entries = (
                list(self.folder.iterdir()) if self.folder.exists() else []
            )  # glob takes a folder that is closed to us for an empty one
        owners = sorted({_owner(path) for path in entries if path.suffix == KEY})
        return tuple(version for owner in owners for version in self.versions(*owner))

    def version_of(self, domain: str, region: str, wrapped: bytes) -> str:
        start = len(MAGIC) + NAME_BYTES
        if wrapped[: len(MAGIC)] != MAGIC or len(wrapped) < start + NONCE_BYTES:
            raise damaged(domain, region)
        return wrapped[len(MAGIC) : start].hex()

    def renew(self, domain: str, region: str) -> KeyVersion:
        with self._locked(domain, region):
            held = self._files(domain, region)
            path = self._path(domain, region, _number(held[-1]) + 1 if held else 1)
            key = self._create(path)
            _sync_folder(self.folder)
            return _version(domain, region, path, key)

    def drop_older(self, domain: str, region: str) -> int:
        return self._drop(domain, region, keep=1)

    def _drop(self, domain: str, region: str, keep: int) -> int:
        if not self.folder.is_dir():
            return 0
        with self._locked(domain, region):
            held = self._files(domain, region)
            doomed = held[: len(held) - keep]
            for path in doomed:
                path.replace(path.with_suffix(GOING))  # no key from here on, even where the rest is interrupted
            _sync_folder(self.folder)
            for path in list(self.folder.glob(f"*{GOING}")):
                _erase(path)
            _sync_folder(self.folder)
            return len(doomed)

    def _path(self, domain: str, region: str, number: int) -> Path:
        version = "" if number == 1 else f"@{number}"
        return self.folder / f"{quote(domain, safe='')}@{quote(region, safe='')}{version}{KEY}"

    def _files(self, domain: str, region: str) -> list[Path]:
        """The files of one key's versions, oldest first."""
        first = self._path(domain, region, 1)
        found = [path for path in self.folder.glob(f"{first.stem}@*{KEY}") if path.stem.count("@") == 2]
        return sorted([first, *found] if first.exists() else found, key=_number)

    def _held(self, domain: str, region: str) -> list[tuple[Path, bytes]]:
        """Files and keys; one that goes meanwhile is not held any more."""
        found = []
        with _usable(domain, region):
            for path in self._files(domain, region):
                with suppress(FileNotFoundError):
                    found.append((path, self._read(path, domain, region)))
        return found

    def _read(self, path: Path, domain: str, region: str) -> bytes:
        key = path.read_bytes()
        if len(key) != KEY_BYTES:
            raise damaged(domain, region, "The key's file in the keyring is cut off or damaged.")
        return key

    def _create(self, path: Path) -> bytes:
        """A new key under its name, complete or not at all: written aside, then linked, which never replaces an existing file."""
        key, aside = os.urandom(KEY_BYTES), path.with_suffix(ASIDE)
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
    def _locked(self, domain: str, region: str) -> Iterator[None]:
        """One process and one thread at a time changes the keyring; a file that cannot be used then is KEY-05."""
        with _usable(domain, region):
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


@contextmanager
def _usable(domain: str, region: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise unusable(domain, region, type(error).__name__) from None


def _name(key: bytes) -> bytes:
    """What a wrapped key carries to tell which key sealed it; says nothing about the key."""
    return hashlib.sha256(b"mesh key name" + key).digest()[:NAME_BYTES]


def _number(path: Path) -> int:
    parts = path.stem.split("@")
    return int(parts[2]) if len(parts) == 3 and parts[2].isdecimal() else 1


def _owner(path: Path) -> tuple[str, str]:
    domain, _, rest = path.stem.partition("@")
    return unquote(domain), unquote(rest.partition("@")[0])


def _version(domain: str, region: str, path: Path, key: bytes) -> KeyVersion:
    try:
        created = datetime.fromtimestamp(path.stat().st_mtime, tz=UTC)
    except FileNotFoundError:
        created = None
    return KeyVersion(domain, region, _number(path), _name(key).hex(), created)


def _bound_to(domain: str, region: str) -> bytes:
    return f"{quote(domain, safe='')}|{quote(region, safe='')}".encode()


def _erase(path: Path) -> None:
    with path.open("r+b") as old:  # overwritten first: an unlinked file's bytes may outlive its name
        old.write(bytes(KEY_BYTES))
        old.flush()
        os.fsync(old.fileno())
    path.unlink()


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
