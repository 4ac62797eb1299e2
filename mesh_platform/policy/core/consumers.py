"""CORE-09: a consumer gets the fields of its contract, and a product of another domain is read under one."""

from __future__ import annotations

from collections.abc import Iterator

from mesh_platform.errors import Severity
from mesh_platform.policy.facts import Facts, Need
from mesh_platform.policy.objections import first_twenty
from mesh_platform.policy.people import points_at_a_person
from mesh_platform.policy.rule import Objection, failing, passing, rule
from mesh_platform.product import ProductKey
from mesh_platform.product.contracts import contracts_for
from mesh_platform.product.key import ColumnRef
from mesh_platform.product.lineage import Lineage

_PROFILES = ProductKey("customer", "profiles")


@rule(
    "CORE-09",
    "A contract grants fields that the product has and does not exclude",
    passing("three of its columns"),
    failing(
        "a field both granted and excluded",
        product={
            "dataContracts": [{"consumer": "x", "purpose": "service", "fields": ["segment"], "excludedFields": ["segment"]}]
        },
    ),
    failing("a field that it lacks", product={"dataContracts": [{"consumer": "x", "purpose": "service", "fields": ["phone"]}]}),
    passing(
        "one of its fields unmasked",
        product={"dataContracts": [{"consumer": "x", "purpose": "service", "fields": ["segment"], "raw": ["segment"]}]},
    ),
    failing(
        "a field unmasked that it does not grant",
        product={"dataContracts": [{"consumer": "x", "purpose": "service", "fields": ["segment"], "raw": ["email"]}]},
    ),
    passing(
        "groups in place of rows",
        product={
            "dataContracts": [
                {"consumer": "x", "purpose": "service", "fields": ["segment"], "aggregate": {"by": ["segment"], "minGroup": 20}}
            ]
        },
    ),
    failing(
        "groups formed by what points at a person",
        product={
            "dataContracts": [
                {"consumer": "x", "purpose": "service", "fields": ["email"], "aggregate": {"by": ["email"]}},
            ]
        },
    ),
    failing(
        "an excluded field that it lacks, which is told and no more",
        product={"dataContracts": [{"consumer": "x", "purpose": "service", "fields": ["segment"], "excludedFields": ["phone"]}]},
    ),
    source="House rule, after GDPR Art. 5(1)(c)",
    part="contract",
)
def contract_grants_what_is_there(facts: Facts) -> Iterator[Objection]:
    for i, contract in enumerate(facts.descriptor.data_contracts):
        whom = f"The contract with {contract.consumer!r}"
        both = [name for name in contract.fields if name in contract.excluded_fields]
        if both:
            why = f"{whom} grants and excludes {_list(both)}."
            yield Objection(why, "Keep each field in one of the two lists.", ("dataContracts", i, "fields"))
        lacking = [name for name in contract.fields if name not in facts.columns]
        if lacking:
            why = f"{whom} grants {_list(lacking)}, which the product does not declare."
            yield Objection(why, "Declare them under `columns:`, or take them out.", ("dataContracts", i, "fields"))
        ungranted = [name for name in contract.raw if name not in contract.fields]
        if ungranted:
            why = f"{whom} shows {_list(ungranted)} unmasked, which it does not grant."
            yield Objection(why, "Add them to its `fields:`, or take them out of `raw:`.", ("dataContracts", i, "raw"))
        by = contract.aggregate.by if contract.aggregate else ()
        pointing = [name for name in by if name in facts.columns and points_at_a_person(facts.columns[name])]
        if pointing:
            why = f"{whom} forms groups by {_list(pointing)}, which points at single people: nobody would get them."
            yield Objection(why, "Take them out of `aggregate.by`.", ("dataContracts", i, "aggregate", "by"))
        beyond = [name for name in contract.excluded_fields if name not in facts.columns]
        if beyond:
            why = f"{whom} excludes {_list(beyond)}, which the product does not have."
            at = ("dataContracts", i, "excludedFields")
            yield Objection(why, "Nothing to do: they stay excluded should they come.", at, severity=Severity.INFO)


def _list(names: list[str]) -> str:
    more = f" and {len(names) - 5} more" if len(names) > 5 else ""
    return ", ".join(map(repr, names[:5])) + more


@rule(
    "CORE-09",
    "A contract that has expired grants nothing",
    passing("it never expires"),
    failing(
        "expired yesterday",
        product={"dataContracts": [{"consumer": "x", "purpose": "service", "fields": ["segment"], "expires": "2026-11-30"}]},
    ),
    source="House rule: a grant has an end",
    part="expiry",
)
def contract_is_in_force(facts: Facts) -> Iterator[Objection]:
    for i, contract in enumerate(facts.descriptor.data_contracts):
        if contract.expires is not None and contract.expires < facts.today:
            why = f"The contract with {contract.consumer!r} expired on {contract.expires.isoformat()} and grants nothing."
            yield Objection(why, "Renew it or remove it.", ("dataContracts", i, "expires"), consumer=contract.consumer)


