"""`mesh breach`: the register of personal data breaches."""

from __future__ import annotations

import click

from mesh_platform.cli.lazy import Entry, LazyGroup
from mesh_platform.cli.session import options

_HERE = "mesh_platform.cli"
TABLE = {
    "open": Entry(f"{_HERE}.breach_reporting:open_", "Report a breach: the clocks begin when somebody became aware."),
    "list": Entry(f"{_HERE}.breach_reporting:list_", "The breaches that you may see, and what is due next."),
    "show": Entry(f"{_HERE}.breach_reporting:show", "All that is known of one: duties, deadlines, history."),
    "assess": Entry(f"{_HERE}.breach_deciding:assess", "Say how high the risk is, on which ground, and what is done."),
    "notify": Entry(f"{_HERE}.breach_deciding:notify", "Write down that somebody was told, or need not be."),
    "close": Entry(f"{_HERE}.breach_deciding:close", "End one that is assessed and told."),
    "sweep": Entry(f"{_HERE}.breach_deciding:sweep", "Tell once what is due soon or overdue."),
}


@click.group(cls=LazyGroup, table=TABLE)
@options
def breach() -> None:
    """Personal data breaches: what happened, whom a law says to tell and until when, and who was told.

    Whoever is signed in reports one. The laws follow from where the affected products lie and what they hold; each notification that they ask for is
    a task with its deadline. What is never told to anybody is documented too, with the ground on which it was not (GDPR Art. 33(5)).

    \b
    Examples:
      mesh breach open --what "a laptop with an export was lost" --product customer/customer_360 --as customer-owner
      mesh breach list --as privacy-engineer
      mesh breach assess ID --risk high --reason "health data in the clear" --measures "access withdrawn" --as privacy-engineer
      mesh breach notify ID GDPR-33 --reference 2027-118 --as privacy-engineer
      mesh breach close ID --note "all were told" --as privacy-engineer
    """
