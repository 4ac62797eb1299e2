"""Which rules about breaches bind a product on a day: those of the packs that bind it, as for every other rule. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date

from mesh_platform.policy import Facts, Rule, rules_of
from mesh_platform.policy.engine import concerns
from mesh_platform.policy.jurisdictions import UNKNOWN
from mesh_platform.product import Mesh, Product
from mesh_platform.subjects.breaches.duties import RULES

UNTIMED: Mapping[str, str] = {
    "CCPA": "California's Civil Code 1798.82",
    "US-STATES": "the breach laws of the states",
}
"""Packs that bind people whose law on breaches no pack has: they have no clock here, and somebody has to know that."""


def laws_of(mesh: Mesh, name: str, day: date) -> tuple[str, ...]:
    """The rules about breaches that bind the product on that day; of one that is not there any more, those of a place of which nobody knows the law."""
    product = next((one for key, one in mesh.products.items() if str(key) == name), None)
    rules = _rules(mesh)
    if product is None:
        return tuple(rule.id for rule in rules if rule.pack in UNKNOWN)
    return _binding(mesh, product, rules, day)


def laws_of_all(mesh: Mesh, day: date) -> tuple[str, ...]:
    """Those that bind any product: what counts where nobody knows yet which products it is about."""
    rules = _rules(mesh)
    found = {law for product in mesh.products.values() for law in _binding(mesh, product, rules, day)}
    return tuple(rule.id for rule in rules if rule.id in found or (not mesh.products and rule.pack in UNKNOWN))


def untimed(mesh: Mesh, names: Collection[str], day: date) -> tuple[str, ...]:
    """The laws on breaches that no pack has and that may bind these products; no names: any product."""
    products = [one for key, one in mesh.products.items() if not names or str(key) in names]
    packs = {pack for one in products if (facts := Facts(mesh, one, day)).personal for pack in facts.packs}
    return tuple(said for pack, said in UNTIMED.items() if pack in packs)


def _rules(mesh: Mesh) -> list[Rule]:
    found = {rule.id: rule for rule in rules_of(mesh.governance) if rule.id in RULES}
    return [found[id] for id in RULES if id in found]


def _binding(mesh: Mesh, product: Product, rules: list[Rule], day: date) -> tuple[str, ...]:
    facts = Facts(mesh, product, day)
    return tuple(rule.id for rule in rules if concerns(rule, facts))
