"""Runs `transform.py` in a process of its own and takes its result as Arrow; before any lock is held, and with nothing it prints kept."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import threading
from collections.abc import Mapping
from pathlib import Path

import pyarrow as pa

from mesh_platform.errors import MeshError


def run_python(file: Path, where: str, product: str, inputs: Mapping[str, pa.RecordBatchReader]) -> pa.Table:
    """What `transform(inputs)` in `file` returns.

    Raises:
        MeshError: RUN-03 with the kind of error and its line, never its text.
    """
    result_read, result_write = os.pipe()
    command = [sys.executable, "-m", "mesh_platform.publish.python_child", str(file), str(result_write)]
    child = subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        pass_fds=(result_write,),
        env={key: value for key, value in os.environ.items() if not key.startswith("MESH_") or key in ("MESH_ENV", "MESH_CLOCK")},
    )
    os.close(result_write)
    feeder = threading.Thread(target=_feed, args=(child, inputs), daemon=True)
    feeder.start()
    try:
        with os.fdopen(result_read, "rb") as answer:
            said = json.loads(answer.readline() or b'{"ok": false, "type": "the process ended without an answer", "line": 1}')
            if not said["ok"]:
                why = f"The transform stopped: {said['type']}."
                fix = "Run it on a small sample to see why; its text is not kept, since it may hold a value."
                raise MeshError.because("RUN-03", f"{where}:{said['line']}", why, fix, product)
            with pa.ipc.open_stream(answer) as stream:
                return stream.read_all()
    except pa.ArrowInvalid:
        raise MeshError.because(
            "RUN-03", where, "The transform ended before its result was complete.", "Run it again.", product
        ) from None
    finally:
        child.kill()
        child.wait()
        feeder.join()


def _feed(child: subprocess.Popen[bytes], inputs: Mapping[str, pa.RecordBatchReader]) -> None:
    assert child.stdin is not None
    with contextlib.suppress(BrokenPipeError, OSError):
        child.stdin.write(json.dumps(list(inputs)).encode() + b"\n")
        for reader in inputs.values():
            with pa.ipc.new_stream(child.stdin, reader.schema) as stream:
                for batch in reader:
                    stream.write_batch(batch)
        child.stdin.flush()
    with contextlib.suppress(BrokenPipeError, OSError):
        child.stdin.close()
