"""What is certain and what is chance on a disk, while the events of a trace go by."""

from __future__ import annotations

import hashlib
import random
from dataclasses import dataclass, field
from pathlib import Path

from tests.faults.trace import Event, NotModelled

SECTOR = 512
END = -1


@dataclass(slots=True)
class Inode:
    """A file's content as the processes see it, and as it surely is on the disk."""

    now: bytearray = field(default_factory=bytearray)
    certain: bytes = b""


@dataclass(frozen=True, slots=True)
class Name:
    """A change of names that its folder's sync will make certain: names that come, and names that go, in one step."""

    adds: dict[str, Inode | None]
    removes: tuple[str, ...] = ()
    entries: tuple[str, ...] = ()
    """The names that change, where others only come along: those below a folder that is renamed."""

    @property
    def folders(self) -> set[str]:
        return {_folder(path) for path in self.entries or (*self.adds, *self.removes)}

    def moved(self, source: str, target: str) -> Name:
        """The same change where a folder above it has another name."""
        adds = {_moved(path, source, target): inode for path, inode in self.adds.items()}
        removes, entries = (tuple(_moved(path, source, target) for path in paths) for paths in (self.removes, self.entries))
        return Name(adds, removes, entries)


@dataclass(frozen=True, slots=True)
class Luck:
    """What chance keeps of the uncertain: names none | all | the first ones | any; data none | all | any sectors."""

    names: str
    data: str


WORST, BEST = Luck("none", "none"), Luck("all", "all")
LUCKS = (
    WORST,
    BEST,
    Luck("all", "none"),
    Luck("first", "sectors"),
    Luck("any", "sectors"),
    Luck("any", "none"),
    Luck("all", "sectors"),
)


