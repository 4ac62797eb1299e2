"""What would make staged rows bear out their claim: named transforms, columns to drop, small classes to leave out; each tried on the rows.

Only what passes is proposed, and nothing is changed: the trial is a count over expressions, by the same SQL that would make the values coarser.
The number of trials is bounded. One column alone comes before all together, a coarser value before a dropped column.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice

from mesh_platform.lake import Writer, quote_name
from mesh_platform.lake.classes import people
from mesh_platform.policy import Combination, Facts, Remedy
from mesh_platform.policy.core.closeness import borne_out, claims
from mesh_platform.policy.core.combinations import LEAST_OUTSIDE, MOST_COLUMNS, Columns, all_quasi
from mesh_platform.policy.core.diversity import classes_over, to_diversify
from mesh_platform.policy.people import holds_persons
from mesh_platform.product.models import COARSENED, Coarsening, Column
from mesh_platform.publish.coarse import coarse
from mesh_platform.publish.risk import Risk, diverse, sized

MOST_TRIALS, MOST_TOLD = 24, 3
MOST_LOST = 0.05
"""The share of rows that may be left out for the sake of the rest; more would be another product."""
_PLACES = "user.contact.address.postal_code"


def remedies_of(facts: Facts, risk: Risk, writer: Writer) -> tuple[Remedy, ...]:
    """The remedies that pass on the staged rows, few and the mildest first; none where the claim holds or none is made."""
    quasi, staged = all_quasi(facts), dict(writer.columns())
    if not claims(facts) or not 1 <= len(quasi) <= MOST_COLUMNS or not quasi <= staged.keys():
        return ()
    if borne_out(facts, risk.combinations.get(quasi), tuple(risk.diversity.values())):
        return ()
    trials = islice(_trials(facts, writer, quasi), MOST_TRIALS)
    return tuple(islice((one for one in trials if _passes(facts, writer, quasi, staged, one)), MOST_TOLD))


def _trials(facts: Facts, writer: Writer, quasi: Columns) -> Iterator[Remedy]:
    may = {name: _coarser(name, facts.columns[name]) for name in sorted(quasi)}
    for name, ways in may.items():
        yield from (Remedy({name: how}) for how in ways)
    together = {name: ways[-1] for name, ways in may.items() if ways}
    if len(together) > 1:
        yield Remedy(together)
    yield from (Remedy(drop=(name,)) for name in may)
    if len(together) > 1:
        yield from (Remedy({n: how for n, how in together.items() if n != name}, (name,)) for name in may)
    small = _small(facts, writer, quasi)
    if small:
        yield Remedy(small=small)


def _coarser(name: str, column: Column) -> tuple[Coarsening, ...]:
    """The transforms that the column can be given, from fine to coarse, coarser than it is."""
    ways = [how for how in COARSENED if column.takes(how)]
    if "zip3" in ways and column.category != _PLACES and "zip" not in name.casefold():
        ways.remove("zip3")
    return tuple(ways[ways.index(column.coarsen) + 1 :] if column.coarsen in ways else ways)


def _passes(facts: Facts, writer: Writer, quasi: Columns, staged: Mapping[str, str], one: Remedy) -> bool:
    keys = _keys(quasi, staged, one)
    each = people(facts.descriptor, staged, holds_persons(facts.product))
    over = _without_small(writer.table, quasi) if one.small else writer.table
    counted = sized(writer, over, [*keys.values()], each) if keys else Combination(None)
    by = [keys[name] for name in sorted(classes_over(facts)) if name in keys]
    special = [name for name in to_diversify(facts) if name in staged and name not in one.drop] if by else []
    return borne_out(facts, counted, tuple(diverse(facts, writer, over, by, name, each) for name in special))


def _keys(quasi: Columns, staged: Mapping[str, str], one: Remedy) -> dict[str, str]:
    """Column → the expression that makes the classes with the remedy."""
    left = [name for name in sorted(quasi) if name not in one.drop]
    ways = {name: how for name in left for how in COARSENED if one.coarsen.get(name) == how}
    return {name: coarse(name, ways[name], staged[name]) if name in ways else quote_name(name) for name in left}


def _small(facts: Facts, writer: Writer, quasi: Columns) -> int:
    """Rows in classes of too few, where they are few themselves and a row is a person."""
    if facts.descriptor.aggregate is not None or holds_persons(facts.product):
        return 0
    sql = f"SELECT (SELECT count(*) FROM {writer.table}), (SELECT count(*) FROM {_without_small(writer.table, quasi)})"
    rows, kept = writer.con.execute(sql).fetchone() or (0, 0)
    lost = int(rows) - int(kept)
    return lost if lost <= MOST_LOST * int(rows) else 0


def _without_small(table: str, quasi: Columns) -> str:
    keys = ", ".join(map(quote_name, sorted(quasi)))
    return f"(SELECT * FROM {table} QUALIFY count(*) OVER (PARTITION BY {keys}) >= {LEAST_OUTSIDE})"
