"""Two major versions of one product, side by side in one run of Dagster, where `orders@1` is called `orders.v1`."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import dagster as dg
import pytest

from mesh_platform.clock import utc_now
from mesh_platform.pipeline.location import mesh_definitions
from mesh_platform.product import ProductKey, load_mesh
from mesh_platform.publish import open_runtime, place_of
from mesh_platform.settings import Settings
from tests.pipeline.small_mesh import LARGE_ORDERS, ORDERS, write_product, write_workspace
from tests.pipeline.steps import execute, materialized

SUNSET = (utc_now().date() + timedelta(days=90)).isoformat()
OLDER = f"  status: deprecated\n  sunset: {SUNSET}\n  successor: sales/orders\n{ORDERS}"
RENAMED = ORDERS.replace(", amount]", "]").replace("amount", "cents")  # nobody is handed more than before, so no review is due


def columns(settings: Settings, product: str) -> list[str]:
    with open_runtime(settings) as runtime, runtime.lake.reader() as reader:
        place = place_of(load_mesh(settings.project).products[ProductKey.parse(product)])
        return list(reader.fetch(place, "SELECT * FROM {t}").column_names)


@pytest.mark.nightly
def test_a_run_publishes_the_older_version_first_and_each_reader_gets_the_one_it_names(
    settings: Settings, project: Path, instance: dg.DagsterInstance
) -> None:
    assert "sales/orders" in materialized(execute(mesh_definitions(settings), instance))
    write_product(project, "sales/orders@1", OLDER)
    present = write_product(project, "sales/orders", RENAMED, sql="select order_id, amount as cents, town from source")
    descriptor = present / "product.yaml"
    descriptor.write_text(descriptor.read_text().replace("version: 1.0.0", "version: 2.0.0"))
    pinned = LARGE_ORDERS.replace("sales/orders,", "sales/orders@1,")
    write_product(project, "sales/large_orders", pinned, sql="select order_id, amount from orders where amount >= 1000")
    write_workspace(project)

    made = materialized(execute(mesh_definitions(settings), instance, ["sales/orders", "sales/orders.v1", "sales/large_orders"]))
    assert made.index("sales/orders.v1") < made.index("sales/orders")
    assert "sales/large_orders" in made
    assert columns(settings, "sales/orders") == ["order_id", "cents", "town"]
    assert columns(settings, "sales/orders@1") == ["order_id", "amount", "town"]
    assert columns(settings, "sales/large_orders") == ["order_id", "amount"]
