"""Who upholds each pair of rule and product: the platform by itself, a person, or nobody yet. Sums over what `mesh policy explain` says of every product."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

AT_PUBLICATION = "at publication"
KINDS: Mapping[str, str] = {
    "by files": "automatic",
    "by rows": "automatic",
    "run time": "automatic",
    "broken": "automatic",
    "attested": "person",
    "asks a person": "person",
    "waits for rows": "open",
    "nobody": "open",
}
"""What holds of a pair, and whose it is. Broken: the platform objects or warns, by itself."""
AUTOMATIC = tuple(kind for kind, whose in KINDS.items() if whose == "automatic")
HEADS = (*AUTOMATIC, "a person", "nobody")
_OF_STATE = {
    "passed": "by files",
    AT_PUBLICATION: "by rows",
    "enforced": "run time",
    "objects": "broken",
    "warns": "broken",
    "attested": "attested",
}
Said = Mapping[str, Sequence[Mapping[str, str]]]
"""Product → what each rule says of it."""


def pairs(by_product: Said, people: Collection[str], published: Collection[str]) -> Iterator[tuple[str, Mapping[str, str], str]]:
    """Product, what a rule says of it, and the kind of that; pairs that have nothing to do with each other left out.

    Args:
        by_product: as `judged` tells it.
        people: the rules that only a person can attest.
        published: the products that are published as their files stand.
    """
    for key, said in by_product.items():
        for one in said:
            state = one["state"]
            if state in _OF_STATE:
                yield key, one, _OF_STATE[state]
            elif state == "not evaluated":
                yield key, one, "asks a person" if one["rule"] in people else "nobody" if key in published else "waits for rows"


def totals(kinds: Mapping[str, int]) -> dict[str, int]:
    """All pairs, whose they are, and each kind."""
    whose = {one: sum(kinds.get(kind, 0) for kind, who in KINDS.items() if who == one) for one in ("automatic", "person", "open")}
    return {"pairs": sum(whose.values()), **whose, **{kind.replace(" ", "_"): kinds.get(kind, 0) for kind in KINDS}}


def left(found: Sequence[tuple[str, Mapping[str, str], str]]) -> list[dict[str, Any]]:
    """What nobody has judged or attested, rule by rule, with why, for how many products, and what it waits for."""
    waits = Counter(
        (one["rule"], one["why"], kind) for _, one, kind in found if kind in ("asks a person", "waits for rows", "nobody")
    )
    return [
        {"rule": rule, "why": why, "products": count, "waits_for": _WAITS[kind]}
        for (rule, why, kind), count in sorted(waits.items())
    ]


_WAITS = {"asks a person": "attestation", "waits for rows": "publication", "nobody": None}


def row(kinds: Mapping[str, int]) -> tuple[int, ...]:
    """The numbers of one pack, in the order of `HEADS`."""
    said = totals(kinds)
    return (*(said[kind.replace(" ", "_")] for kind in AUTOMATIC), said["person"], said["open"])


def in_words(said: Mapping[str, int]) -> Iterator[str]:
    """The sums, with what each is made of."""
    share = f" ({100 * said['automatic'] // said['pairs']} %)" if said["pairs"] else ""
    yield f"Of {said['pairs']:,} pairs of rule and product"
    yield f"  {said['automatic']:,}{share} are upheld by the platform, without anybody's help:"
    yield f"    {said['by_files']:,} by files, {said['by_rows']:,} by rows at publication, {said['run_time']:,} at run time, {said['broken']:,} broken and told so"
    yield f"  {said['person']:,} need a person:"
    yield f"    {said['attested']:,} attested, {said['asks_a_person']:,} that nobody attests"
    yield f"  {said['open']:,} nobody has judged yet:"
    yield f"    {said['waits_for_rows']:,} wait for a publication, {said['nobody']:,} for something else (below)"
