"""Orders over a graph of dependencies: pure functions over (node, what it depends on) pairs, with the same answer every time.

Nodes need only be hashable and sortable. Nothing here recurses, so a chain of ten thousand products is no trouble.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Hashable, Iterable, Mapping
from heapq import heapify, heappop, heappush
from typing import Any, Protocol, TypeVar


class Sortable(Hashable, Protocol):
    """A node: hashable, and comparable with its like."""

    def __lt__(self, other: Any, /) -> bool: ...


Node = TypeVar("Node", bound=Sortable)
Edges = Iterable[tuple[Node, Node]]


class CycleFound(ValueError):
    """There is no order, since these depend on themselves; each of `cycles` is a path that ends where it began."""

    def __init__(self, cycles: tuple[tuple[object, ...], ...]) -> None:
        super().__init__("; ".join(" -> ".join(map(str, (*cycle, cycle[0]))) for cycle in cycles))
        self.cycles = cycles


def topological_order(edges: Edges[Node], nodes: Iterable[Node] = ()) -> tuple[Node, ...]:
    """Every node after all that it depends on; among those that are free, the smallest first.

    Raises:
        CycleFound: where there is no such order; it names the cycles.
    """
    upstream = _upstream(edges, nodes)
    downstream = _reversed(upstream)
    waiting = {node: len(needs) for node, needs in upstream.items()}
    free = [node for node, count in waiting.items() if count == 0]
    heapify(free)
    order: list[Node] = []
    while free:
        node = heappop(free)
        order.append(node)
        for dependent in downstream[node]:
            waiting[dependent] -= 1
            if waiting[dependent] == 0:
                heappush(free, dependent)
    if len(order) < len(upstream):
        raise CycleFound(_cycles(upstream))
    return tuple(order)


def levels(edges: Edges[Node], nodes: Iterable[Node] = ()) -> tuple[tuple[Node, ...], ...]:
    """Nodes by their longest way from a source: level 0 depends on nothing, each other one only on levels below its own.

    Raises:
        CycleFound: where there is no such order.
    """
    upstream = _upstream(edges, nodes)
    level: dict[Node, int] = {}
    for node in topological_order(((n, u) for n, needs in upstream.items() for u in needs), upstream):
        level[node] = max((level[u] + 1 for u in upstream[node]), default=0)
    found: list[list[Node]] = [[] for _ in range(max(level.values(), default=-1) + 1)]
    for node, number in level.items():
        found[number].append(node)
    return tuple(tuple(sorted(nodes)) for nodes in found)


def cycles(edges: Edges[Node]) -> tuple[tuple[Node, ...], ...]:
    """One shortest cycle for each knot of nodes that depend on each other, from its smallest node on; none where all is well."""
    return _cycles(_upstream(edges, ()))


def distances(edges: Edges[Node], starts: Iterable[Node]) -> dict[Node, int]:
    """How many steps along the edges each node is from the nearest of `starts`; the starts themselves are at 0."""
    upstream = _upstream(edges, ())
    found = dict.fromkeys(starts, 0)
    queue = deque(found)
    while queue:
        node = queue.popleft()
        for need in upstream.get(node, ()):
            if need not in found:
                found[need] = found[node] + 1
                queue.append(need)
    return found


def _upstream(edges: Edges[Node], nodes: Iterable[Node]) -> dict[Node, set[Node]]:
    found: dict[Node, set[Node]] = {node: set() for node in nodes}
    for node, need in edges:
        found.setdefault(node, set()).add(need)
        found.setdefault(need, set())
    return found


def _reversed(graph: Mapping[Node, set[Node]]) -> dict[Node, set[Node]]:
    found: dict[Node, set[Node]] = {node: set() for node in graph}
    for node, needs in graph.items():
        for need in needs:
            found[need].add(node)
    return found


def _cycles(graph: Mapping[Node, set[Node]]) -> tuple[tuple[Node, ...], ...]:
    found = []
    for knot in _knots(graph):
        first = min(knot)
        if len(knot) > 1 or first in graph[first]:
            found.append(_way_round(graph, first, knot))
    return tuple(sorted(found))


def _knots(graph: Mapping[Node, set[Node]]) -> list[set[Node]]:
    """Strongly connected components (Kosaraju): finish order one way, reachability the other way."""
    finished: list[Node] = []
    seen: set[Node] = set()
    for start in graph:
        stack = [] if start in seen else [(start, iter(graph[start]))]
        seen.add(start)
        while stack:
            node, needs = stack[-1]
            following = next((need for need in needs if need not in seen), None)
            if following is None:
                finished.append(node)
                stack.pop()
            else:
                seen.add(following)
                stack.append((following, iter(graph[following])))
    back = _reversed(graph)
    knots: list[set[Node]] = []
    placed: set[Node] = set()
    for start in reversed(finished):
        if start in placed:
            continue
        knot, stack_of = {start}, [start]
        while stack_of:
            for node in back[stack_of.pop()]:
                if node not in placed and node not in knot:
                    knot.add(node)
                    stack_of.append(node)
        placed |= knot
        knots.append(knot)
    return knots


def _way_round(graph: Mapping[Node, set[Node]], first: Node, knot: set[Node]) -> tuple[Node, ...]:
    """The shortest path from `first` back to itself inside its knot, by name where several are as short."""
    came_from: dict[Node, Node] = {}
    queue = deque([first])
    while queue:
        node = queue.popleft()
        for need in sorted(graph[node] & knot):
            if need == first:
                path = [node]
                while path[-1] != first:
                    path.append(came_from[path[-1]])
                return tuple(reversed(path))
            if need not in came_from:
                came_from[need] = node
                queue.append(need)
    raise AssertionError("a knot always has a way round")
