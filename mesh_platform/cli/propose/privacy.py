"""What a descriptor proposes for the laws that bind it: whom it is about, and what the gate's own findings ask a person for.

It makes nothing up: a condition, an assessment or a record that nobody named is a question, in the words of the rule that asks for it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import get_args

from mesh_platform.cli.propose.proposal import Proposal
from mesh_platform.cli.propose.vocabulary import NO_PRODUCTION, WHOM
from mesh_platform.cli.propose.words import singular, words
from mesh_platform.errors import Finding
from mesh_platform.product.privacy import Subject

_ASKS = re.compile(r"`privacy: \{(\w+): ")
"""How the remedy of a rule names what the descriptor has to say."""
_PLACE = {"records": "[<record of governance/register.yaml>]", "condition": "<condition>", "subjects": "[<whom>]"}


def from_names(
    about: Iterable[str], identifiers: Iterable[str], categories: Iterable[str | None]
) -> tuple[Mapping[str, tuple[str, ...]], Mapping[str, str]]:
    """What is proposed of a product that holds people, and what is asked since nothing tells it.

    Args:
        about: the names of product, file and table.
        identifiers: the namespaces of its identifiers, and the columns that point at people.
        categories: those of its columns.
    """
    said, asked = [word for name in about for word in words(name)], dict[str, str]()
    found = whom((*said, *(word for name in identifiers for word in words(name))), categories)
    if not found:
        asked["subjects"] = f"whom it is about: {', '.join(get_args(Subject))}"
    if word := next((word for word in said if word in NO_PRODUCTION), None):
        asked["production"] = f"does it serve tests, training or demonstrations alone, as {word!r} in its name may say?"
    return {"subjects": found} if found else {}, asked


def whom(said: Iterable[str], categories: Iterable[str | None]) -> tuple[str, ...]:
    """Whom rows are about, as words of names and categories tell it."""
    named = set(map(singular, said))
    children = {"child"} if any(str(one).startswith("user.children") for one in categories) else set()
    found = {subject for word, subject in WHOM if word in named} | children
    return tuple(subject for subject in get_args(Subject) if subject in found)


def asked_by(proposal: Proposal, findings: Iterable[Finding]) -> Proposal:
    """The proposal with a question for each key of `privacy:` that the gate's findings ask for."""
    told: dict[str, list[str]] = {}
    for finding in findings:
        if found := _ASKS.search(finding.fix):
            told.setdefault(found[1], []).append(f"{finding.rule}: {finding.why}")
    if not told:
        return proposal
    asked = {key: " ".join(dict.fromkeys(whys)) for key, whys in told.items()}
    decide = (*proposal.decide, *(f"privacy.{key}: {question}" for key, question in asked.items()))
    return replace(proposal, privacy_open={**proposal.privacy_open, **asked}, decide=decide)


def privacy_lines(proposal: Proposal) -> Iterable[str]:
    """The block of the descriptor; commented out whole where it holds nothing but questions."""
    if not proposal.privacy and not proposal.privacy_open:
        return
    yield "privacy:" if proposal.privacy else "# privacy:"
    begin = "  # " if proposal.privacy else "#   "
    for key, value in proposal.privacy.items():
        yield f"  {key}: {_written(value)}  # proposed: {proposal.privacy_why}"
    for key, question in proposal.privacy_open.items():
        place = _PLACE.get(key, "<true or false>")
        yield f"{begin}{key}: {place}  # decide: {' '.join(question.split())}"


def _written(value: object) -> str:
    if isinstance(value, tuple):
        return f"[{', '.join(value)}]"
    return str(value).lower() if isinstance(value, bool) else str(value)
