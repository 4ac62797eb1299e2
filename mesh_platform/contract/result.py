"""What an audit found: counts and verdicts, without a single value from the data.

A result can be logged, stored and shown. Rows that break a rule are fetched by `examples`, on demand and while the audited rows are there;
they go to the caller and are kept nowhere.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from mesh_platform.contract.rules import Kind, Rule
from mesh_platform.errors import Finding, NotFound

if TYPE_CHECKING:
    from mesh_platform.contract.plan import Plan

Example = dict[str, object]


@dataclass(frozen=True, slots=True)
class RuleResult:
    """One rule and how many rows break it (1 for a rule about the whole table); `evaluated` is False where that is unknown."""

    rule: Rule
    failed: int = 0
    evaluated: bool = True

    @property
    def id(self) -> str:
        return self.rule.id

    @property
    def kind(self) -> Kind:
        return self.rule.kind

    @property
    def passed(self) -> bool:
        return self.evaluated and self.failed == 0


@dataclass(frozen=True)
class ContractResult:
    """The verdict over one set of rows.

    rows: rows checked; of an appended table the new ones. rules: one result per rule. measures: quality of the checked rows in percent, None
    where it was not measured (nothing is declared, or there are no rows): `completeness`, the share of required values that are present;
    `accuracy`, the share of rows that satisfy every declared value, row and reference rule; `timeliness`, the share of rows within the
    freshness promise.
    """

    rows: int
    rules: tuple[RuleResult, ...]
    measures: Mapping[str, float | None]
    _plan: Plan = field(repr=False, compare=False)
    _fetch: Callable[[str, int], list[Example]] = field(repr=False, compare=False)

    @property
    def problems(self) -> tuple[Finding, ...]:
        """What is wrong with the table's shape, and rules that could not be compiled or evaluated."""
        return tuple(self._plan.problems)

    @property
    def passed(self) -> bool:
        """Whether no finding blocks; a rule that was not evaluated has not passed."""
        return not any(finding.blocks for finding in self.findings())

    def findings(self) -> list[Finding]:
        """Everything that is wrong, in the words of rules and counts, with file and line of the descriptor where it has them."""
        return [*self.problems, *(self._finding(result) for result in self.rules if result.failed)]

    def examples(self, rule: str, limit: int = 20) -> list[Example]:
        """Rows that break `rule`: the primary key and the rule's columns. Personal data: show them, never store or log them.

        Raises:
            NotFound: where there is no such rule, or it did not fail.
        """
        failed = sorted(result.id for result in self.rules if result.failed)
        if rule not in failed:
            why, fix = "No row is known to break it.", f"Rules that failed: {', '.join(failed) or 'none'}."
            raise NotFound.because("CONTRACT-00", f"rule {rule}", why, fix)
        return self._fetch(rule, limit)

    def _finding(self, result: RuleResult) -> Finding:
        return self._plan.contract.about(result.rule, result.kind, _why(result, self.rows), _FIX[result.kind])


_FIX = {
    Kind.NOT_NULL: "Fill the values in the transform, or declare the column nullable.",
    Kind.UNIQUE: "Remove the repeated rows in the transform, or widen the key.",
    Kind.VALUE: "Correct the values in the transform, or the rule in the descriptor.",
    Kind.ROW: "Correct the rows in the transform; where missing values are fine, let the rule say so (x IS NULL OR …).",
    Kind.TABLE: "Look at the rows as a whole, or correct the rule.",
    Kind.REFERENCE: "Publish the referenced rows first, or drop the rows that refer to nothing.",
    Kind.ROWS: "Look whether the source was cut off or doubled, or correct `rows:` in the descriptor.",
    Kind.FRESHNESS: "Look whether the source still delivers.",
}


def _why(result: RuleResult, rows: int) -> str:
    says = result.rule.says
    if result.kind is Kind.ROWS:
        return f"The contract asks for {says}."
    if result.kind is Kind.FRESHNESS:
        return f"No row keeps the promise of freshness: {says}."
    if result.kind is Kind.TABLE:
        return f"The table breaks the rule: {says}."
    return f"{result.failed:,} of {rows:,} rows break the rule: {says}."
