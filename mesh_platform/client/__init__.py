"""The Python client: `connect()` to the project at hand or to an HTTP API, and read products with SQL into Arrow, pandas, polars or DuckDB.

Both doors lead to the same decision, and tell it in the same way: one `Result`, one envelope, the platform's own errors. It adds no right to
anybody, keeps no rows, and sends a token to nobody else than the address that was named.
"""

from typing import TYPE_CHECKING

from mesh_platform.lazily import loaded

if TYPE_CHECKING:
    from mesh_platform.client.connecting import Connection, connect
    from mesh_platform.client.result import Decided, Result

_HOME = {"Connection": "connecting", "Decided": "result", "Result": "result", "connect": "connecting"}
__all__ = ["Connection", "Decided", "Result", "connect"]
__getattr__ = loaded(__name__, _HOME, globals())
