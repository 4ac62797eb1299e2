"""The log's keys, and the one that signs checkpoints: it remembers what it signed before it signs, and never signs what does not follow.

Keys and memory lie in a folder of their own (by default `keys/` of the home), not in the database: whoever rolls that back meets a signer
that remembers more. Each checkpoint is signed twice, with Ed25519 and with ML-DSA-44.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from mesh_platform.aside import written
from mesh_platform.audit.tlog import ED25519, ML_DSA_44, Checkpoint, SignerKey, VerifierKey, consistent, decoded, encoded
from mesh_platform.errors import CheckFailed, Unavailable
from mesh_platform.failpoints import fp

KEY_FILE, MEMORY, LOCK = "audit-log.key", "audit-log.signed", "audit-log.lock"


def fingerprint(keys: Sequence[VerifierKey]) -> str:
    """Hash of the log's public keys, as its first record and its anchors name them."""
    return hashlib.sha256("\n".join(key.text for key in keys).encode()).hexdigest()


class Signer:
    """The keys of the log in `folder`.

    Raises:
        Unavailable: AUDIT-17, where they cannot be read.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._keys = _read(folder / KEY_FILE)

    @classmethod
    def opened(cls, folder: Path, *, new: bool, origin: str | None = None) -> Signer:
        """The signer in `folder`; where there is none and `new` allows, with keys that are made now.

        Raises:
            Unavailable: AUDIT-17, where there is none and a log exists already, or the files cannot be used.
        """
        if not (folder / KEY_FILE).exists():
            if not new:
                raise _unusable("There is none, and the log has records that it signed")
            _make(folder, origin or f"mesh-{os.urandom(8).hex()}")
        return cls(folder)

    @property
    def origin(self) -> str:
        return self._keys[0].name

    @property
    def verifiers(self) -> tuple[VerifierKey, ...]:
        return tuple(key.verifier for key in self._keys)

    @contextmanager
    def alone(self) -> Iterator[None]:
        """One process and thread at a time signs."""
        try:
            handle = os.open(self._folder / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise _unusable(f"Its lock cannot be had ({type(error).__name__})") from None
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)

    def last(self) -> tuple[int, bytes] | None:
        """Size and root of what it signed last.

        Raises:
            Unavailable: AUDIT-17, where its memory cannot be read.
        """
        try:
            said = json.loads((self._folder / MEMORY).read_bytes())
            return int(said["size"]), bytes.fromhex(said["root"])
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise _unusable(f"What it signed last cannot be read ({type(error).__name__})") from None

    def sign(self, checkpoint: Checkpoint, proof: Sequence[bytes], time: int) -> str:
        """The signed note of `checkpoint`, which `proof` shows to follow from the last one.

        Raises:
            CheckFailed: AUDIT-14, where it does not follow: nothing is signed.
            Unavailable: AUDIT-17, where its memory cannot be kept.
        """
        if (last := self.last()) and not consistent(last[0], checkpoint.size, last[1], checkpoint.root, proof):
            raise inconsistent(checkpoint.size, last[0])
        self._remember(checkpoint)
        fp("audit.remembered")
        return f"{checkpoint.text}\n" + "".join(key.line(checkpoint.text, time) for key in self._keys)

    def _remember(self, checkpoint: Checkpoint) -> None:
        try:
            with written(self._folder / MEMORY) as out:
                out.write(json.dumps({"size": checkpoint.size, "root": checkpoint.root.hex()}).encode())
            sync_folder(self._folder)
        except OSError as error:
            raise _unusable(f"What it signs cannot be remembered ({type(error).__name__})") from None


def inconsistent(size: int, last: int) -> CheckFailed:
    why = f"The log as it stands ({size} records) does not continue what was signed at {last} records. Nothing is signed."
    fix = "`mesh audit verify` names the first bad record; keep the database and the keys as they are for whoever looks into it."
    return CheckFailed.because("AUDIT-14", "audit log", why, fix)


def sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _read(path: Path) -> tuple[SignerKey, SignerKey]:
    try:
        said = json.loads(path.read_bytes())
        origin, first, second = str(said["origin"]), decoded(said["ed25519"]), decoded(said["ml_dsa_44"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise _unusable(f"It cannot be read ({type(error).__name__})") from None
    if len(first) != 32 or len(second) != 32 or not origin:
        raise _unusable("It is damaged")
    return SignerKey(origin, ED25519, first), SignerKey(origin, ML_DSA_44, second)


def _make(folder: Path, origin: str) -> None:
    """New keys, whole or not at all; where another process was first, its keys."""
    said = {"origin": origin, "ed25519": encoded(os.urandom(32)), "ml_dsa_44": encoded(os.urandom(32))}
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with written(folder / KEY_FILE, new=True) as out:
            out.write(json.dumps(said).encode())
        sync_folder(folder)
    except FileExistsError:
        return
    except OSError as error:
        raise _unusable(f"It cannot be made ({type(error).__name__})") from None


def _unusable(why: str) -> Unavailable:
    fix = "Give this user the folder of the setting `audit_keys`, or bring the key back from where it is kept: a new one cannot take its place."
    return Unavailable.because("AUDIT-17", "key of the audit log", f"{why}.", fix)
