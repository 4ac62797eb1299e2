"""`mesh cost`: what compliance costs here, out of the mesh's own records, and measured now where nothing records it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from mesh_platform.cli.session import Session, options, pass_session

if TYPE_CHECKING:
    from datetime import timedelta


@click.command()
@options
@pass_session
def cost(session: Session) -> None:
    """What compliance costs, by domain: time to the first open gate, waiting for decisions, what controls add to publications and reads, storage.

    From `mesh new product` to the first publication that the gate let through; reviews, requests and waivers from being asked to being decided; what contract, scan,
    measures and gate took of each publication; the decision of a read, measured now on each published product; bytes of what only controls
    need. Figures of the example mesh are marked as such.

    \b
    Examples:
      mesh cost
      mesh cost --json
    """
    from mesh_platform.cli.cost_measuring import measured
    from mesh_platform.cli.output import print_json, say_table

    found = measured(session)
    if session.json:
        print_json(found)
        return
    if found["demo"]:
        session.say("These are figures of the example mesh.\n")
    for title, columns, rows in _tables(found):
        session.say(click.style(title, bold=True))
        say_table(columns, rows) if rows else session.say("  nothing on record yet\n")


def _tables(found: dict[str, Any]) -> list[tuple[str, tuple[str, ...], list[list[object]]]]:
    first, waits, spent, reads, storage = (found[name] for name in ("first_gate", "waiting", "publications", "reads", "storage"))
    return [
        (
            "From `mesh new product` to the first open gate",
            ("product", "refused before", "open", "took"),
            [[one["product"], one["refused"], one["open_at"], _time(one["seconds"])] for one in first],
        ),
        (
            "Waiting for a person's decision",
            ("domain", "kind", "decided", "waiting", "median", "longest"),
            [[one["domain"], one["kind"], one["decided"], one["waiting"], _time(one["median_seconds"]), _time(one["longest_seconds"])] for one in waits],
        ),
        (
            "Added to a publication, in milliseconds",
            ("domain", "control", "publications", "median", "longest"),
            [[one["domain"], one["control"], one["publications"], one["median_ms"], one["longest_ms"]] for one in spent],
        ),
        (
            "Added to a read by its decision, in milliseconds, measured now",
            ("domain", "products", "p50", "p99"),
            [[one["domain"], one["products"], one["p50_ms"], one["p99_ms"]] for one in reads],
        ),
        (
            "Storage, in bytes",
            ("domain", "data", "catalogs", "index of people"),
            [[one["domain"], one["data"], one["catalogs"], one["subjects"]] for one in storage["domains"]],
        ),
        (
            "Storage for all domains together, in bytes",
            ("control database", "audit records", "backups", "keys"),
            [[storage["control_database"], storage["audit_records"], storage["backups"], storage["keys"]]],
        ),
    ]  # fmt: skip


def _time(seconds: float | None) -> str | None:
    if seconds is None:
        return None
    if seconds < 120:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 7200 else f"{seconds / 3600:.1f} h"


def seconds(value: timedelta | None) -> float | None:
    """A span in seconds."""
    return value.total_seconds() if value is not None else None
