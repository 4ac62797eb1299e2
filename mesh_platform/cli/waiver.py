"""`mesh waiver`: let a finding through for a time, with what protects people meanwhile."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from mesh_platform.cli.acting import acting, anybody
from mesh_platform.cli.session import Session, options, pass_session

if TYPE_CHECKING:
    from mesh_platform.actor import Actor
    from mesh_platform.registry.waiver_values import Asked

_COLOURS = {"asked": "yellow", "approved": "green", "rejected": "red", "expired": "red"}
_NOTE = click.option("--note", required=True, help="Why; no value out of the data.")
_ID = click.argument("id", type=int, metavar="WAIVER")
_IDS = click.argument("ids", type=int, nargs=-1, required=True, metavar="WAIVER...")


@click.group()
@options
def waiver() -> None:
    """Exceptions to waivable rules: one finding of one product, for 90 days at most, decided by somebody else than who asks.

    A waiver is bound to the finding as it was: where the scan asks for more later, or another column is concerned, it does not count. After
    its last day the finding blocks again.

    \b
    Examples:
      mesh waiver request support/tickets CORE-02 CORE-05 --at columns.note --reason "relabelling is planned" \\
        --control "nobody has a grant on the column" --days 30 --as support-owner
      mesh waiver list
      mesh waiver approve 3 --note "small and short" --as privacy-engineer
    """


@waiver.command()
@click.argument("name", metavar="DOMAIN/PRODUCT")
@click.argument("rules", nargs=-1, required=True, metavar="RULE...")
@click.option(
    "--at", "about", metavar="PATH", help="Where in the descriptor, such as columns.note, if the rule has several findings."
)
@click.option("--reason", required=True, help="Why it has to be let through for now; no value out of the data.")
@click.option("--control", required=True, help="The compensating control: what protects people meanwhile.")
@click.option("--days", type=int, default=30, show_default=True, help="How many days it is to last, 90 at most.")
@acting("owner", "steward", "privacy")
@options
@pass_session
def request(
    session: Session,
    name: str,
    rules: tuple[str, ...],
    about: str | None,
    reason: str,
    control: str,
    days: int,
    actor: Actor,
) -> None:
    """Ask to let a finding of each RULE through, as `mesh check` tells it, or as it blocked the last publication of these files.

    \b
    Examples:
      mesh waiver request support/tickets CORE-02 CORE-05 --at columns.note --reason "relabelling is planned" \\
        --control "nobody has a grant on the column" --days 30 --as support-owner
    """
    from mesh_platform.cli.waiving import asked_for, deciding

    findings = [asked_for(session, name, rule, about) for rule in dict.fromkeys(rules)]
    with deciding(session, actor, findings[0].product) as waivers:
        made = [waivers.ask(session.mesh, finding, reason, control, days, actor) for finding in findings]
    ids = " ".join(str(one.id) for one in made)
    _say(session, made, f"It counts once somebody with the role privacy approves it: mesh waiver approve {ids} --note TEXT")


@waiver.command("list")
@click.argument("selection", required=False, metavar="[DOMAIN[/PRODUCT]]")
@click.option("--all", "ended", is_flag=True, help="Those that ended, ran out or were rejected, too.")
@options
@anybody
@pass_session
def listed(session: Session, selection: str | None, ended: bool) -> None:
    """The waivers that wait or count, with the days that are left; those in governance/waivers.yaml, and why one of them does not count.

    \b
    Examples:
      mesh waiver list
      mesh waiver list support --all --json
    """
    from mesh_platform.cli.output import clean, print_json, say_table
    from mesh_platform.cli.waiving import filed, waivers_here

    found = [one for one in waivers_here(session, selection) if ended or one.standing(session.today) in ("asked", "approved")]
    files = filed(session, selection)
    if session.json:
        print_json({"waivers": [one.as_json(session.today) for one in found], "in_files": files})
        return
    if found:
        rows = [
            (
                one.id,
                one.product,
                one.rule,
                one.about,
                one.standing(session.today),
                one.expires,
                (one.expires - session.today).days,
                str(one.chain),
            )
            for one in found
        ]
        say_table(("id", "product", "rule", "at", "state", "until", "days", ""), rows, _COLOURS)
    for entry in files:
        click.echo(clean(f"{entry['where']}: {entry['product']} {entry['rule']} {entry['about']}: {entry['state']}"))
    if not found and not files:
        session.say("No waiver waits or counts.")


@waiver.command()
@_ID
@options
@anybody
@pass_session
def show(session: Session, id: int) -> None:
    """All that is known of one waiver, and its entry for governance/waivers.yaml once it is approved, for checks where no mesh is.

    \b
    Examples:
      mesh waiver show 3
    """
    from mesh_platform.cli.output import clean, print_json
    from mesh_platform.cli.waiving import entry_of, waiver_here

    one = waiver_here(session, id)
    if session.json:
        print_json(one.as_json(session.today))
        return
    for name, value in one.as_json(session.today).items():
        if value not in (None, ""):
            click.echo(clean(f"{name}: {value}"))
    if one.standing(session.today) == "approved":
        session.say(f"\nIn Git, below `waivers:` of governance/waivers.yaml:\n{entry_of(one)}")


@waiver.command()
@_IDS
@_NOTE
@acting("privacy")
@options
@pass_session
def approve(session: Session, ids: tuple[int, ...], note: str, actor: Actor) -> None:
    """Say yes: the finding is a warning from the next check and publication on, until the last day. Not for who asked, nor for an owner.

    \b
    Examples:
      mesh waiver approve 3 4 --note "small and short" --as privacy-engineer
    """
    done = _decided(session, ids, True, note, actor)
    _say(session, done, f"`mesh run {done[0].product}` publishes under it until {min(one.expires for one in done)}.")


@waiver.command()
@_IDS
@_NOTE
@acting("privacy")
@options
@pass_session
def reject(session: Session, ids: tuple[int, ...], note: str, actor: Actor) -> None:
    """Say no: the finding goes on blocking.

    \b
    Examples:
      mesh waiver reject 3 --note "mend it instead" --as privacy-engineer
    """
    _say(session, _decided(session, ids, False, note, actor), "The finding goes on blocking.")


@waiver.command()
@_IDS
@_NOTE
@acting("owner", "steward", "privacy")
@options
@pass_session
def end(session: Session, ids: tuple[int, ...], note: str, actor: Actor) -> None:
    """End one before its day: the next publication is judged without it.

    \b
    Examples:
      mesh waiver end 3 --note "the column is gone" --as support-owner
    """
    from mesh_platform.cli.waiving import deciding, waiver_here

    done = []
    for id in ids:
        with deciding(session, actor, waiver_here(session, id).product) as waivers:
            done.append(waivers.end(id, note, actor))
    _say(session, done, "The finding blocks again, unless it is mended.")


@waiver.command()
@_IDS
@_NOTE
@acting()
@options
@pass_session
def withdraw(session: Session, ids: tuple[int, ...], note: str, actor: Actor) -> None:
    """Take back one that nobody has decided: for who asked, also where nobody else has the role privacy.

    \b
    Examples:
      mesh waiver withdraw 3 --note "mended meanwhile" --as support-owner
    """
    from mesh_platform.cli.waiving import deciding, waiver_here

    done = []
    for id in ids:
        with deciding(session, actor, waiver_here(session, id).product) as waivers:
            done.append(waivers.withdraw(id, note, actor))
    _say(session, done, "It is not to be decided any more.")


def _decided(session: Session, ids: tuple[int, ...], approved: bool, note: str, actor: Actor) -> list[Asked]:
    from mesh_platform.cli.waiving import deciding, waiver_here

    done = []
    for id in ids:
        with deciding(session, actor, waiver_here(session, id).product) as waivers:
            done.append(waivers.decide(session.mesh, id, approved, note, actor))
    return done


def _say(session: Session, found: list[Asked], then: str) -> None:
    from mesh_platform.cli.output import print_json

    if session.json:
        print_json([one.as_json(session.today) for one in found])
        return
    for one in found:
        renewed = f" ({one.chain})" if str(one.chain) else ""
        session.say(f"Waiver {one.id} of {one.rule} for {one.product} is {one.standing(session.today)}{renewed}.")
    session.say(then)
