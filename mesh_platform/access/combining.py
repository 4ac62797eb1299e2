"""What one consumer holds together: quasi-identifiers under several grants are one combination, whoever approved each of them.

At approval the union is counted in the served rows (CORE-18), as it is handed out: masked values make coarser classes. A read holds a
caller to what was judged: what comes together from grants that nobody looked at together is not given.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from mesh_platform.access.grants import Grant
from mesh_platform.access.masks import REDACT, TOKEN, mask_of, masked
from mesh_platform.policy.people import is_quasi
from mesh_platform.product import Product, Sensitivity
from mesh_platform.product.sql_engine import quoted


def quasi_of(product: Product, names: Iterable[str]) -> frozenset[str]:
    """The quasi-identifiers among these columns."""
    columns = product.descriptor.columns
    return frozenset(name for name in names if name in columns and is_quasi(columns[name]))


def union(product: Product, grants: Iterable[Grant]) -> frozenset[str]:
    """The quasi-identifiers that these grants give together."""
    columns = product.descriptor.columns
    return frozenset(
        name
        for grant in grants
        for name in quasi_of(product, columns)
        if grant.lists(name, columns[name]) and name not in grant.excluded
    )


def unjudged(product: Product, grants: Sequence[Grant]) -> Mapping[str, frozenset[str]]:
    """Column → the grants that do not give it to one who reads under all of `grants`, for any purpose, since their union was never judged.

    Contracts come first, which the gate judges; then grants in the order given, each as far as a judgement covers what is held with it.
    Break-glass is no judgement, and nothing that another grant is held against: it opens what it opens, for its purpose and its minutes.
    """
    grants = [grant for grant in grants if not grant.break_glass]
    judged = [grant.judged for grant in grants if grant.judged is not None]
    if not judged:
        return {}
    acquired = union(product, [grant for grant in grants if grant.judged is None])
    apart: dict[str, frozenset[str]] = {}
    for grant in grants:
        own = union(product, [grant])
        together = acquired | own
        if grant.judged is None or not own - acquired:
            continue
        if len(together) < 2 or any(together <= each for each in judged):
            acquired = together
            continue
        for name in own - acquired:
            apart[name] = apart.get(name, frozenset()) | {grant.id}
    return apart


def handed_out(product: Product, names: Iterable[str], raw: frozenset[str], types: Mapping[str, str]) -> tuple[str, ...]:
    """The expressions of these columns as one who holds them meets them. What is redacted tells nobody apart; a token does as its value."""
    found = []
    for name in sorted(names):
        column = product.descriptor.columns[name]
        open_ = (column.sensitivity or Sensitivity.RESTRICTED) < Sensitivity.CONFIDENTIAL or name in raw
        mask = TOKEN if open_ else mask_of(column)
        if mask == REDACT or name not in types:
            continue
        found.append(quoted(name) if mask == TOKEN else masked(mask, quoted(name), types[name], None))
    return tuple(found)
