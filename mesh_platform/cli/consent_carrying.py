"""`mesh consent lag` and `apply`: how far what is on record has reached the rows, and bringing it there by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from mesh_platform.cli.acting import acting, anybody
from mesh_platform.cli.session import Session, options, pass_session

if TYPE_CHECKING:
    from mesh_platform.actor import Actor
    from mesh_platform.propagation.lag import Lag

COLUMNS = ("domain", "state", "waiting", "p50", "p95", "worst", "target", "watermark", "of")


@click.command()
@options
@anybody
@pass_session
def lag(session: Session) -> int:
    """How long withdrawals and objections take to be carried into the rows of each domain, against its target.

    A read leaves people out at once, whatever stands here. Counted are the last 30 days; what waits counts with its age. Past half of the target
    (`consentWithin` in domain.yaml, else MESH_CONSENT_HOURS) a domain's owner gets a task, past the whole of it the privacy team; the platform then
    applies on its behalf. Exit code 1 where a target has passed.

    \b
    Examples:
      mesh consent lag
      mesh consent lag --json
    """
    from mesh_platform.cli.output import print_json, say_table
    from mesh_platform.clock import utc_now
    from mesh_platform.propagation.lag import BREACHED, measured
    from mesh_platform.publish import open_runtime
    from mesh_platform.publish.carrying import targets_of

    if not session.settings.home_path.is_dir() and session.settings.database_url is None:
        found: tuple[Lag, ...] = ()
    else:
        with open_runtime(session.settings) as runtime:
            found = measured(runtime.database, targets_of(session.mesh, runtime), utc_now())
    if session.json:
        print_json({"domains": [each.as_json() for each in found]})
    elif found:
        say_table(COLUMNS, [_row(each) for each in found])
        for each in found:
            for product in each.failed:
                session.say(f"{product}: the last attempt failed; the audit log and `mesh consent apply {each.domain}` tell why.")
    else:
        session.say("No domain holds anything yet.")
    return 1 if any(each.state == BREACHED for each in found) else 0


def _row(each: Lag) -> tuple[object, ...]:
    times = (_said(each.p50), _said(each.p95), _said(each.worst), _said(each.target))
    return each.domain, each.state, each.waiting, *times, each.watermark, each.newest


def _said(seconds: float | None) -> str:
    if seconds is None:
        return "-"
    return f"{seconds:.0f} s" if seconds < 600 else f"{seconds / 3600:.1f} h"


@click.command("apply")
@click.argument("domain")
@acting("privacy", "platform")
@options
@pass_session
def apply(session: Session, domain: str, actor: Actor) -> int:
    """Carry what is on record into the rows of a domain's products now, and look again. Needs the role privacy or platform.

    Its code location does the same by itself. Exit code 1 where a product could not be brought along.

    \b
    Examples:
      mesh consent apply customer --as platform-engineer
      mesh consent apply customer --as privacy-engineer --json
    """
    from mesh_platform.cli.output import counted, print_json
    from mesh_platform.errors import NotFound
    from mesh_platform.publish import open_runtime
    from mesh_platform.publish.carrying import propagation_of, targets_of

    with open_runtime(session.settings) as runtime:
        if domain not in targets_of(session.mesh, runtime):
            known = ", ".join(session.mesh.domains) or "none"
            raise NotFound.because("CONSENT-06", "the domain", "There is no such domain.", f"Name one of: {known}.")
        done = propagation_of(session.mesh, runtime, actor.name).apply(domain)
    if session.json:
        receipts = [one.as_json() for one in done.receipts]
        print_json({"domain": domain, "sequence": done.sequence, "whole": done.whole, "receipts": receipts})
    else:
        for one in done.receipts:
            word = f" ({one.rule})" if one.rule else ""
            session.say(
                f"{one.product}: {one.outcome}{word}, {counted(one.rows, 'row')} gone, {one.marked} marked, {one.verdict}"
            )
        session.say(
            f"{domain} stands at {done.sequence}." if done.whole else f"{domain} could not be brought to {done.sequence}."
        )
    return 0 if done.whole else 1
