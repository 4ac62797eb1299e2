"""The frameworks that evidence is made for, and the packs of rules that stand for them."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class Framework(StrEnum):
    """What an examiner asks about; each is one pack of rules."""

    GDPR = "gdpr"
    HIPAA = "hipaa"
    PCI = "pci"
    CCPA = "ccpa"
    US_STATES = "us-states"
    LGPD = "lgpd"
    DPDP = "dpdp"
    SOVEREIGNTY = "sovereignty"
    CORE = "core"

    @property
    def pack(self) -> str:
        """The pack whose rules are its controls."""
        return self.value.upper()

    @property
    def law(self) -> str:
        """Its name in full."""
        return _TITLES[self]

    @property
    def beside(self) -> Mapping[str, str]:
        """Documents that come with its evidence: file name without its ending → what it is."""
        return _BESIDE.get(self, {})


_TITLES = {
    Framework.GDPR: "General Data Protection Regulation (EU) 2016/679",
    Framework.HIPAA: "HIPAA Privacy and Security Rules (45 CFR 160, 164)",
    Framework.PCI: "PCI DSS 4.0.1",
    Framework.CCPA: "California Consumer Privacy Act, with CPRA and the Delete Act",
    Framework.US_STATES: "Privacy laws of US states (VA, CO, CT, TX, OR, UT)",
    Framework.LGPD: "Lei Geral de Proteção de Dados (Brazil)",
    Framework.DPDP: "Digital Personal Data Protection Act 2023 (India)",
    Framework.SOVEREIGNTY: "Data sovereignty and residency",
    Framework.CORE: "The platform's own rules",
}

_PROCESSING = {"processing": "Record of processing activities"}
_BESIDE: Mapping[Framework, Mapping[str, str]] = {
    Framework.GDPR: _PROCESSING,
    Framework.LGPD: _PROCESSING,
    Framework.PCI: {"pci-scope": "Map of the scope: what holds, touches or is connected to card data"},
}
