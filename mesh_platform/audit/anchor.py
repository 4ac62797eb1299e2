"""A file anchor: the newest checkpoint and the hash of every record up to it, kept where the home's owner does not keep the log.

Whoever rewrites the log must rewrite the anchor too; on another disk, with another owner or sent away, it is out of reach. It holds
hashes, public keys and signed notes alone. It only grows: what does not continue it is refused and changes nothing.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from mesh_platform.aside import written
from mesh_platform.audit.signing import inconsistent, sync_folder
from mesh_platform.audit.succession import Succession
from mesh_platform.audit.tlog import Checkpoint, consistent, noted
from mesh_platform.audit.tree import HASH, Tree
from mesh_platform.errors import CheckFailed, Unavailable
from mesh_platform.failpoints import fp

KEYS, NOTE, HASHES = "keys", "checkpoint", "hashes"
_AT_ONCE = 65_536  # hashes that are copied at a time
_OTHERS = "The log's keys are not those that its anchor knows, or older ones. Nothing is anchored."
_OTHERS_FIX = (
    "`mesh audit verify` says more; bring back the newest keys, and leave the anchor as it is for whoever looks into it."
)


@dataclass(frozen=True, slots=True)
class Anchored:
    """What an anchor holds: the log's keys from those first seen on, the newest note, and where the hashes are."""

    succession: Succession
    note: str
    checkpoint: Checkpoint
    path: Path

    def hashes(self, low: int, high: int) -> list[bytes]:
        with (self.path / HASHES).open("rb") as held:
            held.seek(low * HASH)
            packed = held.read((high - low) * HASH)
        return [packed[i : i + HASH] for i in range(0, len(packed), HASH)]


class Anchor:
    """The anchor of the log `origin` below `folder`."""

    def __init__(self, folder: Path, origin: str) -> None:
        self.folder = folder
        self.path = folder / "".join(c if c.isalnum() or c in "-." else "_" for c in origin)

    def read(self) -> Anchored | None:
        """What is anchored; None before the first checkpoint.

        Raises:
            NotProven: where its note is none of its own keys, or these do not follow one another.
            Unavailable: AUDIT-10, where it cannot be read.
        """
        try:
            keys = (self.path / KEYS).read_text()
            note = (self.path / NOTE).read_text()
        except FileNotFoundError:
            return None
        except (OSError, UnicodeDecodeError) as error:
            raise unusable(error) from None
        succession = Succession.parse(keys)
        return Anchored(succession, note, succession.signed(note), self.path)

    def others(self) -> tuple[str, ...]:
        """Other logs that are anchored beside it."""
        return tuple(sorted(path.parent.name for path in self.folder.glob(f"*/{NOTE}") if path.parent != self.path))

    def keep(self, note: str, keys: Succession, tree: Tree) -> None:
        """Anchor the note over `tree`, with the hashes and the keys that are not here yet. The caller is the only one who does so.

        Raises:
            CheckFailed: AUDIT-14, where it does not continue what is anchored, or other keys signed it.
            Unavailable: AUDIT-10, where it cannot be written.
        """
        said = noted(note)
        held = self.read()
        if held is not None:
            old = held.checkpoint
            if said.size < old.size or not consistent(old.size, said.size, old.root, said.root, tree.consistency(old.size)):
                raise inconsistent(said.size, old.size)
            if keys.parted(held.succession) is not None or len(keys.pairs) < len(held.succession.pairs):
                raise CheckFailed.because("AUDIT-14", "anchor of the audit log", _OTHERS, _OTHERS_FIX)
        try:
            if held is None:
                self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
            if held is None or held.succession != keys:
                self._put(KEYS, keys.text)
            self._grow(held.checkpoint.size if held else 0, said.size, tree)
            fp("audit.anchoring")
            self._put(NOTE, note)
        except OSError as error:
            raise unusable(error) from None

    def _grow(self, low: int, high: int, tree: Tree) -> None:
        handle = os.open(self.path / HASHES, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        with os.fdopen(handle, "r+b") as held:
            low = min(low, held.seek(0, os.SEEK_END) // HASH)
            held.truncate(low * HASH)  # a kill may have left more than the checkpoint speaks of
            held.seek(low * HASH)
            for start in range(low, high, _AT_ONCE):
                held.write(b"".join(tree.leaves(start, min(high, start + _AT_ONCE))))
            held.flush()
            os.fsync(held.fileno())

    def _put(self, name: str, text: str) -> None:
        with written(self.path / name) as out:
            out.write(text.encode())
        sync_folder(self.path)


def unusable(error: Exception) -> Unavailable:
    why = f"The anchor of the audit log cannot be read or written ({type(error).__name__})."
    fix = "Let the setting `audit_anchor` name a folder that this user may write and that lies outside of the home."
    return Unavailable.because("AUDIT-10", "anchor of the audit log", why, fix)
