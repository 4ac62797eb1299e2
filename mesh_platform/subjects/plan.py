"""What each product has to do for one erasure: pure, from what the published versions say and where the person was found."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from graphlib import CycleError, TopologicalSorter

from mesh_platform.errors import CheckFailed
from mesh_platform.product import DataProduct
from mesh_platform.subjects.people.groups import Groups
from mesh_platform.subjects.people.held import Held
from mesh_platform.subjects.requests.values import State, Task

DELETE, TEXT, REMADE = "delete_by_key", "text_redact", frozenset({"rebuild", "aggregate_exempt"})
"""What is carried out: rows are deleted by key; or stay without what tells of the person; or the product is made again from what remains."""
_HIDDEN = "the person is hidden from its reads, and what it holds stays"


def plan_erasure(
    held: Sequence[Held],
    namespaces: Collection[str],
    found: Mapping[str, int],
    publishable: Collection[str],
    seen: Collection[str] = (),
    groups: Mapping[str, Groups] | None = None,
) -> tuple[Task, ...]:
    """One task per product, each after those that it derives from.

    Args:
        held: every published product.
        namespaces: of the person's identifiers.
        found: how many rows of each product are the person's, in whatever held version; a product that is missing has none.
        publishable: products that can be published anew.
        seen: products in which somebody else saw the person, by a key or not: what derives from them is reached too.
        groups: how large the groups of aggregates are.

    Raises:
        CheckFailed: DSAR-06, where products derive from each other in a circle.
    """
    by_key = {each.key: each for each in in_order(held)}
    reached = downstream(by_key.values(), [key for key, rows in found.items() if rows])
    told = {key for key in seen if key in by_key and strategy_of(by_key[key].descriptor) == TEXT}
    reached |= (downstream(by_key.values(), seen) - {*seen}) | told
    hidden = {key for key, one in (groups or {}).items() if one.hide and key not in seen}
    excused = {key: _in_groups(one) for key, one in (groups or {}).items() if key in hidden}
    return tuple(_task(each, namespaces, found, reached, publishable, excused) for each in by_key.values())


def in_order(held: Iterable[Held]) -> list[Held]:
    """The products, each after those that it derives from."""
    each = list(held)
    by_place: dict[str, list[Held]] = {}
    for one in each:
        by_place.setdefault(one.place.key, []).append(one)
    graph = {one.key: {up.key for name in one.inputs for up in by_place.get(name, ())} - {one.key} for one in each}
    known = {one.key: one for one in each}
    try:
        return [known[key] for key in TopologicalSorter(dict(sorted(graph.items()))).static_order()]
    except CycleError:
        why = "Published products derive from each other in a circle, so none can be cleaned before the other."
        raise CheckFailed.because("DSAR-06", "the published products", why, "Break the circle and publish them anew.") from None


def downstream(held: Iterable[Held], keys: Iterable[str]) -> frozenset[str]:
    """These products and all that derive from one of them, however far."""
    given, derived = set(keys), dict[str, list[Held]]()
    waiting = list[Held]()
    for one in held:
        for name in one.inputs:
            derived.setdefault(name, []).append(one)
        if one.key in given:
            waiting.append(one)
    reached = {one.key for one in waiting}
    while waiting:
        new = [one for one in derived.pop(waiting.pop().place.key, ()) if one.key not in reached]
        reached.update(one.key for one in new)
        waiting += new
    return frozenset(reached)


def strategy_of(descriptor: DataProduct | None) -> str | None:
    """How a person is removed from the product, as it says."""
    return descriptor.erasure.strategy if descriptor is not None and descriptor.erasure is not None else None


def kept_by_law(descriptor: DataProduct) -> bool:
    """Whether its rows have to stay for a statutory minimum."""
    return descriptor.retention is not None and descriptor.retention.minimum is not None


def goes_by_key(descriptor: DataProduct) -> bool:
    """Whether a person's rows are deleted by key, and no law keeps them."""
    return not kept_by_law(descriptor) and strategy_of(descriptor) == DELETE


