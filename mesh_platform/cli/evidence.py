"""`mesh evidence`: packages for examiners, made here and verified anywhere."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import click

from mesh_platform.cli.acting import acting, kept_to
from mesh_platform.cli.session import Session, options, pass_session
from mesh_platform.cli.waiting import waiting
from mesh_platform.cli.writing import file_at, write_file

if TYPE_CHECKING:
    from mesh_platform.actor import Actor
    from mesh_platform.interop.evidence.export import Exported
    from mesh_platform.interop.evidence.scope import Scope

FRAMEWORKS = ("gdpr", "hipaa", "pci", "ccpa", "us-states", "lgpd", "dpdp", "sovereignty", "core")
_DAY = click.DateTime(["%Y-%m-%d"])
_MOMENT = click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%dT%H:%M:%S.%f%z"])


@click.group()
@options
def evidence() -> None:
    """Evidence for examiners: controls by products, each with the audit records that show it, as a page and as JSON, sealed by the audit log.

    \b
    Examples:
      mesh evidence export --framework gdpr -o evidence.zip --as examiner
      mesh evidence verify evidence.zip --key keys-of-the-mesh
    """


@evidence.command()
@click.option("--framework", type=click.Choice(FRAMEWORKS), required=True, help="Whose controls.")
@click.option(
    "-o", "--out", type=click.Path(path_type=Path, dir_okay=False), required=True, metavar="FILE", help="The zip to write."
)
@click.option("--domain", metavar="DOMAIN", help="Only this domain.")
@click.option("--product", metavar="DOMAIN/PRODUCT", help="Only this product.")
@click.option("--from", "since", type=_DAY, metavar="DATE", help="Records from this day on (UTC)  [default: the first].")
@click.option("--to", "until", type=_DAY, metavar="DATE", help="Records up to this day, with it (UTC)  [default: now].")
@click.option("--as-of", type=_MOMENT, metavar="MOMENT", help="The moment at which everything is told  [default: now].")
@click.option("--force", is_flag=True, help="Write over a file that is there.")
@options
@acting("examiner", "privacy")
@pass_session
def export(
    session: Session,
    framework: str,
    out: Path,
    domain: str | None,
    product: str | None,
    since: datetime | None,
    until: datetime | None,
    as_of: datetime | None,
    force: bool,
    actor: Actor,
) -> None:
    """Write a package of evidence. Needs the role examiner or privacy; who has it for a domain gets that domain's. It is on record who asked.

    The same state and the same --as-of give the same files, byte for byte; the seal alone is made anew.

    \b
    Examples:
      mesh evidence export --framework gdpr -o evidence.zip --as examiner
      mesh evidence export --framework pci --domain payments --from 2026-10-01 --to 2026-12-31 -o q4.zip --as examiner
    """
    from mesh_platform.clock import utc_now
    from mesh_platform.interop.evidence.frameworks import Framework
    from mesh_platform.interop.evidence.scope import Scope

    now = utc_now()
    last = _utc(until) + timedelta(days=1) if until else None
    scope = Scope(Framework(framework), _utc(as_of) if as_of else now, _utc(since) if since else None, last, domain, product)
    with file_at(out, new=not force) as file:
        done = _exported(session, scope, actor, now, file)
    _tell(session, out, done)


def _exported(session: Session, scope: Scope, actor: Actor, now: datetime, out: BinaryIO) -> Exported:
    from mesh_platform.interop.evidence.export import export as exported
    from mesh_platform.publish import open_runtime

    with kept_to(session, actor), open_runtime(session.settings) as runtime, waiting(session) as step:
        return exported(session.mesh, runtime, scope, actor, now, out, step)


def _utc(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _tell(session: Session, out: Path, done: Exported) -> None:
    from mesh_platform.cli.output import counted, print_json

    said = done.evidence
    if session.json:
        about = said.about.model_dump(mode="json")
        print_json(
            {"file": str(out), "about": about, "summary": dict(said.summary), "records": len(said.records), "files": done.files}
        )
    counts = ", ".join(f"{count} {state}" for state, count in said.summary.items() if count)
    session.say(f"{counted(len(said.controls), 'control')} x {counted(len(said.products), 'product')}: {counts}.")
    session.say(f"{out}: {counted(done.files, 'file')}, {counted(len(said.records), 'record')} proven. Open evidence.html in it.")
    session.say(f"Verify it: mesh evidence verify {out} --key KEYS  (`mesh audit key` prints them)")


@evidence.command()
@click.argument("package", type=click.Path(exists=True, path_type=Path, dir_okay=False))
@click.option("--key", type=click.Path(exists=True, path_type=Path, dir_okay=False), required=True, metavar="FILE",
              help="The audit log's public keys as you got them before, and not with the package.")  # fmt: skip
@options
@pass_session
def verify(session: Session, package: Path, key: Path) -> int:
    """Verify a package with the log's public keys alone: no mesh, no network. Exit code 1 where something does not hold, and it says what.

    \b
    Examples:
      mesh audit key > keys-of-the-mesh
      mesh evidence verify evidence.zip --key keys-of-the-mesh
    """
    from mesh_platform.audit.succession import Succession
    from mesh_platform.audit.tlog import NotProven
    from mesh_platform.cli.output import clean, print_json
    from mesh_platform.errors import UsageProblem
    from mesh_platform.interop.evidence.outsider import LARGEST, examine, in_words

    try:
        known = Succession.parse(key.read_text(encoding="utf-8"))
    except (NotProven, UnicodeDecodeError) as error:
        why = f"It holds no public keys of an audit log: {error}."
        raise UsageProblem.because("EVID-05", key.name, why, "`mesh audit key` prints them.") from None
    with package.open("rb") as file:
        found = examine(file.read(LARGEST + 1), known)
    if session.json:
        print_json(found)
    for line in in_words(found).splitlines():
        session.say(clean(line))
    return 0 if found["ok"] else 1


@evidence.command()
@click.argument("document", type=click.Choice(("processing", "pci-scope")))
@click.option("-o", "--out", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE", help="Write the page there.")
@click.option("--domain", metavar="DOMAIN", help="Only this domain.")
@options
@pass_session
def show(session: Session, document: str, out: Path | None, domain: str | None) -> None:
    """A document that is told from the files of the mesh alone: the record of processing activities (Art. 30 GDPR), or the map of the PCI DSS scope.

    Both come with the evidence of their framework, too. Nothing is read but descriptors and governance.

    \b
    Examples:
      mesh evidence show processing -o processing.html
      mesh evidence show pci-scope --json
    """
    from mesh_platform.cli.output import print_json
    from mesh_platform.clock import utc_now
    from mesh_platform.interop.evidence.beside import pci, processing
    from mesh_platform.interop.evidence.frameworks import Framework
    from mesh_platform.interop.evidence.scope import Scope, known

    if out is None and not session.json:
        raise click.UsageError("Name a file for the page with -o FILE, or ask for --json.")
    made, framework = (processing, Framework.GDPR) if document == "processing" else (pci, Framework.PCI)
    scope = Scope(framework, utc_now(), domain=domain)
    known(scope, session.mesh)
    page, said = made(session.mesh, session.shapes, scope)
    if out is not None:
        write_file(out, page.encode())
        session.say(f"Written to {out}.")
    if session.json:
        print_json(said)
