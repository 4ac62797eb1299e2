"""What a hold covers of what is published now, told to whoever opens it: a hold that covers nothing by a slip keeps nothing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from mesh_platform.lake import Reader
from mesh_platform.retention.holds import Hold, covered
from mesh_platform.retention.kept import KeptProduct


@dataclass(frozen=True, slots=True)
class Covers:
    """Of one product how many of its served rows; None where it does not open, and all that it may hold is kept."""

    product: str
    rows: int | None

    def as_json(self) -> dict[str, object]:
        return {"product": self.product, "rows": self.rows}


def coverage(hold: Hold, products: Iterable[KeptProduct], reader: Reader) -> tuple[Covers, ...]:
    """The products that it touches, with their rows that it covers; without those of which it covers none.

    Raises:
        Unavailable: where a product cannot be read.
    """
    touched = (one for one in products if hold.scope.touches(one.key, one.descriptor))
    found = (Covers(one.key, _rows(hold, one, reader)) for one in touched)
    return tuple(one for one in found if one.rows != 0)


def _rows(hold: Hold, one: KeptProduct, reader: Reader) -> int | None:
    if one.descriptor is None:
        return None
    query = f"SELECT count(*) FROM {{}} WHERE {covered((hold,), one.holder)}"
    [[rows]] = reader.follow({"t": one.place}, lambda con, over: con.execute(query.format(over["t"])).fetchall())
    return int(rows)
