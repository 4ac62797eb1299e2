"""A file that a command was asked to write: whole or not there, and a fault is told as one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import click


def write_file(out: Path, data: bytes) -> None:
    """`data` at `out`, closed to others.

    Raises:
        UsageProblem, Unavailable: as `file_at`.
    """
    with file_at(out) as file:
        file.write(data)


@contextmanager
def file_at(out: Path, *, new: bool = False) -> Iterator[BinaryIO]:
    """What stands at `out` once this is left well, closed to others; begun before the work, it refuses what cannot be written before the work.

    Raises:
        UsageError: with `new`, where a file is there.
        UsageProblem: EVID-04, where its folder is not there.
        Unavailable: EVID-04, where it cannot be written.
    """
    from mesh_platform.aside import written
    from mesh_platform.errors import Unavailable, UsageProblem

    taken = click.UsageError(f"{out.name} is there already. Add --force to write over it.")
    if new and out.exists():
        raise taken
    if not out.absolute().parent.is_dir():
        raise UsageProblem.because("EVID-04", out.name, "Its folder is not there.", "Make the folder, or name a file in another.")
    try:
        with written(out, new=new) as file:
            yield file
    except FileExistsError:  # somebody else's, meanwhile
        raise taken from None
    except OSError as error:
        why = f"It cannot be written ({error.strerror})."
        raise Unavailable.because("EVID-04", out.name, why, "Name a file in a folder that you may write to.") from None
