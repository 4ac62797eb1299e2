"""People who were erased and whom a source brings again: left out of every publication, counted, and told to the product's owner once."""

from __future__ import annotations

from datetime import datetime, timedelta

from mesh_platform.product import Product
from mesh_platform.publish.review import tasks_of
from mesh_platform.publish.runtime import Runtime
from mesh_platform.tasks import resurrection_key, resurrection_task

_TIME = timedelta(days=14)


def tell_of_return(product: Product, rows: int, runtime: Runtime, now: datetime) -> None:
    """Open the task where rows were left out of what the source brought; resolve it where the whole of the source holds nobody any more."""
    descriptor, tasks = product.descriptor, tasks_of(runtime)
    if descriptor.source is None:
        return
    known = tasks.find(resurrection_key(str(product.key)))
    if rows and (known is None or not known.open):
        with runtime.database.write() as con:
            tasks.opened_in(con, resurrection_task(str(product.key), rows, now + _TIME), again=True)
    elif not rows and known is not None and known.open and descriptor.load != "append":
        tasks.resolve_key(known.key, "resolved itself", "Its source brings nobody who was erased.")
