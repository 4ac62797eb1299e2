"""Laws of the rules: nothing a team writes makes one fail to run, and no step towards openness takes a finding away."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from mesh_platform.errors import Finding
from mesh_platform.policy import Control, Facts, Found, Measures, Review, Scan, Served, Shapes, Upheld, gate, rules
from mesh_platform.product import Mesh, ProductKey, Sensitivity
from mesh_platform.product.key import ColumnRef
from mesh_platform.product.lineage import Lineage
from tests.policy.vectors import DOMAINS, GOVERNANCE, PROFILES, SEGMENTS, TODAY, changed
from tests.product.assemble import assemble
from tests.product.documents import DOCUMENT

BEYOND = {one.name for one in rules() if one.upheld is Upheld.ATTESTED or one.conditional or one.effective_from > TODAY}
"""Rules that need a person's word, more of governance, or a later day."""
READER, SOURCE = ProductKey("sales", "segments"), ProductKey("customer", "profiles")
LEVEL = st.sampled_from(Sensitivity)
FIELD = st.sampled_from(sorted(PROFILES["columns"]))


def mesh(product: dict[str, Any] | None = None, reader: dict[str, Any] | None = None) -> Mesh:
    products = {str(SOURCE): changed(PROFILES, product or {}), str(READER): changed(SEGMENTS, reader or {})}
    return assemble(products, DOMAINS, GOVERNANCE)


def findings(facts: Facts, rule: str = "") -> set[tuple[str, str, str]]:
    return {(f.rule, f.where, f.why) for f in gate(facts, rules()).findings if f.rule.startswith(rule)}


def reader_facts(found: Mesh, **more: Any) -> Facts:
    return Facts(found, found.products[READER], TODAY, **more)


def failures(found: tuple[Finding, ...]) -> list[str]:
    return [finding.why for finding in found if "could not be judged" in finding.why]


@settings(max_examples=100)
@given(DOCUMENT, DOCUMENT, st.booleans())
def test_no_descriptor_makes_a_rule_fail_to_run(one: dict[str, Any], other: dict[str, Any], governed: bool) -> None:
    documents = {"a/b": {**one, "name": "b"}, "a/c": {**other, "name": "c"}}
    found = assemble(documents, {}, GOVERNANCE if governed else {})
    for product in found.products.values():
        bare = Facts(found, product, TODAY)
        columns = product.descriptor.columns
        full = replace(
            bare,
            staged=dict.fromkeys([*columns, "more"], "VARCHAR"),
            classification={
                name: Scan((Found("EMAIL", Sensitivity.RESTRICTED, "user.contact.email"),), ("cut",))
                for name in [*columns, "more"]
            },
            measures=Measures(),
            upstream_measures={},
            review=Review(),
            probes={need: True for rule in rules() for need in rule.needs if isinstance(need, Control)},
            lineage=Lineage({}, frozenset(), exact=True),
            combinations={},
            tombstones={},
            diversity={},
            served=Served("1.0.0", found.products[ProductKey("a", "c")].descriptor),
            grants={"somebody": frozenset(columns)},
            consent_evidence=1,
            shapes=Shapes(),
            log_years=10,
            key_days=1,
        )
        for facts in (bare, full):
            decision = gate(facts, rules())
            assert failures(decision.findings) == []
            assert all(f.product == str(product.key) and f.where and f.why and f.fix for f in decision.findings)
        assert {entry.rule for entry in gate(full, rules()).not_evaluated} <= BEYOND


@given(st.sets(FIELD), st.sets(FIELD), LEVEL)
def test_a_column_that_derives_from_more_is_never_freer(some: set[str], more: set[str], level: Sensitivity) -> None:
    found = mesh(reader={"columns": {"segment": {"sensitivity": str(level)}}})

    def closed(fields: set[str]) -> bool:
        sources = {"segment": frozenset(ColumnRef(SOURCE, field) for field in fields), "customer_id": frozenset()}
        facts = reader_facts(found, lineage=Lineage(sources, frozenset(), exact=True))
        return bool(findings(facts, "CORE-11"))

    assert closed(some) <= closed(some | more)


@given(FIELD, LEVEL, LEVEL)
def test_a_derived_column_passes_exactly_when_it_is_as_high_as_its_source(
    field: str, source: Sensitivity, own: Sensitivity
) -> None:
    free = {"purposes": None, "subject": None, "category": None}
    product = {"columns": {field: {"sensitivity": str(source), **free}}, "purposes": {"enrichment": "contract"}}
    found = mesh(product, {"columns": {"segment": {"sensitivity": str(own), "derivedFrom": [f"customer/profiles.{field}"]}}})
    lineage = Lineage({"segment": frozenset({ColumnRef(SOURCE, field)}), "customer_id": frozenset()}, frozenset(), exact=True)
    told = {why for _, _, why in findings(reader_facts(found, lineage=lineage), "CORE-11") if "labelled" in why}
    assert bool(told) is (own < source)


@given(st.sets(FIELD), st.sets(FIELD))
def test_a_contract_of_fewer_fields_never_lets_the_reader_read_more(fields: set[str], fewer: set[str]) -> None:
    def closed(granted: set[str]) -> bool:
        contract = {"consumer": "sales", "purpose": "enrichment", "fields": sorted(granted)}
        return bool(findings(reader_facts(mesh({"dataContracts": [contract]})), "CORE-09"))

    assert closed(fields) <= closed(fields - fewer)
    assert closed(fields) is not ({"customer_id", "segment"} <= fields)


@given(st.sampled_from(["service", "enrichment", "marketing", "curiosity"]), st.sampled_from(["service", "marketing"]))
def test_a_contract_covers_its_purpose_and_those_below_it_and_no_other(asked: str, agreed: str) -> None:
    contract = {"consumer": "sales", "purpose": agreed, "fields": ["customer_id", "segment"]}
    entry = {"product": str(SOURCE), "purpose": asked, "fields": ["customer_id", "segment"]}
    told = findings(reader_facts(mesh({"dataContracts": [contract]}, {"inputs": [entry]})), "CORE-09")
    assert bool(told) is not ((asked, agreed) in {("service", "service"), ("enrichment", "service"), ("marketing", "marketing")})


@settings(max_examples=30)
@given(st.sets(st.sampled_from(["retention", "erasure", "sla", "qualityMetrics", "description", "purposes", "owner"])))
def test_to_leave_more_out_of_a_descriptor_never_opens_it(left_out: set[str]) -> None:
    for key in left_out:
        some = mesh(dict.fromkeys(left_out - {key}))
        more = mesh(dict.fromkeys(left_out))
        opened = [gate(Facts(one, one.products[SOURCE], TODAY), rules()).open for one in (some, more)]
        assert opened[1] <= opened[0]