class Disk:
    """A folder and its two truths. A name stands for an inode, or for a folder where it is None."""

    def __init__(self, base: Path) -> None:
        self.names: dict[str, Inode | None] = {".": None}
        for path in sorted(base.rglob("*")):
            content = None if path.is_dir() else path.read_bytes()
            self.names[str(path.relative_to(base))] = None if content is None else Inode(bytearray(content), content)
        self.certain = dict(self.names)
        self.pending: list[Name] = []
        self._descriptors: dict[int, tuple[Inode, int]] = {}

    def apply(self, event: Event) -> None:
        getattr(self, f"_{event.call}")(event)

    def after(self, luck: Luck, chance: random.Random) -> dict[str, bytes | None]:
        """What stands on the disk when the power goes now."""
        names = dict(self.certain)
        kept = {
            "none": [],
            "all": self.pending,
            "first": self.pending[: chance.randint(0, len(self.pending))],
            "any": [change for change in self.pending if chance.random() < 0.5],
        }[luck.names]
        for change in kept:
            for path in change.removes:
                names.pop(path, None)
            names.update(change.adds)
        state: dict[str, bytes | None] = {}
        contents: dict[int, bytes] = {}
        for path, inode in sorted(names.items()):
            if path != "." and _folder(path) not in state:
                continue  # its folder never came to the disk
            if inode is not None and id(inode) not in contents:
                contents[id(inode)] = _content(inode, luck, chance)
            state[path] = None if inode is None else contents[id(inode)]
        return state

    def _open(self, event: Event) -> None:
        inode = self.names.get(event.path)
        if inode is None:
            inode = Inode()
            self._change(Name({event.path: inode}))
        elif event.fresh:
            inode.now.clear()
        self._descriptors[event.descriptor] = (inode, END if event.appends else 0)

    def _write(self, event: Event) -> None:
        inode, at = self._opened(event)
        _put(inode.now, len(inode.now) if at == END else at, event.data)
        self._descriptors[event.descriptor] = (inode, END if at == END else at + len(event.data))

    def _pwrite64(self, event: Event) -> None:
        _put(self._opened(event)[0].now, event.number, event.data)

    def _lseek(self, event: Event) -> None:
        inode, at = self._descriptors.get(event.descriptor, (None, 0))
        if inode is not None and at != END:
            self._descriptors[event.descriptor] = (inode, event.number)

    def _ftruncate(self, event: Event) -> None:
        content = self._opened(event)[0].now
        del content[event.number :]
        content.extend(bytes(event.number - len(content)))

    def _sync(self, event: Event) -> None:
        inode = self.names.get(event.path)
        if inode is not None:
            inode.certain = bytes(inode.now)
        elif event.path in self.names:
            self._settle(event.path)

    def _settle(self, folder: str) -> None:
        """The folder's names are certain now; a rename between two folders once both are synced, one of them may not be this one."""
        left = []
        for change in self.pending:
            if folder in change.folders:
                for path in change.removes:
                    self.certain.pop(path, None)
                self.certain.update(change.adds)
            else:
                left.append(change)
        self.pending = left

    def _rename(self, event: Event) -> None:
        inode = self.names[event.path]
        if inode is None:
            return self._rename_folder(event.path, event.target)
        return self._change(Name({event.target: inode}, (event.path,)))

    def _rename_folder(self, source: str, target: str) -> None:
        """What is certain below it comes along in one step; changes below it that are not certain yet happen under its new name, if at all."""
        if target in self.names:
            raise NotModelled("rename of a folder over another")
        names = [path for path in self.names if path == source or path.startswith(f"{source}/")]
        for path in names:
            self.names[_moved(path, source, target)] = self.names.pop(path)
        below = [path for path in self.certain if path == source or path.startswith(f"{source}/")]
        adds = {_moved(path, source, target): self.certain[path] for path in below}
        whole = Name({target: None, **adds}, tuple({*below, source}), (source, target))
        inner = [change for change in self.pending if all(p.startswith(f"{source}/") for p in (*change.adds, *change.removes))]
        self.pending = [change for change in self.pending if change not in inner]
        self.pending += [whole, *(change.moved(source, target) for change in inner)]

    def _link(self, event: Event) -> None:
        self._change(Name({event.target: self.names[event.path]}))

    def _unlink(self, event: Event) -> None:
        self._change(Name({}, (event.path,)))

    _rmdir = _unlink

    def _mkdir(self, event: Event) -> None:
        self._change(Name({event.path: None}))

    def _change(self, change: Name) -> None:
        for path in change.removes:
            self.names.pop(path, None)
        self.names.update(change.adds)
        self.pending.append(change)

    def _opened(self, event: Event) -> tuple[Inode, int]:
        return self._descriptors[event.descriptor]


def write_state(state: dict[str, bytes | None], folder: Path) -> None:
    """Make the state a real folder."""
    for path, content in state.items():
        target = folder / path
        if content is None:
            target.mkdir(mode=0o700, parents=True, exist_ok=True)
        else:
            target.write_bytes(content)


def fingerprint(state: dict[str, bytes | None]) -> str:
    """Two states of one fingerprint need one look only."""
    seen = hashlib.blake2b(digest_size=16)
    for path, content in state.items():
        seen.update(repr((path, None if content is None else hashlib.blake2b(content).digest())).encode())
    return seen.hexdigest()


def _moved(path: str, source: str, target: str) -> str:
    return target + path[len(source) :] if path == source or path.startswith(f"{source}/") else path


def _folder(path: str) -> str:
    return str(Path(path).parent)


def _put(content: bytearray, at: int, data: bytes) -> None:
    content.extend(bytes(max(0, at - len(content))))
    content[at : at + len(data)] = data


def _content(inode: Inode, luck: Luck, chance: random.Random) -> bytes:
    if luck.data == "none" or inode.now == inode.certain:
        return inode.certain
    if luck.data == "all":
        return bytes(inode.now)
    kept = bytearray(inode.certain)
    if chance.random() < 0.5:  # the new size is on the disk, the data is not
        del kept[len(inode.now) :]
        kept.extend(bytes(len(inode.now) - len(kept)))
    for at in range(0, min(len(kept), len(inode.now)), SECTOR):
        if chance.random() < 0.5:
            kept[at : at + SECTOR] = inode.now[at : at + SECTOR][: len(kept) - at]
    return bytes(kept)
