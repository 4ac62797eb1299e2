"""The registered packs. A pack is a tuple of rules; the engine knows no rule by name."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from mesh_platform.policy.core import CORE
from mesh_platform.policy.packs.ccpa import CCPA
from mesh_platform.policy.packs.dpdp import DPDP
from mesh_platform.policy.packs.gdpr import GDPR
from mesh_platform.policy.packs.hipaa import HIPAA
from mesh_platform.policy.packs.lgpd import LGPD
from mesh_platform.policy.packs.pci import PCI
from mesh_platform.policy.packs.sovereignty import SOVEREIGNTY
from mesh_platform.policy.packs.us_states import US_STATES
from mesh_platform.policy.rule import Group, Rule

PACKS: Mapping[str, tuple[Rule, ...]] = {
    "CORE": CORE,
    "GDPR": GDPR,
    "CCPA": CCPA,
    "US-STATES": US_STATES,
    "LGPD": LGPD,
    "DPDP": DPDP,
    "HIPAA": HIPAA,
    "PCI": PCI,
    "SOVEREIGNTY": SOVEREIGNTY,
}


@cache
def rules() -> tuple[Rule, ...]:
    """Every rule of every registered pack."""
    return tuple(rule for pack in PACKS.values() for rule in pack)


@cache
def _groups() -> dict[str, Group]:
    return {rule.id: rule.group for rule in rules()}


def group_of(rule_id: str) -> Group:
    """The check under which findings of this rule are shown; `policy` for those of the descriptor's form."""
    return _groups().get(rule_id, Group.POLICY)
