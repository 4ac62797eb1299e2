"""`mesh policy`: the rules that bind this mesh, and how each is upheld."""

from __future__ import annotations

import click

from mesh_platform.cli.lazy import Entry, LazyGroup
from mesh_platform.cli.session import options

_HERE = "mesh_platform.cli"
TABLE = {
    "list": Entry(f"{_HERE}.policy_rules:list_", "Every rule of every pack."),
    "show": Entry(f"{_HERE}.policy_rules:show", "One rule, with its source, its remedy and its worked examples."),
    "explain": Entry(f"{_HERE}.policy_products:explain", "Which packs bind a product, why, and what each rule says of it."),
    "simulate": Entry(
        f"{_HERE}.policy_simulate:simulate", "What a changed pack, descriptor or governance would block, and whom it touches."
    ),
    "versions": Entry(f"{_HERE}.policy_versions:versions", "The versions of the policy by date, and what changed between them."),
    "test": Entry(f"{_HERE}.policy_rules:test", "Run the worked examples of all rules."),
    "coverage": Entry(
        f"{_HERE}.policy_products:coverage", "Rules by products: what the platform upholds, and what needs a person."
    ),
}


@click.group(cls=LazyGroup, table=TABLE)
@options
def policy() -> None:
    """The rules that bind products: packs of laws, standards and of this organisation; who upholds each, and where.

    A pack binds by where a product lies, by what it holds, and by governance/packs.yaml. Rules of this organisation stand in governance/packs/.

    \b
    Examples:
      mesh policy list --pack GDPR
      mesh policy show GDPR-35
      mesh policy explain health/patients
      mesh policy simulate --pack house.yaml
      mesh policy coverage --json
      mesh policy versions
    """
