"""`mesh fix`: what the last scan found, written into the descriptors."""

from __future__ import annotations

import click

from mesh_platform.cli.session import Session, options, pass_session


@click.command()
@click.argument("selection", nargs=-1, metavar="[SELECTION]...")
@click.option("--dry-run", is_flag=True, help="Show what would change, and write nothing.")
@options
@pass_session
def fix(session: Session, selection: tuple[str, ...], dry_run: bool) -> int:
    """Apply the patches that findings name, of the files and of their last publication: labels, categories, `coarsen:`, a shorter grace. Nothing else changes.

    SELECTION is a domain, a domain/product, or several. What a patch writes is only ever stricter, which needs no
    review; what is left for a person is listed.

    \b
    Examples:
      mesh fix
      mesh fix shop/tickets --dry-run
      mesh fix --json

    Exit code 1 where something is left to do before the product can be published; with --dry-run, where something would change.
    """
    from mesh_platform.cli.fixing import fixed
    from mesh_platform.cli.output import clean, counted, print_json, say_findings
    from mesh_platform.cli.selection import select

    found = fixed(session, select(session.mesh, selection), dry_run)
    code = 1 if any(one.left or (dry_run and one.diff) for one in found) else 0
    if session.json:
        print_json({"ok": code == 0, "written": not dry_run, "products": [one.as_json() for one in found]})
        return code
    if not found:
        session.say("Nothing to fix: nothing keeps a product back.")
    for one in found:
        for line in one.diff:
            colour = {"+": "green", "-": "red", "@": "cyan"}.get(line[:1])
            click.echo(click.style(clean(line), fg=colour))
    left = [finding for one in found for finding in one.left]
    if left:
        session.say("\nLeft for a person:")
        say_findings(left)
    changed = [one for one in found if one.diff]
    if found and not changed:
        session.say("Nothing was written: none of this has a patch that a machine may write.")
    if changed:
        does = "would be" if dry_run else "is" if len(changed) == 1 else "are"
        first = "do what is left above, then " if left else ""
        names = " ".join(str(one.key) for one in changed)
        session.say(f"{counted(len(changed), 'descriptor')} {does} changed. Next: {first}mesh run {names}")
    return code
