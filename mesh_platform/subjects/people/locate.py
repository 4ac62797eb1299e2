"""In which products a person's rows stand, by what the platform wrote beside each row; and that nobody else's do.

The index of people answers first, without a catalog being opened. Where it says that nobody is there and the verifier saw them, the rows are asked.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from mesh_platform.errors import Unavailable
from mesh_platform.keys.tokens import SubjectTokens
from mesh_platform.lake import Doomed, Lake, Reader, quote_name
from mesh_platform.lake.hidden import SUBJECTS
from mesh_platform.lake.subject_index import Wanted
from mesh_platform.subjects.people.held import Held, rows_over
from mesh_platform.subjects.requests.values import Closure


def asked(one: Held, closure: Closure) -> dict[str, list[int]]:
    """Subject column → by what the person is known in it; columns in which nobody can be found left out."""
    found = {
        column: sorted(each.subject63 for each in closure.identifiers if each.namespace == namespace)
        for column, namespace in one.subjects.items()
        if column in one.marked
    }
    return {column: subjects for column, subjects in found.items() if subjects}


def theirs(one: Held, closure: Closure) -> str | None:
    """The condition that a row is the person's; None where no key of theirs stands in the product."""
    parts = (
        f"{quote_name(SUBJECTS + column)} IN ({', '.join(map(str, people))})" for column, people in asked(one, closure).items()
    )
    return " OR ".join(parts) or None


def doomed(one: Held, closure: Closure) -> Doomed:
    """The person's rows; none where the product has no key of theirs, and then its older versions alone go."""
    return Doomed(where=theirs(one, closure) or "false")


def located(held: Iterable[Held], closure: Closure, lake: Lake, reader: Reader, seen: Collection[str] = ()) -> dict[str, int]:
    """How many rows of each product are the person's, in the held version that has most; `seen` are products in which somebody else saw them."""
    found = {}
    for one in held:
        if people := asked(one, closure):
            rows = _indexed(one, people, lake)
            if rows is None or (not rows and one.key in seen):
                condition = theirs(one, closure) or "false"
                rows = max(_rows(one, reader, condition, version) for version in one.versions)
            found[one.key] = rows
    return found


def _indexed(one: Held, people: Wanted, lake: Lake) -> int | None:
    """What the index says; None where there is none that could be asked."""
    index = lake.subject_index(one.place)
    try:
        return index.most(people, one.versions) if index is not None else None
    except IndexError:  # harmed: the rows are asked
        return None


def _rows(one: Held, reader: Reader, condition: str, version: int) -> int:
    """Those of one version; one that was written before rows said whose they are may hold one."""
    relation = reader.relation(one.place, version)
    written = {name for name, *_ in reader.con.execute(f"DESCRIBE SELECT * FROM {relation}").fetchall()}
    if not {SUBJECTS + column for column in one.marked} <= written:
        return 1
    [[rows]] = reader.con.execute(f"SELECT count(*) FROM {relation} WHERE {condition}").fetchall()
    return int(rows)


def refuse_mistaken(one: Held, closure: Closure, reader: Reader, tokens: SubjectTokens) -> None:
    """63 bits stand for one person but for one case in billions; in that case nothing is deleted.

    Raises:
        Unavailable: DSAR-07, where the rows of somebody else would be taken for theirs.
    """
    condition = theirs(one, closure)
    if condition is None:
        return
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
