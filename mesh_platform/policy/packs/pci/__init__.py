"""PCI DSS 4.0.1, as far as stored data and its use go. It binds everywhere, and its rules look for card data: declared, scanned, or shown by rows."""

from mesh_platform.policy.packs.pci.keeping import KEEPING
from mesh_platform.policy.packs.pci.stored import STORED
from mesh_platform.policy.packs.pci.use import USE
from mesh_platform.policy.rule import Rule

PCI: tuple[Rule, ...] = (*STORED, *USE, *KEEPING)
"""By the numbers of the requirements' groups: what is stored, who sees it, and what is kept of it."""
