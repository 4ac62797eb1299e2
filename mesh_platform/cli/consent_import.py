"""`mesh consent import`: events out of a file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mesh_platform.cli.acting import acting
from mesh_platform.cli.consenting import WRITERS, opened_ledger
from mesh_platform.cli.session import Session, options, pass_session

if TYPE_CHECKING:
    from mesh_platform.actor import Actor


@click.command(name="import")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--format", "how", type=click.Choice(["csv", "jsonl"]), help="CSV, or a JSON object per line [default: by its name]."
)
@click.option("--source", help="The source of lines that name none [default: desk, or the system that is signed in].")
@click.option("--domain", help="For which domain it is recorded; a steward names one of theirs.")
@click.option("--keep-good", is_flag=True, help="Record the lines that are right although others are not.")
@click.option("--dry-run", is_flag=True, help="Say what is wrong and record nothing.")
@acting(*WRITERS)
@options
@pass_session
def import_(
    session: Session,
    file: Path,
    how: Any,
    source: str | None,
    domain: str | None,
    keep_good: bool,
    dry_run: bool,
    actor: Actor,
) -> int:
    """Record a file of events: nothing where one line is wrong, unless --keep-good. Errors name lines and parts, never values.

    Fields are `subject`, `decision` and `event_id`, and where they say something `kind` (default consent), `purpose` or `signal`, `source`,
    `source_order`, `notice_version`, `language`, `captured_at`, `effective_at`, `expires_at`, `jurisdiction` and `evidence_hash`. The same
    file again records nothing twice. Exit code 1 where a line is wrong.

    \b
    Examples:
      mesh consent import preferences.csv --source crm --as privacy-engineer
      mesh consent import events.jsonl --dry-run --json --as web-shop
    """
    from mesh_platform.cli.output import counted, print_json, say_findings
    from mesh_platform.ledger import own_source, writer_for
    from mesh_platform.ledger.importing import import_events
    from mesh_platform.ledger.reading import format_of

    def progress(what: str, count: int) -> None:
        session.say(f"{count:,} {'lines' if what == 'read' else 'events'} {what} …", err=True)

    known = format_of(file, how)
    with opened_ledger(session) as ledger:
        done = import_events(
            ledger,
            file,
            known,
            source or own_source(actor),
            lambda events: writer_for(actor, events, domain),
            keep_good=keep_good,
            dry_run=dry_run,
            progress=progress,
        )
    outcomes = {outcome.value: count for outcome, count in sorted(done.outcomes.items())}
    if session.json:
        wrong = [finding.as_json() for finding in done.wrong]
        told = {"ok": not done.wrong_lines, "lines": done.lines, "wrong_lines": done.wrong_lines, "outcomes": outcomes}
        print_json({**told, "sequence": done.sequence or None, "dry_run": dry_run, "findings": wrong})
    else:
        say_findings(done.wrong)
        if done.wrong_lines > len(done.wrong):
            click.echo(f"  and {done.wrong_lines - len(done.wrong):,} lines more.")
        said = ", ".join(f"{count:,} {name.replace('_', ' ')}" for name, count in outcomes.items()) or "nothing recorded"
        session.say(f"{counted(done.lines, 'line')}, {done.wrong_lines:,} of them wrong; {said}.")
    return 1 if done.wrong_lines else 0
