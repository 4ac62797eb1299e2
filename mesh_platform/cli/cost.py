"""`mesh cost`: what compliance costs here, out of the mesh's own records, and measured now where nothing records it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mesh_platform.cli.session import Session, options, pass_session

if TYPE_CHECKING:
    from datetime import timedelta


@click.command()
@click.option(
    "-o", "--out", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE", help="Write it as a page (HTML), too."
)
@options
@pass_session
def cost(session: Session, out: Path | None) -> None:
    """What compliance costs, by domain: time to the first open gate, waiting for decisions, what controls add to publications and reads, storage.

    From `mesh new product` to the first publication that the gate let through, or how long a product has waited for it; reviews, requests and
    waivers from being asked to being decided; what contract, scan, measures and gate took of each publication; the decision of a read, measured
    now on each published product; bytes of what only controls need. Figures of the example mesh are marked as such.

    \b
    Examples:
      mesh cost
      mesh cost --json
      mesh cost -o cost.html
    """
    from mesh_platform.cli.cost_measuring import measured
    from mesh_platform.cli.output import print_json, say_table
    from mesh_platform.cli.writing import write_file
    from mesh_platform.clock import utc_now
    from mesh_platform.interop.cost_page import cost_page

    found = measured(session)
    tables = tables_of(found)
    if out is not None:
        write_file(out, cost_page(found, tables, utc_now().isoformat()).encode())
    if session.json:
        print_json(found)
        return
    if found["demo"]:
        session.say("These are figures of the example mesh.\n")
    for title, columns, rows in tables:
        session.say(click.style(title, bold=True))
        say_table(columns, rows) if rows else session.say("  nothing on record yet\n")
    if lost := found["storage"]["not_weighed"]:
        session.say(
            f"Not weighed, since their catalogs do not open: {', '.join(lost)}. Their keyed tokens and marks are not among the figures."
        )
    if out is not None:
        session.say(f"Written to {out}.")


def tables_of(found: dict[str, Any]) -> list[tuple[str, tuple[str, ...], list[list[object]]]]:
    """Title, columns and rows of each figure, as the terminal and the page show them."""
    first, waits, spent, reads, storage = (found[name] for name in ("first_gate", "waiting", "publications", "reads", "storage"))
    return [
        (
            "From `mesh new product` to the first open gate",
            ("product", "kept back", "first open gate", "took", "has waited", "by"),
            [[one["product"], one["refused"], one["open_at"] or "not yet", _time(one["seconds"]), _time(one["waits_seconds"]), ", ".join(one["kept_back_by"]) if not one["open_at"] else None] for one in first],
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
            "Storage by domain, in bytes",
            ("domain", "data", "catalogs", "all of controls", "share"),
            [[one["domain"], one["data"], one["catalogs"], one["controls"], _share(one["share"])] for one in storage["domains"]],
        ),
        (
            "Storage that only controls need, in bytes",
            ("domain", "keyed tokens", "marks of people and consent", "index of people", "keys", "audit records"),
            [[one["domain"], *(one[name] for name in ("tokens", "marks", "index", "keys", "audit"))] for one in storage["domains"]],
        ),
        (
            "Storage for all domains together, in bytes",
            ("control database", "audit records", "backups", "keys"),
            [[storage["control_database"], storage["audit_records"], storage["backups"], storage["keys"]]],
        ),
    ]  # fmt: skip


def _share(share: float | None) -> str | None:
    return None if share is None else f"{100 * share:.0f} %"


def _time(seconds: float | None) -> str | None:
    if seconds is None:
        return None
    if seconds < 120:
        return f"{seconds:.0f} s"
    if seconds < 172_800:
        return f"{seconds / 60:.0f} min" if seconds < 7200 else f"{seconds / 3600:.1f} h"
    return f"{seconds / 86_400:.0f} days"


def seconds(value: timedelta | None) -> float | None:
    """A span in seconds."""
    return value.total_seconds() if value is not None else None
