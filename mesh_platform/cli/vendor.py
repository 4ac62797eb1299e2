"""`mesh vendor`: the register of recipients outside, with what ends when, and who relies on each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from mesh_platform.cli.lazy import Entry, LazyGroup
from mesh_platform.cli.session import Session, options, pass_session

if TYPE_CHECKING:
    from mesh_platform.product.governance.recipients import Recipient

TABLE = {
    "list": Entry(f"{__name__}:listed", "All recipients, with the days that are left."),
    "show": Entry(f"{__name__}:show", "One recipient: what it is, on what that rests, and who relies on it."),
}
COLUMNS = ("recipient", "state", "role", "country", "days left", "ends first", "used by")
COLOURS = {"ok": "green", "ends soon": "yellow", "denied": "red"}


@click.group(cls=LazyGroup, table=TABLE)
@options
def vendor() -> None:
    """Recipients outside (governance/recipients.yaml): vendors, processors and others who get or hold people's data.

    Nothing goes to one whose entry has ended: products with a contract for it are blocked (SOV-9), its people read and export nothing, and no
    notice goes over its hosts (VENDOR-01). Withdrawals and erasures still do.

    \b
    Examples:
      mesh vendor list
      mesh vendor show mailer
    """


@click.command("list")
@options
@pass_session
def listed(session: Session) -> int:
    """All recipients, with the days that are left. Exit code 1 where nothing may go to one of them.

    \b
    Examples:
      mesh vendor list
      mesh vendor list --json
    """
    from mesh_platform.cli.output import print_json, say_table

    found = [told(session, name, one) for name, one in sorted(session.governance.recipients.items())]
    if session.json:
        print_json({"recipients": found})
    elif found:
        rows = [[one["name"], one["state"], one["role"], one["country"], one["days_left"], _first(one), len(one["uses"])] for one in found]  # fmt: skip
        say_table(COLUMNS, rows, COLOURS)
    else:
        session.say("Nobody outside stands in governance/recipients.yaml.")
    return 1 if any(one["state"] == "denied" for one in found) else 0


@click.command()
@click.argument("name", metavar="RECIPIENT")
@options
@pass_session
def show(session: Session, name: str) -> None:
    """What one recipient is under the law, on what that rests, until when, and who relies on it.

    \b
    Examples:
      mesh vendor show mailer
      mesh vendor show mailer --json
    """
    from mesh_platform.cli.output import clean, print_json, say_table
    from mesh_platform.errors import NotFound

    found = session.governance.recipient_called(name)
    if found is None:
        known = ", ".join(sorted(session.governance.recipients)) or "none"
        raise NotFound.because("VENDOR-02", "the recipient", "There is no such recipient.", f"Name one of: {known}.")
    said = told(session, *found)
    if session.json:
        print_json(said)
        return
    session.say(f"{said['name']}: {said['state']}." + (f" {said['why']}" if said["why"] else ""))
    say_table(
        ("", ""), [(key.replace("_", " "), clean(_words(said[key]))) for key in said if key not in ("name", "state", "why")]
    )


def told(session: Session, name: str, one: Recipient) -> dict[str, Any]:
    """Everything about one recipient."""
    from mesh_platform.product.governance.recipients import SOON, ends_of, first_end, lapsed

    governance, today = session.governance, session.today
    why, first = lapsed(one, governance, today), first_end(one, governance)
    soon = first is not None and first.on - today <= SOON
    return {
        "name": name,
        "state": "denied" if why else "ends soon" if soon else "ok",
        "why": why,
        "description": one.description,
        "role": one.role,
        "country": one.country,
        "regions": list(one.regions),
        "sub_processors": [
            f"{sub.name} ({sub.country.upper()}){': ' + sub.does if sub.does else ''}" for sub in one.sub_processors
        ],
        "records": [_record(session, key) for key in one.records],
        "reviewed": one.reviewed.isoformat() if one.reviewed else None,
        "ends": [f"{end.what} on {end.on.isoformat()}" for end in sorted(ends_of(one, governance))],
        "days_left": (first.on - today).days if first else None,
        "told": bool(one.address),
        "uses": _uses(session, name, one),
    }


def _record(session: Session, key: str) -> str:
    record = session.governance.records.get(key)
    if record is None:
        return f"{key}: it does not exist"
    example = ", an example" if record.demo else ""
    return f"{key}: {record.kind}, {record.on.isoformat()} to {record.expires.isoformat()}, by {record.by}{example}"


def _uses(session: Session, name: str, one: Recipient) -> list[str]:
    """What relies on a recipient: contracts, stores, places, people of it, files they hold."""
    from urllib.parse import urlsplit

    found = []
    for key, product in sorted(session.mesh.products.items()):
        source = product.descriptor.source
        if any(contract.consumer.strip().casefold() == name.casefold() for contract in product.descriptor.data_contracts):
            found.append(f"contract of {key}")
        asked = [address for store in (source.stores if source else ()) for address in (store.find, store.erase) if address]
        if any((urlsplit(address).hostname or "") in one.hosts for address in asked):
            found.append(f"store of {key}")
        if product.location in one.places:
            found.append(f"storage of {key}")
    held = [f"files of {key}" for key, holder in session.governance.holders.items() if holder.recipient == name]
    return found + held + [f"principal {principal}" for principal in one.principals]


def _first(one: dict[str, Any]) -> str:
    return str(one["ends"][0] if one["ends"] else one["why"])


def _words(value: object) -> str:
    if isinstance(value, list):
        return "; ".join(map(str, value)) or "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "not said" if value is None or value == "" else str(value)
