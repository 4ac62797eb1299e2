"""Walking a tree: facts first, then the answers of a person, until an end or a question that nobody answered; and the gate's word on what it comes to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from pydantic import ValidationError

from mesh_platform.errors import Finding
from mesh_platform.policy.advise.values import Advice, Asked, Case, Patch, Step, Tree
from mesh_platform.policy.engine import gate
from mesh_platform.policy.facts import Facts
from mesh_platform.policy.rule import Rule
from mesh_platform.product.models import DataProduct
from mesh_platform.product.models.descriptor import as_document

_ADDED = frozenset({"dataContracts"})


def advised(tree: Tree, case: Case, rules: Iterable[Rule]) -> Advice | Asked:
    """What the tree comes to for the case, or the first question that neither facts nor the case's answers settle.

    An answer that facts rule out counts as none. What was already answered stands in `steps`.
    """
    at, steps = tree.begin, list[Step]()
    while at in tree.questions:
        question = tree.questions[at]
        known, left = question.known(case), question.left(case)
        answer = known or case.answers.get(at, "")
        if not known and answer not in left:
            return Asked(at, question.asks, {name: one.words for name, one in left.items()}, tuple(steps))
        chosen = question.options[answer]
        steps.append(Step(at, question.asks, answer, chosen.words, bool(known)))
        case = replace(case, answers={**case.answers, at: answer})
        at = chosen.to
    end = tree.ends[at]
    patch = end.patch(case)
    commands = tuple(_filled(one, case) for one in end.commands)
    objections = objected(case.facts, patch, tuple(rules)) if patch else ()
    return Advice(tree.name, at, _filled(end.says, case), end.yes, patch, commands, tuple(steps), objections)


def _filled(text: str, case: Case) -> str:
    product = case.facts.product.key
    return text.format(
        product=product, domain=product.domain, column=case.column, purpose=case.purpose, to=case.to, region=case.region
    )


def objected(facts: Facts, patch: Patch, rules: Iterable[Rule]) -> tuple[Finding, ...]:
    """What the gate has against the descriptor with the patch that it has not against it without."""
    rules = tuple(rules)
    try:
        changed = patched(facts, patch)
    except ValidationError as error:
        where = ".".join(map(str, error.errors()[0]["loc"]))
        why = f"The descriptor cannot be written so ({where}): {error.errors()[0]['msg']}."
        return (Finding("DESC-03", facts.product.where, why, "Answer otherwise, or write it by hand.", str(facts.product.key)),)
    before = {(one.rule, one.why) for one in gate(facts, rules).findings}
    return tuple(one for one in gate(changed, rules).findings if one.blocks and (one.rule, one.why) not in before)


def patched(facts: Facts, patch: Patch) -> Facts:
    """The facts of the product as its descriptor is with the patch; what is known of rows stays out, since they may change with it."""
    document = merged(as_document(facts.descriptor), patch)
    product = replace(facts.product, descriptor=DataProduct.model_validate(document, by_alias=True, by_name=False))
    mesh = replace(facts.mesh, products={**facts.mesh.products, product.key: product})
    return replace(facts, mesh=mesh, product=product)


def merged(document: Mapping[str, Any], patch: Patch) -> dict[str, Any]:
    """`document` with what the patch writes."""
    found = dict(document)
    for key, value in patch.items():
        if key in _ADDED:
            found[key] = [*found.get(key, ()), *value]
        elif isinstance(value, Mapping) and isinstance(found.get(key), Mapping):
            found[key] = merged(found[key], value)
        else:
            found[key] = value
    return found
