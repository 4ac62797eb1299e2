"""The few Linux calls that Python 3.11 has no function for. Each raises OSError where the kernel refuses."""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import sys

LINUX = sys.platform == "linux"
ARCH = platform.machine()

CLONE_NEWNS = 0x00020000
CLONE_NEWUTS = 0x04000000
CLONE_NEWIPC = 0x08000000
CLONE_NEWUSER = 0x10000000
CLONE_NEWPID = 0x20000000
CLONE_NEWNET = 0x40000000

MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC, MS_REMOUNT, MS_BIND, MS_REC, MS_PRIVATE = 1, 2, 4, 8, 32, 4096, 16384, 1 << 18
MNT_DETACH = 2

PR_SET_PDEATHSIG, PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP = 1, 38, 22

_PIVOT_ROOT = {"x86_64": 155, "aarch64": 41}
_CAPABILITY_VERSION_3 = 0x20080522

_libc = ctypes.CDLL(None, use_errno=True) if LINUX else None


def call(name: str, *arguments: object) -> int:
    """`name` of the C library with these arguments."""
    if _libc is None:
        raise OSError("not Linux")
    result = int(getattr(_libc, name)(*arguments))
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), name)
    return result


def system_call(number: int, *arguments: object) -> int:
    """The system call of that number."""
    return call("syscall", ctypes.c_long(number), *arguments)


def prctl(option: int, value: object = 1, third: object = 0) -> None:
    call("prctl", option, ctypes.c_ulong(value) if isinstance(value, int) else value, third, 0, 0)


def unshare(flags: int) -> None:
    call("unshare", flags)


def mount(source: str | None, target: str, kind: str | None, flags: int, options: str | None = None) -> None:
    words = [None if word is None else os.fsencode(word) for word in (source, target, kind)]
    call("mount", *words, ctypes.c_ulong(flags), None if options is None else options.encode())


def change_root(folder: str) -> None:
    """Make `folder`, a mount of its own, the root, and let go of the old one."""
    if ARCH not in _PIVOT_ROOT:
        raise OSError(errno.ENOSYS, f"no number of pivot_root is known for {ARCH}")
    os.chdir(folder)
    system_call(_PIVOT_ROOT[ARCH], b".", b".")
    call("umount2", b".", MNT_DETACH)
    os.chdir("/")


def drop_capabilities() -> None:
    """Give up every capability, for good where no new privileges can be had."""

    class Header(ctypes.Structure):
        _fields_ = [("version", ctypes.c_uint32), ("pid", ctypes.c_int)]

    header = Header(_CAPABILITY_VERSION_3, 0)
    call("capset", ctypes.byref(header), ctypes.byref((ctypes.c_uint32 * 6)()))
