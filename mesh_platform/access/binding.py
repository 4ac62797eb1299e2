"""Whether a statement binds over the columns that its caller is granted, and which column stands in the way where it does not."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import duckdb

from mesh_platform.access.decision import EXCLUDED, Decision, asking
from mesh_platform.access.served import Served
from mesh_platform.access.statement import OURS, Statement
from mesh_platform.access.views import view
from mesh_platform.errors import Denied, UsageProblem
from mesh_platform.lake import is_hidden
from mesh_platform.product import ProductKey
from mesh_platform.product.sql_engine import Columns, described
from mesh_platform.product.sql_guard import SqlProblem
from mesh_platform.product.sql_trial import tried

Describe = Callable[[str, Mapping[str, Columns], Sequence[object]], Columns]
_UNTOLD = SqlProblem("SQL-08", 1, "The engine refuses it while it is bound.", "")


def bind(
    statement: Statement,
    text: str,
    views: Mapping[ProductKey, str],
    decisions: Mapping[ProductKey, Decision],
    served: Mapping[ProductKey, Served],
    parameters: Sequence[object] = (),
    describe: Describe = described,
) -> Columns:
    """What the rewritten statement yields over the granted columns, as `describe` tells it.

    Raises:
        Denied: CORE-08 or CORE-09, where it names a column that is not granted: it is refused whole.
        UsageProblem: SQL-08, where it does not bind for another reason.
    """
    granted = {views[key]: governed_columns(decisions[key], served[key]) for key in statement.products}
    try:
        return describe(text, granted, parameters)
    except duckdb.Error:
        pass
    for key in statement.products:
        _refuse_ungranted(statement, decisions[key], served[key])
    if len(parameters) != statement.parameters:
        why = f"It leaves {statement.parameters} values open, and {len(parameters)} are given."
        raise UsageProblem.because("SQL-08", "the statement", why, "Give one value for each `?`.")
    problem = tried(text, granted, parameters) if describe is described else _UNTOLD
    assert not isinstance(problem, tuple)
    raise UsageProblem.because(
        problem.rule, f"the statement, line {problem.line}", problem.why, "Correct it there; `mesh show` lists the columns."
    )


def _refuse_ungranted(statement: Statement, decision: Decision, served: Served) -> None:
    """Names the first column in the statement that the caller does not get."""
    key, words = decision.product, statement.words
    for name in served.types:
        column = decision.columns.get(name)
        if name.casefold() not in words or is_hidden(name) or (column is not None and column.granted):
            continue
        rule, why = (column.rule, column.why) if column else ("CORE-09", "The product does not declare it.")
        fix = f"Leave it out, or ask for it: `{asking(key, decision.purpose, [name])}`."
        if rule == "CORE-08" or why == EXCLUDED:
            fix = "Leave it out: no request opens it for this caller and purpose."
        raise Denied.because(rule, f"{key}.{name}", f"The column is not for this caller. {why}", fix, str(key))


def governed_columns(decision: Decision, served: Served) -> Columns:
    """Names and types of the governed view, told by the engine over an empty table."""
    source = f"{OURS}source"
    select = view(decision, served.types, source)
    return described(select, {source: tuple(served.types.items())})
