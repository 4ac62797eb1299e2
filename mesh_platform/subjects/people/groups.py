"""How large the groups are that an aggregate shows, in every version that is held: whether one person could be told from them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from mesh_platform.lake import Reader, quote_name
from mesh_platform.subjects.people.held import Held

AGGREGATE = "aggregate_exempt"


@dataclass(frozen=True, slots=True)
class Groups:
    """Of one product: the fewest people that a group may have, how many groups it shows, the smallest, and how many are too small."""

    fewest: int
    shown: int
    least: int | None
    small: int

    @property
    def hide(self) -> bool:
        return self.small == 0


def groups_of(held: Iterable[Held], reader: Reader) -> dict[str, Groups]:
    """The groups of each product that says it is exempt, and by what count."""
    found = {}
    for one in held:
        erasure = one.descriptor.erasure if one.descriptor else None
        aggregate = one.descriptor.aggregate if one.descriptor else None
        if aggregate is not None and erasure is not None and erasure.strategy == AGGREGATE:
            each = [_counted(reader, one, version, aggregate.count, aggregate.min_group) for version in one.versions]
            least = [smallest for _, smallest, _ in each if smallest is not None]
            shown = each[-1][0] if each else 0
            found[one.key] = Groups(aggregate.min_group, shown, min(least, default=None), sum(small for _, _, small in each))
    return found


def _counted(reader: Reader, one: Held, version: int, count: str, fewest: int) -> tuple[int, int | None, int]:
    """Groups, the smallest, and how many are too small or do not say how large they are; one that cannot be counted is too small."""
    relation, name = reader.relation(one.place, version), quote_name(count)
    if count not in {column for column, *_ in reader.con.execute(f"DESCRIBE SELECT * FROM {relation}").fetchall()}:
        return 0, None, 1
    query = f"SELECT count(*), min({name}), count(*) FILTER (WHERE {name} IS NULL OR {name} < {fewest}) FROM {relation}"
    [[shown, least, small]] = reader.con.execute(query).fetchall()
    return int(shown), None if least is None else int(least), int(small)
