"""What hostile domain code tries, each as a function that returns what it got hold of; run as a confined job."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any


def attempt(name: str, result_fd: int, **more: Any) -> None:
    """Run one attempt and tell `got` and its value, or the kind of error that stopped it."""
    try:
        answer = {"got": globals()[name](**more)}
    except BaseException as error:  # noqa: BLE001
        answer = {"stopped": type(error).__name__}
    with os.fdopen(result_fd, "w", encoding="utf-8") as out:
        json.dump(answer, out)


def read(path: str) -> str:
    return Path(path).read_bytes()[:100].decode(errors="replace")


def listing(path: str) -> list[str]:
    return [entry.name for entry in Path(path).iterdir()]


def write(path: str) -> str:
    Path(path).write_text("mine")
    return "written"


def environment() -> dict[str, str]:
    return dict(os.environ)


def environment_of_others() -> list[str]:
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            found.append((process / "environ").read_bytes().decode(errors="replace"))
        except OSError:
            continue
    return found


def tcp(port: int) -> str:
    with socket.create_connection(("127.0.0.1", port), timeout=2):
        return "connected"


def udp(port: int) -> str:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as out:
        out.sendto(b"secret", ("127.0.0.1", port))
    return "sent"


def unix(path: str) -> str:
    with socket.socket(socket.AF_UNIX) as out:
        out.connect(path)
    return "connected"


def name_lookup() -> str:
    return socket.gethostbyname("example.com")


def signal_to(pid: int) -> str:
    os.kill(pid, signal.SIGKILL)
    return "sent"


def signal_by_queue(pid: int) -> str:
    import ctypes

    libc = ctypes.CDLL(None, use_errno=True)
    if libc.sigqueue(pid, signal.SIGTERM, ctypes.c_void_p(0)) != 0:
        raise OSError(ctypes.get_errno(), "sigqueue")
    return "sent"


def bound_another(pid: int) -> str:
    import resource

    resource.prlimit(pid, resource.RLIMIT_NOFILE, (64, 64))
    return "bound"


def bound_itself() -> int:
    import resource

    resource.setrlimit(resource.RLIMIT_NOFILE, (100, 100))
    return resource.getrlimit(resource.RLIMIT_NOFILE)[0]


def leave_and_hold(mark: str, how: str) -> None:
    """A child that keeps every pipe open after its parent has gone, if it can in another session or group."""
    if os.fork():
        os._exit(0)
    with contextlib.suppress(OSError):
        {"setsid": os.setsid, "setpgid": lambda: os.setpgid(0, 0)}.get(how, lambda: None)()
    subprocess.run([sys.executable, "-c", "import time; time.sleep(60)", mark], check=False)
    time.sleep(60)


def allocate(bytes_wanted: int) -> int:
    return len(bytearray(bytes_wanted))


def fork_bomb() -> int:
    """How many processes it can have at once before it is stopped."""
    children: list[int] = []
    try:
        while len(children) < 5000:
            pid = os.fork()
            if pid == 0:
                time.sleep(60)
                os._exit(0)
            children.append(pid)
    except OSError:
        pass
    return len(children)


def leave_a_process_behind(mark: str) -> str:
    """A process in a session of its own that would outlive its parent."""
    if os.fork() == 0:
        os.setsid()
        if os.fork():
            os._exit(0)
        os.execv(sys.executable, [sys.executable, "-c", "import time; time.sleep(300)", mark])
    time.sleep(0.3)
    return "left"


def fill_the_disk(path: str) -> int:
    written = 0
    with Path(path).open("wb") as out:
        while written < 10 << 30:
            written += out.write(bytes(1 << 20))
    return written


def new_namespace() -> str:
    return subprocess.run(["unshare", "-Ur", "id", "-u"], capture_output=True, text=True, check=True).stdout


def become_root() -> int:
    os.setuid(0)
    return os.getuid()


def mount_something() -> str:
    subprocess.run(["mount", "-t", "tmpfs", "none", "/tmp"], check=True, capture_output=True)
    return "mounted"


def sleep_for_ever() -> None:
    time.sleep(600)


def open_files() -> list[str]:
    return [str(fd.readlink()) for fd in Path("/proc/self/fd").iterdir() if fd.is_symlink()]


def who() -> int:
    return os.getuid()


def own_work(path: str) -> str:
    """What it may do: import libraries, use a temporary file and threads."""
    import tempfile
    import threading

    import pyarrow as pa

    with tempfile.NamedTemporaryFile() as scratch:
        scratch.write(b"x")
    thread = threading.Thread(target=lambda: None)
    thread.start()
    thread.join()
    Path(path).write_text("given")
    return str(pa.array([1, 2]).sum().as_py())
