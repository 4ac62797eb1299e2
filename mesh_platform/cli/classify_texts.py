"""`mesh classify texts`: the spans of personal data in texts."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import click

from mesh_platform.cli.session import Session, options, pass_session


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "-o", "--out", type=click.Path(dir_okay=False, writable=True, path_type=Path), help="Write the spans there as JSON."
)
@click.option("--engine", metavar="NAME", help="An installed engine of your own, asked besides.")
@options
@pass_session
def texts(session: Session, file: Path, out: Path | None, engine: str | None) -> int:
    """Find personal data in the texts of a Parquet file with columns `id` and `text`.

    With -o the spans are written as `{"id": [[start, end, "TYPE"], ...]}`: code points, end exclusive, no text. Shown are counts alone.

    \b
    Examples:
      mesh classify texts tickets.parquet -o spans.json
      mesh classify texts tickets.parquet --json
    """
    from mesh_platform.classify.texts import read
    from mesh_platform.classify.texts.port import load
    from mesh_platform.cli.classify_scan import writable
    from mesh_platform.cli.output import print_json, say_table

    writable(out)
    helper = load(engine) if engine else None
    found: dict[str, list[list[object]]] = {}
    counts: Counter[str] = Counter()
    rules: dict[str, Counter[str]] = {}
    unread = empty = 0
    for key, text in _rows(file):
        if text is None:
            empty += 1
            continue
        reading = read(text, helper)
        unread += reading.unread > 0
        found[key] = [[span.start, span.end, str(span.entity)] for span in reading.spans]
        for span in reading.spans:
            counts[str(span.entity)] += 1
            rules.setdefault(str(span.entity), Counter())[span.rule] += 1
    if out is not None:
        out.write_text(json.dumps(found) + "\n", encoding="utf-8")
    if session.json:
        print_json(
            {"texts": len(found), "without text": empty, "not read to the end": unread, "spans": dict(counts.most_common())}
        )
    else:
        rows = [(kind, count, ", ".join(rule for rule, _ in rules[kind].most_common(3))) for kind, count in counts.most_common()]
        if rows:
            say_table(("kind", "spans", "found by"), rows)
        session.say(
            f"{sum(counts.values())} spans in {len(found)} texts; {empty} without text; {unread} too long to be read to the end."
        )
    return 0


def _rows(file: Path) -> list[tuple[str, str | None]]:
    """Ids and texts; raises `UsageProblem` where the file is no Parquet file or lacks a column."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    from mesh_platform.errors import UsageProblem

    try:
        table = pq.read_table(file, columns=["id", "text"])
        ids, bodies = table.column("id").to_pylist(), table.column("text").cast(pa.binary()).to_pylist()
    except (pa.ArrowException, KeyError, OSError):
        raise UsageProblem.because(
            "CLASS-01",
            file.name,
            "It cannot be read as Parquet with the columns id and text.",
            "Name a Parquet file with these two columns.",
        ) from None
    return [
        (str(key), None if body is None else body.decode("utf-8", errors="replace"))
        for key, body in zip(ids, bodies, strict=True)
    ]