def reaches_source(descriptor: DataProduct) -> bool:
    """Whether the person goes from what the product is read from too: from its own rows they go where they stand, and no law keeps them."""
    return not kept_by_law(descriptor) and strategy_of(descriptor) in (DELETE, TEXT)


def _task(
    one: Held,
    namespaces: Collection[str],
    found: Mapping[str, int],
    reached: Collection[str],
    publishable: Collection[str],
    excused: Mapping[str, str],
) -> Task:
    rows = found.get(one.key, 0)
    strategy = strategy_of(one.descriptor)
    if problem := _problem(one, strategy, namespaces, rows, one.key in reached, publishable):
        return Task(one.key, strategy, State.BLOCKED, rows, *problem)
    if one.key not in reached:
        return Task(one.key, strategy, State.UNTOUCHED, 0, "Nothing of the person stands in it, nor in what it derives from.")
    if one.key in excused:
        return Task(one.key, strategy, State.EXEMPT, 0, excused[one.key])
    if one.descriptor is not None and kept_by_law(one.descriptor):
        return Task(one.key, strategy, State.EXEMPT, rows, _by_law(one.descriptor))
    return Task(one.key, strategy, State.OPEN, rows, _why(one, rows))


def _problem(
    one: Held, strategy: str | None, namespaces: Collection[str], rows: int, reached: bool, publishable: Collection[str]
) -> tuple[str, str] | None:
    """Why it cannot be done, and what helps; None where it can, or nothing has to be."""
    if one.problem:
        why = f"It does not open ({one.problem}), so nobody can say what it holds."
        return why, f"See `mesh doctor`; restore it, or end it with `mesh retire {one.place.key}`."
    if one.descriptor is None:
        return "What was published of it cannot be read by this release.", "Publish it anew."
    asked = {name for name, namespace in one.subjects.items() if namespace in namespaces}
    if asked - one.marked:
        why = "It was published before the platform wrote beside each row whose it is, so nobody can be found in it."
        return why, f"Publish {one.key} once, then run the request again."
    if not reached:
        return None
    if kept_by_law(one.descriptor):
        return None
    if strategy is None or strategy == "not_applicable":
        why = f"It says no way in which a person is removed from it: {_HIDDEN}."
        return why, "Declare `erasure: {strategy: …}` in its descriptor, publish it, then run the request again."
    if strategy in (DELETE, "delete_by_token") and not asked:
        why = "It derives from rows of the person and has no key by which its own could be found."
        return why, "Declare `erasure: {strategy: rebuild}`, publish it, then run the request again."
    if strategy in REMADE and not one.inputs:
        return "It is made of no product from which it could be made again.", "Declare delete_by_key, with a subject key."
    if strategy in REMADE and one.place.key not in publishable:
        why = "It has to be made again, and its folder is gone or cannot be read."
        return why, f"Mend {one.key}, or end it with `mesh retire {one.key}`."
    return None


def _by_law(descriptor: DataProduct) -> str:
    assert descriptor.retention is not None
    basis = f" ({descriptor.retention.basis})" if descriptor.retention.basis else ""
    return (
        f"The law keeps its rows for {descriptor.retention.minimum}{basis}, and that goes before an erasure (Art. 17(3)(b) GDPR): they stay, with"
        f" what it is made of, and {_HIDDEN.partition(',')[0]}."
    )


def _in_groups(groups: Groups) -> str:
    least = f", the smallest of {groups.least}" if groups.least is not None else ""
    return (
        f"It shows {groups.shown} groups of {groups.fewest} people or more{least}: nobody can be told from one, and the next publication counts the"
        " person no longer."
    )


def _why(one: Held, rows: int) -> str:
    if strategy_of(one.descriptor) == "external":
        return "Its owner is asked to remove the person outside of the platform, and has to say that it is done."
    return f"{rows} of its rows are the person's." if rows else "It derives from a product that holds the person."
