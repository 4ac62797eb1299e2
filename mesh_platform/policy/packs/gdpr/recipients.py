"""Articles 26, 28 and 44 to 49: who outside gets people's data, as what, and in which country."""

from __future__ import annotations

from collections.abc import Iterator

from mesh_platform.policy.examples_parts import OUTSIDE, recipient, record
from mesh_platform.policy.facts import Facts
from mesh_platform.policy.packs.asking import agreement, has_outside, objecting, unprotected
from mesh_platform.policy.packs.making import Pack
from mesh_platform.policy.rule import Objection, Verdict, failing, passing
from mesh_platform.product.governance.recipients import AGREEMENT, Recipient

law = Pack("GDPR")
EEA = frozenset(
    [
        "AT",
        "BE",
        "BG",
        "HR",
        "CY",
        "CZ",
        "DK",
        "EE",
        "FI",
        "FR",
        "DE",
        "GR",
        "HU",
        "IE",
        "IT",
        "LV",
        "LT",
        "LU",
        "MT",
        "NL",
        "PL",
        "PT",
        "RO",
        "SK",
        "SI",
        "ES",
        "SE",
        "IS",
        "LI",
        "NO",
    ]
)
ADEQUATE = frozenset(["AD", "AR", "FO", "GG", "IL", "IM", "JE", "JP", "NZ", "KR", "CH", "GB", "UY", "BR"])
"""Countries with a decision of the Commission, as far as this release knows; the Commission's own list counts."""
PARTLY = frozenset({"US", "CA"})
"""Adequate for some recipients alone (certified ones; commercial organisations): judged by the recipient's own record."""
_REGISTER = "Register the recipient in governance/recipients.yaml with `role`, `country` and `records`."


@law.gate(
    "GDPR-28",
    "Whoever processes people's data for us does so under an agreement",
    passing("nobody outside gets any"),
    passing(
        "a processor with its agreement",
        product=OUTSIDE,
        governance={**recipient(role="processor", country="DE", records=["it"]), **record("dpa", "mailer")},
    ),
    passing("a controller of its own", product=OUTSIDE, governance=recipient(role="controller", country="DE")),
    failing("nobody knows the recipient", product=OUTSIDE),
    failing("its role is not said", product=OUTSIDE, governance=recipient(country="DE")),
    failing("no agreement", product=OUTSIDE, governance=recipient(role="processor", country="DE")),
    failing(
        "an agreement that has ended",
        product=OUTSIDE,
        governance={
            **recipient(role="processor", country="DE", records=["it"]),
            **record("dpa", "mailer", expires="2026-02-01"),
        },
    ),
    source="GDPR Art. 28(3)",
    remedy=f"{_REGISTER} The agreement is a record of the kind dpa in governance/register.yaml.",
    verdict=Verdict.DENY,
    applies=has_outside,
    inputs=("dataContracts.consumer", "recipients.yaml", "register.yaml"),
    condition="contracts with somebody outside of the mesh",
)
def processors_have_an_agreement(facts: Facts) -> Iterator[Objection]:
    def why(known: Recipient | None) -> str:
        if known is None or known.role is None:
            return "is outside of the mesh, and what it is under the law is not registered."
        lacks = known.role in ("processor", "business_associate") and not agreement(facts, known, "dpa")
        return "processes people's data for us, and no agreement with it holds." if lacks else ""

    return objecting(facts, why)


@law.gate(
    "GDPR-26",
    "Joint controllers have an arrangement",
    passing("nobody decides with us", product=OUTSIDE, governance=recipient(role="controller", country="DE")),
    passing(
        "with the arrangement",
        product=OUTSIDE,
        governance={
            **recipient(role="joint_controller", country="DE", records=["it"]),
            **record("joint_controller_arrangement", "mailer"),
        },
    ),
    failing("without it", product=OUTSIDE, governance=recipient(role="joint_controller", country="DE")),
    source="GDPR Art. 26(1)",
    remedy=f"{_REGISTER} The arrangement is a record of the kind joint_controller_arrangement.",
    verdict=Verdict.DENY,
    applies=has_outside,
    inputs=("dataContracts.consumer", "recipients.yaml", "register.yaml"),
    condition="recipients with the role joint_controller",
)
def joint_controllers_have_an_arrangement(facts: Facts) -> Iterator[Objection]:
    def why(known: Recipient | None) -> str:
        joint = known is not None and known.role == "joint_controller"
        lacks = joint and not agreement(facts, known, AGREEMENT["joint_controller"])
        return "decides with us, and no arrangement with it holds." if lacks else ""

    return objecting(facts, why)


@law.gate(
    "GDPR-44",
    "People's data leaves the Union only where it stays protected",
    passing("within it", product=OUTSIDE, governance=recipient(role="controller", country="FR")),
    passing("to a country with an adequacy decision", product=OUTSIDE, governance=recipient(role="controller", country="JP")),
    passing(
        "to the United States under standard clauses",
        product=OUTSIDE,
        governance={**recipient(role="controller", country="US", records=["it"]), **record("scc", "mailer")},
    ),
    failing("to the United States under nothing", product=OUTSIDE, governance=recipient(role="controller", country="US")),
    failing("to nobody knows where", product=OUTSIDE, governance=recipient(role="controller")),
    failing(
        "within it, and a sub-processor in India has it under nothing",
        product=OUTSIDE,
        governance=recipient(role="controller", country="FR", subProcessors=[{"name": "Help desk", "country": "IN"}]),
    ),
    source="GDPR Art. 44 to 49",
    remedy="Name a record of the kind scc, bcr, certification or derogation under the recipient's `records`, or end the contract.",
    verdict=Verdict.DENY,
    applies=has_outside,
    inputs=("dataContracts.consumer", "recipients.yaml country", "register.yaml"),
    condition="recipients outside of the European Economic Area; judged by the recipient, not by the country alone",
)
def transfers_are_protected(facts: Facts) -> Iterator[Objection]:
    return objecting(facts, lambda known: unprotected(facts, known, EEA | ADEQUATE, PARTLY))


RECIPIENTS = (processors_have_an_agreement, joint_controllers_have_an_arrangement, transfers_are_protected)
