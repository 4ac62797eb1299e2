"""Landing files of products that are kept stay with them, and nobody is told to remove a person from one."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import Any

from mesh_platform.lake import Place
from mesh_platform.product.models import DataProduct
from mesh_platform.publish import Runtime
from mesh_platform.subjects import Desk, Identifier, State, Task, Traces
from mesh_platform.subjects.landing_kept import kept_files
from mesh_platform.subjects.people.held import Held
from tests.publish.bakery import COMMON
from tests.subjects.town import ANA

COLLECTED = {"purpose": "service", "basis": "contract", "notice": "n1"}


def read_from(name: str, **source: Any) -> Held:
    """A published product of that source."""
    columns = {"town": {"type": "string", "sensitivity": "internal"}}
    said = {**COMMON, "name": name, "domain": "Shop", "columns": columns, "source": COLLECTED | source}
    descriptor = DataProduct.model_validate(said, by_alias=True)
    return Held(f"shop/{name}", Place("westeurope", "shop", name), descriptor, {}, frozenset(), (1,))


def test_the_table_and_the_files_beside_a_kept_product_stay_and_any_other_is_to_be_cleaned(town: tuple[Runtime, Desk]) -> None:
    _, desk = town
    root = desk.root
    with closing(sqlite3.connect(root / "landing/till.sqlite")) as con:
        con.execute("CREATE TABLE sales (email TEXT)")
        con.execute("INSERT INTO sales VALUES (?)", [ANA])
        con.commit()
    for name in ("said", "ledger", "nobodys"):
        (root / f"landing/{name}.txt").write_text(f"email:{ANA},yes\n")
    beside = {"kind": "landing", "keys": {"who": "any"}}
    held = [
        read_from("sales", connection="landing/till.sqlite", table="sales"),
        read_from("visits", path="landing/v.csv", stores=[beside | {"path": "landing/said.txt"}]),
        read_from("books", path="landing/b.csv", stores=[beside | {"path": "landing/ledger.txt"}]),
    ]
    ana = [Identifier("email", desk.ledger.tokens.token("email", ANA), (ANA,))]
    traces = Traces(desk.lake, root, desk.ledger.tokens, desk.ledger.governance.namespaces)

    def told(*states: State) -> dict[State, str]:
        tasks = [Task(one.key, "delete_by_key", state) for one, state in zip(held, states, strict=True)]
        return {one.state: f"{one.reason} {one.fix}" for one in traces.tasks(ana, kept_files(root, held, tasks))[1:]}

    kept = told(State.HELD, State.HELD, State.EXEMPT)
    assert "till.sqlite" in kept[State.HELD] and "said.txt" in kept[State.HELD] and "mesh hold close" in kept[State.HELD]
    assert "ledger.txt" in kept[State.EXEMPT] and "emove" not in kept[State.EXEMPT] + kept[State.HELD]
    assert "nobodys.txt" in kept[State.BLOCKED] and "said.txt" not in kept[State.BLOCKED]
    gone = told(State.ERASED, State.ERASED, State.ERASED)
    assert {*gone} == {State.BLOCKED} and all(name in gone[State.BLOCKED] for name in ("till", "said", "ledger", "nobodys"))
