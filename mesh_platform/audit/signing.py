"""The log's keys, and the one that signs checkpoints: it remembers what it signed before it signs, and never signs what does not follow.

Keys and memory lie in a folder of their own (by default `keys/` of the home), not in the database: whoever rolls that back meets a signer
that remembers more. Each checkpoint is signed twice, with Ed25519 and with ML-DSA-44. New keys lie beside those in force until a checkpoint
that both signed covers the record that names them; then the old ones are overwritten.
"""

from __future__ import annotations

import fcntl
import json
import os
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mesh_platform.aside import written
from mesh_platform.audit.declaring import signatures
from mesh_platform.audit.succession import NotFollowed, Pair, Succession
from mesh_platform.audit.tlog import ED25519, ML_DSA_44, Checkpoint, NotProven, SignerKey, consistent, decoded, encoded
from mesh_platform.errors import CheckFailed, Unavailable
from mesh_platform.failpoints import fp

KEY_FILE, NEXT, ROTATIONS = "audit-log.key", "audit-log.next", "audit-log.rotations"
MEMORY, LOCK = "audit-log.signed", "audit-log.lock"
Secret = tuple[SignerKey, SignerKey]
Marks = tuple[tuple[int, int, int] | None, ...]


@dataclass(frozen=True, slots=True)
class Held:
    """What stands in the folder at one moment.

    Attributes:
        keys: the private keys that sign.
        next: those that are made and do not sign yet.
        succession: all pairs of the log so far; as far as they follow, where something is broken.
        broken: the rotation that does not hold, where somebody put one there.
    """

    keys: Secret = field(repr=False)
    next: Secret | None = field(repr=False)
    succession: Succession
    broken: NotFollowed | None

    @property
    def verifiers(self) -> Pair:
        return _public(self.keys)

    @property
    def waiting(self) -> Pair | None:
        return _public(self.next) if self.next else None


