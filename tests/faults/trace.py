"""A command's changes to a folder, as a list of events read from `strace`."""

from __future__ import annotations

import ast
import functools
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

MODELLED = ("openat", "write", "pwrite64", "lseek", "ftruncate", "fsync", "fdatasync", "rename", "renameat", "renameat2", "link", "linkat",
            "unlink", "unlinkat", "mkdir", "mkdirat", "rmdir", "chdir")  # fmt: skip
REFUSED = (
    "writev",
    "pwritev",
    "pwritev2",
    "fallocate",
    "truncate",
    "copy_file_range",
    "sendfile",
    "symlink",
    "symlinkat",
    "mmap",
)
LONGEST_WRITE = 64 << 20
_CALL = re.compile(r"(\d+)\s+(\w+)\((.*)\)\s+= (-?\d+)(.*)")
_UNFINISHED = re.compile(r"(\d+)\s+(\w+\(.*) <unfinished \.\.\.>$")
_RESUMED = re.compile(r"(\d+)\s+<\.\.\. \w+ resumed>(.*)")
_TEXT = re.compile(r'"((?:\\x[0-9a-f]{2})*)"')
_BASE = re.compile(r"^(?:AT_FDCWD|\d+)<((?:\\x[0-9a-f]{2}|[^>])*)>")
_OPENED = re.compile(r"(\d+)<((?:\\x[0-9a-f]{2}|[^>])*)>")


class NotModelled(Exception):
    """The command changed the folder by a call that the model does not know."""


@dataclass(frozen=True, slots=True)
class Event:
    """One call that changed, or made durable, something below the folder. Paths are relative to it."""

    call: str
    path: str
    descriptor: int = -1
    data: bytes = b""
    number: int = 0
    target: str = ""
    fresh: bool = False
    appends: bool = False


@dataclass(frozen=True, slots=True)
class Call:
    """One call of any kind below the folder: its name and which one of that name in the whole run, for `inject`."""

    name: str
    ordinal: int


@dataclass(frozen=True, slots=True)
class Trace:
    events: tuple[Event, ...]
    calls: tuple[Call, ...]


@functools.cache
def why_no_strace() -> str | None:
    """Why no trace can be taken here; None where it can."""
    if shutil.which("strace") is None:
        return "strace is not installed"
    tried = subprocess.run(["strace", "-f", "-o", os.devnull, "true"], capture_output=True, check=False)
    return None if tried.returncode == 0 else "strace may not trace here"


needs_strace = pytest.mark.skipif(why_no_strace() is not None, reason=f"power loss is not simulated: {why_no_strace()}")


def record(command: Sequence[str], root: Path, env: Mapping[str, str] | None = None) -> Trace:
    """Run `command` to its end and tell what it did below `root`."""
    with tempfile.NamedTemporaryFile("r", suffix=".strace") as out:
        calls = ",".join((*MODELLED, *REFUSED))
        options = ["-f", "-y", "-xx", "-s", str(LONGEST_WRITE), "-o", out.name, "-e", f"trace={calls}", "-e", "signal=none"]
        subprocess.run(["strace", *options, *command], check=True, env=env, capture_output=True)
        return parse(out.read().splitlines(), root)


def parse(lines: Sequence[str], root: Path) -> Trace:
    events, calls, counts = [], [], dict[str, int]()
    working = str(Path.cwd())
    for line in _whole(lines):
        match = _CALL.match(line)
        if match is None or match[2] not in (*MODELLED, *REFUSED):
            continue
        counts[match[2]] = counts.get(match[2], 0) + 1
        if int(match[4]) < 0:
            continue
        if match[2] == "chdir":
            working = _joined(ast.literal_eval(f"b'{_TEXT.findall(match[3])[0]}'").decode(), "", working)
            continue
        event = _event(match[2], match[3], match[4] + match[5], str(root), working)
        if event is not None:
            events.append(event)
            calls.append(Call(match[2], counts[match[2]]))
    return Trace(tuple(events), tuple(calls))


def _whole(lines: Sequence[str]) -> list[str]:
    """Calls that another thread interrupted in the output, put together where they returned."""
    begun: dict[str, str] = {}
    whole = []
    for line in lines:
        if match := _UNFINISHED.match(line):
            begun[match[1]] = match[2]
        elif match := _RESUMED.match(line):
            whole.append(f"{match[1]} {begun.pop(match[1], '')}{match[2]}")
        else:
            whole.append(line)
    return whole


def _event(call: str, arguments: str, result: str, root: str, working: str) -> Event | None:
    texts = [ast.literal_eval(f"b'{text}'") for text in _TEXT.findall(arguments)]
    opened = [(int(fd), ast.literal_eval(f"b'{path}'").decode()) for fd, path in _OPENED.findall(arguments)]
    inside = functools.partial(_below, root=root)
    if call in REFUSED:
        touched = [inside(path) for _, path in opened] + [
            inside(text.decode("utf-8", "replace")) for text in texts if len(text) < 4096
        ]
        if any(touched) and (call != "mmap" or ("MAP_SHARED" in arguments and "PROT_WRITE" in arguments)):
            raise NotModelled(call)
        return None
    if call in ("write", "pwrite64", "lseek", "ftruncate", "fsync", "fdatasync"):
        return _on_descriptor(call, arguments, result, opened[0], texts, inside(opened[0][1])) if opened else None
    paths = [inside(_joined(text.decode(), arguments, working)) for text in texts]
    if not paths or paths[0] is None:
        return None
    if call == "openat":
        if not any(flag in arguments for flag in ("O_CREAT", "O_TRUNC", "O_WRONLY", "O_RDWR", "O_APPEND")):
            return None
        if "O_TMPFILE" in arguments:
            raise NotModelled("openat with O_TMPFILE")
        descriptor = int(result.split("<")[0])
        return Event("open", paths[0], descriptor, fresh="O_TRUNC" in arguments, appends="O_APPEND" in arguments)
    if call.startswith(("rename", "link")):
        if paths[1] is None:
            raise NotModelled(f"{call} out of the folder")
        return Event("rename" if call.startswith("rename") else "link", paths[0], target=paths[1])
    removed_folder = call == "rmdir" or (call == "unlinkat" and "AT_REMOVEDIR" in arguments)
    kind = "rmdir" if removed_folder else call.removesuffix("at")
    return Event(kind, paths[0])


def _on_descriptor(
    call: str, arguments: str, result: str, opened: tuple[int, str], texts: list[bytes], path: str | None
) -> Event | None:
    if path is None:
        return None
    done, last = int(re.match(r"-?\d+", result)[0]), arguments.rsplit(",", 1)[-1].strip()  # type: ignore[index]
    if call in ("write", "pwrite64"):
        if len(texts[0]) < done:
            raise NotModelled("a write longer than what was traced of it")
        return Event(call, path, opened[0], texts[0][:done], int(last) if call == "pwrite64" else 0)
    if call == "lseek":
        return Event("lseek", path, opened[0], number=done)
    if call == "ftruncate":
        return Event("ftruncate", path, opened[0], number=int(last))
    return Event("sync", path, opened[0])


def _joined(path: str, arguments: str, working: str) -> str:
    """An absolute path; a relative one starts from the descriptor that the call names, else from the working directory."""
    base = _BASE.search(arguments)
    folder = ast.literal_eval(f"b'{base[1]}'").decode() if base else working
    return str(Path(folder) / path)


def _below(path: str, root: str) -> str | None:
    whole = os.path.normpath(path)
    if whole == root:
        return "."
    return whole[len(root) + 1 :] if whole.startswith(root + "/") else None
