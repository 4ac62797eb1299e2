"""Open the ledger of a mesh. Its tokens are made under one key per mesh, made once and wrapped by the key provider.

The wrapped key stands in the control database beside the tokens that it made. Where it cannot be unwrapped nothing is answered, and no other key
is made in its place: under another key every person would be a stranger, whatever they had refused.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, select

from mesh_platform.audit import open_audit
from mesh_platform.clock import utc_now
from mesh_platform.keys import KeyProvider, open_keys
from mesh_platform.keys.tokens import KEY_BYTES, SubjectTokens
from mesh_platform.ledger.ledger import Ledger
from mesh_platform.product import Governance
from mesh_platform.state import Database, open_state
from mesh_platform.state.tables import ledger_keys

if TYPE_CHECKING:
    from mesh_platform.settings import Settings

OWNER, PLACE = "_mesh", "mesh"
"""As what the key provider knows the key that wraps it; no domain can be called so."""
NUMBER = 1


def mesh_tokens(database: Database, keys: KeyProvider, governance: Governance) -> SubjectTokens:
    """The tokens of this mesh; the first call makes its key.

    Raises:
        Unavailable: where the key provider does not answer or does not hold what wraps the key.
    """
    with database.read() as con:
        wrapped = _held(con)
    if wrapped is None:
        made = keys.wrap(OWNER, PLACE, os.urandom(KEY_BYTES))  # not inside the write: a provider may take its time
        with database.write() as con:
            wrapped = _held(con)
            if wrapped is None:
                wrapped = made
                con.execute(ledger_keys.insert(), {"number": NUMBER, "wrapped": made, "made_at": utc_now()})
    return SubjectTokens(keys.unwrap(OWNER, PLACE, wrapped), governance.namespaces)


@contextmanager
def open_ledger(settings: Settings, governance: Governance) -> Iterator[Ledger]:
    """The ledger of the project that `settings` describe, with its audit log; the home and the tables are made where they are missing."""
    keys = open_keys(settings)
    with closing(open_state(settings)) as database, open_audit(settings, database, keys) as audit:
        yield Ledger(database, mesh_tokens(database, keys, governance), governance, audit=audit)


def _held(con: Connection) -> bytes | None:
    found: Any = con.execute(select(ledger_keys.c.wrapped).where(ledger_keys.c.number == NUMBER)).scalar()
    return None if found is None else bytes(found)
