"""`mesh classify`: what personal data is in files, columns and texts."""

from __future__ import annotations

import click

from mesh_platform.cli.lazy import Entry, LazyGroup
from mesh_platform.cli.session import options

COMMANDS = {
    "scan": Entry("mesh_platform.cli.classify_scan:scan", "The personal data in the columns of files, with the evidence."),
    "texts": Entry("mesh_platform.cli.classify_texts:texts", "The spans of personal data in texts."),
    "review": Entry(
        "mesh_platform.cli.classify_review:review", "Findings in doubt, and the audit sample: what waits for a word."
    ),
    "confirm": Entry("mesh_platform.cli.classify_review:confirm", "Say that a finding is true."),
    "reject": Entry("mesh_platform.cli.classify_review:reject", "Say that a finding is wrong, or a column truly clean."),
    "missed": Entry("mesh_platform.cli.classify_review:missed", "Say what a column found clean holds."),
    "sample": Entry("mesh_platform.cli.classify_review:sample", "Draw columns that were found clean, for people to look into."),
    "evaluate": Entry("mesh_platform.cli.classify_learn:evaluate", "Recall and precision by domain over time."),
    "train": Entry("mesh_platform.cli.classify_learn:train", "Fit the site's model of doubt on the labels, or go back."),
}


@click.group(cls=LazyGroup, table=COMMANDS)
@options
def classify() -> None:
    """Find personal data: in columns, and in texts; and teach the scan what it got wrong.

    \b
    Examples:
      mesh classify scan landing/
      mesh classify texts tickets.parquet -o spans.json
      mesh classify review
      mesh classify confirm 3fa8c1d2 --reason "free texts with names" --as privacy-engineer
    """
