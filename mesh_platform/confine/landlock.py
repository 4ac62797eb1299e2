"""Landlock: the kernel's own sandbox, open to every user. See Documentation/userspace-api/landlock.rst in the kernel."""

from __future__ import annotations

import ctypes
import os
from collections.abc import Iterable
from pathlib import Path

from mesh_platform.confine import kernel

_CREATE, _ADD, _RESTRICT = 444, 445, 446  # the same on every architecture
_VERSION = 1
_PATH_BENEATH = 1
_TCP = 0b11
_SCOPES = 0b11
_READ = 1 << 0 | 1 << 2 | 1 << 3  # execute, read_file, read_dir
_FILE_ONLY = 1 << 0 | 1 << 1 | 1 << 2 | 1 << 14 | 1 << 15
_KNOWN_FS = {1: 13, 2: 14, 3: 15, 4: 15}
_MOST_FS = 16


class _Ruleset(ctypes.Structure):
    _fields_ = [("fs", ctypes.c_uint64), ("net", ctypes.c_uint64), ("scoped", ctypes.c_uint64)]


class _PathRule(ctypes.Structure):
    _pack_ = 1
    _fields_ = [("allowed", ctypes.c_uint64), ("parent", ctypes.c_int32)]


def version() -> int:
    """The version of Landlock that this kernel has; 0 where it has none."""
    try:
        return kernel.system_call(_CREATE, None, ctypes.c_size_t(0), ctypes.c_uint32(_VERSION))
    except OSError:
        return 0


def restrict(readable: Iterable[str], writable: Iterable[str]) -> bool:
    """From here on this process and its children reach only these paths, and, as the kernel's version goes, no TCP port (4) and no process outside (6).

    Returns:
        Whether the kernel has Landlock; False has changed nothing.

    Raises:
        OSError: where it has, and refuses.
    """
    known = version()
    if not known:
        return False
    everything = (1 << _KNOWN_FS.get(known, _MOST_FS)) - 1
    ruleset = _Ruleset(everything, _TCP if known >= 4 else 0, _SCOPES if known >= 6 else 0)
    size = 24 if known >= 6 else 16 if known >= 4 else 8
    fd = kernel.system_call(_CREATE, ctypes.byref(ruleset), ctypes.c_size_t(size), ctypes.c_uint32(0))
    try:
        for path in readable:
            _allow(fd, path, _READ)
        for path in writable:
            _allow(fd, path, everything)
        kernel.prctl(kernel.PR_SET_NO_NEW_PRIVS)
        kernel.system_call(_RESTRICT, fd, ctypes.c_uint32(0))
    finally:
        os.close(fd)
    return True


def _allow(ruleset: int, path: str, access: int) -> None:
    try:
        parent = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except FileNotFoundError:
        return
    try:
        allowed = access if Path(path).is_dir() else access & _FILE_ONLY
        rule = _PathRule(allowed, parent)
        kernel.system_call(_ADD, ruleset, _PATH_BENEATH, ctypes.byref(rule), ctypes.c_uint32(0))
    finally:
        os.close(parent)
