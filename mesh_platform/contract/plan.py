"""A contract compiled for one table: which expression counts the rows that break each rule.

The plan is made of ibis expressions over an unbound table, so it runs wherever ibis has a compiler; nothing is executed here. A rule without an
expression becomes a blocking finding; a rule about a column that is missing or of the wrong type is kept as not evaluated.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import ibis.expr.operations as ops
import pandera.ibis as pa

from mesh_platform.contract.contract import LONGEST, Contract, ExtraCheck, Freshness, Reference
from mesh_platform.contract.predicate import NotCompiled, compile_check
from mesh_platform.contract.rules import Kind, Rule
from mesh_platform.contract.schema import RowCount, RowSql
from mesh_platform.contract.shape import Shape, same_type, unbound, usable
from mesh_platform.contract.sql import ROWS
from mesh_platform.contract.strict import shape_findings
from mesh_platform.errors import Finding, Severity


@dataclass
class Plan:
    """What to count. In `rows` an expression is true for a row that breaks the rule, in `tables` where the whole table does.

    The same as text: `row_sql` is true for a row that keeps the rule, and so is `around_sql`, which looks at other rows too; `table_sql` is a query
    whose one value is true where the table breaks the rule.
    """

    contract: Contract
    shape: Shape
    targets: dict[str, Reference] = field(default_factory=dict)
    target_shapes: dict[str, Shape] = field(default_factory=dict)
    required: dict[Rule, str] = field(default_factory=dict)
    keys: list[Rule] = field(default_factory=list)
    rows: dict[Rule, Any] = field(default_factory=dict)
    row_sql: dict[Rule, str] = field(default_factory=dict)
    around_sql: dict[Rule, str] = field(default_factory=dict)
    table_sql: dict[Rule, str] = field(default_factory=dict)
    tables: dict[Rule, Any] = field(default_factory=dict)
    counts: dict[Rule, RowCount] = field(default_factory=dict)
    fresh: Rule | None = None
    not_evaluated: list[Rule] = field(default_factory=list)
    problems: list[Finding] = field(default_factory=list)
    ids: set[str] = field(default_factory=set)

    @property
    def table(self) -> Any:
        """The checked rows, unbound."""
        return unbound(self.shape, ROWS)

    @property
    def rules(self) -> list[Rule]:
        """Every rule, evaluated or not."""
        fresh = [self.fresh] if self.fresh else []
        texts = [*self.row_sql, *self.around_sql, *self.table_sql]
        counted = [*self.required, *self.keys, *self.rows, *texts, *self.tables, *self.counts]
        return [*counted, *fresh, *self.not_evaluated]

    @property
    def looks_around(self) -> bool:
        """Whether a rule about one row compares it with others, so that new rows cannot be judged alone."""
        around = (ops.Reduction, ops.Analytic, ops.WindowFunction)
        return bool(self.around_sql) or any(failing.op().find(around) for failing in self.rows.values())

    @property
    def floating(self) -> list[str]:
        return [name for name, kind in self.shape.items() if kind.is_floating()]

    def new_id(self, wanted: str) -> str:
        """`wanted`, or `wanted#2`, `wanted#3` … where a rule has it already."""
        name, count = wanted, 1
        while name in self.ids:
            count += 1
            name = f"{wanted}#{count}"
        self.ids.add(name)
        return name

    def without_expression(self, rule: Rule, why: str) -> None:
        """Reports `rule` as one that cannot be compiled."""
        self.not_evaluated.append(rule)
        self.problems.append(self.contract.not_compiled(f"rule {rule.id}", why, *rule.key))


def compile_plan(
    contract: Contract, actual: Shape, references: Mapping[Reference, Any], platform_columns: Collection[str] = ()
) -> Plan:
    """The plan of `contract` for a table of shape `actual`.

    Args:
        contract: the contract.
        actual: the table's columns and ibis types.
        references: the ibis type of each referenced column that can be read.
        platform_columns: columns that the platform itself writes; they are no part of the contract.
    """
    schema = contract.schema
    plan = Plan(contract, usable(schema, actual))
    plan.problems += [contract.not_compiled(problem.what, problem.why, *problem.key) for problem in contract.problems]
    plan.problems += [*shape_findings(contract, actual, platform_columns), *_refused_features(contract)]
    _add_nulls(plan, schema)
    _add_keys(plan, schema)
    _add_column_checks(plan, schema)
    for number, check in enumerate(schema.checks):
        _add_table_check(plan, check, number)
    for extra in contract.extra:
        _add_extra(plan, extra)
    for number, reference in enumerate(contract.references):
        _add_reference(plan, f"__reference_{number}", reference, references.get(reference))
    if contract.freshness:
        _add_freshness(plan, contract.freshness)
    return plan


def _refused_features(contract: Contract) -> Iterator[Finding]:
    """What pandera would do to the rows instead of checking them."""
    schema = contract.schema
    refused = {"parsers": schema.parsers, "drop_invalid_rows": schema.drop_invalid_rows, "one type for all columns": schema.dtype}
    for feature, present in refused.items():
        if present:
            yield contract.not_compiled("schema", f"{feature} is not a rule about the rows")
    for name, column in schema.columns.items():
        if column.regex:
            why = "a pattern for column names leaves open which columns there are"
            yield contract.not_compiled(f"column {name}", why, "columns", name)
        if column.parsers or column.drop_invalid_rows:
            why = "parsers and drop_invalid_rows change rows instead of checking them"
            yield contract.not_compiled(f"column {name}", why, "columns", name)


def _add_nulls(plan: Plan, schema: pa.DataFrameSchema) -> None:
    for name, column in schema.columns.items():
        if column.nullable:
            continue
        key = ("columns", name)
        rule = Rule(plan.new_id(f"{name}.not_null"), Kind.NOT_NULL, (name,), "a value in every row", key=key)
        if name in plan.shape:
            plan.required[rule] = name
        elif column.required:
            plan.not_evaluated.append(rule)


def _add_keys(plan: Plan, schema: pa.DataFrameSchema) -> None:
    joint = schema.unique or []
    groups = [tuple(joint)] if joint and all(isinstance(name, str) for name in joint) else [tuple(group) for group in joint]
    groups += [(name,) for name, column in schema.columns.items() if column.unique]
    for group in dict.fromkeys(groups):
        key = ("columns", group[0], "unique") if len(group) == 1 else ("unique",)
        rule = Rule(plan.new_id("+".join(group) + ".unique"), Kind.UNIQUE, group, "no two rows alike", key=key)
        (plan.keys if all(name in plan.shape for name in group) else plan.not_evaluated).append(rule)


def _add_column_checks(plan: Plan, schema: pa.DataFrameSchema) -> None:
    for name, column in schema.columns.items():
        for check in column.checks:
            rule = _rule(plan, check, Kind.VALUE, (name,), name, ("columns", name))
            if name in plan.shape:
                _add_predicate(plan, rule, check, name)
            elif column.required:
                plan.not_evaluated.append(rule)


def _add_table_check(plan: Plan, check: pa.Check, number: int) -> None:
    if isinstance(check._check_fn, RowCount):
        plan.counts[_rule(plan, check, Kind.ROWS, (), "table", ("rows",))] = check._check_fn
    elif isinstance(check._check_fn, RowSql):
        plan.row_sql[_rule(plan, check, Kind.ROW, (), "row", ("checks", number))] = check._check_fn.sql
    else:
        _add_predicate(plan, _rule(plan, check, Kind.ROW, (), "row", ()), check, None)


def _add_extra(plan: Plan, check: ExtraCheck) -> None:
    kind = Kind.TABLE if not check.per_row else Kind.VALUE if check.column else Kind.ROW
    columns, key = ((check.column,), ("columns", check.column)) if check.column else ((), ())
    rule = Rule(plan.new_id(f"{check.column or 'row'}.{check.name}"), kind, columns, check.says, check.severity, key)
    if not all(name in plan.shape for name in check.columns):
        plan.not_evaluated.append(rule)
    elif not check.per_row:
        plan.table_sql[rule] = check.sql
    elif check.around:
        plan.around_sql[rule] = f"NOT ({check.sql})"
    else:
        plan.row_sql[rule] = f"NOT ({check.sql})"


def _add_predicate(plan: Plan, rule: Rule, check: pa.Check, column: str | None) -> None:
    try:
        predicate = compile_check(check, plan.table, column)
    except NotCompiled as error:
        plan.without_expression(rule, str(error))
        return
    if predicate.per_row:
        plan.rows[rule] = predicate.failing
    else:
        plan.tables[replace(rule, kind=Kind.TABLE)] = predicate.failing


def _rule(plan: Plan, check: pa.Check, kind: Kind, columns: tuple[str, ...], prefix: str, key: tuple[str | int, ...]) -> Rule:
    severity = Severity.WARN if check.raise_warning else Severity.BLOCK
    says = str(check.error or check.name)
    says = says if len(says) <= LONGEST else f"{says[:LONGEST]}…"
    return Rule(plan.new_id(f"{prefix}.{check.name}"), kind, columns, says, severity, key)


def _add_reference(plan: Plan, alias: str, reference: Reference, target: Any) -> None:
    column = reference.column
    key = ("columns", column, "references")
    rule = Rule(plan.new_id(f"{column}.reference"), Kind.REFERENCE, (column,), f"each value stands in {reference}", key=key)
    if column not in plan.shape:
        plan.not_evaluated.append(rule)
    elif target is None:
        plan.not_evaluated.append(rule)
        why = f"{reference} cannot be read, so nobody can tell whether the values stand there."
        fix = "Publish that product first, or correct the name."
        plan.problems.append(plan.contract.finding(Kind.NOT_EVALUATED, f"rule {rule.id}", why, fix, *key))
    elif not (same_type(target, plan.shape[column]) or (target.is_integer() and plan.shape[column].is_integer())):
        plan.without_expression(rule, f"{reference} has another type")
    else:
        plan.targets[alias] = reference
        plan.target_shapes[alias] = {reference.target: target}
        plan.rows[rule] = _refers_to_nothing(plan.table[column], unbound(plan.target_shapes[alias], alias)[reference.target])


def _refers_to_nothing(column: Any, target: Any) -> Any:
    known = target.as_table().filter(target.notnull())[target.get_name()]  # one NULL among them would make every miss unknown
    return column.notnull() & ~column.isin(known)


def _add_freshness(plan: Plan, freshness: Freshness) -> None:
    """Late rows warn and do not block: the version that would go on being served is later still."""
    column, key = freshness.column, ("sla", "freshness")
    rule = Rule(plan.new_id(f"{column}.freshness"), Kind.FRESHNESS, (column,), str(freshness.promise), Severity.WARN, key)
    if column not in plan.shape:
        plan.not_evaluated.append(rule)
    elif plan.shape[column].is_timestamp() or plan.shape[column].is_date():
        plan.fresh = rule
    else:
        plan.without_expression(rule, "the column holds neither dates nor timestamps")
