"""CORE-06 and CORE-07: data lies where its domain may keep it, and is read from where it may be read."""

from __future__ import annotations

from collections.abc import Iterator

from mesh_platform.errors import Severity
from mesh_platform.policy.facts import Facts
from mesh_platform.policy.people import concerns_people
from mesh_platform.policy.rule import Group, Objection, Upheld, Verdict, allowed, failing, passing, refused, rule
from mesh_platform.product.residency import outside_replicas

_ALLOWED_FIX = "Choose an allowed place, or have the privacy team widen allowedRegions in governance/policies.yaml."


@rule(
    "CORE-06",
    "Data is stored only where its domain and the organisation allow",
    passing("in an allowed place"),
    passing("in a place of an allowed region", governance={"policies": {"dataResidency": {"allowedRegions": ["EU"]}}}),
    failing("in a place that is not allowed", product={"dataResidency": {"region": "US", "storageLocations": ["eastus"]}}),
    failing("in a place that no tree holds", product={"dataResidency": {"storageLocations": ["atlantis"]}}),
    failing("in a region instead of a place", product={"dataResidency": {"storageLocations": ["EU"]}}),
    failing("outside of the region that it declares", product={"dataResidency": {"region": "US"}}),
    failing("in an unknown region", product={"dataResidency": {"region": "Narnia", "storageLocations": None}}),
    failing("where nothing is allowed", governance={"policies": {"dataResidency": {"allowedRegions": []}}}),
    failing("its domain allows itself more than it may", domain={"allowedRegions": ["westeurope", "eastus"]}),
    source="House rule: dataResidency in governance/policies.yaml; GDPR Chapter V",
    group=Group.RESIDENCY,
)
def stored_where_allowed(facts: Facts) -> Iterator[Objection]:
    weight = None if facts.governance.policies.data_residency.enforced else Severity.WARN
    yield from (Objection(why, fix, at, where, weight) for why, fix, at, where in _misplaced(facts))


def _misplaced(facts: Facts) -> Iterator[tuple[str, str, tuple[str | int, ...], str | None]]:
    regions = facts.governance.regions
    residency = facts.descriptor.data_residency
    ours = facts.governance.policies.data_residency.allowed_regions
    theirs = facts.mesh.allowed_regions(facts.product.key.domain)
    domain = facts.mesh.domains.get(facts.product.key.domain)
    if not theirs:
        yield "No region is allowed for its domain.", _ALLOWED_FIX, (), None
    for own in theirs:
        if ours and not all(regions.within(place, ours) for place in regions.locations(own) or {own}):
            why = f"The domain allows itself {own!r}, which the organisation does not."
            yield why, _ALLOWED_FIX, (), domain.where if domain else None
    region = residency.region
    if region is not None and not regions.known(region) and region not in theirs:
        why = f"The region {region!r} is unknown."
        yield why, "Add it to governance/regions.yaml, or name a known one.", ("dataResidency", "region"), None
        return
    if facts.product.location is None:
        why = "Nothing says where it is stored, and no allowed place lies in its region."
        yield why, "Add `dataResidency: {storageLocations: [<place>]}`.", ("dataResidency",), None
    for i, place in enumerate(residency.storage_locations or filter(None, [facts.product.location])):
        at = ("dataResidency", "storageLocations", i)
        if regions.tree and not regions.is_location(place):
            yield f"{place!r} is no place where files lie.", "Name a leaf of governance/regions.yaml.", at, None
        elif theirs and not (regions.within(place, theirs) and regions.within(place, ours or theirs)):
            yield f"It is stored in {place!r}, which is not allowed for its domain.", _ALLOWED_FIX, at, None
        elif region is not None and not regions.within(place, (region,)):
            yield f"It is stored in {place!r}, which lies outside of {region!r}.", "Make both agree.", at, None


@rule(
    "CORE-06",
    "What derives from people's data lies where its sources may lie",
    passing("in a place that the source's domain allows", about="sales/segments"),
    passing(
        "elsewhere, and nothing in it concerns people",
        about="sales/segments",
        domain={"allowedRegions": ["northeurope"]},
        product={"dataResidency": {"storageLocations": ["northeurope"]}},
        reader={"columns": {"customer_id": None}},
    ),
    failing(
        "in a place that the source's domain does not allow",
        about="sales/segments",
        domain={"allowedRegions": ["northeurope"]},
        product={"dataResidency": {"storageLocations": ["northeurope"]}},
    ),
    source="House rule: a derivation is a transfer; GDPR Chapter V",
    part="input",
    group=Group.RESIDENCY,
)
def lies_where_its_sources_may(facts: Facts) -> Iterator[Objection]:
    place = facts.product.location
    if place is None or not concerns_people(facts.product):
        return
    for i, _, source in facts.inputs():
        places = facts.mesh.allowed_regions(source.key.domain)
        if concerns_people(source) and not facts.governance.regions.within(place, places):
            why = f"It is stored in {place!r}, where the domain of its input {source.key} does not allow data to lie."
            yield Objection(why, f"Store it in one of {', '.join(places) or 'no place'}, or leave people out.", ("inputs", i))


@rule(
    "CORE-06",
    "Storage is copied only to where its data may lie",
    passing("nobody says whether it is copied"),
    passing("its place is copied nowhere", governance={"regions": {"replicatesTo": {"westeurope": []}}}),
    passing("copied to an allowed place", governance={"regions": {"replicatesTo": {"westeurope": ["northeurope"]}}}),
    failing(
        "copied to a paired region elsewhere", governance={"regions": {"replicatesTo": {"westeurope": ["northeurope", "eastus"]}}}
    ),
    failing(
        "copied to where its own domain does not allow it",
        governance={"regions": {"replicatesTo": {"westeurope": ["northeurope"]}}},
        domain={"allowedRegions": ["westeurope"]},
    ),
    source="House rule: a copy of the storage is storage; GDPR Chapter V",
    part="replicas",
    group=Group.RESIDENCY,
)
def copied_where_allowed(facts: Facts) -> Iterator[Objection]:
    weight = None if facts.governance.policies.data_residency.enforced else Severity.WARN
    for copy in outside_replicas(facts.mesh, facts.product) or ():
        why = f"Its place {facts.product.location!r} is copied to {copy!r}, which is not allowed for its domain."
        fix = "Store it in a place that is copied to allowed ones only, or have the platform team end the copy (replicatesTo)."
        yield Objection(why, fix, ("dataResidency",), None, weight)


@rule(
    "CORE-07",
    "A caller reads only from a region that is allowed for the product",
    allowed("from an allowed region", "reads.from_within"),
    refused("from elsewhere", "reads.from_elsewhere"),
    refused("from nobody knows where", "reads.from_nowhere"),
    source="House rule: dataResidency in governance/policies.yaml; GDPR Chapter V",
    group=Group.RESIDENCY,
    verdict=Verdict.DENY,
    upheld=Upheld.PLATFORM,
    upheld_by="mesh_platform.access.decision:decide",
)
def read_from_where_allowed(facts: Facts) -> Iterator[Objection]:
    yield from ()


RESIDENCY = (stored_where_allowed, copied_where_allowed, lies_where_its_sources_may, read_from_where_allowed)
