"""`mesh new`: a domain, or a product."""

from __future__ import annotations

import click

from mesh_platform.cli.lazy import Entry, LazyGroup
from mesh_platform.cli.session import options

_TABLE = {
    "domain": Entry("mesh_platform.cli.new_domain:domain", "A domain with everything it needs, from the platform's templates."),
    "product": Entry(
        "mesh_platform.cli.new_product:product", "A product whose descriptor is proposed from a file or other products."
    ),
}


@click.group(cls=LazyGroup, table=_TABLE)
@options
def new() -> None:
    """Make a domain, or a product in one.

    \b
    Examples:
      mesh new domain jaffle --owner jaffle-team@example.com
      mesh new product jaffle/orders --from orders.csv
      mesh new product jaffle/customer_orders --input jaffle/orders --input jaffle/customers
    """
