"""Orders over dependencies: an edge is (node, what it depends on)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mesh_platform.registry import CycleFound, cycles, levels, topological_order
from mesh_platform.registry.graph import distances

Edges = list[tuple[int, int]]
edges_of_any_graph = st.lists(st.tuples(st.integers(0, 8), st.integers(0, 8)), max_size=24)
edges_without_cycles = edges_of_any_graph.map(lambda edges: [(max(e), min(e)) for e in edges if e[0] != e[1]])


def test_what_is_depended_on_comes_first_and_ties_go_by_name() -> None:
    assert topological_order([("report", "orders"), ("orders", "accounts"), ("report", "accounts")], ["zebra", "apple"]) == (
        "accounts", "apple", "orders", "report", "zebra",
    )  # fmt: skip


def test_levels_are_told_by_the_longest_way() -> None:
    assert levels([("d", "c"), ("c", "b"), ("b", "a"), ("d", "a"), ("e", "a")], ["x"]) == (("a", "x"), ("b", "e"), ("c",), ("d",))


def test_nothing_has_no_order_to_speak_of() -> None:
    assert topological_order([]) == levels([]) == cycles([]) == ()


def test_a_cycle_is_named_from_its_smallest_node_on() -> None:
    assert cycles([("c", "a"), ("a", "b"), ("b", "c"), ("d", "a")]) == (("a", "b", "c"),)


def test_a_node_that_depends_on_itself_is_a_cycle() -> None:
    assert cycles([("a", "a"), ("b", "a")]) == (("a",),)


def test_each_knot_is_named_by_one_shortest_cycle() -> None:
    assert cycles([("a", "b"), ("b", "c"), ("c", "a"), ("b", "a"), ("x", "y"), ("y", "x"), ("x", "a")]) == (
        ("a", "b"),
        ("x", "y"),
    )


def test_an_order_that_cannot_be_tells_the_cycles() -> None:
    with pytest.raises(CycleFound, match="a -> b -> a") as found:
        topological_order([("a", "b"), ("b", "a"), ("c", "a")])
    assert found.value.cycles == (("a", "b"),)
    with pytest.raises(CycleFound):
        levels([("a", "a")])


def test_a_chain_of_ten_thousand_is_no_trouble() -> None:
    chain = [(n, n + 1) for n in range(10_000)]
    assert topological_order(chain)[0] == 10_000
    assert len(levels(chain)) == 10_001
    assert len(cycles([*chain, (10_000, 0)])[0]) == 10_001


@given(edges_without_cycles)
def test_every_node_stands_after_all_that_it_depends_on(edges: Edges) -> None:
    place = {node: at for at, node in enumerate(topological_order(edges))}
    assert all(place[upstream] < place[node] for node, upstream in edges)
    assert set(place) == {node for each in edges for node in each}


@given(edges_without_cycles)
def test_every_level_depends_only_on_lower_ones_and_directly_on_the_one_below(edges: Edges) -> None:
    at = {node: number for number, nodes in enumerate(levels(edges)) for node in nodes}
    for node, number in at.items():
        below = [at[upstream] for each, upstream in edges if each == node]
        assert number == max(below, default=-1) + 1


@given(edges_of_any_graph)
def test_a_graph_has_an_order_exactly_where_it_has_no_cycle(edges: Edges) -> None:
    found = cycles(edges)
    if not found:
        topological_order(edges)
        return
    with pytest.raises(CycleFound):
        topological_order(edges)
    for cycle in found:
        assert all(pair in edges for pair in zip(cycle, (*cycle[1:], cycle[0]), strict=True))


@given(edges_of_any_graph, st.integers(0, 8))
def test_distances_grow_by_one_along_a_shortest_way(edges: Edges, start: int) -> None:
    found = distances(edges, [start])
    assert found[start] == 0
    for node, steps in found.items():
        if node != start:
            assert steps == 1 + min(found[near] for near, far in edges if far == node and near in found)
    assert all(far in found for near, far in edges if near in found)
