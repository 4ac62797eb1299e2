"""`mesh classify review`, `confirm`, `reject`, `missed`, `sample`: what people say of what the scan found, and of what it did not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from mesh_platform.actor import Actor
from mesh_platform.cli.acting import acting
from mesh_platform.cli.session import Session, options, pass_session

if TYPE_CHECKING:
    from mesh_platform.registry.label_values import Verdict

COLUMNS = ("id", "product", "column", "kind", "share", "doubt", "why", "said")
_REASON = click.option("--reason", required=True, help="Why; no value out of the data.")


@click.command()
@click.argument("selection", nargs=-1, metavar="[SELECTION]...")
@click.option(
    "--all", "everything", is_flag=True, help="Those that nobody doubts, that are declared, or that somebody spoke of, too."
)
@options
@pass_session
def review(session: Session, selection: tuple[str, ...], everything: bool) -> int:
    """The doubtful findings of the last scans, and the columns found clean that were drawn by lot: the most doubtful first.

    A finding is doubtful where it rests on names, words, form or decoding without a proof, or stands in few rows, and the descriptor
    does not say the same. What was said of it holds for its profile: kinds, evidence, share and the sort of values. When that
    changes, it comes back under another id.

    \b
    Examples:
      mesh classify review
      mesh classify review shop/customers --json
      mesh classify review --all

    Exit code 0 whether or not something waits.
    """
    from mesh_platform.cli.output import counted, print_json, say_table
    from mesh_platform.cli.selection import select
    from mesh_platform.cli.teaching import declared, entries_here, labels_to_see
    from mesh_platform.registry.doubts import waiting

    only = select(session.mesh, selection)
    with labels_to_see(session) as labels:
        found = entries_here(session, labels, only) if labels else []
    told = found if everything else [one for one in waiting(found) if not declared(session, one)]
    if session.json:
        print_json([{**one.as_json(), "declared": declared(session, one)} for one in told])
        return 0
    if not found:
        session.say("No column was scanned yet: `mesh run` scans what it publishes.")
    elif not told:
        session.say("No finding waits for a word. `mesh classify sample` draws columns that were found clean.")
    else:
        rows = [
            (
                one.id,
                str(one.scan.product),
                one.scan.column,
                one.kind or "–",
                f"{one.share:.1%}" if one.kind else "–",
                f"{one.doubt:.2f}",
                one.why,
                one.label.verdict.value if one.label else "",
            )
            for one in told
        ]
        say_table(COLUMNS, rows)
        session.say(
            f"{counted(len(told), 'entry', 'entries')}. Next: mesh classify confirm|reject ID --reason TEXT, or missed ID KIND."
        )
    return 0


@click.command()
@click.argument("id")
@_REASON
@acting("privacy", "steward")
@options
@pass_session
def confirm(session: Session, id: str, reason: str, actor: Actor) -> None:
    """Say that a finding is true. Needs the role privacy or steward, for the domain that it is about.

    \b
    Examples:
      mesh classify confirm 3fa8c1d2 --reason "free texts of the form hold names" --as privacy-engineer
    """
    _speak(session, id, "confirm", reason, actor)


@click.command()
@click.argument("id")
@_REASON
@acting("privacy", "steward")
@options
@pass_session
def reject(session: Session, id: str, reason: str, actor: Actor) -> None:
    """Say that a finding is wrong, or that a column found clean is truly clean. Needs the role privacy or steward.

    This alone opens no gate: where the column is to keep a lower label, the line that is printed goes into product.yaml and is reviewed
    (`mesh review`, CORE-16).

    \b
    Examples:
      mesh classify reject 3fa8c1d2 --reason "codes of shelves" --as privacy-engineer
    """
    _speak(session, id, "reject", reason, actor)


@click.command()
@click.argument("id", metavar="ID|DOMAIN/PRODUCT.COLUMN")
@click.argument("kind")
@_REASON
@acting("privacy", "steward")
@options
@pass_session
def missed(session: Session, id: str, kind: str, reason: str, actor: Actor) -> None:
    """Say that a column found clean holds personal data of that KIND. Needs the role privacy or steward.

    From the next publication on the scan finds it there, until a reviewed verdict of the descriptor says otherwise.

    \b
    Examples:
      mesh classify missed 3fa8c1d2 PERSON --reason "nicknames of guests" --as data-steward
      mesh classify missed shop/orders.remark PHONE --reason "numbers written in words" --as data-steward
    """
    _speak(session, id, "missed", reason, actor, kind.upper())


@click.command()
@click.option("--n", "number", type=click.IntRange(1, 1000), default=20, show_default=True, help="How many columns.")
@acting("privacy", "steward")
@options
@pass_session
def sample(session: Session, number: int, actor: Actor) -> None:
    """Draw columns that were found clean, each as likely as the other, for people to look into. Needs the role privacy or steward.

    The seed is recorded. Each column drawn waits in `mesh classify review`: `reject` says that it is truly clean, `missed` what it holds.

    \b
    Examples:
      mesh classify sample --as privacy-engineer
      mesh classify sample --n 50 --json --as privacy-engineer
    """
    import secrets

    from mesh_platform.cli.output import counted, print_json
    from mesh_platform.cli.teaching import labels_to_change, scans_here
    from mesh_platform.clock import utc_now
    from mesh_platform.registry.doubts import draw
    from mesh_platform.registry.labels import TEACHERS

    seed = secrets.randbits(32)
    with labels_to_change(session) as labels:
        scans = [one for one in scans_here(session, labels) if any(actor.may(role, one.product.domain) for role in TEACHERS)]
        drawn = draw(scans, labels.draws(), number, seed, actor.name, utc_now())
        labels.draw(drawn, actor)
    if session.json:
        columns = [f"{one.product}.{one.column}" for one in drawn]
        print_json({"seed": seed, "drawn": columns, "drawn_from": drawn[0].drawn_from if drawn else 0})
    elif drawn:
        many = counted(drawn[0].drawn_from, "column")
        session.say(f"{len(drawn)} drawn of {many} found clean and not drawn before, seed {seed}. Next: mesh classify review")
    else:
        session.say("No column found clean is left to draw.")


def _speak(session: Session, id: str, verdict: str, reason: str, actor: Actor, kind: str = "") -> None:
    from mesh_platform.cli.output import clean, print_json
    from mesh_platform.cli.teaching import declared_line, entry_named, labels_to_change, speak, verdict_line
    from mesh_platform.registry.label_values import Verdict

    said = Verdict(verdict)
    with labels_to_change(session) as labels:
        entry = entry_named(session, labels, id)
        label = speak(labels, entry, said, reason, actor, kind)
    line = {Verdict.REJECT: verdict_line(entry), Verdict.MISSED: declared_line(kind) if kind else ""}.get(said, "")
    if session.json:
        print_json(
            {
                "id": entry.id,
                "product": str(label.product),
                "column": label.column,
                "kind": label.kind or None,
                "verdict": label.verdict.value,
                "source": label.source.value,
                "profile": label.profile,
                "by": label.by,
                "person": label.person,
                "line": line or None,
            }
        )
        return
    what = label.kind or "nothing personal"
    session.say(clean(f"{label.product}.{label.column}: {what}, {label.verdict}; recorded for {label.by} ({label.person})."))
    if line:
        session.say(clean(_next(said, label.product, label.column, line)))


def _next(said: Verdict, product: Any, column: str, line: str) -> str:
    if said == "reject":
        return f"No gate opens by that. To keep a lower label, add to {column!r} in {product}/product.yaml and have it reviewed: {line}"
    return f"From the next publication on it is found there. Declare it in {column!r} of {product}/product.yaml: {line}"
