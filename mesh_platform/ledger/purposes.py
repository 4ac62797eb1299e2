"""The closed registry of purposes as the ledger asks it: what stands above a purpose, on what it may rest, which signals opt out of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from mesh_platform.errors import UsageProblem
from mesh_platform.ledger.events import SIGNAL
from mesh_platform.product import Governance
from mesh_platform.product.models import LegalBasis

HEARS_OBJECTIONS = frozenset({LegalBasis.CONSENT, LegalBasis.LEGITIMATE_INTERESTS, LegalBasis.PUBLIC_TASK})
"""Art. 21(1) GDPR for points (e) and (f), 21(2) for direct marketing on whatever basis; who objects to what they consented to means it."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A purpose on legal bases, with all that decides about it.

    Attributes:
        purpose: its key in the registry.
        bases: the legal bases that are claimed.
        chain: the purpose, those above it, and `""`, under which stands what is for every purpose.
        signals: `signal:…` of those that opt out of it or of one above it.
        during_restriction: whether a restriction leaves it alone.
        lawful: whether there is a basis, and the registry names each that is claimed.
        consents: whether a basis asks for consent.
        hears: whether one hears objections and signals.
        carried: whether one allows by itself what nobody spoke against.
    """

    purpose: str
    bases: frozenset[LegalBasis]
    chain: frozenset[str]
    signals: frozenset[str]
    during_restriction: bool
    lawful: bool
    consents: bool
    hears: bool
    carried: bool


class Purposes:
    """The registry of `governance/purposes.yaml`."""

    def __init__(self, governance: Governance) -> None:
        self._governance = governance
        self._known = lru_cache(maxsize=4096)(self._asked)

    def asked(self, purpose: str, bases: Iterable[LegalBasis] | None = None) -> Asked:
        """The purpose on these bases, or on all that the registry names for it where None.

        Raises:
            UsageProblem: LEDGER-01, where it is not registered.
        """
        return self._known(purpose, None if bases is None else frozenset(bases))

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

    def _asked(self, text: str, claimed: frozenset[LegalBasis] | None) -> Asked:
        purpose = self.key(text)
        above = list(self._above(purpose))
        entries = [self._governance.purposes[name] for name in above]
        bases = frozenset(entries[0].bases) if claimed is None else claimed
        return Asked(
            purpose,
            bases,
            frozenset((*above, "")),
            frozenset(SIGNAL + signal for entry in entries for signal in entry.opt_out_signals),
            entries[0].during_restriction,
            lawful=bool(bases) and bases <= frozenset(entries[0].bases),
            consents=LegalBasis.CONSENT in bases,
            hears=not bases.isdisjoint(HEARS_OBJECTIONS),
            carried=bool(bases - {LegalBasis.CONSENT}),
        )

    def _above(self, purpose: str) -> Iterable[str]:
        step: str | None = purpose
        met: set[str] = set()
        while step is not None and step not in met and step in self._governance.purposes:
            met.add(step)
            yield step
            step = self._governance.purposes[step].parent
