"""Scenario 40: fifteen domains of forty products each; a plan over all of them is there at once."""

from __future__ import annotations

import random
import time

from mesh_platform.lake import Place
from mesh_platform.product import DataProduct
from mesh_platform.subjects import State
from mesh_platform.subjects.people.held import Held
from mesh_platform.subjects.plan import plan_erasure
from tests.publish.bakery import COMMON

DOMAINS, PRODUCTS, LEVELS, MOST_MS = 15, 40, 3, 50.0


def mesh() -> list[Held]:
    """In each domain a third of the products comes from sources, a third derives from those, a third from the second, across domains."""
    drawn, made = random.Random(40), list[Held]()
    for number in range(DOMAINS * PRODUCTS):
        key, level = f"domain{number % DOMAINS}/product{number}", number * LEVELS // (DOMAINS * PRODUCTS)
        above = [one.key for one in drawn.sample([one for one in made if one.versions == (level,)], 3)] if level else []
        document = {
            **COMMON, "name": key, "domain": key, "erasure": {"strategy": "rebuild" if level == LEVELS - 1 else "delete_by_key"},
            "columns": {"who": {"type": "string", "sensitivity": "confidential", "subject": "email"}},
            "inputs": [{"product": up, "purpose": "service", "fields": ["who"]} for up in above],
        }  # fmt: skip
        descriptor = DataProduct.model_validate(document, by_alias=True, by_name=False)
        made.append(
            Held(key, Place("westeurope", *key.split("/")), descriptor, {"who": "email"}, frozenset({"who"}), (level + 1,))
        )
    drawn.shuffle(made)
    return made


def test_a_plan_over_fifteen_domains_of_forty_products_takes_fifty_milliseconds_at_most() -> None:
    held = mesh()
    found = {one.key: 2 for one in held if not one.inputs}
    known, taken = frozenset(one.key for one in held), []
    for _ in range(5):
        begun = time.thread_time()
        tasks = plan_erasure(held, {"email"}, found, known)
        taken.append((time.thread_time() - begun) * 1e3)
    assert [task.state for task in tasks].count(State.OPEN) == DOMAINS * PRODUCTS // LEVELS + len(
        {one.key for one in held if one.inputs}
    )
    place = {task.product: at for at, task in enumerate(tasks)}
    assert all(place[str(up)] < place[one.key] for one in held for up in one.inputs), "each after those that it derives from"
    assert min(taken) <= MOST_MS, f"{min(taken):.0f} ms of CPU"
