"""CORE-03: personal data has an end."""

from __future__ import annotations

from collections.abc import Iterator

from mesh_platform.policy.facts import Facts
from mesh_platform.policy.rule import Group, Objection, failing, passing, rule
from mesh_platform.product import Sensitivity

_CLOCKS = ("DATE", "TIMESTAMP", "TIMESTAMPTZ")


@rule(
    "CORE-03",
    "Confidential and undeclared data has a retention period",
    passing("three years from the last change"),
    passing(
        "internal data may stay",
        product={"retention": None, "columns": {"customer_id": None, "email": None}, "dataContracts": None},
    ),
    failing("restricted data without a period", product={"retention": None}),
    failing("no columns declared and no period", product={"retention": None, "columns": None, "dataContracts": None}),
    failing("counted from a column that holds no time", product={"retention": {"from": "segment"}}),
    failing(
        "empties for the law's minimum what may not be empty",
        product={"retention": {"minimum": "1 year", "minimumKeeps": ["customer_id"]}},
    ),
    failing("kept shorter than its own minimum", product={"retention": {"minimum": "10 years"}}),
    source="House rule, after GDPR Art. 5(1)(e)",
    group=Group.RETENTION,
)
def has_an_end(facts: Facts) -> Iterator[Objection]:
    retention = facts.descriptor.retention
    if retention is None:
        if facts.descriptor.sensitivity >= Sensitivity.CONFIDENTIAL:
            why = f"It is {facts.descriptor.sensitivity} and says nowhere how long it is kept."
            yield Objection(why, "Add `retention: {period: …, from: <column>|ingested, action: delete}`.", ("retention",))
        return
    clock = facts.columns.get(retention.clock_column) if retention.clock_column else None
    if clock is not None and clock.type.duckdb not in _CLOCKS:
        why = f"Its retention counts from {retention.clock_column!r}, which is a {clock.type.text}."
        yield Objection(why, "Name a date or timestamp column, or `ingested`.", ("retention", "from"))
    if retention.minimum and retention.minimum.approximate > retention.period.approximate:
        why = f"Its rows go after {retention.period}, but must stay for {retention.minimum}."
        yield Objection(why, "Make the period as long as the minimum.", ("retention", "minimum"))
    if retention.minimum_keeps is not None:
        keeps = {*retention.minimum_keeps, retention.clock_column}
        if fixed := sorted(name for name, column in facts.columns.items() if name not in keeps and not column.nullable):
            why = f"Of erased people it keeps what the law needs alone, and {', '.join(fixed)} may not be empty."
            yield Objection(why, "Declare `nullable: true` there, or name it in `minimumKeeps`.", ("retention", "minimumKeeps"))


RETENTION = (has_an_end,)
