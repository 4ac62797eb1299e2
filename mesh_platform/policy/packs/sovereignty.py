"""SOVEREIGNTY: data stays where it may lie, under the organisation's own keys, copies and logs included. It binds everywhere.

A copy that whoever runs the storage makes by itself (geo-redundant storage copies to a paired region) is told from the descriptor and from
governance/regions.yaml: one of which nobody says where it goes counts as one that goes out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from mesh_platform.policy.facts import Facts
from mesh_platform.policy.packs.making import Pack
from mesh_platform.policy.packs.register import recipients_stand
from mesh_platform.policy.rule import Group, Objection, Rule, allowed, failing, passing, refused
from mesh_platform.product import Sensitivity

law = Pack("SOVEREIGNTY", own=True)
_SEED = "House rule: the organisation's blueprint of a sovereign mesh"
_GEO = re.compile(r"(?i)g(?:z)?rs")
"""Geo-redundant kinds of storage: GRS, RA-GRS, GZRS, RA-GZRS, Standard_GRS."""


@law.gate(
    "SOV-4",
    "A domain's tags say what its products are",
    passing("no tags, since owner, region and labels say it"),
    passing("tags that agree", domain={"tags": {"Domain": "customer", "Classification": "Restricted", "Region": "westeurope"}}),
    failing("a tag below the label of a product", domain={"tags": {"Classification": "Internal"}}),
    failing("a tag of another domain", domain={"tags": {"Domain": "sales"}}),
    failing("a tag of another region", domain={"tags": {"Region": "eastus"}}),
    source=f"{_SEED}: tags Domain, DataOwner, Classification, Region",
    remedy="Mend the tags in domain.yaml.",
    inputs=("domain.yaml tags",),
    condition="domains with tags",
)
def tags_agree(facts: Facts) -> Iterator[Objection]:
    domain = facts.mesh.domains.get(facts.product.key.domain)
    tags = {name.casefold(): value for name, value in domain.file.tags.items()} if domain else {}
    said, level = tags.get("classification", "").casefold(), facts.descriptor.sensitivity
    if said in {one.value for one in Sensitivity} and Sensitivity(said) < level:
        yield Objection(f"The tag Classification of its domain says {said}, and it is {level}.")
    if tags.get("domain", facts.product.key.domain).casefold() not in (
        facts.product.key.domain,
        facts.descriptor.domain.casefold(),
    ):
        yield Objection("The tag Domain of its domain names another one.")
    region, allowed_here = tags.get("region"), facts.mesh.allowed_regions(facts.product.key.domain)
    if region and allowed_here and not facts.governance.regions.within(region, allowed_here):
        yield Objection(f"The tag Region of its domain says {region!r}, where its data may not lie.")


def _stored(**more: object) -> dict[str, object]:
    return {"dataResidency": {"region": "EU", "storageLocations": ["westeurope"], **more}}


@law.gate(
    "SOV-7",
    "Every copy of the storage, backups included, lies where the data may lie",
    passing("kept more than once within its place", product=_stored(redundancy="Standard_ZRS")),
    passing("copied to an allowed place", product=_stored(replicas=["northeurope"], backups=["westeurope"])),
    passing(
        "geo-redundant, and its paired region is allowed",
        product=_stored(redundancy="Standard_GRS"),
        governance={"regions": {"replicatesTo": {"westeurope": ["northeurope"]}}},
    ),
    failing("geo-redundant, and nobody says where the copy lies", product=_stored(redundancy="Standard_GRS")),
    failing(
        "geo-redundant, and its paired region is elsewhere",
        product=_stored(redundancy="Standard_RAGRS"),
        governance={"regions": {"replicatesTo": {"westeurope": ["eastus"]}}},
    ),
    failing("a copy elsewhere", product=_stored(replicas=["eastus"])),
    failing("backups elsewhere", product=_stored(backups=["eastus"])),
    source=f"{_SEED}; GDPR Chapter V. Geo-redundant storage copies to a paired region by itself",
    remedy="Use storage that is redundant within its place or region (LRS, ZRS), or say under replicatesTo in regions.yaml where the copy lies.",
    group=Group.RESIDENCY,
    inputs=("dataResidency.redundancy", "dataResidency.replicas", "dataResidency.backups", "regions.yaml replicatesTo"),
    condition="every product",
)
def copies_stay(facts: Facts) -> Iterator[Objection]:
    residency, regions = facts.descriptor.data_residency, facts.governance.regions
    theirs = facts.mesh.allowed_regions(facts.product.key.domain)
    for what in ("replicas", "backups"):
        for i, place in enumerate(getattr(residency, what)):
            if not regions.within(place, theirs):
                why = f"Its {what} lie in {place!r}, which is not allowed for its domain."
                yield Objection(why, at=("dataResidency", what, i))
    if not _GEO.search(residency.redundancy or ""):
        return
    copies = residency.replicas or regions.replicates_to.get(facts.product.location or "")
    at = ("dataResidency", "redundancy")
    if not copies:
        yield Objection(f"{residency.redundancy} copies its files to a paired region, and nothing says which.", at=at)
    for place in copies or ():
        if place not in residency.replicas and not regions.within(place, theirs):
            yield Objection(f"{residency.redundancy} copies its files to {place!r}, which is not allowed for its domain.", at=at)


SOVEREIGNTY: tuple[Rule, ...] = (
    law.shared("SOV-1", "Files lie in allowed regions", "CORE-06", f"{_SEED}: allowedRegions"),
    law.attested(
        "SOV-2",
        "Storage is reached by private endpoints alone",
        f"{_SEED}: private endpoint",
        "Have whoever runs the network attest it in governance/register.yaml (kind: attestation, about: [SOV-2]).",
        applies=lambda facts: facts.descriptor.sensitivity is Sensitivity.RESTRICTED,
        condition="restricted data",
    ),
    law.shared(
        "SOV-3",
        "Files are encrypted under a key of the domain's own",
        "CORE-04 (encryption_at_rest)",
        f"{_SEED}: customer-managed keys",
    ),
    tags_agree,
    law.shared(
        "SOV-5",
        "Every product stands in the catalog, with owner, description and label",
        "CORE-01",
        f"{_SEED}: catalog integration",
    ),
    law.platform(
        "SOV-6",
        "A caller from elsewhere is refused",
        allowed("a caller within the region", "reads.from_within"),
        refused("a caller from elsewhere", "reads.from_elsewhere"),
        refused("a caller from nobody knows where", "reads.from_nowhere"),
        by="mesh_platform.access.decision:decide",
        source=f"{_SEED}: caller region",
        remedy="Read it from within its region, or ask its owner for an aggregate.",
        condition="each read",
    ),
    copies_stay,
    law.attested(
        "SOV-8",
        "Logs, telemetry and caches stay in the region, too",
        f"{_SEED}: logs, telemetry and caches",
        "Have whoever runs the platform attest it in governance/register.yaml (kind: attestation, about: [SOV-8]).",
        applies=lambda facts: facts.descriptor.sensitivity >= Sensitivity.CONFIDENTIAL,
        condition="confidential and restricted data",
    ),
    recipients_stand,
)
