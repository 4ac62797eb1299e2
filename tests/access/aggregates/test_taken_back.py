"""An answer that streams is looked at again as a whole: groups, legal basis and rows that may be shown, not columns alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

import pytest

from mesh_platform.access.decision import Caller
from mesh_platform.access.development import principal_of
from mesh_platform.access.reading import Reading
from mesh_platform.access.worker import Size, Workers
from mesh_platform.api.answers import Still, still
from mesh_platform.keys import open_keys
from mesh_platform.product import load_mesh
from mesh_platform.publish import Runtime
from tests.access.aggregates.club import COLUMNS, CONTRACTS, MEMBERS, members
from tests.access.aggregates.conftest import NOW

Changed = Callable[..., Reading]


@pytest.fixture(scope="module")
def changed(club: Runtime) -> Iterator[Changed]:
    """`changed(**keys of the descriptor)`: a reader of the mesh whose files say so, over what is served."""
    mesh, settings, opened = load_mesh(club.settings.project), club.settings, list[Reading]()
    with Workers(settings.home_path, open_keys(settings), club.confinement, Size(1)) as workers:

        def reading(**changes: Any) -> Reading:
            product = replace(mesh.products[MEMBERS], descriptor=members(**changes).descriptor)
            files = replace(mesh, products={**mesh.products, MEMBERS: product})
            opened.append(Reading(files, club.lake, club.registry, workers, club.audit))
            return opened[-1]

        yield reading
        for each in opened:
            each.close()


@pytest.fixture
def look(changed: Changed, club: Runtime) -> Still:
    """Whether the groups that are on their way may go on, as a reader finds it."""
    who = Caller.person(principal_of(load_mesh(club.settings.project).governance, "analyst", "somebody"))
    answer = changed().query(who, "analytics", "select region, avg(spent) from customer.members group by 1", NOW)
    answer.rows.close()
    return still(cast(Any, SimpleNamespace(clock=lambda: NOW)), answer, who, "analytics")


def grouped(**more: object) -> list[dict[str, Any]]:
    first, *others = CONTRACTS
    return [{**first, "aggregate": {**first["aggregate"], **more}}, *others]


def test_it_goes_on_where_nothing_changed(look: Still, changed: Changed) -> None:
    assert look(changed())
    assert look(changed(dataContracts=grouped(minGroup=5)))


@pytest.mark.parametrize("stricter", [{"minGroup": 30}, {"period": "year"}])
def test_it_ends_where_groups_became_coarser(look: Still, changed: Changed, stricter: dict[str, object]) -> None:
    assert not look(changed(dataContracts=grouped(**stricter)))


def test_it_ends_where_the_purpose_rests_on_another_basis(look: Still, changed: Changed) -> None:
    assert not look(changed(purposes={"service": "contract", "analytics": "consent"}))


def test_it_ends_where_the_served_rows_do_not_say_whose_they_are(look: Still, changed: Changed) -> None:
    named = {**COLUMNS, "plan": {**COLUMNS["plan"], "sensitivity": "confidential", "subject": "customer_id"}}
    assert not look(changed(columns=named))
