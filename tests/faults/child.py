"""The command under test: `python -m tests.faults.child publish|purge|rotate HOME [BROKEN BUILD]`."""

from __future__ import annotations

import sys
from pathlib import Path

from mesh_platform.keys import LocalKeyring
from mesh_platform.lake import Doomed, Lake, Place
from tests.faults.broken import BROKEN
from tests.faults.powerloss import ACKNOWLEDGED

PLACE = Place("westeurope", "sales", "orders")
COLUMNS = [("order_id", "BIGINT"), ("email", "VARCHAR"), ("amount", "DOUBLE")]
OLD_ROWS, NEW_ROWS, DOOMED = 300, 400, "order_id % 10 = 7"


def rows(count: int, mark: str) -> str:
    return f"SELECT i AS order_id, 'person' || i || '@{mark}.test' AS email, i / 4 AS amount FROM range({count}) t(i)"


def lake_at(home: Path) -> Lake:
    """One thread, so that the calls come in one order."""
    return Lake(home, LocalKeyring(home / "keys"), memory_limit="300MB", threads=1)


def publish(lake: Lake, count: int, mark: str) -> None:
    with lake.writer(PLACE) as writer:
        writer.stage(rows(count, mark), COLUMNS, bucket_by="order_id", expected_rows=100_000)
        writer.publish("ana", mark, {"mark": mark})


def purge(lake: Lake) -> None:
    lake.purge(PLACE, Doomed(DOOMED), "dpo", "erase")


def rotate(lake: Lake) -> None:
    assert lake.domain_keys.rotate(PLACE.domain, PLACE.location).complete


def main(what: str, home: Path, broken: str | None = None) -> None:
    if broken is not None:
        BROKEN[broken]()
    lake = lake_at(home)
    if what == "publish":
        publish(lake, NEW_ROWS, "new")
    elif what == "rotate":
        rotate(lake)
    else:
        purge(lake)
    (home / ACKNOWLEDGED).touch()


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), *sys.argv[3:])
