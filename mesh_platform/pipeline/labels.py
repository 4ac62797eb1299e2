"""The words that Dagster accepts: names of ops, owners, tag values. What a descriptor says is bent to them here and nowhere else."""

import hashlib
import re

from mesh_platform.pipeline.card import Card

_NOT_A_TAG = re.compile(r"[^A-Za-z0-9_.-]+")
_EMAIL = re.compile(r"[^@\s<>]+@[^@\s<>]+\.[^@\s<>.]+")
_MOST_TAG = 63
NO_OWNER = "team:unowned"


def op_name(domain: str, name: str) -> str:
    """One name per product for its op, output and pool; two products never share one."""
    plain = f"{domain}__{name.replace('@', '__v')}"
    if "__" in domain or "__" in name or "@" in name:
        return f"{plain}_{hashlib.sha256(f'{domain}/{name}'.encode()).hexdigest()[:8]}"
    return plain


def owner(text: str) -> str:
    """An address as it stands, anything else as a team."""
    if _EMAIL.fullmatch(text):
        return text
    team = tag_value(text.removeprefix("team:"))
    return f"team:{team}" if team else NO_OWNER


def tag_value(text: str) -> str:
    """The nearest value that a tag may have."""
    return _NOT_A_TAG.sub("_", text.strip())[:_MOST_TAG].strip("_.-")


def tags_of(card: Card) -> dict[str, str]:
    """The tags by which the console filters products."""
    found = {
        "mesh/domain": card.domain,
        "mesh/sensitivity": card.sensitivity,
        "mesh/region": card.region,
        "mesh/location": card.location,
        "mesh/gate": "blocked" if card.blocked else "open",
        "mesh/lifecycle": card.lifecycle,
        "mesh/version": card.version,
    }
    return {key: value for key, value in ((key, tag_value(text)) for key, text in found.items()) if value}


def kinds_of(card: Card) -> set[str]:
    """At most three kinds: what stands in its way, how it is made, where it lies."""
    state = {"blocked"} if card.blocked else {"retired"} if card.lifecycle == "retired" else set()
    return state | ({card.kind} if card.kind else set()) | {"ducklake"}
