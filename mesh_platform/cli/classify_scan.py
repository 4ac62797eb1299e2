"""`mesh classify scan`: what personal data the columns of files hold, with the evidence."""

from __future__ import annotations

import json
from pathlib import Path

import click

from mesh_platform.cli.session import Session, options, pass_session


@click.command()
@click.argument("path", type=click.Path(exists=True, path_type=Path))
@click.option(
    "-o", "--out", type=click.Path(dir_okay=False, writable=True, path_type=Path), help="Write the findings there as JSON."
)
@click.option("--all", "everything", is_flag=True, help="Show columns without personal data, too.")
@options
@pass_session
def scan(session: Session, path: Path, out: Path | None, everything: bool) -> int:
    """Find personal data in the columns of a file or folder: Parquet, CSV, JSON, .log, .txt, plain or gz.

    Files of a folder are one mesh: `sales__orders.parquet` belongs to the domain `sales`, and ids and hashes are resolved within their
    domain. Every row is looked at. Findings hold shares and rules, never a value.

    \b
    Examples:
      mesh classify scan landing/
      mesh classify scan orders.csv.gz -o findings.json
      mesh classify scan landing/ --json

    Exit code 1 where a file could not be read, or there was nothing to scan. What is published was scanned already:
    `mesh classify review DOMAIN/PRODUCT --all` shows it.
    """
    from mesh_platform.classify.files import tables
    from mesh_platform.classify.reading import reader
    from mesh_platform.classify.scan import scan as scan_tables
    from mesh_platform.cli.output import counted, print_json, say_table

    writable(out)
    unread: dict[str, str] = {}
    report = scan_tables(tables(path, unread), reader())
    report.unread |= unread
    if out is not None:
        out.write_text(json.dumps(report.as_json(), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    whole = bool(report.columns) and not report.unread
    if session.json:
        print_json(report.as_json())
        return 0 if whole else 1
    if out is None:
        rows = [
            (
                column.table,
                column.name,
                ", ".join(column.entities) or "–",
                column.sensitivity.value,
                "; ".join(sign.why for sign in column.signs[:3]),
            )
            for column in report.columns
            if column.signs or everything
        ]
        if rows:
            say_table(("table", "column", "holds", "sensitivity", "evidence"), rows)
    for table, risk in report.risks.items():
        if risk.high:
            session.say(f"{table}: {risk.share:.1%} of rows are in groups of fewer than 5 over {', '.join(risk.columns)}")
    for table, found in report.diversities.items():
        for one in found:
            if one.bare:
                session.say(f"{table}: in {one.bare:.1%} of the groups over {', '.join(one.columns)} all share one {one.special}")
    for name, why in report.unread.items():
        session.say(f"Not scanned: {name}: {why}")
    for column in report.columns:
        for note in column.skipped:
            session.say(f"Not scanned in {column.key}: {note}")
    personal = sum(column.personal for column in report.columns)
    session.say(
        f"{counted(len(report.columns), 'column')} scanned, {personal} personal, {sum(column.quasi for column in report.columns)} quasi-identifying."
    )
    return 0 if whole else 1


def writable(out: Path | None) -> None:
    """Refuse a place for the answer that has no folder, before any work."""
    if out is not None and not out.absolute().parent.is_dir():
        raise click.BadParameter(f"There is no folder {out.parent}.", param_hint="-o")
