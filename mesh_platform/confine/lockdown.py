"""What a confined process does to itself before it runs domain code, layer by layer, each where the kernel allows it."""

from __future__ import annotations

import contextlib
import os
import resource
import select
import signal
import sys
from collections.abc import Callable
from pathlib import Path

from mesh_platform.confine import kernel, landlock, private_root, seccomp
from mesh_platform.confine.order import Held, Limits, Order
from mesh_platform.confine.private_root import DEVICES

_SPACES = kernel.CLONE_NEWNS | kernel.CLONE_NEWPID | kernel.CLONE_NEWNET | kernel.CLONE_NEWIPC | kernel.CLONE_NEWUTS
_USERS = range(61184, 65520)  # for users that exist while a service runs: https://systemd.io/UIDS-GIDS/
_NOBODY = 65534
_MOST_FILES = 4096
_RESERVED = 8 << 30  # address space that libraries reserve and do not use


def lock_down(order: Order) -> Held:
    """Take away everything that `order` does not name. Returns in the process that may run domain code, maybe a child of the caller;
    the caller itself then waits for it and ends as it ends.
    """
    readable = private_root.smallest([*_runtime(), *order.readable])
    outside = os.getuid()
    spaces = "namespaces" not in order.without and _own_namespaces()
    if spaces:
        _continue_in_a_child()
    _go_first()
    parent = os.getppid()
    rooted = spaces and _private_root(readable, order)
    dropped = _drop_user(outside, rooted, order.own_user)
    kernel.prctl(kernel.PR_SET_PDEATHSIG, int(signal.SIGKILL))  # after that: a change of user takes it away
    if os.getppid() != parent:
        os._exit(1)
    _bound(order.limits)
    scratch = (private_root.SCRATCH,) if rooted else ()
    landlocked = "landlock" not in order.without and _allowed(
        landlock.restrict, (*readable, *DEVICES, "/proc"), (*order.writable, *scratch)
    )
    filtered = "filter" not in order.without and _allowed(seccomp.restrict, alone=spaces)
    walls = [name for name, stands in (("private root", rooted), ("landlock", landlocked)) if stands]
    network = [name for name, stands in (("namespace", spaces), ("filter", filtered)) if stands]
    return Held(" and ".join(walls), " and ".join(network), spaces, dropped)


def _runtime() -> list[str]:
    """What an interpreter needs: itself, its packages, this platform's code, and the system's libraries; no other file of the system."""
    found = [sys.prefix, sys.base_prefix, sys.exec_prefix, str(Path(__file__).resolve().parents[1])]
    found += [path for path in sys.path if path and Path(path).name in ("site-packages", "dist-packages")]
    found += ["/usr", "/lib", "/lib64", "/bin", "/etc/ld.so.cache", "/etc/localtime", "/etc/ssl/openssl.cnf"]
    return [path for path in found if Path(path).exists()]


def _own_namespaces() -> bool:
    """Namespaces for files, processes and network; by way of a user namespace where the platform does not run as root."""
    if os.getuid() == 0:
        try:
            kernel.unshare(_SPACES)
        except OSError:
            pass
        else:
            return True
    if not _tried(_unshare_with_user):  # half of it may be refused, and none of it can be taken back
        return False
    _unshare_with_user()
    return True


def _unshare_with_user() -> None:
    uid, gid = os.getuid(), os.getgid()
    kernel.unshare(_SPACES | kernel.CLONE_NEWUSER)
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{_NOBODY} {uid} 1")
    Path("/proc/self/gid_map").write_text(f"{_NOBODY} {gid} 1")


def _tried(step: Callable[[], None]) -> bool:
    """Whether the kernel lets a child do it."""
    child = os.fork()
    if not child:
        try:
            step()
        except OSError:
            os._exit(1)
        os._exit(0)
    return os.waitpid(child, 0)[1] == 0


def _continue_in_a_child() -> None:
    """The first process of the new process namespace goes on; when it ends, the kernel ends all that it started.

    The caller stays behind with nothing open but its standard input, and ends that process when the platform has gone.
    """
    child = os.fork()
    if not child:
        return
    os.closerange(1, _MOST_FILES)
    ended = os.pidfd_open(child)
    waits = select.poll()
    waits.register(ended, select.POLLIN)
    waits.register(0, 0)  # told of a hang-up whatever is asked for
    if ended not in dict(waits.poll()):
        os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    code = os.waitstatus_to_exitcode(status)
    os._exit(code if code >= 0 else 128 - code)


def _private_root(readable: tuple[str, ...], order: Order) -> bool:
    try:
        private_root.enter(readable, order.writable, order.limits.scratch)
    except OSError:
        return False
    return True


def _drop_user(outside: int, rooted: bool, own_user: bool) -> bool:
    """Another user where the platform runs as root and that user can reach the interpreter; no capabilities in any case."""
    if not own_user and outside == 0 and os.getuid() == 0 and (rooted or _reachable_by_all(sys.prefix, sys.base_prefix)):
        user = _USERS[int.from_bytes(os.urandom(4)) % len(_USERS)]
        with contextlib.suppress(OSError):  # refused to the root of a rootless container, which is nobody outside
            os.setgroups([])
            os.setresgid(user, user, user)
            os.setresuid(user, user, user)
    kernel.prctl(kernel.PR_SET_NO_NEW_PRIVS)
    kernel.drop_capabilities()
    return os.getuid() != outside or outside != 0


def _reachable_by_all(*folders: str) -> bool:
    return all(part.stat().st_mode & 0o005 == 0o005 for name in folders for part in (Path(name), *Path(name).parents))


def _go_first() -> None:
    """When memory runs out, this process goes and not the platform."""
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000")


def _bound(limits: Limits) -> None:
    private = limits.memory
    for kind, most in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_DATA, private),
        (resource.RLIMIT_AS, private + _RESERVED),
        (resource.RLIMIT_NPROC, limits.processes),
        (resource.RLIMIT_FSIZE, limits.scratch),
    ):
        _, hard = resource.getrlimit(kind)
        most = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(kind, (most, most))


def _allowed(layer: Callable[..., bool], *arguments: object, **named: object) -> bool:
    """Whether the layer stands; a kernel that refuses it leaves the other layers, and `Held` says so."""
    try:
        return layer(*arguments, **named)
    except OSError:
        return False
