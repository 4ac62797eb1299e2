"""Which products a person means, and in which order they can be published."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from graphlib import CycleError, TopologicalSorter

from mesh_platform.errors import NotFound
from mesh_platform.pipeline.card import Card, Ref


def choose(cards: Sequence[Card], words: Sequence[str]) -> list[Card]:
    """The cards that `words` name, inputs first; all but drafts where there is no word.

    Args:
        cards: the whole mesh.
        words: `domain/product`, or `domain` for all of its products.

    Raises:
        NotFound: where a word names nothing.
    """
    known = {(card.domain, card.name): card for card in cards}
    named = (
        {ref for word in words for ref in _named(known, word)}
        if words
        else {r for r, c in known.items() if c.lifecycle != "draft"}
    )
    return [card for card in in_order(cards) if (card.domain, card.name) in named]


def _named(known: Mapping[Ref, Card], word: str) -> list[Ref]:
    domain, slash, name = word.partition("/")
    found = [ref for ref in known if ref[0] == domain and (not slash or name in ("*", ref[1]))]
    if not found:
        raise NotFound.because("NAME-02", "the selection", f"{word!r} names no product.", "`mesh products` lists them.")
    return found


def in_order(cards: Sequence[Card]) -> list[Card]:
    """Every card after its inputs, otherwise by name; a cycle is not ordered."""
    known = {(card.domain, card.name): card for card in sorted(cards, key=str)}
    try:
        order = list(
            TopologicalSorter({ref: [r for r in card.inputs if r in known] for ref, card in known.items()}).static_order()
        )
    except CycleError:
        order = list(known)
    return [known[ref] for ref in order]


def startable(chosen: Iterable[Card], done: Iterable[Ref], served: Callable[[Ref], bool]) -> list[Card]:
    """Those of `chosen` of which every input was published, is served from before, or can be started along."""
    held = {(card.domain, card.name): card for card in chosen}
    there = set(done)
    while True:
        out = [ref for ref, card in held.items() if any(r not in held and r not in there and not served(r) for r in card.inputs)]
        if not out:
            return list(held.values())
        for ref in out:
            del held[ref]
