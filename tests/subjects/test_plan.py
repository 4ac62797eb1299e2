"""What each product has to do, from what published versions say and where the person was found."""

from __future__ import annotations

from typing import Any

import pytest

from mesh_platform.errors import CheckFailed
from mesh_platform.lake import Place
from mesh_platform.product import DataProduct
from mesh_platform.subjects import State, Task
from mesh_platform.subjects.people.groups import Groups
from mesh_platform.subjects.people.held import Held
from mesh_platform.subjects.plan import plan_erasure
from tests.publish.bakery import COMMON


def held(
    key: str,
    strategy: str | None,
    *inputs: str,
    subject: str | None = "email",
    marked: bool = True,
    readable: bool = True,
    minimum: str | None = None,
) -> Held:
    column: dict[str, Any] = {"type": "string", "sensitivity": "confidential"} | ({"subject": subject} if subject else {})
    document = {
        **COMMON,
        "name": key,
        "domain": key,
        "columns": {"who": column},
        "inputs": [{"product": each, "purpose": "service", "fields": ["who"]} for each in inputs],
        **({"retention": {"period": "12 years", "minimum": minimum}} if minimum else {}),
        **({"erasure": {"strategy": strategy}} if strategy else {}),
    }
    descriptor = DataProduct.model_validate(document, by_alias=True, by_name=False) if readable else None
    subjects = {"who": subject} if subject else {}
    place = Place("westeurope", *key.split("/"))
    return Held(key, place, descriptor, subjects, frozenset(subjects if marked else ()), (1,))


def planned(*products: Held, found: dict[str, int] | None = None, publishable: set[str] | None = None) -> dict[str, Task]:
    known = {one.key for one in products} if publishable is None else publishable
    return {task.product: task for task in plan_erasure(products, {"email"}, found or {"a/source": 2}, known)}


SOURCE = held("a/source", "delete_by_key")


def test_what_holds_the_person_and_what_derives_from_it_is_done_in_the_order_of_lineage() -> None:
    tasks = planned(
        held("c/third", "rebuild", "b/second", subject=None),
        held("b/second", "delete_by_key", "a/source"),
        SOURCE,
        held("d/apart", None),
    )
    assert [key for key in tasks if key != "d/apart"] == ["a/source", "b/second", "c/third"]
    assert {key: (task.state, task.rows) for key, task in tasks.items()} == {
        "a/source": (State.OPEN, 2),
        "b/second": (State.OPEN, 0),
        "c/third": (State.OPEN, 0),
        "d/apart": (State.UNTOUCHED, 0),
    }


@pytest.mark.parametrize(
    ("product", "why"),
    [
        (held("b/x", None, "a/source"), "no way in which a person is removed"),
        (held("b/x", "not_applicable", "a/source"), "no way in which a person is removed"),
        (held("b/x", "delete_by_key", "a/source", subject=None), "no key by which its own could be found"),
        (held("b/x", "delete_by_token", "a/source", subject=None), "no key by which its own could be found"),
        (held("b/x", "delete_by_key", "a/source", subject="phone"), "no key by which its own could be found"),
        (held("b/x", "delete_by_key", marked=False), "before the platform wrote beside each row"),
        (held("b/x", "delete_by_key", readable=False), "cannot be read by this release"),
    ],
)
def test_what_cannot_be_done_is_blocked_and_says_what_helps(product: Held, why: str) -> None:
    task = planned(SOURCE, product)["b/x"]
    assert task.state is State.BLOCKED and why in task.reason and task.fix


def test_what_derives_from_a_text_with_the_person_in_it_is_reached_too() -> None:
    products = [SOURCE, held("a/notes", "text_redact", subject=None), held("b/counts", "rebuild", "a/notes", subject=None)]
    tasks = plan_erasure(products, {"email"}, {"a/source": 2}, {one.key for one in products}, seen={"a/notes"})
    assert {task.product: task.state for task in tasks} == {
        "a/source": State.OPEN,
        "a/notes": State.OPEN,
        "b/counts": State.OPEN,
    }


def test_what_the_law_keeps_or_its_groups_hide_is_exempt_and_says_so() -> None:
    invoices = held("b/invoices", "delete_by_key", "a/source", minimum="10 years")
    regions = held("b/regions", "aggregate_exempt", "a/source", subject=None)

    def told(small: int) -> dict[str, Task]:
        products, groups = (SOURCE, invoices, regions), {"b/regions": Groups(fewest=11, shown=3, least=12, small=small)}
        found = {"a/source": 2, "b/invoices": 4}
        return {task.product: task for task in plan_erasure(products, {"email"}, found, {"b/regions"}, groups=groups)}

    tasks = told(small=0)
    assert {tasks[key].state for key in ("b/invoices", "b/regions")} == {State.EXEMPT}
    assert tasks["b/invoices"].rows == 4 and "The law keeps its rows for 10 years" in tasks["b/invoices"].reason
    assert "3 groups of 11 people or more, the smallest of 12" in tasks["b/regions"].reason
    assert told(small=1)["b/regions"].state is State.OPEN, "a version that shows a small group is made again"


def test_what_is_to_be_made_again_needs_inputs_and_a_folder() -> None:
    again = planned(SOURCE, held("b/x", "rebuild"), found={"b/x": 1})["b/x"]
    assert again.state is State.BLOCKED and "made of no product" in again.reason
    gone = planned(SOURCE, held("b/x", "aggregate_exempt", "a/source"), publishable={"a/source"})["b/x"]
    assert gone.state is State.BLOCKED and "mesh retire b/x" in gone.fix


def test_products_that_derive_from_each_other_in_a_circle_are_refused() -> None:
    with pytest.raises(CheckFailed, match="DSAR-06"):
        planned(held("a/x", "rebuild", "b/y"), held("b/y", "rebuild", "a/x"))
