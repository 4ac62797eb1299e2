"""A root of its own for one process: the paths that it may read, a temporary folder in memory, a few devices, and nothing else."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Sequence
from pathlib import Path

from mesh_platform.confine import kernel

DEVICES = ("/dev/null", "/dev/zero", "/dev/random", "/dev/urandom")
_ROOT = Path("/tmp")  # noqa: S108 - mounted over in a mount namespace of our own, so nobody else sees it
_NEVER = ("/", "/proc", "/dev", "/tmp")  # noqa: S108
SCRATCH = "/tmp"  # noqa: S108


def enter(readable: Sequence[str], writable: Sequence[str], scratch: int) -> None:
    """Make the private root and change into it; the caller stands in mount and process namespaces of its own.

    Args:
        readable: files and folders that stand there as they do outside, read only.
        writable: the same, and may be written.
        scratch: bytes of `/tmp`.

    Raises:
        OSError: where the kernel refuses a mount.
    """
    kernel.mount(None, "/", None, kernel.MS_REC | kernel.MS_PRIVATE)
    links = {path: Path(path).readlink() for path in ("/bin", "/lib", "/lib64", "/sbin") if Path(path).is_symlink()}
    held = {path: os.open(path, os.O_PATH | os.O_CLOEXEC) for path in (*readable, *writable, *DEVICES) if Path(path).exists()}
    closed = kernel.MS_NOSUID | kernel.MS_NODEV
    kernel.mount("tmpfs", str(_ROOT), "tmpfs", closed, "size=16m,mode=755")
    _inside(SCRATCH).mkdir()  # before the rest, which may lie in it
    kernel.mount("tmpfs", str(_inside(SCRATCH)), "tmpfs", closed, f"size={scratch},mode=1777")
    for path, fd in held.items():
        if path not in _NEVER:
            _bind(fd, path, read_only=path not in writable and path not in DEVICES)
        os.close(fd)
    for path, target in links.items():
        with contextlib.suppress(FileExistsError):
            _inside(path).symlink_to(target)
    _inside("/dev/shm").symlink_to(SCRATCH)  # noqa: S108
    _inside("/proc").mkdir()
    with contextlib.suppress(OSError):  # refused where the outer /proc is partly hidden, as in many containers; nothing needs it
        kernel.mount("proc", str(_inside("/proc")), "proc", closed | kernel.MS_NOEXEC)
    kernel.mount(None, str(_ROOT), None, kernel.MS_REMOUNT | kernel.MS_BIND | kernel.MS_RDONLY | kernel.MS_NOSUID)
    kernel.change_root(str(_ROOT))


def _inside(path: str) -> Path:
    return _ROOT / path.lstrip("/")


def _bind(fd: int, path: str, *, read_only: bool) -> None:
    source, target = Path(f"/proc/self/fd/{fd}"), _inside(path)
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        target.mkdir(exist_ok=True)
    else:
        target.touch()
    kernel.mount(str(source), str(target), None, kernel.MS_BIND)
    if read_only:
        flags = kernel.MS_REMOUNT | kernel.MS_BIND | kernel.MS_RDONLY | kernel.MS_NOSUID
        kernel.mount(None, str(target), None, flags | _inherited(target))


def _inherited(path: Path) -> int:
    """Flags of the mount below, which a user namespace may not take away."""
    return os.statvfs(path).f_flag & (kernel.MS_NODEV | kernel.MS_NOEXEC)


def smallest(paths: Sequence[str]) -> tuple[str, ...]:
    """`paths` without those that lie in another of them."""
    kept: list[str] = []
    for path in sorted(set(paths), key=len):
        if not any(path == other or path.startswith(other.rstrip("/") + "/") for other in kept):
            kept.append(path)
    return tuple(kept)
