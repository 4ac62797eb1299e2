"""`mesh access`: who gets what of a product, and why; who asks for more, and who says yes."""

from __future__ import annotations

import click

from mesh_platform.cli.lazy import Entry, LazyGroup
from mesh_platform.cli.session import options

_HERE = "mesh_platform.cli"
COMMANDS = {
    "approve": Entry(f"{_HERE}.access_deciding:approve", "Say yes to a request, or to a part of it."),
    "break-glass": Entry(f"{_HERE}.access_deciding:break_glass", "Open a product to yourself at once, for minutes, on record."),
    "explain": Entry(
        f"{_HERE}.access_explain:explain", "What a caller gets of a product, column by column, and the rule that decides."
    ),
    "export": Entry(f"{_HERE}.access_exports:export", "Write the rows of a statement to a file, with a manifest beside it."),
    "exports": Entry(f"{_HERE}.access_exports:exports", "The files of rows that left, who holds them, and until when."),
    "list": Entry(f"{_HERE}.access_listing:listed", "Requests and grants, and how they stand."),
    "reject": Entry(f"{_HERE}.access_deciding:reject", "Say no to a request."),
    "renew": Entry(f"{_HERE}.access_asking:renew", "Ask for a grant to go on."),
    "request": Entry(f"{_HERE}.access_asking:request", "Ask for columns of a product, for one purpose."),
    "revoke": Entry(f"{_HERE}.access_deciding:revoke", "End a grant: it opens nothing from the next read on."),
    "show": Entry(f"{_HERE}.access_listing:show", "One request or grant."),
    "withdraw": Entry(f"{_HERE}.access_asking:withdraw", "Take back what you asked for."),
}


@click.group(cls=LazyGroup, table=COMMANDS)
@options
def access() -> None:
    """Who gets what of a product, and why; who asks for more, and who says yes.

    An approved request is the grant that every read is held to, until it ends.

    \b
    Examples:
      mesh access explain customer/customer_360 --purpose enrichment --as sales-analyst
      mesh access request customer/customer_360 --purpose enrichment --columns signed_up_at --reason "the anniversary offer" --as sales-analyst
      mesh access approve rq-1f0c2d3e4a --as data-steward
      mesh access list --open
    """
