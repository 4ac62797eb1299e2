"""In which products a person's rows stand, by what the platform wrote beside each row; and that nobody else's do."""

from __future__ import annotations

from collections.abc import Iterable

from mesh_platform.errors import Unavailable
from mesh_platform.keys.tokens import SubjectTokens
from mesh_platform.lake import Doomed, Reader, quote_name
from mesh_platform.lake.hidden import SUBJECTS
from mesh_platform.subjects.held import Held, rows_over
from mesh_platform.subjects.requests import Closure


def theirs(one: Held, closure: Closure) -> str | None:
    """The condition that a row is the person's; None where no key of theirs stands in the product."""
    parts = []
    for column, namespace in one.subjects.items():
        subjects = sorted(each.subject63 for each in closure.identifiers if each.namespace == namespace)
        if subjects and column in one.marked:
            parts.append(f"{quote_name(SUBJECTS + column)} IN ({', '.join(map(str, subjects))})")
    return " OR ".join(parts) or None


def doomed(one: Held, closure: Closure) -> Doomed:
    """The person's rows; none where the product has no key of theirs, and then its older versions alone go."""
    return Doomed(where=theirs(one, closure) or "false")


def located(held: Iterable[Held], closure: Closure, reader: Reader, tokens: SubjectTokens) -> dict[str, int]:
    """How many rows of each product are the person's, in the held version that has most.

    Raises:
        Unavailable: DSAR-07, where the rows of somebody else would be taken for theirs.
    """
    found = {}
    for one in held:
        condition = theirs(one, closure)
        if condition is not None:
            _refuse_mistaken(one, closure, reader, tokens, condition)
            found[one.key] = max(_rows(one, reader, condition, version) for version in one.versions)
    return found


def _rows(one: Held, reader: Reader, condition: str, version: int) -> int:
    """Those of one version; one that was written before rows said whose they are may hold one."""
    relation = reader.relation(one.place, version)
    written = {name for name, *_ in reader.con.execute(f"DESCRIBE SELECT * FROM {relation}").fetchall()}
    if not {SUBJECTS + column for column in one.marked} <= written:
        return 1
    [[rows]] = reader.con.execute(f"SELECT count(*) FROM {relation} WHERE {condition}").fetchall()
    return int(rows)


def _refuse_mistaken(one: Held, closure: Closure, reader: Reader, tokens: SubjectTokens, condition: str) -> None:
    """63 bits stand for one person but for one case in billions; in that case nothing is deleted."""
    keys = ", ".join(map(quote_name, one.subjects))
    rows = rows_over(reader, one, f"SELECT DISTINCT {keys} FROM {{t}} WHERE {condition}")
    for row in rows:
        for column, namespace in one.subjects.items():
            if row[column] is not None and tokens.maker(namespace)(str(row[column])) in closure.tokens(namespace):
                break
        else:
            why = "The short mark of somebody else's rows is the same as the person's."
            fix = "Have the rows looked at by hand; nothing was deleted."
            raise Unavailable.because("DSAR-07", f"rows of {one.key}", why, fix, one.key)
