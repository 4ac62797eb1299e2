"""What the form of staged rows tells the rules: counted by the engine, and told in numbers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from mesh_platform.product import ProductKey
from mesh_platform.publish import Outcome, Status
from mesh_platform.publish.shapes import _narrow
from tests.publish.bakery import order_descriptor, write_product
from tests.publish.conftest import ORDERS
from tests.publish.test_flow import rules

Run = Callable[[ProductKey], Outcome]
TEXT = {"type": "string", "sensitivity": "internal"}
QUASI = {**TEXT, "identifiability": "quasi"}


def anonymous(project: Path, rows: list[tuple[str, str, str]]) -> None:
    text = "code,town,born\n" + "".join(f"{','.join(row)}\n" for row in rows)
    (project / "landing/orders.csv").write_text(text)
    columns = {"code": TEXT, "town": {**QUASI, "sensitivity": "restricted"}, "born": {**QUASI, "sensitivity": "restricted"}}
    erasure = {"strategy": "not_applicable", "reason": "It is about nobody."}
    change = {"columns": columns, "dataContracts": None, "privacy": {"claim": "anonymous"}, "erasure": erasure}
    write_product(project, "bakery/orders", order_descriptor(**change))


def test_what_calls_itself_anonymous_and_singles_out_ten_people_is_blocked_with_the_transform_that_helps(
    run: Run, project: Path
) -> None:
    anonymous(project, [("x", "Lisbon", "1970")] * 10)
    [finding] = [f for f in run(ORDERS).findings if f.rule == "GDPR-R26"]
    assert "10 people in the smallest class" in finding.why
    assert "coarser" in finding.fix
    anonymous(project, [("x", "Lisbon", "1970")] * 11)
    assert run(ORDERS).status is Status.PUBLISHED


def test_digests_in_what_calls_itself_anonymous_block(run: Run, project: Path) -> None:
    anonymous(project, [(f"{i:064x}", "Lisbon", "1970") for i in range(1, 40)])
    outcome = run(ORDERS)
    assert "GDPR-R26" in rules(outcome)
    assert any("'code' holds digests" in f.why for f in outcome.findings)


@pytest.mark.parametrize("text", ["no card here", "order 1234567890123456"])
def test_what_is_no_card_is_not_taken_for_one(run: Run, project: Path, text: str) -> None:
    (project / "landing/orders.csv").write_text("note\n" + f"{text}\n" * 30)
    write_product(project, "bakery/orders", order_descriptor(columns={"note": TEXT}, dataContracts=None, retention=None))
    assert not {rule for rule in rules(run(ORDERS)) if rule.startswith("PCI")}


@pytest.mark.parametrize(
    ("kind", "value", "told"),
    [("DATE", "DATE '1930-01-01'", 1), ("DATE", "DATE '1990-01-01'", 0), ("BIGINT", "1930", 1), ("BIGINT", "1990", 0)],
)
def test_a_year_of_birth_that_tells_an_age_above_89_is_counted_when_days_are_gone(kind: str, value: str, told: int) -> None:
    counting = dict(_narrow("born_on", kind, None))["old"]
    assert duckdb.sql(f"SELECT {counting} FROM (SELECT {value} AS born_on)").fetchone() == (told,)
