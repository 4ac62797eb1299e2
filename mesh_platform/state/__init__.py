"""The control database: what the platform itself must remember, in SQLite beside the lake or in PostgreSQL by URL.

Gives a `Database` whose `write()` is one durable transaction at a time and whose `read()` is one consistent snapshot, alike on both
engines, the tables in `mesh_platform.state.tables`, and their migrations. It refuses to hold rows of a product: those stand in the lake.
"""

from mesh_platform.state.database import Database
from mesh_platform.state.errors import CommitUnknown, Conflict
from mesh_platform.state.jsontext import dump_json
from mesh_platform.state.opening import look_at_state, open_state
from mesh_platform.state.told import Told
from mesh_platform.state.types import UtcDateTime, insert

__all__ = ["CommitUnknown", "Conflict", "Database", "Told", "UtcDateTime", "dump_json", "insert", "look_at_state", "open_state"]
