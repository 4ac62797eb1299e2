"""The closed registry of purposes as the ledger asks it: what stands above a purpose, on what it may rest, which signals opt out of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from mesh_platform.errors import UsageProblem
from mesh_platform.ledger.events import SIGNAL
from mesh_platform.product import Governance
from mesh_platform.product.models import LegalBasis


@dataclass(frozen=True, slots=True)
class Asked:
    """A purpose with all that decides about it.

    Attributes:
        purpose: its key in the registry.
        chain: itself, those above it, and `""`, under which stands what is for every purpose.
        bases: on what it may rest.
        signals: `signal:…` of those that opt out of it or of one above it.
        during_restriction: whether a restriction leaves it alone.
    """

    purpose: str
    chain: frozenset[str]
    bases: frozenset[LegalBasis]
    signals: frozenset[str]
    during_restriction: bool


class Purposes:
    """The registry of `governance/purposes.yaml`."""

    def __init__(self, governance: Governance) -> None:
        self._governance = governance
        self.asked = lru_cache(maxsize=1024)(self._asked)

    def key(self, text: str) -> str:
        """The registered purpose that `text` names by key or alias.

        Raises:
            UsageProblem: LEDGER-01, where it is not registered.
        """
        found = self._governance.purpose(text)
        if found is None or ":" in found:
            known = ", ".join(self._governance.purposes) or "none"
            why = "It holds no such purpose, and what is not registered is used for nothing."
            raise UsageProblem.because("LEDGER-01", "governance/purposes.yaml", why, f"Name a registered one: {known}.")
        return found

    def _asked(self, text: str) -> Asked:
        purpose = self.key(text)
        above = list(self._above(purpose))
        entries = [self._governance.purposes[name] for name in above]
        return Asked(
            purpose,
            frozenset((*above, "")),
            frozenset(entries[0].bases),
            frozenset(SIGNAL + signal for entry in entries for signal in entry.opt_out_signals),
            entries[0].during_restriction,
        )

    def _above(self, purpose: str) -> Iterable[str]:
        step: str | None = purpose
        met: set[str] = set()
        while step is not None and step not in met and step in self._governance.purposes:
            met.add(step)
            yield step
            step = self._governance.purposes[step].parent
