"""Articles 5(2), 25, 30, 32 to 34: proof, protection by default, records, safety, and what happens when it fails."""

from __future__ import annotations

from collections.abc import Iterator

from mesh_platform.policy.binding import Control
from mesh_platform.policy.facts import Facts
from mesh_platform.policy.packs.asking import personal
from mesh_platform.policy.packs.making import Pack
from mesh_platform.policy.people import points_at_a_person
from mesh_platform.policy.rule import Objection, Verdict, allowed, failing, passing, refused

law = Pack("GDPR")
_KEPT = "mesh_platform.subjects.breaches.duties:kept"
_INTERNAL = {
    "columns": {"customer_id": None, "email": None},
    "dataContracts": None,
    "retention": {"from": "ingested"},
    "purposes": {"service": "contract"},
}
"""The profiles with nothing of people in them."""


@law.gate(
    "GDPR-30",
    "The record of processing can say which data of whom is held",
    passing("each identifying column says what it holds"),
    failing(
        "a direct identifier of no category",
        product={"columns": {"nick": {"type": "string", "sensitivity": "confidential", "identifiability": "direct"}}},
    ),
    source="GDPR Art. 30(1)(a) to (g)",
    remedy="Give each identifying column its `category:` or `subject:`.",
    applies=personal,
    inputs=("columns.category", "columns.subject"),
    condition="people's data; its owner, purposes, time limits and places are asked by CORE-01, GDPR-6-1, CORE-03 and CORE-06",
)
def record_can_be_written(facts: Facts) -> Iterator[Objection]:
    for name, column in facts.columns.items():
        if points_at_a_person(column) and not column.category and not column.subject:
            yield Objection(f"{name!r} identifies people and has neither category nor subject.", at=("columns", name))


SECURITY = (
    law.gate(
        "GDPR-5-2",
        "What is done with data stands in a log that proves itself",
        passing("a probe saw the log", facts={"probes": {Control.DURABLE_AUDIT: True}}),
        failing("a probe looked and saw none", facts={"probes": {Control.DURABLE_AUDIT: False}}),
        failing(
            "the same, of data that is internal at most", product=_INTERNAL, facts={"probes": {Control.DURABLE_AUDIT: False}}
        ),
        source="GDPR Art. 5(2)",
        remedy="`mesh audit verify` names the first bad record: nothing is published over a log that does not prove itself.",
        version=2,
        needs=[Control.DURABLE_AUDIT],
        inputs=("a probe of durable_audit",),
        condition="every product, at each publication",
    )(
        lambda facts: (
            () if facts.probes.get(Control.DURABLE_AUDIT) else (Objection("A probe looked, and the audit log does not verify."),)
        )
    ),
    law.platform(
        "GDPR-25",
        "A new consumer gets what a grant lists, masked unless it lists it as raw",
        allowed("an internal column that a grant lists", "reads.granted_internal"),
        refused("a restricted column is masked", "reads.granted_restricted"),
        refused("a column that no grant lists is not given", "reads.not_listed"),
        by="mesh_platform.access.decision:decide",
        source="GDPR Art. 25(2)",
        remedy="Nothing to do; `mesh access explain` tells why.",
        condition="each read",
    ),
    record_can_be_written,
    law.shared(
        "GDPR-32",
        "Restricted data is encrypted under the domain's key",
        "CORE-04 (encryption_at_rest)",
        "GDPR Art. 32(1)(a)",
        condition="restricted data; a file is tried without its key",
    ),
    law.platform(
        "GDPR-33",
        "A breach is notified to the authority within 72 hours, unless it is unlikely to be a risk",
        allowed("told in hour 72", "breaches.gdpr_in_time"),
        allowed("told in hour 73, with the reason", "breaches.gdpr_late_with_reason"),
        allowed("told to nobody, and unlikely to be a risk", "breaches.gdpr_unlikely"),
        refused("told in hour 73, without a reason", "breaches.gdpr_late"),
        refused("told to nobody by hour 73", "breaches.gdpr_untold"),
        refused("assessed by nobody by hour 73", "breaches.gdpr_unassessed"),
        by=_KEPT,
        source="GDPR Art. 33(1)",
        remedy="Tell the authority, with the reason where it is late, and write it down: `mesh breach notify`.",
        verdict=Verdict.TASK,
        applies=personal,
        days=3,
        condition="people's data",
    ),
    law.platform(
        "GDPR-33-5",
        "A breach is documented with its effects and what was done, also where nobody is told",
        allowed("unlikely to be a risk, on a ground that it says", "breaches.documented"),
        refused("closed, and assessed by nobody", "breaches.documented_without_ground"),
        refused("closed, and the authority was not told", "breaches.documented_untold"),
        by="mesh_platform.subjects.breaches.duties:unfinished",
        source="GDPR Art. 33(5)",
        remedy="Assess it and say on which ground: `mesh breach assess`.",
        verdict=Verdict.TASK,
        applies=personal,
        condition="people's data",
    ),
    law.platform(
        "GDPR-34",
        "People are told of a breach that is a high risk for them",
        allowed("a high risk, told in hour 72", "breaches.people_told"),
        allowed("a risk that is not high", "breaches.people_of_a_risk"),
        allowed("a high risk, and not required on a ground that it says", "breaches.people_spared"),
        refused("a high risk, told to nobody by hour 73", "breaches.people_untold"),
        refused("not required, and no ground is said", "breaches.people_spared_without_ground"),
        by=_KEPT,
        source="GDPR Art. 34(1) and (3): without undue delay; the 72 hours are a house rule",
        remedy="Tell them, or say by which exception nobody has to: `mesh breach notify`.",
        verdict=Verdict.TASK,
        applies=personal,
        days=3,
        condition="people's data",
    ),
)
