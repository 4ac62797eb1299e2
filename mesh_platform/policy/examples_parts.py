"""Parts of worked examples that several packs use: what of the fit mesh is changed, said once."""

from __future__ import annotations

from typing import Any

HEALTH: dict[str, Any] = {
    "type": "string",
    "sensitivity": "restricted",
    "category": "user.health.medical_diagnosis",
    "identifiability": "quasi",
}
ILL: dict[str, Any] = {"columns": {"diagnosis": HEALTH}}
"""The profiles with a diagnosis."""
OUTSIDE: dict[str, Any] = {
    "dataContracts": [{"consumer": "mailer", "purpose": "enrichment", "fields": ["customer_id", "segment"]}]
}
"""The profiles under a contract with somebody outside."""


def recipient(**said: Any) -> dict[str, Any]:
    """The mailer as it stands in the register of recipients, reviewed."""
    told = {"address": "https://mailer.example.com/events", "secret": "env:MAILER_SECRET"}
    return {"recipients": {"mailer": {**told, "reviewed": "2026-01-15", "expires": "2027-01-15", **said}}}


def record(kind: str, *about: str, expires: str = "2027-06-30") -> dict[str, Any]:
    """One record of the register, called `it`."""
    return {
        "records": {"it": {"kind": kind, "about": list(about), "by": "legal@example.com", "on": "2026-01-15", "expires": expires}}
    }
