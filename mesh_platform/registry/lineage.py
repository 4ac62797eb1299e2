"""What derives from what, down to columns, across any number of products.

The engine finds the edges that can be reached (a recursive query over distinct edges, so a cycle ends it instead of turning it for ever);
how far each node is, is counted here. Where only the products of an edge are known, each column counts as derived from each: lineage
that is not known never makes the answer smaller.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable
from typing import Any

from sqlalchemy import CTE, ColumnElement, Connection, and_, delete, exists, insert, literal, or_, select

from mesh_platform.product.key import ProductKey
from mesh_platform.registry.values import WHOLE, LineageEdge, Reached
from mesh_platform.state.tables import lineage_edges

_T = lineage_edges.c
Node = tuple[str, str]


def record(con: Connection, product: ProductKey, edges: Iterable[LineageEdge]) -> None:
    """Replace what `product` derives from."""
    given = dict.fromkeys(edges)
    if any(edge.product != product for edge in given):
        raise ValueError(f"an edge of another product than {product}")
    con.execute(delete(lineage_edges).where(_T.product == str(product)))
    if given:
        con.execute(insert(lineage_edges), [_row(edge) for edge in given])


def reached(con: Connection, product: ProductKey, column: str | None, down: bool) -> tuple[Reached, ...]:
    """All that lineage leads to from here, nearest first; products where `column` is None, else columns."""
    start = (str(product), column or WHOLE)
    pairs = _products(con, start[0], down) if column is None else _columns(con, start, down)
    steps = _distances(pairs, start)
    found = [Reached(ProductKey.parse(node[0]), node[1], depth) for node, depth in steps.items() if node != start]
    return tuple(sorted(found, key=lambda each: (each.depth, each.product, each.column)))


def _distances(edges: Iterable[tuple[Node, Node]], start: Node) -> dict[Node, int]:
    """How many steps along the edges each node is from `start`."""
    following: dict[Node, set[Node]] = defaultdict(set)
    for near, far in edges:
        following[near].add(far)
    found, queue = {start: 0}, deque([start])
    while queue:
        node = queue.popleft()
        for far in following[node] - found.keys():
            found[far] = found[node] + 1
            queue.append(far)
    return found


def _products(con: Connection, start: str, down: bool) -> set[tuple[Node, Node]]:
    """Pairs (nearer product, farther product) that can be reached from `start`."""
    near, far = (_T.upstream_product, _T.product) if down else (_T.product, _T.upstream_product)
    first = select(near.label("near"), far.label("far")).where(near == start)
    walk: CTE = first.cte("walk", recursive=True)
    walk = walk.union(select(near, far).join(walk, near == walk.c.far))
    found: Iterable[Any] = con.execute(select(walk))
    return {((near_key, WHOLE), (far_key, WHOLE)) for near_key, far_key in found}


def _columns(con: Connection, start: Node, down: bool) -> set[tuple[Node, Node]]:
    """Pairs (nearer column, farther column) that can be reached from `start`; the nearer one as the walk came to it."""
    above = (_T.upstream_product, _T.upstream_column)
    below = (_T.product, _T.column)
    (near, near_column), (far, far_column) = (above, below) if down else (below, above)
    usable = or_(_T.column != WHOLE, _opaque())
    here, here_column = literal(start[0]).label("here"), literal(start[1]).label("here_column")
    first = select(here, here_column, far.label("far"), far_column.label("far_column")).where(
        near == start[0], _touches(near_column, literal(start[1])), usable
    )
    walk: CTE = first.cte("walk", recursive=True)
    following = select(walk.c.far, walk.c.far_column, far, far_column).join(
        walk, and_(near == walk.c.far, _touches(near_column, walk.c.far_column))
    )
    walk = walk.union(following.where(usable))
    found: Iterable[Any] = con.execute(select(walk))
    return {((here_key, at), (far_key, to)) for here_key, at, far_key, to in found}


def _touches(stored: ColumnElement[str], at: ColumnElement[str]) -> ColumnElement[bool]:
    """Whether an edge that ends at column `stored` is met by a walk that stands at column `at`; '' is every column."""
    return or_(stored == at, stored == WHOLE, at == WHOLE)


def _opaque() -> ColumnElement[bool]:
    """Whether the edge of two products has no column edges beside it, so that nothing nearer is known."""
    beside = lineage_edges.alias("beside")
    return ~exists().where(
        beside.c.product == _T.product, beside.c.upstream_product == _T.upstream_product, beside.c.column != WHOLE
    ).correlate(lineage_edges)


def _row(edge: LineageEdge) -> dict[str, str]:
    return {
        "product": str(edge.product),
        "column": edge.column,
        "upstream_product": str(edge.upstream),
        "upstream_column": edge.upstream_column,
    }