class Signer:
    """The keys of the log in `folder`, as they are now: another process may rotate them.

    Raises:
        Unavailable: AUDIT-17, where they cannot be read.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._read_at: Marks = ()
        self._reading = threading.Lock()
        self._last_read: Held | None = None
        self.held()

    @classmethod
    def opened(cls, folder: Path, *, new: bool, origin: str | None = None) -> Signer:
        """The signer in `folder`; where there is none and `new` allows, with keys that are made now.

        Raises:
            Unavailable: AUDIT-17, where there is none and a log exists already, or the files cannot be used.
        """
        if not (folder / KEY_FILE).exists():
            if not new:
                raise _unusable("There is none, and the log has records that it signed")
            _make(folder / KEY_FILE, origin or f"mesh-{os.urandom(8).hex()}")
        return cls(folder)

    @property
    def origin(self) -> str:
        return self.held().keys[0].name

    @property
    def verifiers(self) -> Pair:
        """The public keys that sign now."""
        return self.held().verifiers

    @property
    def succession(self) -> Succession:
        """All pairs of the log so far."""
        return self.held().succession

    def held(self) -> Held:
        """What stands in the folder, read anew where it is not what was read last.

        Raises:
            Unavailable: AUDIT-17, where it cannot be read.
        """
        with self._reading:
            while self._last_read is None or self._marks() != self._read_at:
                marks = self._marks()
                try:
                    self._last_read = self._load()
                except Unavailable:
                    if marks == self._marks():
                        raise
                    continue  # another process took a step between two files
                self._read_at = marks
            return self._last_read

    @contextmanager
    def alone(self) -> Iterator[None]:
        """One process and thread at a time signs."""
        try:
            handle = os.open(self._folder / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise _unusable(f"Its lock cannot be had ({type(error).__name__})") from None
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            self._settle()
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

    def sign(self, checkpoint: Checkpoint, proof: Sequence[bytes], time: int, *, handing: bool = False) -> str:
        """The signed note of `checkpoint`, which `proof` shows to follow from the last one; with `handing`, of the waiting keys too.

        Raises:
            CheckFailed: AUDIT-14, where it does not follow: nothing is signed.
            Unavailable: AUDIT-17, where its memory cannot be kept, or the keys are not those that signed last.
        """
        held = self._newest()
        if (last := self.last()) and not consistent(last[0], checkpoint.size, last[1], checkpoint.root, proof):
            raise inconsistent(checkpoint.size, last[0])
        self._remember(checkpoint)
        fp("audit.remembered")
        keys = (*held.keys, *(held.next if handing and held.next else ()))
        return f"{checkpoint.text}\n" + "".join(key.line(checkpoint.text, time) for key in keys)

    def declared(self, said: Mapping[str, Any]) -> tuple[str, ...]:
        """The signatures under a record in which the log speaks of itself. The caller is `alone` until that record stands.

        Raises:
            Unavailable: AUDIT-17, where the keys are not the newest of those that followed one another.
        """
        return signatures(self.origin, said, self._newest().keys)

    def prepare(self) -> tuple[Pair, Pair]:
        """The keys that sign, and those that are to follow, made now where none wait. The caller is `alone`.

        Raises:
            Unavailable: AUDIT-17, where they cannot be made.
        """
        _make(self._folder / NEXT, self.origin)
        held = self.held()
        assert held.waiting is not None, "what was made is read back"
        return held.verifiers, held.waiting

    def hand_over(self, rotation: str) -> None:
        """Let the waiting keys sign from now on, and destroy those before them. The caller is `alone`.

        Raises:
            NotFollowed: where the rotation does not lead to them; nothing changes.
            Unavailable: AUDIT-17, where it cannot be written; the next checkpoint goes on with it.
        """
        whole = self.succession.then(rotation)
        try:
            with written(self._folder / ROTATIONS) as out:
                out.write(whole.text.encode())
            sync_folder(self._folder)
            fp("audit.rotated")
            self._settle()
        except OSError as error:
            raise _unusable(f"A rotation cannot be kept ({type(error).__name__})") from None

    def _settle(self) -> None:
        """Finish a rotation that was killed: the keys in force take their file, the old ones are overwritten."""
        held = self.held()
        if held.waiting != held.succession.keys:
            return
        try:
            _overwrite(self._folder / KEY_FILE)
            fp("audit.destroyed")
            (self._folder / NEXT).replace(self._folder / KEY_FILE)
            sync_folder(self._folder)
        except OSError as error:
            raise _unusable(f"It cannot take its place ({type(error).__name__})") from None
        fp("audit.settled")

    def _newest(self) -> Held:
        held = self.held()
        if held.broken or held.verifiers != held.succession.keys:
            raise _unusable("It is not the newest of the keys that followed one another")
        return held

    def _marks(self) -> Marks:
        return tuple(_mark(self._folder / name) for name in (KEY_FILE, NEXT, ROTATIONS))

    def _load(self) -> Held:
        waiting = _read(self._folder / NEXT) if (self._folder / NEXT).exists() else None
        succession, broken = self._told()
        in_force = waiting is not None and succession is not None and _public(waiting) == succession.keys
        keys = waiting if waiting is not None and in_force else _read(self._folder / KEY_FILE)
        return Held(keys, waiting, succession or Succession(_public(keys)), broken)

    def _told(self) -> tuple[Succession | None, NotFollowed | None]:
        """What the file of rotations says, and what in it does not hold; nothing before the first."""
        try:
            return Succession.followed((self._folder / ROTATIONS).read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None, None
        except NotProven as error:
            return None, NotFollowed(str(error), 0)
        except (OSError, UnicodeDecodeError) as error:
            raise _unusable(f"The rotations of it cannot be read ({type(error).__name__})") from None

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


def _public(keys: Sequence[SignerKey]) -> Pair:
    return tuple(key.verifier for key in keys)


def _mark(path: Path) -> tuple[int, int, int] | None:
    """What is another one after the file was replaced or written over."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns, found.st_size


def _read(path: Path) -> Secret:
    try:
        said = json.loads(path.read_bytes())
        origin, first, second = str(said["origin"]), decoded(said["ed25519"]), decoded(said["ml_dsa_44"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise _unusable(f"It cannot be read ({type(error).__name__})") from None
    if len(first) != 32 or len(second) != 32 or not origin:
        raise _unusable("It is damaged")
    return SignerKey(origin, ED25519, first), SignerKey(origin, ML_DSA_44, second)


def _make(path: Path, origin: str) -> None:
    """New keys, whole or not at all; where there are some, they stay."""
    said = {"origin": origin, "ed25519": encoded(os.urandom(32)), "ml_dsa_44": encoded(os.urandom(32))}
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with written(path, new=True) as out:
            out.write(json.dumps(said).encode())
        sync_folder(path.parent)
    except FileExistsError:
        return
    except OSError as error:
        raise _unusable(f"It cannot be made ({type(error).__name__})") from None


def _overwrite(path: Path) -> None:
    """Write over a file's own bytes, on the disk before it goes. A disk that writes elsewhere, or a copy of the file, keeps them all the same."""
    try:
        handle = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        return
    try:
        os.write(handle, os.urandom(os.fstat(handle).st_size))
        os.fsync(handle)
    finally:
        os.close(handle)


def _unusable(why: str) -> Unavailable:
    fix = "Give this user the folder of the setting `audit_keys`, or bring the key back from where it is kept: a new one cannot take its place."
    return Unavailable.because("AUDIT-17", "key of the audit log", f"{why}.", fix)
