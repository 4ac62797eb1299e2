"""The nine steps in which a domain joins the mesh, each seen in what stands: the catalog, its folder, its storage, its products."""

from __future__ import annotations

from mesh_platform.policy.checklist.lines import Judge, Look, Reason, Said, by_attestation, said
from mesh_platform.product.contracts import contracts_for


def _catalog(look: Look) -> Said:
    command = f"mesh run {look.domain}"
    if not look.made.get("catalog"):
        return said([Reason("The catalog has not registered the domain.", command)])
    missing = [str(one.key) for one in look.products if str(one.key) not in look.registered]
    return said(Reason(f"{key}: the catalog has not registered it.", command) for key in missing)


def _boundaries(look: Look) -> Said:
    file = look.mesh.domains[look.domain].file
    found = []
    if not file.owner:
        found.append(Reason("Nobody owns it.", f"domains/{look.domain}/domain.yaml: owner"))
    if not look.mesh.allowed_regions(look.domain):
        found.append(Reason("No region is allowed for it.", f"domains/{look.domain}/domain.yaml: allowedRegions"))
    return said(found)


def _made(what: str, why: str, command: str) -> Judge:
    def judge(look: Look) -> Said:
        return said([] if look.made.get(what) else [Reason(why, command.format(domain=look.domain))])

    return judge


def _governance(look: Look) -> Said:
    policies, found = look.mesh.governance.policies, []
    for on, key in (
        (policies.data_residency.enforced, "dataResidency.enforced"),
        (policies.data_classification.auto_classify, "dataClassification.autoClassify"),
        (policies.data_catalog.require_owner and policies.data_catalog.require_sensitivity_label, "dataCatalog"),
        (policies.access_control.require_approval, "accessControl.requireApproval"),
    ):
        if not on:
            found.append(Reason(f"{key} is off.", f"governance/policies.yaml: {key}: true"))
    if not look.mesh.governance.purposes:
        found.append(Reason("No purpose is registered.", "governance/purposes.yaml"))
    return said(found)


def _contracts(look: Look) -> Said:
    """Every read across domains stands under a contract."""
    bare, read = [], False
    for product in look.mesh.products.values():
        for entry in product.descriptor.inputs:
            source = look.mesh.products.get(entry.product)
            if source is None or entry.product.domain != look.domain or product.key.domain == look.domain:
                continue
            read = True
            if not contracts_for(look.mesh, source, product.key):
                bare.append(Reason(f"{product.key} reads {source.key} without a contract.", f"mesh check {product.key}"))
    own = any(product.descriptor.data_contracts for product in look.products)
    return said(bare, applies=read or own)


def _quality(look: Look) -> Said:
    found = []
    for product in look.products:
        if product.descriptor.quality_metrics is None:
            found.append(Reason(f"{product.key} promises no quality.", f"mesh check {product.key}"))
        elif str(product.key) not in look.measured:
            found.append(Reason(f"{product.key}: nothing of it was measured yet.", f"mesh run {product.key}"))
    return said(found, bool(look.products))


def _interfaces(look: Look) -> Said:
    shared = [one for one in look.products if one.descriptor.data_contracts]
    return said(
        (
            Reason(f"{one.key} has contracts and no interface.", f"domains/{one.key}/product.yaml: interfaces")
            for one in shared
            if not one.descriptor.interfaces
        ),
        bool(shared),
    )


def _provisioned(look: Look) -> Said:
    lacking = [what for what in ("storage", "key", "code location", "owners", "CI job") if not look.made.get(what)]
    return said(
        [Reason(f"It has no {', '.join(lacking)}.", f"mesh new domain (as templates make it), or mesh run {look.domain}")]
        if lacking
        else []
    )


TRAINING = "TRAINING"
ONBOARDING = (
    ("step.1", "The catalog is deployed, and knows the domain's products", _catalog),
    ("step.2", "The domain's boundaries are defined: owner, regions", _boundaries),
    (
        "step.3",
        "Templates of data products stand",
        _made("templates", "governance/templates/ holds none.", "governance/templates/"),
    ),
    ("step.4", "Federated governance is configured", _governance),
    ("step.5", "Data contracts are implemented", _contracts),
    ("step.6", "Self-serve provisioning is set up", _provisioned),
    ("step.7", "Data quality is monitored", _quality),
    ("step.8", "Cross-domain interfaces are configured", _interfaces),
    ("step.9", "The domain team is trained", by_attestation(TRAINING)),
)
