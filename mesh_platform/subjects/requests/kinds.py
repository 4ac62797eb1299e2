"""What may be asked for, and under whose law."""

from __future__ import annotations

from enum import StrEnum


class Kind(StrEnum):
    """What is asked for (Art. 15 to 18, 20 and 21 GDPR)."""

    ERASURE = "erasure"
    ACCESS = "access"
    PORTABILITY = "portability"
    RECTIFICATION = "rectification"
    RESTRICTION = "restriction"
    OBJECTION = "objection"


HANDED_OVER = frozenset({Kind.ACCESS, Kind.PORTABILITY})
"""Kinds that end with a package."""


class Regime(StrEnum):
    """Under whose law."""

    GDPR = "gdpr"
    CCPA = "ccpa"
    LGPD = "lgpd"
    DPDP = "dpdp"
    HIPAA = "hipaa"
