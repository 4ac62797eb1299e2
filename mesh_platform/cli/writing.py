"""A file that a command was asked to write: whole or not there, and a fault is told as one."""

from __future__ import annotations

from pathlib import Path


def write_file(out: Path, data: bytes) -> None:
    """`data` at `out`, closed to others.

    Raises:
        Unavailable: EVID-04, where it cannot be written.
    """
    from mesh_platform.aside import written
    from mesh_platform.errors import Unavailable

    try:
        with written(out) as file:
            file.write(data)
    except OSError as error:
        why = f"It cannot be written ({error.strerror})."
        raise Unavailable.because("EVID-04", out.name, why, "Name a file in a folder that you may write to.") from None
