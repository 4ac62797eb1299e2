"""`mesh audit`: who did what, in an order that nobody can change unseen."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mesh_platform.audit.readers import READERS
from mesh_platform.cli.acting import acting, anybody, kept_to
from mesh_platform.cli.audit_key import key
from mesh_platform.cli.audit_log import REGION, looking, working
from mesh_platform.cli.audit_seen import seen
from mesh_platform.cli.session import Session, options, pass_session

if TYPE_CHECKING:
    from mesh_platform.actor import Actor
    from mesh_platform.audit.checkpoints import Made

_COLOURS = {"denied": "red", "failed": "red", "intent": "yellow"}


@click.group()
@options
def audit() -> None:
    """The audit log: decisions and acts in the order in which they were recorded, under signed checkpoints.

    \b
    Examples:
      mesh audit verify
      mesh audit tail --act gate --as platform-engineer
      mesh audit export audit-2026-11 --as platform-engineer
    """


@audit.command()
@click.option("--against", type=click.Path(exists=True, path_type=Path), multiple=True, metavar="FILE",
              help="A checkpoint, proof or export that somebody else holds; may be repeated.")  # fmt: skip
@click.option("--offline", is_flag=True, help="Ask no witness; what is stored counts.")
@options
@anybody
@pass_session
def verify(session: Session, against: tuple[Path, ...], offline: bool) -> int:
    """Hash every record anew and hold it against tree, signatures, anchor and witnesses. Exit code 1 where something does not hold.

    Names the first bad record, or the records among which it is. Waivers of the control database have to be what the log says of them. A witness or an anchor
    that is missing is a warning.

    \b
    Examples:
      mesh audit verify --json
      mesh audit verify --against their.tlog-proof
    """
    from mesh_platform.audit.verify import verify as verified
    from mesh_platform.audit.walking import Bad
    from mesh_platform.cli.output import counted, print_json, say_findings
    from mesh_platform.registry.waivers import rows_amiss

    with looking(session) as log:
        found = verified(log, against=against, ask=not offline)
        differ, unknown = rows_amiss(log.database)
        found.bad += [Bad(one.rule, f"{one.where} of {one.product}: {one.why}", None) for one in differ]
        found.warnings += unknown
    if session.json:
        print_json(found.as_json())
        return 0 if found.ok else 1
    say_findings(found.findings)
    for one in (found, *found.regions.values()):
        session.say(
            f"{one.origin}: {counted(one.size, 'record')}, signed up to {one.signed or 0}, anchored up to {one.anchored or 0}"
        )
        waits = f"; {one.unwitnessed.words}" if one.unwitnessed is not None else ""
        session.say(f"Witnesses: {', '.join(one.witnesses) or 'none'}{waits}.")
    bad = found.first_bad
    session.say("It holds." if found.ok else "It does not hold." + (f" First bad record: {bad.first}." if bad else ""))
    return 0 if found.ok else 1


@audit.command()
@click.option("-n", "--lines", type=click.IntRange(1, 10_000), default=20, show_default=True, help="How many, the newest.")
@click.option("--act", metavar="ACT", help="Only acts of this kind: gate, review, key, sign in ...")
@click.option("--product", metavar="DOMAIN/PRODUCT", help="Only what concerns this product.")
@REGION
@options
@acting(*READERS)
@pass_session
def tail(session: Session, region: str | None, lines: int, act: str | None, product: str | None, actor: Actor) -> None:
    """The newest records, oldest of them first. Needs the role examiner, privacy or platform; with it for some domains, you are shown what is about these, and what
    you did that is about none.

    \b
    Examples:
      mesh audit tail -n 5 --as platform-engineer
      mesh audit tail --act "sign in" --json --as platform-engineer
    """
    from mesh_platform.audit.readers import sees
    from mesh_platform.audit.reading import newest_records
    from mesh_platform.cli.output import print_json, say_table

    with looking(session, region) as log:
        found, waits = newest_records(log.database, lines, act, product, partial(sees, actor)), log.unwitnessed()
    if session.json:
        print_json([record.as_json() for record in found])
        return
    columns = ("seq", "time (UTC)", "act", "phase", "who", "about", "decision", "reason")
    rows = [(r.seq, r.time[:19], r.act, r.phase, r.who, r.about, r.decision, r.reason) for r in found]
    say_table(columns, rows, _COLOURS)
    if actor.domains:
        session.say(f"Of {', '.join(actor.domains)} alone, and what {actor.name} did: for others {actor.name} has not the role.")
    if waits is not None:
        click.secho(f"Witnesses: {waits.words}.", fg="red" if waits.overdue else None)


@audit.command()
@click.argument("record")
@click.option(
    "--out", type=click.Path(path_type=Path), metavar="FILE", help="Where to write the proof [default: RECORD.tlog-proof]."
)
@REGION
@options
@acting(*READERS)
@pass_session
def prove(session: Session, region: str | None, record: str, out: Path | None, actor: Actor) -> None:
    """A proof that RECORD (its number or its id) stands in the log, as a file that is checked without the log.

    Needs the role examiner, privacy or platform, and a record that `mesh audit tail` shows you.

    \b
    Examples:
      mesh audit prove 17 --as platform-engineer
    """
    from mesh_platform.audit.readers import for_record
    from mesh_platform.audit.reading import records_at
    from mesh_platform.cli.output import print_json

    with kept_to(session, actor), working(session, region) as log:
        seq = int(record) if record.isdecimal() and len(record) < 19 else log.seq_of(record)
        for_record(actor, next(records_at(log.database, [seq]), None))
        proof, body = log.proof(seq)
    target = out or Path(f"{seq}.tlog-proof")
    target.write_text(proof, encoding="utf-8")
    leaf = target.with_suffix(".leaf")
    leaf.write_bytes(body)
    if session.json:
        print_json({"seq": seq, "proof": str(target), "leaf": str(leaf)})
    session.say(f"Record {seq}: its proof in {target.name}, its bytes in {leaf.name}.")


@audit.command()
@click.option("--yes", is_flag=True, help="Drop them: what they said cannot be brought back.")
@options
@acting("privacy", "platform")
@pass_session
def drop(session: Session, yes: bool, actor: Actor) -> None:
    """Drop the bodies of records older than the setting `audit_years`, in whole tiles; hashes, root and the proofs of all others stay.

    It is recorded first, up to which record. Nothing is dropped while a legal hold is open, nor by a clock that leapt or went back (RETAIN-01, RETAIN-02). Needs
    the role privacy or platform, for every domain.

    \b
    Examples:
      mesh audit drop --yes --as privacy-engineer
    """
    from mesh_platform.audit.dropping import drop_bodies, years_before
    from mesh_platform.audit.readers import for_every_domain
    from mesh_platform.cli.acting import sure
    from mesh_platform.cli.output import counted, print_json
    from mesh_platform.clock import utc_now
    from mesh_platform.errors import CheckFailed
    from mesh_platform.registry import ClockFloor
    from mesh_platform.retention.store import Holds

    now, leap = utc_now(), timedelta(days=session.settings.clock_leap_days)
    years = session.settings.audit_years
    with kept_to(session, actor):
        for_every_domain(actor, "Dropping bodies of the audit log")
    sure(yes, f"The bodies of audit records older than {counted(years, 'year')} would go for good.")
    with working(session) as log:
        if held := Holds(log.database).listed(only_open=True):
            why = f"{counted(len(held), 'legal hold')} {'is' if len(held) == 1 else 'are'} open, and a record may be evidence."
            raise CheckFailed.because("AUDIT-22", "audit log", why, "Close what is over: `mesh hold list`, `mesh hold close`.")
        ClockFloor(log.database, leap).believe(now)
        logs = [log, *(one for _, one in (log.regions.each() if log.regions else ()) if one is not None)]
        gone = sum(drop_bodies(one, years_before(now, years), actor) for one in logs)
    if session.json:
        print_json({"dropped": gone, "years": years})
    session.say(f"{counted(gone, 'body', 'bodies')} dropped.")


@audit.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option(
    "--prove",
    "wanted",
    type=click.IntRange(0),
    multiple=True,
    metavar="SEQ",
    help="A proof of its own for this record; may be repeated.",
)
@REGION
@options
@acting(*READERS)
@pass_session
def export(session: Session, region: str | None, folder: Path, wanted: tuple[int, ...], actor: Actor) -> None:
    """Write the whole log into the new FOLDER, with checkpoint, keys, proofs and a program that verifies it without the platform.

    Needs the role examiner, privacy or platform for every domain; that it was exported is recorded.

    \b
    Examples:
      mesh audit export audit-2026-11 --as platform-engineer
      python audit-2026-11/verify_audit.py --keys keys-that-you-know
    """
    from mesh_platform.audit import Act, Phase, What
    from mesh_platform.audit.export import export as exported
    from mesh_platform.audit.readers import for_every_domain
    from mesh_platform.cli.output import counted, print_json

    with kept_to(session, actor):
        for_every_domain(actor, "The whole audit log")
    with working(session, region) as log:
        log.record(Act.EXPORT, Phase.INTENT, actor, What(what="audit log"))
        done = exported(log, folder, wanted)
    if session.json:
        print_json({"folder": str(folder), "records": done.size, "proofs": done.proofs, "witnessed": done.witnessed})
    session.say(f"{counted(done.size, 'record')} in {folder}. Verify it: python {folder}/verify_audit.py")


@audit.command()
@options
@anybody
@pass_session
def checkpoint(session: Session) -> None:
    """Make a checkpoint of the log as it stands: sign it, anchor it, show it to the witnesses.

    A process that records does so by itself; this is for after a kill, or when a witness was away.

    \b
    Examples:
      mesh audit checkpoint
    """
    from mesh_platform.cli.output import print_json

    with working(session) as log:
        regions = [name for name, _ in log.regions.each()] if log.regions else []  # opened, so that theirs are made first
        made = log.checkpoint()
        trouble = log.checkpoints.trouble
    if session.json:
        print_json(_made(made, trouble.finding.rule if trouble else None))
    if made is None:
        session.say("Nothing was recorded yet.")
    else:
        if regions:
            session.say(f"Those of {', '.join(regions)} first.")
        session.say(
            f"{made.size} records: signed, {'' if made.anchored else 'not '}anchored, {'' if made.witnessed else 'not '}witnessed."
        )
        if trouble:
            session.say(f"{trouble.finding.rule}: {trouble.finding.why}")


def _made(made: Made | None, trouble: str | None) -> dict[str, Any]:
    if made is None:
        return {"size": 0, "anchored": False, "witnessed": False, "witnesses": {}, "trouble": trouble}
    answers = {answer.witness: answer.state for answer in made.answers}
    return {"size": made.size, "anchored": made.anchored, "witnessed": made.witnessed, "witnesses": answers, "trouble": trouble}


audit.add_command(key)
audit.add_command(seen)
