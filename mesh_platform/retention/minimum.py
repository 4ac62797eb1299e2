"""What the law needs of a row, and what of an erased person's row it does not."""

from __future__ import annotations

from mesh_platform.product import DataProduct


def minimum_keeps(descriptor: DataProduct) -> frozenset[str] | None:
    """The columns that the law needs: those that are named, or that serve the purpose that is the rule's basis; None where neither is said."""
    rule = descriptor.retention
    if rule is None or rule.minimum is None:
        return None
    if rule.minimum_keeps is not None:
        return frozenset(rule.minimum_keeps)
    if rule.basis is None:
        return None
    basis = rule.basis
    return frozenset(
        name
        for name, column in descriptor.columns.items()
        if column.purposes is None or any(basis == one or basis.startswith(f"{one}.") for one in column.purposes)
    )


def reducible(descriptor: DataProduct) -> tuple[str, ...]:
    """The columns that are emptied of an erased person's row: those that the law does not need, and that may be empty.

    What the rows are counted from stays: without it nobody could tell when the minimum is over.
    """
    keeps, rule = minimum_keeps(descriptor), descriptor.retention
    if keeps is None or rule is None:
        return ()
    return tuple(n for n, one in descriptor.columns.items() if n not in keeps and n != rule.clock_column and one.nullable)
