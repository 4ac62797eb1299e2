"""`mesh diff`: what changed in a product's descriptor, sorted by what it means to its consumers and to the people in the data."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mesh_platform.cli.session import Session, options, pass_session
from mesh_platform.errors import Finding, NotFound, Unavailable, UsageProblem

if TYPE_CHECKING:
    from collections.abc import Callable

    from mesh_platform.product import DataProduct, ProductKey
    from mesh_platform.product.yaml_file import Document

_COLOURS = {"breaking": "red", "privacy-relevant": "yellow", "compatible": "green", "cosmetic": "bright_black"}


@click.command()
@click.argument("product", metavar="DOMAIN/PRODUCT")
@click.option("--against", metavar="FILE|REVISION", help="A descriptor file, or a revision of git [default: the served version].")
@options
@pass_session
def diff(session: Session, product: str, against: str | None) -> None:
    """What changed in a product: breaking, privacy-relevant (needs a review), compatible or cosmetic.

    Compares the descriptor in the folder with the one of the version that is served, with a file, or with a
    revision of git.

    \b
    Examples:
      mesh diff customer/customer_360
      mesh diff customer/customer_360 --against main
      mesh diff customer/customer_360 --against /tmp/product.yaml --json
    """
    from mesh_platform.cli.naming import product_key
    from mesh_platform.cli.output import clean, print_json
    from mesh_platform.product.diff import diff as changes_between

    key = product_key(product)
    new = session.mesh.product(key).descriptor
    old, what = _old(session, key, against)
    changes = changes_between(old, new)
    if session.json:
        print_json(
            {
                "product": str(key),
                "against": what,
                "from": old.version,
                "to": new.version,
                "changes": [c.as_json() for c in changes],
            }
        )
        return
    if not changes:
        session.say(f"Nothing changed in {key} against {clean(what)}.")
        return
    click.echo(f"{click.style(str(key), bold=True)}  {clean(old.version)} → {clean(new.version)}, against {clean(what)}")
    for kind in dict.fromkeys(change.kind.value for change in changes):
        click.echo(f"\n{click.style(kind, fg=_COLOURS[kind], bold=True)}")
        for change in changes:
            if change.kind.value == kind:
                click.echo(f"  {clean(change.path)}: {clean(change.told)}")


def _old(session: Session, key: ProductKey, against: str | None) -> tuple[DataProduct, str]:
    from mesh_platform.product.yaml_file import parse_yaml, read_yaml

    if against is None:
        return _published(session, key), "the published version"
    if Path(against).is_file():
        return _read(lambda: read_yaml(Path(against), against)), against
    text = _at_revision(session.settings.project, key, against)
    return _read(lambda: parse_yaml(text, f"{against}:domains/{key}/product.yaml")), against


def _published(session: Session, key: ProductKey) -> DataProduct:
    """The descriptor under which the served version was published; the lake keeps it with the version."""
    from mesh_platform.publish import place_of

    product = session.mesh.product(key)
    with session.lake() as lake:
        versions = lake.versions(place_of(product)) if lake else []
    if versions and "descriptor" in versions[-1].extra:
        return _as_served(versions[-1].extra["descriptor"], key)
    fix = "`mesh run` publishes it; or give --against a file or a revision of git."
    raise NotFound(Finding("DIFF-01", str(key), "No version of it is published.", fix, str(key)))


def _as_served(document: object, key: ProductKey) -> DataProduct:
    from pydantic import ValidationError

    from mesh_platform.product import DataProduct

    try:
        return DataProduct.model_validate(document, by_alias=True, by_name=False)
    except ValidationError:
        why = "The served version was published by another version of the platform, whose descriptors this one does not read."
        fix = "Publish it anew (`mesh run`), or give --against a file or a revision of git."
        raise Unavailable(Finding("DIFF-03", str(key), why, fix, str(key))) from None


def _read(document: Callable[[], Document]) -> DataProduct:
    from mesh_platform.product import DataProduct
    from mesh_platform.product.parse import parse
    from mesh_platform.product.yaml_file import Unreadable

    try:
        descriptor, findings = parse(document(), DataProduct, "dataProduct")
    except Unreadable as error:
        descriptor, findings = None, [error.finding]
    if descriptor is None:
        raise UsageProblem(findings[0])
    return descriptor


def _at_revision(root: Path, key: ProductKey, revision: str) -> str:
    where = f"{revision}:./domains/{key}/product.yaml"
    try:
        found = subprocess.run(["git", "-C", str(root), "show", "--end-of-options", where], capture_output=True, check=False)  # noqa: S607
    except OSError:
        found = None
    if found is None or found.returncode != 0:
        why = f"{revision!r} is no file, and no revision of git that holds domains/{key}/product.yaml."
        raise NotFound(Finding("DIFF-02", "--against", why, "Name a descriptor file, a branch, a tag or a commit.", str(key)))
    return found.stdout.decode("utf-8", errors="replace")
