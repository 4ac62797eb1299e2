"""Rules at work: the worked examples of every pack, each answered by the very code that upholds its rule.

A rule that the gate judges is asked itself, over the facts of its example; one that other rooms uphold is asked through a case here, which calls
that code with values of its own. Nothing here decides anything.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib import import_module

from mesh_platform.policy import Rule, Upheld, Vector
from mesh_platform.policy.attested import unattested
from mesh_platform.policy.examples import facts_of


@dataclass(frozen=True, slots=True)
class Tried:
    """One worked example and what came of it: `passed` is what its rule said, `why` what an error told."""

    rule: Rule
    vector: Vector
    passed: bool | None
    why: str = ""

    @property
    def ok(self) -> bool:
        """Whether the rule says what the example says that it says."""
        return self.passed is self.vector.passes


def tried(rules: Iterable[Rule]) -> Iterator[Tried]:
    """Every worked example of the rules, one by one; an error is told, and is no answer."""
    for rule in rules:
        for vector in rule.vectors:
            try:
                yield Tried(rule, vector, passes(rule, vector))
            except Exception as error:  # noqa: BLE001 - whatever a rule raises is an example that failed
                yield Tried(rule, vector, None, f"it raised {type(error).__name__}")


def passes(rule: Rule, vector: Vector) -> bool:
    """What the rule, or the code that upholds it, says of an example."""
    if vector.call:
        module, _, case = vector.call.partition(".")
        return bool(getattr(import_module(f"{__name__}.{module}"), case)())
    facts = facts_of(vector)
    if rule.upheld is Upheld.ATTESTED:
        return not unattested(rule.id, facts)
    if missing := [*facts.missing(rule.needs)]:
        raise LookupError(missing[0])
    if not rule.applies(facts):
        return True
    if why := rule.unjudged(facts):
        raise LookupError(why)
    return not list(rule.check(facts))


def upholding(rule: Rule) -> object:
    """The code that upholds a rule of the platform: what `upheld_by` names.

    Raises:
        ImportError, AttributeError: where there is no such code.
    """
    module, _, name = rule.upheld_by.partition(":")
    return getattr(import_module(module), name)
