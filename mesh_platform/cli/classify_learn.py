"""`mesh classify evaluate` and `train`: how well the scan does here, and the site's own model of doubt."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from mesh_platform.actor import Actor
from mesh_platform.cli.acting import acting
from mesh_platform.cli.session import Session, options, pass_session

if TYPE_CHECKING:
    from mesh_platform.registry.evaluation import Figures, Share

COLUMNS = ("domain", "by", "period", "precision (labels)", "recall (labels)", "misses (sample)", "recall (sample)")


@click.command()
@options
@pass_session
def evaluate(session: Session) -> None:
    """Recall and precision by domain over time: on people's labels, and on the audit sample apart.

    Labels are given on doubtful findings, so their precision is that of the doubtful ones. The sample is drawn by lot, so its misses say
    what the scan overlooks; the recall made of them takes every finding for true. Intervals are Wilson's, 95 %.

    \b
    Examples:
      mesh classify evaluate
      mesh classify evaluate --json
    """
    from mesh_platform.cli.output import print_json, say_table
    from mesh_platform.cli.teaching import labels_to_see
    from mesh_platform.registry.evaluation import TOO_FEW
    from mesh_platform.registry.evaluation import evaluate as figures_of

    with labels_to_see(session) as labels:
        figures = figures_of(labels.all(), labels.draws()) if labels else []
    if session.json:
        print_json([one.as_json() for one in figures])
        return
    if not figures:
        session.say(
            "Nobody has labelled anything yet: `mesh classify review` lists what waits, `mesh classify sample` draws a sample."
        )
        return
    say_table(COLUMNS, [_row(one) for one in figures])
    session.say(f"Figures on fewer than {TOO_FEW} are marked as too few: they say little, whatever they are.")


@click.command()
@click.option("--dry-run", is_flag=True, help="Tell how the new version compares, and keep nothing.")
@click.option("--back", is_flag=True, help="Withdraw the version in force; the one before is in force again.")
@acting("privacy", "steward")
@options
@pass_session
def train(session: Session, dry_run: bool, back: bool, actor: Actor) -> int:
    """Fit the site's model of doubt on the labels, and keep it where it does better than the one in force. Needs privacy or steward.

    It ranks what `mesh classify review` lists, and adds findings and clean columns that it doubts. It takes no finding out and opens no
    gate. The comparison is on labels that the version in force has not seen, each predicted without the labels of its own column.

    \b
    Examples:
      mesh classify train --dry-run --as privacy-engineer
      mesh classify train --as privacy-engineer
      mesh classify train --back --as privacy-engineer

    Exit code 1 where nothing was kept.
    """
    from mesh_platform.cli.output import print_json
    from mesh_platform.cli.teaching import labels_to_change
    from mesh_platform.cli.training import trained

    if back and dry_run:
        raise click.UsageError("--back changes which version is in force: it cannot be a --dry-run.")
    with labels_to_change(session) as labels:
        if back:
            before = labels.back(actor)
            found: dict[str, Any] = {"kept": False, "version": before.id if before else None}
            told = (
                f"Version {before.id} is in force again."
                if before
                else "No version of the site is in force; doubt is as built in."
            )
            code = 0
        else:
            result = trained(labels, actor, dry_run)
            found, told, code = result.as_json(), result.told, 0 if result.kept or (dry_run and result.better) else 1
    if session.json:
        print_json({"ok": code == 0, **found})
    else:
        session.say(told)
    return code


def _row(one: Figures) -> tuple[object, ...]:
    from mesh_platform.registry.evaluation import TOO_FEW

    low, high = one.miss_rate.interval
    recall = "–"
    if one.judged:
        value, least, most = (one.sample_recall(rate) for rate in (one.miss_rate.value or 0.0, high, low))
        few = ", too few" if one.judged < TOO_FEW else ""
        recall = "–" if value is None or least is None or most is None else f"{value:.1%} [{least:.1%}–{most:.1%}]{few}"
    return (one.domain, one.by, one.period, _share(one.precision), _share(one.recall), _share(one.miss_rate), recall)


def _share(share: Share) -> str:
    from mesh_platform.registry.evaluation import TOO_FEW

    if share.value is None:
        return "–"
    low, high = share.interval
    few = ", too few" if share.of < TOO_FEW else ""
    return f"{share.value:.1%} [{low:.1%}–{high:.1%}] of {share.of}{few}"
