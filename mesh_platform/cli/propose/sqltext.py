"""Names in proposed SQL: plain where they can be, quoted where they must be."""

from __future__ import annotations

import re

from mesh_platform.cli.propose.vocabulary import RESERVED
from mesh_platform.lake import quote_name

_PLAIN = re.compile(r"[a-z_][a-z0-9_]*")


def sql_name(name: str) -> str:
    """A name as it may stand in SQL."""
    return name if _PLAIN.fullmatch(name) and name not in RESERVED else quote_name(name)
