"""How the rules of a pack are made: judged at the gate, shared with a rule of CORE, upheld by other code of the platform, or attested by a person."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from mesh_platform.policy.core import CORE
from mesh_platform.policy.facts import Facts, Need
from mesh_platform.policy.packs.sources import CHECKED, UNCHECKED
from mesh_platform.policy.rule import OWN, Check, Objection, Rule, Upheld, Vector, Verdict, failing, passing, rule

_CORE = {one.name: one for one in CORE}
ATTESTED_BY = {"by": "dpo@example.com", "on": "2026-01-01"}


class Pack:
    """One pack in the making: what all of its rules have in common.

    `own`: its rules are the house's, and rest on no text of others. What the rules of the other packs were held against stands in `packs/sources.py`.
    """

    def __init__(self, name: str, own: bool = False, **common: Any) -> None:
        self.name = name
        self.own = own
        self._common: dict[str, Any] = {"pack": name, **common}

    def common(self, id: str) -> dict[str, Any]:
        """What every rule of the pack has, with what the one of this id was held against."""
        checked = OWN if self.own else CHECKED.get(id)
        return {**self._common, "checked": checked, "unchecked": "" if checked else UNCHECKED.get(id, "")}

    def gate(self, id: str, title: str, *vectors: Vector, source: str, remedy: str, **more: Any) -> Callable[[Check], Rule]:
        """A rule that the gate judges by the decorated check."""
        return rule(id, title, *vectors, source=source, remedy=remedy, **{**self.common(id), **more})

    def shared(self, id: str, title: str, by: str, source: str, **more: Any) -> Rule:
        """A rule that asks what a rule of CORE asks already: its judgement, and its examples."""
        core = _CORE[by]
        fields = {
            "vectors": core.vectors,
            "verdict": core.verdict,
            "waivable": core.waivable,
            "group": core.group,
            "needs": core.needs,
            "applies": core.applies,
            "remedy": f"As {by} says.",
            "upheld_by": by,
        }
        return Rule(id, title, core.check, source=source, **{**self.common(id), **fields, **more})

    def like(self, id: str, title: str, of: Rule, source: str, remedy: str, **more: Any) -> Rule:
        """A rule that asks what a rule of another law asks, in its own name and by its own date."""
        fields = {
            "vectors": of.vectors,
            "verdict": of.verdict,
            "group": of.group,
            "needs": of.needs,
            "applies": of.applies,
            "unjudged": of.unjudged,
            "inputs": of.inputs,
            "condition": of.condition,
            "remedy": remedy,
        }
        return Rule(id, title, of.check, source=source, **{**self.common(id), **fields, **more})

    def platform(self, id: str, title: str, *vectors: Vector, by: str, source: str, remedy: str, **more: Any) -> Rule:
        """A rule that other code of the platform upholds, at each read, request or publication: `by` names it, and the examples ask it."""
        fields = {"verdict": Verdict.DENY, "upheld": Upheld.PLATFORM, "upheld_by": by, "remedy": remedy}
        return Rule(id, title, _nothing, vectors, source, **{**self.common(id), **fields, **more})

    def log_kept(self, id: str, title: str, years: int, source: str, about: dict[str, Any] | None = None, **more: Any) -> Rule:
        """A rule that binds how long the records of what was done are kept: the setting itself is looked at, at each publication.

        `about` is the product of its examples, where it is not about every one.
        """
        fields: dict[str, Any] = {
            "verdict": Verdict.REQUIRE,
            "needs": frozenset({Need.LOG_YEARS}),
            "remedy": f"Set `audit_years` to {years} or more.",
            "inputs": ("the setting audit_years",),
            "condition": "the audit log, at each publication",
        }
        vectors = (
            passing(f"kept for {years} years", product=about or {}, facts={"log_years": years}),
            failing(f"kept for {years - 1}", product=about or {}, facts={"log_years": years - 1}),
        )

        def check(facts: Facts) -> Iterable[Objection]:
            if facts.log_years is None or facts.log_years < years:
                yield Objection(f"Records of the audit log may go after {facts.log_years} years; {years} are asked for.")

        return Rule(id, title, check, vectors, source, **{**self.common(id), **fields, **more})

    def attested(self, id: str, title: str, source: str, remedy: str, **more: Any) -> Rule:
        """A rule about what the platform cannot observe."""
        said = {"kind": "attestation", "about": [id], **ATTESTED_BY}
        vectors = (
            passing("attested, by name and until a day", governance={"records": {"a": {**said, "expires": "2027-01-01"}}}),
            failing("nobody attests it", governance={"records": None}),
            failing("the attestation has ended", governance={"records": {"a": {**said, "expires": "2026-06-30"}}}),
        )
        fields = {"verdict": Verdict.TASK, "upheld": Upheld.ATTESTED, "remedy": remedy, "upheld_by": "governance/register.yaml"}
        return Rule(id, title, _nothing, vectors, source, **{**self.common(id), **fields, **more})


def _nothing(facts: Facts) -> Iterable[Objection]:
    return ()
