"""Processes in which consumers' statements run: read only, without the keyring, without network, and ended when they take too long.

`Workers` is the platform's side. `child` is what runs in the process.
"""

from mesh_platform.access.worker.job import Job, Limits, View
from mesh_platform.access.worker.pool import Awaited, Rows, Size, Workers

__all__ = ["Awaited", "Job", "Limits", "Rows", "Size", "View", "Workers"]
