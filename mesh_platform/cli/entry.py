"""The entry of `mesh`. Only click is imported here: whatever a command needs is loaded when it runs."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

import click

from mesh_platform.cli.lazy import Entry, LazyGroup
from mesh_platform.cli.session import Session, options

_HERE = "mesh_platform.cli"
BEGIN, MAKE, LOOK, DECIDE, KEEP = "Begin", "Make products", "Look", "Decide", "Keep it running"

COMMANDS = {
    "demo": Entry(f"{_HERE}.demo:demo", "Make the example data and publish the whole mesh.", BEGIN),
    "dev": Entry(f"{_HERE}.dev:dev", "Start Dagster's web console on all code locations.", BEGIN),
    "new": Entry(f"{_HERE}.new:new", "Make a domain, or a product from a file or other products.", MAKE),
    "check": Entry(f"{_HERE}.check:check", "Ask the gate, offline: what is missing, where, and how to fix it.", MAKE),
    "fix": Entry(f"{_HERE}.fix:fix", "Write what the last scan found into the descriptors.", MAKE),
    "advise": Entry(
        f"{_HERE}.advise:advise", "Decision trees on a product: personal? which basis? which mask? may I share it?", MAKE
    ),
    "run": Entry(f"{_HERE}.run:run", "Publish products: all, a domain, or some with what they need.", MAKE),
    "diff": Entry(f"{_HERE}.diff:diff", "What changed in a product since it was published.", MAKE),
    "products": Entry(f"{_HERE}.products:products", "The products with version, rows, sensitivity and status.", LOOK),
    "show": Entry(f"{_HERE}.show:show", "Everything about one product.", LOOK),
    "checklist": Entry(
        f"{_HERE}.checklist:checklist", "What a domain has in order, line by line, and what closes the rest.", LOOK
    ),
    "levels": Entry(f"{_HERE}.levels:levels", "What interfaces promised and what they kept, by month.", LOOK),
    "search": Entry(f"{_HERE}.search:search", "Find products by words in names, descriptions and columns.", LOOK),
    "query": Entry(f"{_HERE}.query:query", "Read published products with SQL, as contracts and grants allow.", LOOK),
    "policy": Entry(f"{_HERE}.policy:policy", "The rules that bind products: list, show, explain, test, coverage.", LOOK),
    "access": Entry(f"{_HERE}.access:access", "Who gets what of a product, and why.", LOOK),
    "classify": Entry(f"{_HERE}.classify:classify", "What personal data is in files, columns and texts.", LOOK),
    "review": Entry(f"{_HERE}.review:review", "Privacy-relevant changes: what waits, and to approve or reject it.", DECIDE),
    "waiver": Entry(f"{_HERE}.waiver:waiver", "Exceptions to rules for a time: ask, decide, end, list.", DECIDE),
    "vendor": Entry(f"{_HERE}.vendor:vendor", "Recipients outside: role, agreements, and until when each counts.", DECIDE),
    "consent": Entry(f"{_HERE}.consent:consent", "What people agreed to and refused: record it, ask for it, import it.", DECIDE),
    "dsar": Entry(f"{_HERE}.dsar:dsar", "People's requests about their own data: erase, verify, certify.", DECIDE),
    "breach": Entry(f"{_HERE}.breach:breach", "Personal data breaches: report, assess, tell in time, document.", DECIDE),
    "hold": Entry(f"{_HERE}.hold:hold", "Legal holds: what must not be deleted while a matter is open.", DECIDE),
    "task": Entry(f"{_HERE}.task:task", "What needs a person, by whom and until when.", DECIDE),
    "token": Entry(f"{_HERE}.token:token", "Sign in for commands that need somebody who answers for them.", DECIDE),
    "retention": Entry(f"{_HERE}.retention:retention", "How long rows stay: what is due, and the end of it.", KEEP),
    "retire": Entry(f"{_HERE}.retire:retire", "End a product for good: purge what is held of it, and leave a receipt.", KEEP),
    "backup": Entry(f"{_HERE}.backup:backup", "Copies of what is held: make, list, verify, restore.", KEEP),
    "serve": Entry(f"{_HERE}.serve:serve", "Start the HTTP API.", KEEP),
    "flight": Entry(f"{_HERE}.flight:flight", "Start the port for SQL tools (Arrow Flight SQL).", KEEP),
    "key": Entry(f"{_HERE}.keys:key", "The domains' keys: list, rotate, revoke, begin anew.", KEEP),
    "audit": Entry(f"{_HERE}.audit:audit", "The audit log: verify, look into, prove, export.", KEEP),
    "evidence": Entry(f"{_HERE}.evidence:evidence", "Packages of evidence for examiners: export, verify.", KEEP),
    "witness": Entry(f"{_HERE}.witness:witness", "Watch audit logs of others, and cosign what continues.", KEEP),
    "cost": Entry(
        f"{_HERE}.cost:cost", "What compliance costs: time to the first gate, waiting, publications, reads, storage.", KEEP
    ),
    "doctor": Entry(f"{_HERE}.doctor:doctor", "See whether this machine and this project are in order.", KEEP),
}


def _version(ctx: click.Context, _param: click.Parameter, value: bool) -> None:
    if value and not ctx.resilient_parsing:
        from importlib.metadata import version

        click.echo(f"mesh {version('mesh-platform')}")
        ctx.exit()


@click.group(cls=LazyGroup, table=COMMANDS, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@options
@click.option("--version", is_flag=True, expose_value=False, is_eager=True, callback=_version, help="Show the version.")
@click.pass_context
def mesh(ctx: click.Context) -> None:
    """A data mesh with privacy built in: descriptors in, gated and published products out.

    \b
    First steps:
      mesh demo                                    publish the example mesh
      mesh new domain jaffle --owner team@example.com
      mesh new product jaffle/orders --from orders.csv
      mesh check jaffle                            what is missing, and how to fix it
      mesh run jaffle                              publish it

    Exit codes: 0 ok, 1 the check said no, 2 usage, 3 denied, 4 not found, 5 unavailable, 70 an error that nobody foresaw.
    """
    ctx.ensure_object(Session)
    if os.environ.get("NO_COLOR"):
        ctx.color = False


def main(arguments: Sequence[str] | None = None) -> int:
    """Run `mesh` and return its exit code."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # a terminal that lacks a character is no reason to fail
    given = list(sys.argv[1:] if arguments is None else arguments)
    session = Session()
    try:
        result = mesh.main(args=given, prog_name="mesh", standalone_mode=False, obj=session)
    except BaseException as error:  # noqa: BLE001 - the outermost edge: each is told without values, or raised again
        from mesh_platform.cli.failures import tell

        return tell(error, as_json=session.json or "--json" in given, debug=session.debug)
    return result if isinstance(result, int) else 0
