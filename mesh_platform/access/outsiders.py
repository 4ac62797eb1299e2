"""Principals of recipients outside: they read, are granted and export what others do, and nothing once the entry of their recipient has ended."""

from __future__ import annotations

from datetime import date, datetime

from mesh_platform.errors import Finding
from mesh_platform.product import Governance, ProductKey
from mesh_platform.product.governance.recipients import lapsed

VENDOR = "VENDOR-01"


def outsider(governance: Governance, today: date, product: ProductKey | None, *names: str) -> Finding | None:
    """Why one of these principals gets nothing: they are of a recipient whose entry does not hold today."""
    found = governance.recipient_of(*names)
    day = today.date() if isinstance(today, datetime) else today
    why = lapsed(found[1], governance, day) if found else ""
    return refusal(found[0], why, str(product or "")) if found and why else None


def refusal(name: str, why: str, product: str = "") -> Finding:
    """What is told whoever would give something to a recipient whose entry does not hold."""
    fix = f"Have the privacy team review it in governance/recipients.yaml: `mesh vendor show {name}` tells what has ended."
    return Finding(VENDOR, product or f"the recipient {name}", f"Nothing goes to the recipient {name!r}. {why}", fix, product)
