"""Which legal basis a purpose rests on in a product: Art. 6(1) GDPR, one question for each basis, those left out that the registry does not allow."""

from __future__ import annotations

from collections.abc import Callable

from mesh_platform.policy.advise.values import Case, End, Option, Patch, Question, Tree
from mesh_platform.policy.packs.asking import holds
from mesh_platform.product import LegalBasis


def _allowed(case: Case, basis: str) -> bool:
    """Whether the registry lets the purpose rest on it; a purpose without a list may rest on any."""
    key = case.facts.governance.purpose(case.purpose)
    bases = case.facts.governance.purposes[key].bases if key else ()
    return not bases or basis in bases


def _unless_allowed(basis: str) -> Callable[[Case], str]:
    return lambda case: "" if _allowed(case, basis) else "no"


def _registered(case: Case) -> str:
    return "yes" if case.facts.governance.purpose(case.purpose) else "no"


def _child(case: Case) -> str:
    facts = case.facts
    return "yes" if "child" in facts.descriptor.privacy.subjects or holds(facts, "user.children") else "no"


def _rests_on(basis: LegalBasis) -> Callable[[Case], Patch]:
    return lambda case: {"purposes": {case.facts.governance.purpose(case.purpose) or case.purpose: basis.value}}


def _asked(basis: str, asks: str, yes: str, to: str, following: str) -> Question:
    options = {"yes": Option(yes, to), "no": Option("No.", following)}
    return Question(asks, options, _unless_allowed(basis), by=f"`bases` of the purpose, where it leaves out {basis}")


BASIS = Tree(
    "basis",
    "Which legal basis?",
    "registered",
    {
        "registered": Question(
            "Is the purpose registered?",
            {"yes": Option("Yes.", "contract"), "no": Option("No.", "unregistered")},
            _registered,
            by="governance/purposes.yaml",
        ),
        "contract": _asked(
            "contract", "Could a contract with the very person not be kept without it?", "Yes.", "on_contract", "legal"
        ),
        "legal": _asked("legal_obligation", "Does a law order it?", "Yes, and it can be named.", "on_law", "vital"),
        "vital": _asked("vital_interests", "Does somebody's life depend on it?", "Yes.", "on_life", "public"),
        "public": _asked(
            "public_task", "Is it a task in the public interest that a law gave the organisation?", "Yes.", "on_task", "interest"
        ),
        "interest": _asked(
            "legitimate_interests",
            "Would people expect it, does the interest outweigh theirs, and was that weighed in writing?",
            "Yes; they may object at any time.",
            "on_interest",
            "consent",
        ),
        "consent": Question(
            "Can people say no without losing anything, and is each consent recorded with its notice?",
            {"yes": Option("Yes.", "child"), "no": Option("No.", "nothing")},
            _unless_allowed("consent"),
            by="`bases` of the purpose, where it leaves out consent",
        ),
        "child": Question(
            "Is it about children?",
            {"yes": Option("Yes: their parents consent (Art. 8).", "parents"), "no": Option("No.", "on_consent")},
            _child,
            by="`privacy.subjects` and the data categories",
        ),
    },
    {
        "unregistered": End(
            "{purpose!r} is no registered purpose: have the privacy team add it to governance/purposes.yaml, or name one that covers it.",
            commands=("mesh check {product}",),
            yes=False,
        ),
        "on_contract": End("It rests on the contract with the person.", _rests_on(LegalBasis.CONTRACT)),
        "on_law": End(
            "It rests on that law; a withdrawal does not stop it, and it serves nothing else.",
            _rests_on(LegalBasis.LEGAL_OBLIGATION),
        ),
        "on_life": End("It rests on vital interests, for as long as they last.", _rests_on(LegalBasis.VITAL_INTERESTS)),
        "on_task": End("It rests on the public task; people may object.", _rests_on(LegalBasis.PUBLIC_TASK)),
        "on_interest": End(
            "It rests on legitimate interests: people may object, and the next read heeds it.",
            _rests_on(LegalBasis.LEGITIMATE_INTERESTS),
        ),
        "on_consent": End("It rests on consent: who did not give it, or withdrew, is in no read.", _rests_on(LegalBasis.CONSENT)),
        "parents": End(
            "It rests on consent that parents gave: put a record of the kind parental_consent into governance/register.yaml, name it under"
            " `privacy: {{records: […]}}`, then add the purpose.",
            commands=("mesh check {product}",),
            yes=False,
        ),
        "nothing": End("Nothing carries it: do not process people's data for it.", yes=False),
    },
    needs=("purpose",),
)
