"""What the logs say, taken in record by record: reads with what became of them, refusals, retention, and which records show it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from mesh_platform.audit.reading import Told
from mesh_platform.interop.evidence.frameworks import Framework
from mesh_platform.interop.evidence.scope import Scope
from mesh_platform.interop.evidence.trail import SHOWN, Trail

NOW = datetime(2026, 11, 1, tzinfo=UTC)
ALL = Scope(Framework.GDPR, NOW)
OFFICE = Scope(Framework.GDPR, NOW, domain="office")
TOWNS = "office/towns"


def told(
    seq: int, act: str, phase: str, n: int | None = None, parent: str | None = None, decision: str | None = None, **obj: Any
) -> Told:
    record = {"obj": obj, "actor": {"sub": "t", "role": "consumer", "purpose": "service"}, "parent": parent}
    return Told(seq, f"e{seq}", f"2026-10-01T00:00:{seq:02}", act, phase, "t", None, "", decision, None, n, record)


def taken(*records: Told, scope: Scope = ALL) -> Trail:
    trail = Trail()
    for one in records:
        trail.add("mesh", one, scope)
    return trail


READ = told(1, "read", "intent", product=TOWNS, what="contract", fields=["town"], masked=["who"], under=["g-1"], policy="p1")
KEY = (TOWNS, "service", "contract", "consumer")


def test_rows_count_for_the_read_that_they_belong_to_and_once() -> None:
    done = told(2, "read", "done", 7, parent="e1", product=TOWNS)
    reads = taken(READ, done, told(3, "read", "done", 7, parent="e1", product=TOWNS)).reads[KEY]
    assert (reads.allowed.times, reads.allowed.n, reads.columns, reads.masked, reads.under) == (1, 7, {"town"}, {"who"}, {"g-1"})
    assert taken(done).reads == {}, "rows of a read that began before the span are nobody's"


def test_a_refusal_is_counted_apart_without_a_basis_and_shows_when_it_was() -> None:
    trail = taken(READ, told(2, "read", "denied", product=TOWNS), told(3, "read", "denied", product=TOWNS))
    refused = trail.reads[TOWNS, "service", None, "consumer"]
    assert (refused.refused, refused.allowed.times, refused.allowed.records) == (2, 0, ("mesh:2", "mesh:3"))
    assert (refused.allowed.first[-2:], refused.allowed.last[-2:]) == ("02", "03")
    assert (trail.reads[KEY].refused, trail.reads[KEY].allowed.records) == (0, ("mesh:1",))
    assert {act for _, act in trail.acts} == {"read", "read denied"}


def test_the_newest_records_are_kept_and_all_are_counted() -> None:
    seen = taken(*(told(seq, "consent", "done", product=TOWNS) for seq in range(1, 9))).acts[TOWNS, "consent"]
    assert (seen.times, seen.records) == (8, tuple(f"mesh:{seq}" for seq in range(9 - SHOWN, 9)))
    assert (seen.first[-2:], seen.last[-2:]) == ("01", "08")


def test_a_decision_of_the_gate_is_found_by_its_publication_and_by_its_files() -> None:
    trail = taken(
        told(1, "gate", "done", product=TOWNS, ref="p-1", code="hash"), told(2, "gate", "denied", product=TOWNS, code="h2")
    )
    assert {key: seen.records for key, seen in trail.gates.items()} == {
        (TOWNS, "p-1"): ("mesh:1",),
        (TOWNS, "hash"): ("mesh:1",),
        (TOWNS, "h2"): ("mesh:2",),
    }
    assert trail.refs == {}


def test_what_retention_did_stands_by_product_and_by_how_it_ended() -> None:
    trail = taken(
        told(1, "retention", "done", 3, product=TOWNS, what="rows"),
        told(2, "retention", "failed", product=TOWNS, what="rows"),
        told(3, "retention", "done", 4, what="texts"),
    )
    assert {key: seen.n for key, seen in trail.runs.items()} == {(TOWNS, "rows", "done"): 3, (TOWNS, "rows", "failed"): 0}


def test_of_a_part_of_the_mesh_only_what_is_about_it_is_taken_in() -> None:
    records = (
        READ,
        told(2, "read", "intent", product="web/visits", policy="p2"),
        told(3, "backup", "done"),
        told(4, "key", "done", domain="office"),
        told(5, "key", "done", domain="web"),
    )
    part, whole = taken(*records, scope=OFFICE), taken(*records)
    assert {about for about, _ in part.acts} == {TOWNS, "office"} and {*part.policies} == {"p1"}
    assert {about for about, _ in whole.acts} == {TOWNS, "office", "web/visits", "web", ""} and {*whole.policies} == {"p1", "p2"}


def test_an_older_version_of_a_product_counts_as_the_product() -> None:
    assert {*taken(told(1, "read", "intent", product=f"{TOWNS}@1")).acts} == {(TOWNS, "read")}


def test_only_what_was_decided_on_a_waiver_proves_it() -> None:
    trail = Trail()
    said = {"ref": "4", "product": TOWNS, "code": "GDPR-5"}
    for seq, phase, decision in ((1, "done", "asked"), (2, "denied", "approved"), (3, "done", None), (4, "done", "approved")):
        trail.waived("mesh", told(seq, "waiver", phase, decision=decision, **said))
    assert {what: seen.records for what, seen in trail.waivers["4", TOWNS].items()} == {
        "asked": ("mesh:1",),
        "approved": ("mesh:4",),
    }
