"""`mesh run`: publish products."""

from __future__ import annotations

import click

from mesh_platform.cli.session import Session, options, pass_session


@click.command()
@click.argument("selection", nargs=-1, metavar="[SELECTION]...")
@click.option("--upstream", is_flag=True, help="With everything that these derive from; the same as + before each.")
@options
@pass_session
def run(session: Session, selection: tuple[str, ...], upstream: bool) -> int:
    """Publish products: stage, audit, gate, and swap in one step. What is not let through stays unseen; the old version serves on.

    SELECTION is a domain, a domain/product, or several; +domain/product adds all that it derives from. Without one: everything.

    \b
    Examples:
      mesh run
      mesh run jaffle
      mesh run +sales/customer_orders --json

    Exit code 1 where a product was not published.
    """
    from mesh_platform.cli.child import events
    from mesh_platform.cli.course import follow
    from mesh_platform.cli.output import counted, print_json, say_findings
    from mesh_platform.cli.selection import select
    from mesh_platform.errors import Finding

    wanted = select(session.mesh, [f"+{part.removeprefix('+')}" if upstream else part for part in selection])
    if wanted is not None and not wanted:
        if session.json:
            print_json({"ok": True, "products": []})
        session.say("Nothing to publish: that domain holds no product.")
        return 0
    told, code = follow(session, events(session, "run", sorted(map(str, wanted or ()))))
    if session.json:
        print_json({"ok": code == 0, "products": told})
        return code
    findings = [Finding.from_json(finding) for what in told if what["status"] != "waiting" for finding in what["findings"]]
    if any(finding.blocks for finding in findings):
        session.say()
        say_findings(finding for finding in findings if finding.blocks)
    if any(what["status"] == "blocked" and what.get("at_load") for what in told):
        session.say("What the files alone close is judged no further here: `mesh check` tells of reviews, too.")
    if waiting := [what for what in told if what["status"] == "waiting"]:
        first = waiting[0]["product"]
        session.say(f"{counted(len(waiting), 'product')} waited for others (RUN-10): `mesh run +{first}` publishes those first.")
    published, unchanged = (sum(what["status"] == status for what in told) for status in ("published", "unchanged"))
    rest = f", {unchanged} unchanged" if unchanged else ""
    session.say(f"{published} of {counted(len(told), 'product')} published{rest}. `mesh products` shows all.")
    return code
