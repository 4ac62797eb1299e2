"""`mesh policy explain` and `coverage`: rules held against the products of this mesh."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import click

from mesh_platform.cli.covering import AT_PUBLICATION, HEADS, in_words, left, pairs, row, totals
from mesh_platform.cli.session import Session, options, pass_session

if TYPE_CHECKING:
    from mesh_platform.policy import Rule
    from mesh_platform.product import Product
    from mesh_platform.registry.routine import Routine

STATES = ("passed", AT_PUBLICATION, "objects", "warns", "enforced", "attested", "not evaluated", "does not apply")
COLUMNS = ("pack", "rules", "products", *HEADS)
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
    """Rules by products: what the platform upholds by itself, what needs a person, and what nobody has judged.

    By itself: `by files`; `by rows`, where the publication of these very files was let through; at `run time`, at each read, request or job; `broken`,
    where it objects or warns. A person: `attested`, or asked for and attested by nobody. What is left is listed rule by rule, with why. Packs that
    bind no product here are named and not counted.

    \b
    Examples:
      mesh policy coverage
      mesh policy coverage --json
    """
    from mesh_platform.cli.checklist_looking import published_rules
    from mesh_platform.cli.output import print_json
    from mesh_platform.cli.task_share import as_json as routine_json
    from mesh_platform.cli.task_share import chores_here
    from mesh_platform.registry.routine import routine

    by_product = {str(product.key): judged(session, product) for product in session.mesh.products.values()}
    _at_publication(session, by_product)
    people = {rule.name for rule in _rules(session) if rule.upheld.value == "attested"}
    found = [*pairs(by_product, people, published_rules(session)[1])]
    packs = _packs(session, found)
    whole = totals(Counter(kind for _, _, kind in found))
    chores = chores_here(session)
    if session.json:
        plain = {name: _plain(entry) for name, entry in packs.items()}
        told = routine_json(session, chores)
        print_json({"packs": plain, "products": by_product, "left": left(found), "totals": whole, "routine": told})
        return
    _say(session, packs, found, whole)
    _say_routine(session, routine(chores)[0])


def _packs(session: Session, found: list[tuple[str, Mapping[str, str], str]]) -> dict[str, dict[str, Any]]:
    packs: dict[str, dict[str, Any]] = {}
    for rule in _rules(session):
        new = {"rules": 0, "upheld": Counter(), "products": set(), "states": Counter(), "kinds": Counter()}
        entry = packs.setdefault(rule.pack, new)
        entry["rules"] += 1
        entry["upheld"][rule.upheld.value] += 1
    for key, one, kind in found:
        entry = packs[one["pack"]]
        entry["products"].add(key)
        entry["states"][one["state"]] += 1
        entry["kinds"][kind] += 1
    return packs


def _say(
    session: Session, packs: dict[str, dict[str, Any]], found: list[tuple[str, Mapping[str, str], str]], whole: dict[str, int]
) -> None:
    from mesh_platform.cli.output import LINE, clean, say_table

    rows = [
        (name, entry["rules"], len(entry["products"]), *row(entry["kinds"])) for name, entry in packs.items() if entry["products"]
    ]
    say_table(COLUMNS, rows, most=LINE)
    if silent := [name for name, entry in packs.items() if not entry["products"]]:
        session.say(f"Binding no product here: {', '.join(silent)}.\n")
    for line in in_words(whole):
        session.say(line)
    waiting = Counter(key for key, _, kind in found if kind == "waits for rows")
    objected = {(key, one["state"]) for key, one, _ in found}
    for key, count in sorted(waiting.items()):
        command = "check" if (key, "objects") in objected else "run"
        session.say(
            f"{clean(key)} is not published as its files stand, so {count} rules wait for its rows: mesh {command} {clean(key)}"
        )
    session.say()
    rest = [(one["rule"], one["products"], clean(one["why"])[:140]) for one in left(found) if one["waits_for"] != "publication"]
    if rest:
        say_table(LEFT, rest, most=LINE)


def _say_routine(session: Session, done: Routine) -> None:
    from mesh_platform.cli.task_share import is_demo

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


def _plain(entry: dict[str, Any]) -> dict[str, Any]:
    return {
        "rules": entry["rules"],
        "upheld": dict(entry["upheld"]),
        "products": len(entry["products"]),
        "states": {state: entry["states"][state] for state in STATES if entry["states"][state]},
        "totals": totals(entry["kinds"]),
    }


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
