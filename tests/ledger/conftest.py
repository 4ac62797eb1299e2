from collections.abc import Iterator

import pytest

from mesh_platform.ledger import Ledger
from mesh_platform.state import Database
from tests.ledger.samples import GOVERNANCE, TOKENS


@pytest.fixture
def ledger(database: Database) -> Iterator[Ledger]:
    """An empty ledger that looks at its database before each answer."""
    return Ledger(database, TOKENS, GOVERNANCE, window=0)
