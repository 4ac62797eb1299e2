"""Canaries: synthetic people of `governance/canaries.yaml`, by the tokens under which rows and events know them.

A canary is nobody: no read of a consumer shows it, and nothing that does not say whose its rows are is made of it.
"""

from __future__ import annotations

from collections.abc import Mapping

from mesh_platform.errors import UsageProblem
from mesh_platform.keys.tokens import SubjectTokens, subject63_of
from mesh_platform.product import Governance
from mesh_platform.product.governance import Canary


def canary_tokens(tokens: SubjectTokens, canary: Canary) -> Mapping[bytes, str]:
    """Each token of a canary, those of its hashed and encoded forms among them → its namespace. An identifier that is none of its namespace, in which no row
    can hold it either, has no token.
    """
    found: dict[bytes, str] = {}
    for namespace, identifier in canary.identifiers.items():
        try:
            found |= {token: name for name, token in tokens.forms(namespace, identifier)}
        except UsageProblem:
            continue
    return found


def canary_marks(tokens: SubjectTokens, governance: Governance) -> frozenset[int]:
    """All canaries, by the lake's 63 bits."""
    each = (canary_tokens(tokens, canary) for canary in governance.canaries.values())
    return frozenset(subject63_of(token) for found in each for token in found)
