"""`mesh advise`: decision trees on a real product, answered by facts where they tell and by a person where they do not."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from mesh_platform.cli.session import Session, options, pass_session

if TYPE_CHECKING:
    from mesh_platform.policy.advise import Advice, Asked, Case, Tree

NAMES = ("personal", "basis", "mask", "share")


@click.command()
@click.argument("tree", type=click.Choice(NAMES))
@click.argument("what", metavar="DOMAIN/PRODUCT[.COLUMN]")
@click.option("--purpose", default="", help="For `basis` and `share`: the purpose.")
@click.option("--to", default="", metavar="CONSUMER", help="For `share`: a domain, domain/product, or a recipient outside.")
@click.option("--fields", default="", metavar="A,B", help="For `share`: these fields [default: all that fit].")
@click.option("--region", default="", help="For `share`: where the readers are.")
@click.option(
    "--answer", "answers", multiple=True, metavar="QUESTION=OPTION", help="What a person would answer; may stand several times."
)
@options
@pass_session
def advise(
    session: Session, tree: str, what: str, purpose: str, to: str, fields: str, region: str, answers: tuple[str, ...]
) -> int:
    """Is this personal? Which legal basis? Which mask? May I share this? On a real product or column, and with what to write then.

    What the mesh knows (descriptor, last scan, purposes, regions, register) it answers itself, and asks for the rest, by number or name; with --json, and where nobody
    sits at a terminal, an answer that is missing is an error that names the question. What it advises is held against the gate first. Exit code 1
    where the answer is no, or where the gate would object.

    \b
    Examples:
      mesh advise personal sales/orders.customer_id
      mesh advise mask customer/customer_360.email --answer use=token
      mesh advise basis sales/orders --purpose analytics --answer interest=yes
      mesh advise share sales/orders --to marketing --purpose analytics --answer form=groups --json
    """
    from mesh_platform.cli.output import print_json
    from mesh_platform.policy import rules_of
    from mesh_platform.policy.advise import TREES, Asked, advised

    chosen = TREES[tree]
    case = _case(session, chosen, what, purpose, to, tuple(filter(None, map(str.strip, fields.split(",")))), region)
    case = replace(case, answers=_answers(chosen, answers))
    rules = rules_of(session.mesh.governance)
    while isinstance(found := advised(chosen, case, rules), Asked):
        case = replace(case, answers={**case.answers, found.question: _ask(session, found)})
    if session.json:
        print_json(found.as_json())
    else:
        _say(session, found)
    return 0 if found.yes and not found.objections else 1


def _case(session: Session, tree: Tree, what: str, purpose: str, to: str, fields: tuple[str, ...], region: str) -> Case:
    """The product, and the column where the tree is about one.

    Raises:
        NotFound: where the product or the column is not there. UsageProblem: ADVISE-01, where something is not given.
    """
    from mesh_platform.cli.naming import without_path
    from mesh_platform.errors import NotFound
    from mesh_platform.policy import Facts
    from mesh_platform.policy.advise import Case
    from mesh_platform.product import ProductKey
    from mesh_platform.product.lineage import lineage_of

    name, _, column = without_path(what).partition(".")
    product = session.mesh.product(ProductKey.parse(name))
    given = {"column": column, "purpose": purpose, "to": to}
    for need in tree.needs:
        if not given[need]:
            _lacks(what, f"`{tree.name}` needs {'DOMAIN/PRODUCT.COLUMN' if need == 'column' else f'--{need}'}.")
    if column and column not in product.descriptor.columns:
        known = ", ".join(product.descriptor.columns)
        raise NotFound.because("ADVISE-02", what, "The product declares no such column.", f"Name one of: {known}.", name)
    facts = Facts(session.mesh, product, session.today, lineage=lineage_of(session.mesh, product, session.shapes))
    return Case(facts, column, purpose, to, fields, region, _scanned(session, product.key, column))


def _scanned(session: Session, key: Any, column: str) -> str:
    """The category that the last scan proposed for the column, as its finding tells."""
    import yaml

    with session.registry() as registry:
        decision = registry.latest_decisions("publish").get(key) if registry and column else None
    for finding in decision.findings if decision else ():
        told = yaml.safe_load(finding.patch) if finding.patch else None
        said = told.get(column) if isinstance(told, Mapping) else None
        if isinstance(said, Mapping) and (category := said.get("category")):
            return str(category)
    return ""


def _answers(tree: Tree, given: tuple[str, ...]) -> dict[str, str]:
    found = {}
    for one in given:
        question, _, option = one.partition("=")
        if question not in tree.questions or option not in tree.questions[question].options:
            known = "; ".join(f"{name}={'|'.join(asked.options)}" for name, asked in tree.questions.items())
            _lacks(f"--answer {one}", f"Questions of `{tree.name}` and their options: {known}.")
        found[question] = option
    return found


def _lacks(where: str, fix: str) -> None:
    from mesh_platform.errors import UsageProblem

    raise UsageProblem.because("ADVISE-01", where, "What it needs to answer is not given.", fix)


def _ask(session: Session, asked: Asked) -> str:
    """The answer of the person at the terminal.

    Raises:
        UsageProblem: ADVISE-01, where nobody sits at one.
    """
    if session.json or not sys.stdin.isatty():
        told = "; ".join(f"{name}: {words}" for name, words in asked.options.items())
        _lacks(asked.asks, f"Give `--answer {asked.question}=…`, one of {told}")
    click.echo(asked.asks)
    for number, (name, words) in enumerate(asked.options.items(), 1):
        click.echo(f"  {number}  {name:<14}{words}")
    answer: str = click.prompt("  ", type=Numbered([*asked.options]), show_choices=False, prompt_suffix="> ")
    return answer


class Numbered(click.Choice[str]):
    """One of several options, by its name or by its number in the list, counted from 1."""

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The option's name.

        Raises:
            BadParameter: where it is neither; the prompt asks again then.
        """
        said, known = str(value).strip(), [*self.choices]
        if said.isascii() and said.isdigit() and 1 <= int(said) <= len(known):
            return known[int(said) - 1]
        if said not in known:
            self.fail(
                f"{said!r} is none of them: type a number from 1 to {len(known)}, or one of {', '.join(known)}.", param, ctx
            )
        return said


def _say(session: Session, found: Advice) -> None:
    import yaml

    from mesh_platform.cli.output import clean, finding_lines

    for step in found.steps:
        by = "known" if step.by_facts else "said"
        session.say(f"  {clean(step.asks)} {click.style(clean(step.words), bold=True)} ({by})")
    mark = click.style("✓", fg="green") if found.yes else click.style("✗", fg="red")
    session.say(f"\n{mark} {clean(found.says)}")
    if found.patch:
        text = yaml.safe_dump(dict(found.patch), sort_keys=False, allow_unicode=True, default_flow_style=None, width=120)
        session.say("\nBelow `dataProduct:` of its product.yaml:\n\n" + "".join(f"  {line}\n" for line in text.splitlines()))
    for command in found.commands:
        session.say(f"→ {clean(command)}")
    if found.objections:
        session.say("\nThe gate would object to that, so this comes first:")
        for finding in found.objections:
            for line in finding_lines(finding):
                session.say(f"  {line}")
