"""Runs a domain team's code in a process that reaches nothing but what it was handed.

In-process Python isolates nothing, so whatever a domain team writes in Python or leaves to dbt runs here: without the platform's environment, as
an unprivileged user, in namespaces of its own with a root that holds the interpreter and little else, under Landlock and a system call filter, with
bounds on memory, processes and time. Each layer is used where the kernel allows it; the process tells which of them hold before any domain
code runs, and without a closed file system and network nothing runs unless the operator has said so.

Names are loaded when they are first used: the process that is confined imports this room too, and needs half of it.
"""

from typing import TYPE_CHECKING

from mesh_platform.lazily import loaded

if TYPE_CHECKING:
    from mesh_platform.confine.order import Held, Limits
    from mesh_platform.confine.process import Confined, Confinement, NoAnswer

_HOME = {"Confined": "process", "Confinement": "process", "Held": "order", "Limits": "order", "NoAnswer": "process"}

__all__ = ["Confined", "Confinement", "Held", "Limits", "NoAnswer"]


__getattr__ = loaded(__name__, _HOME, globals())
