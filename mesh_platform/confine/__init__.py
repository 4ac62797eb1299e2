"""Runs a domain team's code in a process that reaches nothing but what it was handed.

In-process Python isolates nothing, so whatever a domain team writes in Python or leaves to dbt runs here: without the platform's environment, as
an unprivileged user, in namespaces of its own with a root that holds the interpreter and little else, under Landlock and a system call filter, with
bounds on memory, processes and time. Each layer is used where the kernel allows it; the process tells which of them hold before any domain
code runs, and without a closed file system and network nothing runs unless the operator has said so.

Names are loaded when they are first used: the process that is confined imports this room too, and needs half of it.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mesh_platform.confine.order import Held, Limits
    from mesh_platform.confine.process import Confined, Confinement, NoAnswer

_HOME = {"Confined": "process", "Confinement": "process", "Held": "order", "Limits": "order", "NoAnswer": "process"}

__all__ = ["Confined", "Confinement", "Held", "Limits", "NoAnswer"]


def __getattr__(name: str) -> object:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found: object = getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
    globals()[name] = found
    return found
