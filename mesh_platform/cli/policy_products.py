"""`mesh policy explain` and `coverage`: rules held against the products of this mesh."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import click

from mesh_platform.cli.session import Session, options, pass_session

if TYPE_CHECKING:
    from mesh_platform.policy import Rule
    from mesh_platform.product import Product

AT_PUBLICATION = "at publication"
STATES = ("passed", AT_PUBLICATION, "objects", "warns", "enforced", "attested", "not evaluated", "does not apply")
COLUMNS = ("pack", "rules", "products", *STATES[:7])
LEFT = ("rule", "products", "why nobody has judged it")


@click.command()
@click.argument("name", metavar="DOMAIN/PRODUCT")
@click.option("--all", "every", is_flag=True, help="Rules that do not apply to it, too.")
@options
@pass_session
def explain(session: Session, name: str, every: bool) -> None:
    """Which packs bind a product, and what each of their rules says of its files today.

    `at publication`: its rows decide, and the publication of these very files was let through. `enforced`: other code of the platform upholds it, at each
    read, request or job. `attested`: a person said so, and it holds. `not evaluated`: it has not passed; what it needs is judged elsewhere, or nobody knows it.

    \b
    Examples:
      mesh policy explain health/patients
      mesh policy explain payments/transactions --all --json
    """
    from mesh_platform.cli.naming import without_path
    from mesh_platform.cli.output import clean, print_json, say_table
    from mesh_platform.policy.jurisdictions import regions_around, why_bound
    from mesh_platform.product import ProductKey

    _not_a_rule(session, name)
    product = session.mesh.product(ProductKey.parse(without_path(name)))
    by_product = {str(product.key): judged(session, product)}
    _at_publication(session, by_product)
    said = [one for one in by_product[str(product.key)] if every or one["state"] != "does not apply"]
    bound = why_bound(session.mesh, product, session.today)
    packs = sorted({one["pack"] for one in said})
    lies = sorted(regions_around(session.mesh, product))
    if session.json:
        print_json({"product": str(product.key), "packs": packs, "bound": bound, "regions": lies, "rules": said})
        return
    session.say(f"{clean(product.key)} lies in {clean(', '.join(lies) or 'no known place')}. Packs that bind it:")
    for pack, why in bound.items():
        session.say(f"  {pack}: {clean(why)}{'' if pack in packs else '; none of its rules applies'}")
    say_table(("rule", "state", "why"), [(one["rule"], one["state"], clean(one["why"])[:140]) for one in said])


def _not_a_rule(session: Session, name: str) -> None:
    from mesh_platform.errors import UsageProblem

    if name.upper() in {rule.id for rule in _rules(session)}:
        why = "It is a rule, and no product."
        raise UsageProblem.because("NAME-01", name, why, f"`mesh policy show {name.upper()}` tells of it.")


@click.command()
@options
@pass_session
def coverage(session: Session) -> None:
    """Rules by products: what the platform upholds by itself, what a person attests, and what nobody has judged.

    `passed`: by the files. `at publication`: its rows decide, and the publication of these very files was let through. `enforced`: at each read, request or
    job. `attested`: a person said so. What is left is listed rule by rule, with why. Packs that bind no product here are named and not counted.

    \b
    Examples:
      mesh policy coverage
      mesh policy coverage --json
    """
    from mesh_platform.cli.output import clean, print_json, say_table
    from mesh_platform.cli.task_share import as_json as routine_json
    from mesh_platform.cli.task_share import chores_here, is_demo
    from mesh_platform.registry.routine import routine

    by_product = {str(product.key): judged(session, product) for product in session.mesh.products.values()}
    _at_publication(session, by_product)
    left = _left(by_product)
    packs: dict[str, dict[str, Any]] = {}
    for rule in _rules(session):
        entry = packs.setdefault(rule.pack, {"rules": 0, "upheld": Counter(), "products": set(), "states": Counter()})
        entry["rules"] += 1
        entry["upheld"][rule.upheld.value] += 1
    for key, said in by_product.items():
        for one in said:
            if one["state"] != "does not apply":
                packs[one["pack"]]["products"].add(key)
                packs[one["pack"]]["states"][one["state"]] += 1
    chores = chores_here(session)
    if session.json:
        plain = {name: _plain(entry) for name, entry in packs.items()}
        print_json({"packs": plain, "products": by_product, "left": left, "routine": routine_json(session, chores)})
        return
    say_table(COLUMNS, [_row(name, _plain(entry)) for name, entry in packs.items() if entry["products"]])
    if silent := [name for name, entry in packs.items() if not entry["products"]]:
        session.say(f"Binding no product here: {', '.join(silent)}.\n")
    if left:
        say_table(LEFT, [(one["rule"], one["products"], clean(one["why"])[:140]) for one in left])
    whole = sum((entry["states"] for entry in packs.values()), Counter[str]())
    upheld = whole["passed"] + whole[AT_PUBLICATION] + whole["objects"] + whole["warns"] + whole["enforced"]
    session.say(
        f"{upheld:,} of {sum(whole.values()):,} pairs of rule and product are upheld by the platform, {whole['attested']:,} attested,"
        f" {whole['not evaluated']:,} judged by nobody yet."
    )
    done = routine(chores)[0]
    demo = " (of the example mesh)" if is_demo(session) else ""
    session.say(
        f"{done.without:,} of {done.closed:,} routine tasks were closed without a privacy engineer{demo}: `mesh task share`."
    )


def _at_publication(session: Session, by_product: dict[str, list[dict[str, str]]]) -> None:
    """Say of what rows decide that it was judged, where the files are published as they stand and that publication judged it."""
    from mesh_platform.cli.checklist_looking import published_rules

    _, unjudged, _ = published_rules(session)
    attested = {rule.name for rule in _rules(session) if rule.upheld.value == "attested"}
    core = {rule.name: rule.upheld_by for rule in _rules(session) if rule.shared}
    for key, said in by_product.items():
        for one in said:
            judged_by = core.get(one["rule"], one["rule"])
            if (
                one["state"] == "not evaluated"
                and one["rule"] not in attested
                and judged_by not in unjudged.get(key, {judged_by})
            ):
                one["state"], one["why"] = (
                    AT_PUBLICATION,
                    "The publication of these very files was judged by it, and let through.",
                )


def _left(by_product: dict[str, list[dict[str, str]]]) -> list[dict[str, Any]]:
    """What nobody has judged, rule by rule, with why and for how many products."""
    found = Counter((one["rule"], one["why"]) for said in by_product.values() for one in said if one["state"] == "not evaluated")
    return [{"rule": rule, "why": why, "products": count} for (rule, why), count in sorted(found.items())]


def _plain(entry: dict[str, Any]) -> dict[str, Any]:
    return {
        "rules": entry["rules"],
        "upheld": dict(entry["upheld"]),
        "products": len(entry["products"]),
        "states": {state: entry["states"][state] for state in STATES if entry["states"][state]},
    }


def _row(name: str, entry: dict[str, Any]) -> tuple[object, ...]:
    return name, entry["rules"], entry["products"], *(entry["states"].get(state, 0) for state in STATES[:7])


def _rules(session: Session) -> tuple[Rule, ...]:
    from mesh_platform.cli.policy_rules import rules_here

    return rules_here(session)


def judged(session: Session, product: Product) -> list[dict[str, str]]:
    """What every rule says of one product's files today, and why."""
    from mesh_platform.policy import Facts
    from mesh_platform.policy.judging import states
    from mesh_platform.product.lineage import lineage_of

    facts = Facts(session.mesh, product, session.today, lineage=lineage_of(session.mesh, product, session.shapes))
    found = states(facts, _rules(session))
    return [{"rule": one.rule.name, "pack": one.rule.pack, "state": one.state, "why": one.why} for one in found]
