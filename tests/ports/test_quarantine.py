"""What was restored from a backup and waits for the ledger is given by no port, not even by one that has just given it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from mesh_platform.lake import Place
from mesh_platform.lake.place import Paths
from mesh_platform.lake.quarantine import quarantine
from tests.ports.answers import Answered, Refused
from tests.ports.mesh import Published
from tests.ports.port import PORTS, Port

P, V = "select count(*) as n from customer.profiles", "select count(*) as n from customer.visits"


@pytest.fixture
def close(published_mesh: Published) -> Iterator[Callable[[], None]]:
    """Close customer/visits as a restore does; it is opened again afterwards."""
    place = Place("westeurope", "customer", "visits")
    lake = published_mesh.runtime.lake
    yield lambda: quarantine(Paths(lake.home, place), {"backup": "20260101T000000Z-000000"})
    lake.lift(place)


@pytest.mark.by_day("json", "flight")
@pytest.mark.parametrize("name", PORTS)
def test_a_port_that_gave_a_product_refuses_it_while_it_waits_and_gives_all_others(
    name: str, port: Callable[[str], Port], published_mesh: Published, close: Callable[[], None]
) -> None:
    opened = port(name)
    assert isinstance(opened.ask("analyst", V, "service"), Answered)
    close()
    told = opened.ask("analyst", V, "service")
    assert isinstance(told, Refused), "it is still given"
    assert (told.rule, told.status) == ("LAKE-36", 5)
    assert isinstance(opened.ask("analyst", P, "service"), Answered)
    published_mesh.runtime.lake.lift(Place("westeurope", "customer", "visits"))
    assert isinstance(opened.ask("analyst", V, "service"), Answered)
