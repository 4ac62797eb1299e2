"""A filter of system calls: no socket, no look into other processes, no new namespaces, no ring that would go round the filter."""

from __future__ import annotations

import ctypes
import errno
import struct

from mesh_platform.confine import kernel

_ARCHS = {
    "x86_64": (
        0xC000003E,
        {
            "socket": 41,
            "clone": 56,
            "ptrace": 101,
            "pivot_root": 155,
            "mount": 165,
            "umount2": 166,
            "add_key": 248,
            "request_key": 249,
            "keyctl": 250,
            "unshare": 272,
            "perf_event_open": 298,
            "setns": 308,
            "process_vm_readv": 310,
            "process_vm_writev": 311,
            "bpf": 321,
            "userfaultfd": 323,
        },
        {
            "kill": 62,
            "setpgid": 109,
            "setsid": 112,
            "rt_sigqueueinfo": 129,
            "tkill": 200,
            "tgkill": 234,
            "rt_tgsigqueueinfo": 297,
        },
        302,
    ),
    "aarch64": (
        0xC00000B7,
        {
            "socket": 198,
            "clone": 220,
            "ptrace": 117,
            "pivot_root": 41,
            "mount": 40,
            "umount2": 39,
            "add_key": 217,
            "request_key": 218,
            "keyctl": 219,
            "unshare": 97,
            "perf_event_open": 241,
            "setns": 268,
            "process_vm_readv": 270,
            "process_vm_writev": 271,
            "bpf": 280,
            "userfaultfd": 282,
        },
        {
            "kill": 129,
            "tkill": 130,
            "tgkill": 131,
            "rt_sigqueueinfo": 138,
            "setpgid": 154,
            "setsid": 157,
            "rt_tgsigqueueinfo": 240,
        },
        261,
    ),
}
"""Architecture → its number, the calls that are refused, those that reach other processes, and prlimit64."""
_IO_URING = (425, 426, 427)
_PIDFD_SEND_SIGNAL = 424
_CLONE3 = 435  # its flags lie in memory, which a filter cannot read; told to be missing, the C library takes clone instead
_X32 = 0x40000000
_NEVER = 0xFFFFFFFF  # no call has this number
_NAMESPACES = 0x7E020000

_LOAD, _JUMP_EQUAL, _JUMP_AT_LEAST, _JUMP_ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_NUMBER, _ARCH, _FIRST_ARGUMENT = 0, 4, 16
_ALLOW, _ERRNO = 0x7FFF0000, 0x00050000
_FILTER_MODE = 2


class _Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("filter", ctypes.c_char_p)]


def restrict(*, alone: bool) -> bool:
    """From here on this process and its children are refused those calls.

    Args:
        alone: whether they see no other processes. Where they do, they may signal none, bound none, and not leave their process group.

    Returns:
        Whether a filter for this architecture is known; False has changed nothing.

    Raises:
        OSError: where the kernel takes no filter.
    """
    if not kernel.LINUX or kernel.ARCH not in _ARCHS:
        return False
    code = _code(*_ARCHS[kernel.ARCH], alone=alone)
    program = _Program(len(code) // 8, code)
    kernel.prctl(kernel.PR_SET_NO_NEW_PRIVS)
    kernel.prctl(kernel.PR_SET_SECCOMP, _FILTER_MODE, ctypes.byref(program))
    return True


def _code(arch: int, numbers: dict[str, int], reaching: dict[str, int], prlimit: int, *, alone: bool) -> bytes:
    """Classic BPF; jumps are relative and each test stands before the answers at the end."""
    refused = [number for name, number in numbers.items() if name != "clone"] + list(_IO_URING)
    refused += [] if alone else [*reaching.values(), _PIDFD_SEND_SIGNAL]
    tests: list[tuple[int, int, str]] = [(_JUMP_AT_LEAST, _X32, "refuse")]
    tests += [(_JUMP_EQUAL, number, "refuse") for number in refused]
    tests += [(_JUMP_EQUAL, _CLONE3, "missing")]
    lines = [(_LOAD, 0, 0, _ARCH), (_JUMP_EQUAL, 1, 0, arch), (_RETURN, 0, 0, _ERRNO | errno.EPERM), (_LOAD, 0, 0, _NUMBER)]
    answers = {"refuse": len(tests) + 7, "missing": len(tests) + 8}  # counted from the first test
    lines += [(code, answers[answer] - place - 1, 0, value) for place, (code, value, answer) in enumerate(tests)]
    lines += [
        (_JUMP_EQUAL, 0, 2, _NEVER if alone else prlimit),  # of itself alone, which it names as 0
        (_LOAD, 0, 0, _FIRST_ARGUMENT),
        (_JUMP_EQUAL, 3, 4, 0),
        (_JUMP_EQUAL, 0, 2, numbers["clone"]),
        (_LOAD, 0, 0, _FIRST_ARGUMENT),
        (_JUMP_ANY_BIT, 1, 0, _NAMESPACES),
        (_RETURN, 0, 0, _ALLOW),
        (_RETURN, 0, 0, _ERRNO | errno.EPERM),
        (_RETURN, 0, 0, _ERRNO | errno.ENOSYS),
    ]
    return b"".join(struct.pack("=HBBI", *line) for line in lines)
