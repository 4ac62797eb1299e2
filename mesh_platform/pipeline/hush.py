"""Silence around domain code: what a transform prints, logs or warns may hold a person's data, and Dagster keeps what it catches.

Descriptors 1 and 2, Python's own streams and its logging are closed for the moment; whatever is written to them is gone, not kept.
"""

from __future__ import annotations

import contextlib
import logging
import os
import sys
from collections.abc import Iterator

_STREAMS = (1, 2)


@contextlib.contextmanager
def hushed() -> Iterator[None]:
    """Until it ends, nothing that this process or a child of it writes to standard output, standard error or a log is kept."""
    level = logging.root.manager.disable
    kept = (sys.stdout, sys.stderr)
    _flush()
    with open(os.devnull, "w", encoding="utf-8") as nowhere, _descriptors_to(nowhere.fileno()):  # noqa: PTH123 - not a path of ours
        logging.disable(logging.CRITICAL)
        sys.stdout = sys.stderr = nowhere
        try:
            yield
        finally:
            sys.stdout, sys.stderr = kept
            logging.disable(level)
            _flush()


@contextlib.contextmanager
def _descriptors_to(target: int) -> Iterator[None]:
    saved: dict[int, int] = {}
    try:
        for descriptor in _STREAMS:
            with contextlib.suppress(OSError):  # a daemon may have closed it: then nothing can be written there either
                saved[descriptor] = os.dup(descriptor)
                os.dup2(target, descriptor)
        yield
    finally:
        for descriptor, copy in saved.items():
            os.dup2(copy, descriptor)
            os.close(copy)


def _flush() -> None:
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError, AttributeError):
            stream.flush()
