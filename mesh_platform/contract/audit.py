"""One audit: the plan is run over staged rows, in one pass for all rules about rows and one for each key.

Where rows were appended, only the new ones are read for rules about rows, and the published ones are probed for keys alone; a rule about the
whole table is asked of all of them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

import duckdb

from mesh_platform.contract.contract import Contract
from mesh_platform.contract.counts import Counts
from mesh_platform.contract.engine import Engine
from mesh_platform.contract.examples import examples
from mesh_platform.contract.keys import Key, clashing_rows, repeated_rows
from mesh_platform.contract.plan import Plan, compile_plan
from mesh_platform.contract.result import ContractResult, Example, RuleResult
from mesh_platform.contract.rules import Rule
from mesh_platform.contract.shape import declared_shape
from mesh_platform.contract.sql import ROWS, Relation, key_expressions, with_relations
from mesh_platform.contract.trial import tried
from mesh_platform.errors import Finding
from mesh_platform.product import ProductKey
from mesh_platform.product.sql_engine import quoted

ANY_MOMENT = datetime(2000, 1, 1, tzinfo=UTC)  # whether a rule can be checked does not depend on when


def run_audit(
    contract: Contract,
    con: duckdb.DuckDBPyConnection,
    table: Relation,
    now: datetime,
    references: Mapping[ProductKey, Relation],
    new_rows: Relation | None,
    platform_columns: Collection[str],
) -> ContractResult:
    """See `check_contract`."""
    engine = Engine(con, contract)
    readable = {r: references[r.product] for r in contract.references if r.product in references}
    types = {reference: engine.shape(relation).get(reference.target) for reference, relation in readable.items()}
    plan = compile_plan(contract, engine.shape(table), types, platform_columns)
    checked = table if new_rows is None or plan.looks_around else new_rows
    relations = {
        ROWS: checked,
        **{alias: f"(SELECT {quoted(r.target)} FROM {readable[r]})" for alias, r in plan.targets.items()},
    }
    return _Audit(engine, plan, tried(plan, now), relations, table, checked is not table).result()


def declared_problems(contract: Contract) -> tuple[Finding, ...]:
    """See `contract_problems`."""
    shape = declared_shape(contract.schema)
    plan = compile_plan(contract, shape, {r: shape.get(r.column) for r in contract.references})
    tried(plan, ANY_MOMENT)
    return tuple(plan.problems)


@dataclass(frozen=True)
class _Audit:
    engine: Engine
    plan: Plan
    counts: Counts
    relations: Mapping[str, Relation]
    table: Relation
    appended: bool

    def result(self) -> ContractResult:
        query = with_relations(self.counts.relations(self.relations), self.counts.sql)
        counted = self.counts.read(self.engine.fetch(query)[0])
        results = [
            *(RuleResult(rule, failed) for rule, failed in counted.failed.items()),
            *(RuleResult(rule, failed) for rule, failed in self._keys(counted.rows)),
            *(RuleResult(rule, failed) for rule, failed in self._tables(counted.rows)),
            *(RuleResult(rule, evaluated=False) for rule in self.plan.not_evaluated),
        ]
        return ContractResult(counted.rows, tuple(results), counted.measures, self.plan, self._examples)

    def _keys(self, rows: int) -> Iterator[tuple[Rule, int]]:
        """Keys with few columns first: where `a` repeats nowhere, `a, b` cannot either."""
        proven: list[set[str]] = []
        for rule in sorted(self.plan.keys, key=lambda rule: len(rule.columns)):
            implied = any(known <= set(rule.columns) for known in proven)
            failed = 0 if implied else self._repeated(rule, rows)
            if not failed:
                proven.append(set(rule.columns))
            yield rule, failed

    def _repeated(self, rule: Rule, rows: int) -> int:
        key = Key(self.relations[ROWS], tuple(key_expressions(rule.columns, self.plan.floating)))
        return clashing_rows(self.engine, key, self.table, rows) if self.appended else repeated_rows(self.engine, key, rows)

    def _tables(self, rows: int) -> Iterator[tuple[Rule, int]]:
        """Rules about the whole table: of all its rows, the published ones too."""
        if self.plan.counts:
            total = int(self.engine.fetch(f"SELECT count(*) FROM {self.table}")[0][0]) if self.appended else rows
            yield from ((rule, int(not count.holds(total))) for rule, count in self.plan.counts.items())
        for rule, failing in self.plan.tables.items():
            ((broken,),) = self.engine.rows({**self.relations, ROWS: self.table}, failing.as_table())
            yield rule, int(broken)
        for rule, query in self.plan.table_sql.items():
            ((broken,),) = self.engine.fetch(with_relations({ROWS: self.table}, query))
            yield rule, int(broken is not False)

    def _examples(self, rule: str, limit: int) -> list[Example]:
        return examples(self.engine, self.plan, self.relations, rule, limit)
