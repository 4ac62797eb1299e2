"""`mesh task`: what needs a person."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import click

from mesh_platform.actor import Actor, Role
from mesh_platform.cli.acting import acting, anybody
from mesh_platform.cli.session import Session, options, pass_session
from mesh_platform.cli.task_share import share

if TYPE_CHECKING:
    from mesh_platform.tasks import Task

COLUMNS = ("id", "kind", "product", "for", "due", "state", "what")


@click.group()
@options
def task() -> None:
    """What needs a person: reviews, products that end, and whatever else the platform may not decide alone.

    \b
    Examples:
      mesh task list
      mesh task list --role privacy --overdue --json
      mesh task share
      mesh task assign 3 privacy-engineer --as privacy-engineer
      mesh task resolve 3 --decision moved --evidence "all consumers read the successor" --as sales-owner
    """


task.add_command(share)


@task.command("list")
@click.option("--role", type=click.Choice([role.value for role in Role]), help="Those for this role.")
@click.option("--product", metavar="DOMAIN[/PRODUCT]", help="Those about this product, or this domain's products.")
@click.option("--kind", help="Those of this kind.")
@click.option("--overdue", is_flag=True, help="Those whose day has passed.")
@click.option("--all", "resolved", is_flag=True, help="The resolved ones, too.")
@options
@anybody
@pass_session
def listed(session: Session, role: str | None, product: str | None, kind: str | None, overdue: bool, resolved: bool) -> None:
    """The open tasks, the most urgent first.

    Kinds are `review`, `sunset`, `orphan`, `identity_edge`, `audit_flag`, `approval`, `external_recipient`, `service_level`, `resurrection`, `propagation`,
    `deadline`, `waiver`, `waiver_end`, `recipient_end`, `finding`, `attestation` and `breach`.

    \b
    Examples:
      mesh task list
      mesh task list --product sales --json
    """
    from mesh_platform.cli.output import print_json, say_table
    from mesh_platform.clock import utc_now
    from mesh_platform.state import look_at_state
    from mesh_platform.tasks import TaskKind, Tasks

    now = utc_now()
    if kind is not None and kind not in tuple(TaskKind):
        raise click.BadParameter(f"{kind!r} is none of {', '.join(TaskKind)}.", param_hint="--kind")
    with look_at_state(session.settings) as database:
        found = Tasks(database).listed(resolved=resolved, role=role, product=product, kind=kind) if database else ()
        others = len(Tasks(database).listed(resolved=resolved)) if database else 0
    found = tuple(each for each in found if not overdue or each.overdue(now))
    if session.json:
        print_json([each.as_json(now) for each in found])
        return
    if found:
        say_table(COLUMNS, [_row(each, now) for each in found], {"overdue": "red", "resolved": "green"})
    elif others:
        session.say(f"No task matches; {others} {'is' if others == 1 else 'are'} {'there' if resolved else 'open'}.")
    else:
        session.say("There is no task." if resolved else "No task is open.")


@task.command()
@click.argument("id", type=int)
@options
@anybody
@pass_session
def show(session: Session, id: int) -> None:
    """Everything about one task: reason, due date, assignee; decision and evidence once it is resolved.

    \b
    Examples:
      mesh task show 3
      mesh task show 3 --json
    """
    from mesh_platform.errors import NotFound
    from mesh_platform.state import look_at_state
    from mesh_platform.tasks import Tasks

    with look_at_state(session.settings) as database:
        if database is None:
            raise NotFound.because("TASK-01", f"task {id}", "There is no such task.", "`mesh task list --all` lists them.")
        _tell(session, Tasks(database).get(id))


@task.command()
@click.argument("id", type=int)
@click.argument("principal")
@acting()
@options
@pass_session
def assign(session: Session, id: int, principal: str, actor: Actor) -> None:
    """Name who is to do a task. Needs the task's role, for the domain that it is about; so does whoever is named.

    \b
    Examples:
      mesh task assign 3 privacy-engineer --as privacy-engineer
    """
    from mesh_platform.access import principal_of
    from mesh_platform.settings import DEVELOPMENT

    known = session.settings.issuer == DEVELOPMENT  # an identity provider alone knows who has which role
    to = principal_of(session.governance, principal, actor.person) if known else principal
    with session.tasks() as tasks:
        done = tasks.assign(id, to, actor)
    if session.json:
        _tell(session, done)
    else:
        session.say(f"task {id} is {principal}'s now.")


@task.command()
@click.argument("id", type=int)
@click.option("--decision", required=True, help="What was decided, in a word or two.")
@click.option("--evidence", required=True, help="On what ground: a link, a number, a sentence. No value out of the data.")
@acting()
@options
@pass_session
def resolve(session: Session, id: int, decision: str, evidence: str, actor: Actor) -> None:
    """Resolve a task with a decision and its evidence. Needs the task's role. A review is decided with `mesh review`.

    \b
    Examples:
      mesh task resolve 3 --decision moved --evidence "all consumers read the successor" --as sales-owner
    """
    with session.tasks() as tasks:
        _tell(session, tasks.resolve(id, decision, evidence, actor))


@task.command()
@click.option("--again", is_flag=True, help="Put back what was given up after the last attempt, and send it now.")
@options
@anybody
@pass_session
def notify(session: Session, again: bool) -> int:
    """Send the notices that are due, on the channels that the settings open. Dagster's platform location does so every five minutes.

    \b
    Examples:
      mesh task notify
      mesh task notify --again --json

    Exit code 5 where one did not reach its receiver: it is sent again later.
    """
    from contextlib import closing

    from mesh_platform.cli.output import counted, print_json
    from mesh_platform.state import open_state
    from mesh_platform.tasks import channels_of
    from mesh_platform.tasks.delivery import deliver

    channels = channels_of(session.settings)
    with closing(open_state(session.settings)) as database:
        done = deliver(database, channels, again=again)
    if session.json:
        print_json({"ok": not done.failed, "channels": list(channels), **done.as_json()})
    elif not channels:
        session.say("No channel is set, so notices go nowhere: see notice_folder, notice_webhook and notice_smtp.")
    else:
        errors = f" ({'; '.join(done.errors)})" if done.errors else ""
        session.say(
            f"{counted(done.sent, 'notice')} sent, {done.failed} failed{errors}, {done.waiting} waiting, {done.dead} given up."
        )
    return 5 if done.failed else 0


def _row(task: Task, now: datetime) -> tuple[object, ...]:
    state = "overdue" if task.overdue(now) else task.state
    return (task.id, task.kind, task.product, task.assignee or task.role, task.due.date().isoformat(), state, task.reason)


def _tell(session: Session, task: Task) -> None:
    from mesh_platform.cli.output import clean, print_json
    from mesh_platform.clock import utc_now

    document = task.as_json(utc_now())
    if session.json:
        print_json(document)
        return
    click.echo(click.style(clean(f"task {task.id}: {task.kind} of {task.product}"), bold=True))
    for name, value in document.items():
        if name not in ("id", "kind", "product", "key") and value not in (None, "", False):
            moment = name == "due" or name.endswith("_at")
            click.echo(clean(f"  {name.replace('_', ' ') + ':':<18}{str(value)[:16].replace('T', ' ') if moment else value}"))