def _contract(**change: object) -> dict[str, object]:
    return {"consumer": "Sales Domain", "purpose": "enrichment", "fields": ["customer_id", "segment"], **change}


@rule(
    "CORE-09",
    "A product of another domain is read under a contract that names the consumer, the purpose and every field",
    passing("a contract of the consumer's domain", about="sales/segments"),
    passing(
        "a contract of this very product",
        about="sales/segments",
        product={"dataContracts": [_contract(consumer="sales/segments")]},
    ),
    failing("no contract at all", about="sales/segments", product={"dataContracts": None}),
    failing("one with somebody else", about="sales/segments", product={"dataContracts": [_contract(consumer="customer")]}),
    failing("one that has expired", about="sales/segments", product={"dataContracts": [_contract(expires="2026-11-30")]}),
    failing("one for another purpose", about="sales/segments", product={"dataContracts": [_contract(purpose="marketing")]}),
    failing("one that lacks a field", about="sales/segments", product={"dataContracts": [_contract(fields=["segment"])]}),
    failing("one that gives groups, and no rows", about="sales/segments", product={"dataContracts": [_contract(aggregate={})]}),
    failing(
        "one that excludes a field", about="sales/segments", product={"dataContracts": [_contract(excludedFields=["segment"])]}
    ),
    failing(
        "one that grants a field which another one excludes",
        about="sales/segments",
        product={"dataContracts": [_contract(), _contract(consumer="sales/segments", excludedFields=["segment"])]},
    ),
    source="House rule, after GDPR Art. 5(1)(c)",
    part="input",
)
def reads_under_a_contract(facts: Facts) -> Iterator[Objection]:
    for i, entry, source in facts.inputs():
        if source.key.domain == facts.product.key.domain:
            continue
        contracts = facts.contracts_on(source)
        fix = f"Ask {facts.mesh.owner(source.key) or source.key.domain} for a contract with {facts.product.key.domain!r}"
        if not contracts:
            expired = " in force" if contracts_for(facts.mesh, source, facts.product.key) else ""
            why = f"It reads {source.key} of another domain, which has no contract{expired} with {facts.product.key.domain!r}."
            yield Objection(why, f"{fix} that names the purpose and the fields.", ("inputs", i))
            continue
        asked = entry.purpose
        fitting = [c for c in contracts if asked is not None and facts.governance.purpose_covers(c.purpose, asked)]
        if asked is not None and not fitting:
            yield Objection(f"No contract lets it read {source.key} for {asked!r}.", f"{fix} for it.", ("inputs", i, "purpose"))
        excluded = {name for c in contracts for name in c.excluded_fields}
        granted = {name for c in (fitting or contracts) for name in c.fields} - excluded
        beyond = [name for name in facts.fields_taken(entry) if name not in granted]
        if beyond:
            or_excludes = ", or which one excludes" if excluded & set(beyond) else ""
            why = f"It takes {_list(beyond)} from {source.key}, which no contract grants{or_excludes}."
            yield Objection(why, f"Leave them out of `fields:`. {fix} that names them.", ("inputs", i, "fields"))


@rule(
    "CORE-09",
    "The transform uses no field that its inputs do not list",
    passing(
        "a listed one",
        about="sales/segments",
        facts={"lineage": Lineage({"segment": frozenset({ColumnRef(_PROFILES, "segment")})}, frozenset(), exact=True)},
    ),
    failing(
        "another one",
        about="sales/segments",
        facts={"lineage": Lineage({"segment": frozenset({ColumnRef(_PROFILES, "region")})}, frozenset(), exact=True)},
    ),
    source="House rule, after GDPR Art. 5(1)(c)",
    part="lineage",
    needs=[Need.LINEAGE],
    applies=lambda facts: bool(facts.descriptor.inputs),
)
def uses_listed_fields(facts: Facts) -> Iterator[Objection]:
    listed = {(entry.product, name) for _, entry, _ in facts.inputs() for name in facts.fields_taken(entry)}
    known = {entry.product for _, entry, _ in facts.inputs()}
    columns = facts.lineage.columns if facts.lineage else {}
    yield from first_twenty(
        Objection(f"Column {name!r} uses {product}.{field}, which is no field of the input.", "Add it to the input's `fields:`.")
        for name, sources in columns.items()
        for product, field in sorted(sources, key=str)
        if product in known and (product, field) not in listed
    )


CONSUMERS = (contract_grants_what_is_there, contract_is_in_force, reads_under_a_contract, uses_listed_fields)
