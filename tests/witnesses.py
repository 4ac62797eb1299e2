"""A `mesh witness` that runs as a process of its own, is killed and comes back at the same address."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from mesh_platform.audit.quorum import Policy, parse_policy
from mesh_platform.audit.witness import Witness

_MESH = [sys.executable, "-c", "from mesh_platform.cli import main; main()"]


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@dataclass
class WitnessProcess:
    """One witness; its folder outlives the process, as it does on the machine of whoever runs it."""

    folder: Path
    port: int = field(default_factory=_free_port)
    _process: subprocess.Popen[str] | None = None

    @classmethod
    def new(cls, folder: Path) -> WitnessProcess:
        Witness.new(folder, "witness.example/w1")
        return cls(folder)

    def trust(self, key: str) -> None:
        Witness(self.folder).trust(key)

    @property
    def text(self) -> str:
        """The policy that asks for this one witness."""
        return f"witness w1 {Witness(self.folder).key.verifier.text} http://127.0.0.1:{self.port}\nquorum w1\n"

    @property
    def policy(self) -> Policy:
        return parse_policy(self.text)

    def start(self) -> None:
        """Begin to answer, at the address of before where there is one."""
        command = [*_MESH, "witness", "serve", str(self.folder), "--port", str(self.port)]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        while str(self.port) not in (line := self._process.stdout.readline()):
            assert line, "the witness ended"

    def kill(self) -> None:
        """End it as the power does."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None


@contextmanager
def witness_at(folder: Path) -> Iterator[WitnessProcess]:
    """A new witness in that folder, ended when the block is left; it is not started yet, since it reads whom it trusts when it starts."""
    made = WitnessProcess.new(folder)
    try:
        yield made
    finally:
        made.kill()
