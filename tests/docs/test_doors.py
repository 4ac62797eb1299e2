"""The four doors of the how-to lead to the same rows."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from mesh_platform.clock import utc_now
from mesh_platform.product import ProductKey, load_mesh
from mesh_platform.publish import check_mesh, open_runtime, place_of, publish
from mesh_platform.settings import Settings
from tests.docs.pages import DOCS, blocks, write

DOORS = ("revenue", "revenue_python", "revenue_dbt", "revenue_decorated")
REVENUE = {"2026-01-05": Decimal("21.00"), "2026-01-06": Decimal("9.00"), "2026-01-07": Decimal("12.40")}


@pytest.mark.nightly
def test_every_door_leads_through_the_gate_to_the_same_rows(project: Path) -> None:
    orders = "domains/bakery/orders/product.yaml"
    tutorial = list(blocks((DOCS / "tutorial" / "first-product.md").read_text(encoding="utf-8")))
    for path in ("landing/bakery/orders.csv", orders):
        write(project, next(block for block in tutorial if block.words[:1] == (path,)))
    for block in blocks((DOCS / "how-to" / "choose-a-door.md").read_text(encoding="utf-8")):
        assert block.words, "every example of the page is a whole file"
        write(project, block)
    (project / "domains" / "bakery" / "domain.yaml").write_text("owner: bakery-team@example.com\nregion: westeurope\n")

    mesh = load_mesh(project)
    with open_runtime(Settings(project=project, threads=1)) as runtime:
        assert check_mesh(mesh, runtime.shapes, utc_now().date()).findings == ()
        for name in ("orders", *DOORS):
            assert publish(mesh, ProductKey("bakery", name), runtime).findings == ()
        reader = runtime.lake.reader()
        for name in DOORS:
            place = place_of(mesh.product(ProductKey("bakery", name)))
            rows = reader.fetch(place, "SELECT day, revenue FROM {t}").to_pylist()
            assert {str(row["day"]): round(Decimal(str(row["revenue"])), 2) for row in rows} == REVENUE
