"""CORE-04: what restricted data binds is there, seen by a probe of the real state. A flag that somebody declared satisfies nothing."""

from __future__ import annotations

from collections.abc import Iterator

from mesh_platform.errors import Severity
from mesh_platform.policy.binding import Control
from mesh_platform.policy.facts import Facts
from mesh_platform.policy.rule import Objection, Rule, Verdict, failing, passing, rule
from mesh_platform.product import Sensitivity

_FIXES = {
    Control.ENCRYPTION: "Ask the platform team: a file of it opens without the domain's key. `mesh doctor` tries every product.",
    Control.REGION: "Store it where it declares, or have the platform team map the place (setting storage_roots); retire what lies elsewhere.",
    Control.ACCESS_LOG: "Ask the platform team: the audit log takes no record. `mesh doctor` says what it says.",
    Control.DURABLE_AUDIT: "`mesh audit verify` names the first bad record: nothing restricted is published over a log that does not prove itself.",
    Control.LEGAL_BASIS: "Ask the platform team: a governed read shows rows of somebody who said no, or asks for no purpose.",
    Control.MASKING: "Ask the platform team: what a mask should hide comes out of a governed read. `mesh access explain` shows the decision.",
    Control.RETENTION: "`mesh retention apply` deletes what is due; see that its daily job runs (`mesh dev`, or the schedule `retention`).",
    Control.REPLICAS: "Have the platform team copy the storage to allowed places only, and say so under replicatesTo in regions.yaml.",
}


def _restricted(facts: Facts) -> bool:
    return facts.descriptor.sensitivity is Sensitivity.RESTRICTED


def _probed(control: Control) -> Rule:
    @rule(
        "CORE-04",
        f"Restricted data has {control.words}",
        passing("a probe saw it", facts={"probes": {control: True}}),
        failing("a probe looked and it is not there", facts={"probes": {control: False}}),
        source="House rule; GDPR Art. 25 and 32",
        part=control.value,
        needs=[control],
        applies=_restricted,
    )
    def present(facts: Facts) -> Iterator[Objection]:
        if facts.probes.get(control) is not True:
            why = f"It is restricted, and a probe of the real state does not see {control.words}. {facts.probed.get(control, '')}".strip()
            yield Objection(why, _FIXES.get(control, "Ask the platform team what the probe looked at."))

    return present


@rule(
    "CORE-04",
    "Restricted data has a legal basis for each of its purposes",
    passing("two purposes with their bases"),
    failing("none", product={"purposes": None, "columns": {"email": {"purposes": None}}, "dataContracts": None}),
    source="House rule, after GDPR Art. 6(1)",
    part="legal basis",
    applies=_restricted,
)
def has_a_basis(facts: Facts) -> Iterator[Objection]:
    if not facts.descriptor.purposes:
        why = "It is restricted and declares no purpose with its legal basis."
        yield Objection(why, "Add `purposes: {<purpose>: <legal basis>}`.", ("purposes",))


@rule(
    "CORE-04",
    "A declared flag counts for nothing",
    passing("nothing is claimed"),
    failing("encryption is claimed", product={"piiHandling": "Encrypted-CMK"}),
    source="House rule: only a probe shows a control",
    part="declared flag",
    verdict=Verdict.WARN,
)
def flag_counts_for_nothing(facts: Facts) -> Iterator[Objection]:
    if facts.descriptor.pii_handling:
        why = "piiHandling is a claim and satisfies no rule; only a probe of the real state could."
        yield Objection(why, "Nothing to do; leave it or remove it.", ("piiHandling",), severity=Severity.INFO)


CONTROLS = (*map(_probed, Control), has_a_basis, flag_counts_for_nothing)
