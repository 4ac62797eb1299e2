"""`mesh review`: privacy-relevant changes, and what reviewers say of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from mesh_platform.actor import Actor
from mesh_platform.cli.acting import acting, anybody
from mesh_platform.cli.session import Session, options, pass_session

if TYPE_CHECKING:
    from collections.abc import Callable

    from mesh_platform.cli.reviewing import Found

_COLOURS = {"waiting": "yellow", "approved": "green", "rejected": "red"}
_SHORT = 12


@click.group()
@options
def review() -> None:
    """Privacy-relevant changes since the served version: they are published once somebody else than their author has approved them.

    A review is bound to the hash of the product's files; a file that changes needs a new one.

    \b
    Examples:
      mesh review list
      mesh review show customer/accounts
      mesh review approve customer/accounts --hash 1f0c2d3e4a5b --reason "needed for delivery" --as privacy-engineer
      mesh review reject customer/accounts --hash 1f0c2d3e4a5b --reason "no basis for it" --as privacy-engineer
    """


@review.command("list")
@click.argument("selection", nargs=-1, metavar="[SELECTION]...")
@options
@anybody
@pass_session
def listed(session: Session, selection: tuple[str, ...]) -> None:
    """The products whose files differ from what is served in a way that needs a review, and how each stands.

    \b
    Examples:
      mesh review list
      mesh review list customer --json
    """
    from mesh_platform.cli.output import print_json, say_table
    from mesh_platform.cli.reviewing import reviews_of
    from mesh_platform.cli.selection import select

    only = select(session.mesh, selection)
    published = reviews_of(session, only)
    found = [one for one in published if one.review.relevant]
    if session.json:
        print_json([one.as_json() for one in found])
        return
    if not found:
        none = "No change waits for a review: every product stands as it is served, or differs in what needs none."
        session.say(none if published else "Nothing is published yet, so that no change waits for a review.")
        return
    rows = [
        (
            str(one.product.key),
            one.product.spec_hash[:_SHORT],
            len(one.review.relevant),
            _counted(one),
            one.due,
            one.review.standing,
        )
        for one in found
    ]
    say_table(("product", "hash", "changes", "approvals", "due", "state"), rows, _COLOURS)
    session.say(f"`mesh review show {found[0].product.key}` says what changed, and what is to be done.")


@review.command()
@click.argument("name", metavar="DOMAIN/PRODUCT")
@options
@anybody
@pass_session
def show(session: Session, name: str) -> None:
    """What changed since the served version, who said what of it, and what is missing.

    \b
    Examples:
      mesh review show customer/accounts
      mesh review show customer/accounts --json
    """
    from mesh_platform.cli.output import clean, print_json
    from mesh_platform.cli.reviewing import review_named

    one = review_named(session, name)
    if session.json:
        print_json(one.as_json())
        return
    key = one.product.key
    standing = one.review.standing
    click.echo(
        f"{click.style(str(key), bold=True)}  {click.style(standing, fg=_COLOURS.get(standing))}  {one.product.spec_hash[:_SHORT]}"
    )
    for change in one.review.changes:
        mark = click.style("needs a review", fg="yellow") if change in one.review.relevant else change.kind.value
        click.echo(f"  {clean(change.path)}: {clean(change.told)} ({mark})")
    for said in one.weighed.said:
        click.echo(clean(f"  {said.verdict}: {said.by}, {said.at.date()}, {said.source}: {said.reason}"))
    for note in (*one.weighed.discounted, *(f"{where}: it cannot be read" for where in one.weighed.unread)):
        click.echo(clean(f"  does not count: {note}"))
    for hash, said in one.earlier:
        click.echo(
            clean(
                f"  {said.verdict} of files with another hash, {hash[:_SHORT]}: {said.by}, {said.at.date()}; they changed since"
            )
        )
    if standing == "waiting":
        _what_to_do(session, one)


def _what_to_do(session: Session, one: Found) -> None:
    """How it is approved: by whom, and after which other step."""
    from mesh_platform.access.at_hand import token_at_hand

    key, worn = one.product.key, "" if token_at_hand(session.settings) else " --as NAME"
    if not one.committed:
        session.say(
            "\nCommit the files first: nobody knows who wrote what no commit holds, so it cannot be approved (REVIEW-07)."
        )
    session.say(
        f"\nTo approve it: mesh review approve {key} --hash {one.product.spec_hash[:_SHORT]} --reason TEXT{worn}"
        "\nNeeds the role privacy, or steward of the domain; not for the product's owner, nor for whoever committed the change."
        f"\nIn Git: governance/reviews/{key}/{one.product.spec_hash}.yaml"
    )


def _decide(session: Session, name: str, hash: str, reason: str, actor: Actor, verdict: str) -> int:
    from mesh_platform.cli.output import clean, print_json
    from mesh_platform.cli.reviewing import decide

    one = decide(session, name, hash, reason, actor, verdict)
    if session.json:
        print_json(one.as_json())
    recorded = "was recorded before" if one.repeated else "is recorded"
    told = f"the {'approval' if verdict == 'approve' else 'rejection'} of {actor.name} ({actor.person}) {recorded}"
    session.say(clean(f"{one.product.key} {one.product.spec_hash[:_SHORT]}: {one.review.standing}; {told}. {_then(one)}"))
    return (
        1
        if verdict == "approve" and (one.review.standing == "rejected" or (one.repeated and one.review.standing == "waiting"))
        else 0
    )


def _then(one: Found) -> str:
    """What follows from a decision."""
    key, review = one.product.key, one.review
    if review.standing == "approved":
        return f"`mesh run {key}` publishes it."
    if review.standing == "rejected":
        return f"The rejection of {', '.join(review.rejected_by)} holds until the files change: they are not published before."
    return f"It has {_counted(one)} approvals: another person has to. `mesh review show {key}` tells more."


def _deciding(command: Callable[..., Any]) -> Callable[..., Any]:
    """What approving and rejecting have in common."""
    for option in (
        click.option("--reason", required=True, help="Why; no value out of the data."),
        click.option(
            "--hash", required=True, metavar="HASH", help="The hash that `mesh review show` told: 8 characters or more."
        ),
        click.argument("name", metavar="DOMAIN/PRODUCT"),
    ):
        command = option(command)
    return command


@review.command()
@_deciding
@acting("privacy", "steward")
@options
@pass_session
def approve(session: Session, name: str, hash: str, reason: str, actor: Actor) -> int:
    """Approve the files as they stand under that hash. Needs the role privacy or steward; not for one's own product or change.

    \b
    Examples:
      mesh review approve customer/accounts --hash 1f0c2d3e4a5b --reason "needed for delivery" --as privacy-engineer

    Exit code 1 where a rejection stands, or where the same approval was given before and another person's is missing.
    """
    return _decide(session, name, hash, reason, actor, "approve")


@review.command()
@_deciding
@acting("privacy", "steward")
@options
@pass_session
def reject(session: Session, name: str, hash: str, reason: str, actor: Actor) -> int:
    """Reject the files as they stand under that hash: they are not published, whoever approves them, until they change.

    \b
    Examples:
      mesh review reject customer/accounts --hash 1f0c2d3e4a5b --reason "no basis for it" --as privacy-engineer
    """
    return _decide(session, name, hash, reason, actor, "reject")


def _counted(one: Found) -> str:
    return f"{len(one.review.approved_by)} of {one.review.needed}"
