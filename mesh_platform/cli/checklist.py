"""`mesh checklist`: how a domain stands in data architecture, access, audit and vendors, and in its onboarding, told from live state."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from mesh_platform.cli.session import Session, options, pass_session

if TYPE_CHECKING:
    from mesh_platform.policy.checklist import Line

MARKS = {"done": ("✓", "green"), "attested": ("✎", "cyan"), "open": ("✗", "red"), "not applicable": ("·", "bright_black")}


@click.command()
@click.argument("domain", required=False)
@click.option(
    "-o", "--out", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE", help="Write it as a page (HTML), too."
)
@options
@pass_session
def checklist(session: Session, domain: str | None, out: Path | None) -> int:
    """What a domain has in order and what not: data architecture, access, audit, vendors, and its nine steps of onboarding.

    Every line is told from live state: files, rules, publications, tasks, the register. Nobody ticks one; what the platform cannot observe is
    attested in governance/register.yaml, with who, when and until when. An open line names what closes it. Exit code 1 where one is open.

    \b
    Examples:
      mesh checklist sales
      mesh checklist --json
      mesh checklist -o checklist.html
    """
    from mesh_platform.cli.checklist_looking import looks
    from mesh_platform.cli.output import print_json
    from mesh_platform.cli.writing import write_file
    from mesh_platform.clock import utc_now
    from mesh_platform.errors import NotFound
    from mesh_platform.interop.checklist_page import checklist_page
    from mesh_platform.policy.checklist import checklist as lines_of

    domains = sorted(session.mesh.domains)
    if domain is not None and domain not in domains:
        raise NotFound.because(
            "CHECKLIST-01", domain, "There is no such domain.", f"Name one of: {', '.join(domains) or 'none'}."
        )
    found = {look.domain: lines_of(look) for look in looks(session, [domain] if domain else domains)}
    if out is not None:
        write_file(out, checklist_page(found, utc_now().isoformat()).encode())
    if session.json:
        print_json({"domains": {name: _document(lines) for name, lines in found.items()}})
    else:
        for name, lines in found.items():
            _say(session, name, lines)
        if out is not None:
            session.say(f"Written to {out}.")
    return 1 if any(line.state == "open" for lines in found.values() for line in lines) else 0


def _document(lines: tuple[Line, ...]) -> dict[str, object]:
    return {"states": _counts(lines), "lines": [line.as_json() for line in lines]}


def _counts(lines: tuple[Line, ...]) -> dict[str, int]:
    return {state: sum(line.state == state for line in lines) for state in MARKS}


def _say(session: Session, name: str, lines: tuple[Line, ...]) -> None:
    from mesh_platform.cli.output import clean
    from mesh_platform.policy.checklist.lines import MOST

    told = ", ".join(f"{count} {state}" for state, count in _counts(lines).items() if count)
    session.say(f"{click.style(name, bold=True)}: {told}")
    part = ""
    for line in lines:
        if line.part != part:
            part = line.part
            session.say(f"\n  {part}")
        mark, colour = MARKS[line.state]
        session.say(f"    {click.style(mark, fg=colour)} {line.id:<10} {line.title}")
        if line.record:
            demo = " It stands for an example." if line.record.demo else ""
            session.say(f"        by {clean(line.record.by)} on {line.record.on}, until {line.record.expires}.{demo}")
        for reason in line.reasons[:MOST]:
            session.say(f"        {clean(reason.why)}")
            session.say(f"        → {clean(reason.command)}")
        if len(line.reasons) > MOST:
            session.say(f"        and {len(line.reasons) - MOST} more: `mesh checklist {name} --json`")
    session.say()
