"""The published mesh that every port is asked about: the shop's profiles, and 120,000 visits of which most is not for the analyst.

`SECRETS` are values that no answer of the analyst's may hold.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

from mesh_platform.access.worker import Size, Workers
from mesh_platform.keys import open_keys
from mesh_platform.product import Mesh, ProductKey, load_mesh
from mesh_platform.publish import Runtime, Status, open_runtime, publish
from mesh_platform.settings import Settings
from tests.access.shop import PROFILES, descriptor, write_project
from tests.publish.bakery import write_product

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
VISITS = ProductKey("customer", "visits")
VISIT_ROWS = 120_000
VICTIM = 77_777
"""The visit whose score is 0 and whose note is like no other."""
SECRETS = ("ana@", "ben@", "eva@", "4111111111111111", "5500005555555559", "340000000000009", "52.5312", "53.5507", "48.1371")
SECRETS += ("1990-05-17", "(1990, 5, 17", "1984-01-02", "(1984, 1, 2", "2001-12-31", "(2001, 12, 31", "10115", "20095", "80331")
SECRETS += ("north", "south", "C-1", "C-2", "C-3", "zyxwv", "K-0", "K-1", "K-2")

VISIT_COLUMNS: dict[str, dict[str, Any]] = {
    "slot": {"type": "integer", "unique": True, "sensitivity": "internal"},
    "customer_id": {"type": "string", "sensitivity": "confidential", "category": "user.unique_id", "subject": "customer_id"},
    "city": {"type": "string", "sensitivity": "internal"},
    "amount": {"type": "decimal(10,2)", "sensitivity": "internal"},
    "taken": {"type": "timestamp", "sensitivity": "internal"},
    "tags": {"type": "list<string>", "sensitivity": "internal"},
    "note": {"type": "string", "sensitivity": "restricted"},
    "score": {"type": "integer", "sensitivity": "restricted"},
}
_FIELDS = ["slot", "customer_id", "city", "amount", "taken", "tags"]
VISIT_CONTRACTS = [{"consumer": "sales", "purpose": "service", "fields": _FIELDS, "excludedFields": ["note", "score"]}]
_ENDED = {"consumer": "sales", "purpose": "analytics", "fields": ["city"], "expires": "2026-01-01"}
"""A contract that was in force when the product was published, and has ended since."""
SCOPE = "visits.read"
"""Of the one interface that customer/visits declares, which is for SQL; tokens of the development issuer are not held to it."""
INTERFACE = {"type": "SQL", "authentication": "OAuth2", "accessLevel": "Read-Only", "scopes": [SCOPE]}
VISIT_SQL = f"""
SELECT i AS slot, format('K-{{:06d}}', i % 3000) AS customer_id, (['Lisbon', 'Porto', 'Faro', 'Braga'])[1 + i % 4] AS city,
    CAST((i * 37) % 10000 / 100 AS DECIMAL(10, 2)) AS amount, TIMESTAMP '2026-01-01' + to_minutes(CAST(i AS INTEGER)) AS taken,
    CASE i % 3 WHEN 0 THEN ['new', 'web'] WHEN 1 THEN ['web'] ELSE CAST([] AS VARCHAR[]) END AS tags,
    CASE WHEN i = {VICTIM} THEN 'zyxwv' ELSE 'plain' END AS note, CASE WHEN i = {VICTIM} THEN 0 ELSE 1 + i % 9 END AS score
FROM range({VISIT_ROWS}) r(i)
"""


@dataclass(frozen=True, slots=True)
class Published:
    """What stands published, and the workers that every port shares."""

    mesh: Mesh
    runtime: Runtime
    workers: Workers


def write(root: Path) -> Mesh:
    """The project under `root`, not published yet."""
    write_project(root)
    duckdb.connect().execute(f"COPY ({VISIT_SQL}) TO '{root}/landing/visits.parquet'")
    return write_visits(root, {**_ENDED, "expires": "2999-01-01"})


def write_visits(root: Path, *more: dict[str, Any]) -> Mesh:
    """customer/visits with these contracts beside its own."""
    source = {"path": "landing/visits.parquet", "purpose": "service", "basis": "contract", "notice": "n1"}
    own = {"name": "Visits", "columns": VISIT_COLUMNS, "source": source, "interfaces": [INTERFACE]}
    own |= {"dataContracts": [*VISIT_CONTRACTS, *more]}
    write_product(root, str(VISITS), descriptor(**own))
    return load_mesh(root)


@contextmanager
def published(root: Path) -> Iterator[Published]:
    """Both products, published under `root`."""
    mesh = write(root)
    settings = Settings(project=root)
    with open_runtime(settings) as runtime:
        for key in (PROFILES, VISITS):
            outcome = publish(mesh, key, runtime)
            assert outcome.status is Status.PUBLISHED, outcome.findings
        with Workers(settings.home_path, open_keys(settings), runtime.confinement, Size(1)) as workers:
            yield Published(write_visits(root, _ENDED), runtime, workers)
