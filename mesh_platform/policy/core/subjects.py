"""CORE-10: a product from which no person could be removed does not pass."""

from __future__ import annotations

from collections.abc import Iterator

from mesh_platform.policy.facts import Facts
from mesh_platform.policy.people import holds_persons
from mesh_platform.policy.rule import Objection, failing, passing, rule
from mesh_platform.product import Product

_FIX = "Add `erasure: {{strategy: …}}` with {}."
_TEXTS = ("string", "json")
LEAST_GROUP = 5
"""House rule: the smallest group inside of the organisation."""
_COUNTS = {"type": "integer", "sensitivity": "internal", "derivedFrom": []}
_ANONYMOUS = {"customer_id": None, "people": _COUNTS}


def _groups(least: int) -> dict[str, object]:
    aggregate = {"minGroup": least, "count": "people"}
    return {"erasure": {"strategy": "aggregate_exempt"}, "aggregate": aggregate, "columns": _ANONYMOUS}


@rule(
    "CORE-10",
    "A product that holds persons, or derives from them, says how a person is removed",
    passing("deleted by the customer's number"),
    passing("an aggregate of groups", about="sales/segments", reader=_groups(5)),
    passing("rebuilt from its inputs", about="sales/segments", reader={"erasure": {"strategy": "rebuild"}}),
    failing("persons and no strategy", product={"erasure": None}),
    failing(
        "nothing declared and no strategy", product={"erasure": None, "columns": None, "retention": None, "dataContracts": None}
    ),
    failing("derived from persons and no strategy", about="sales/segments", reader={"erasure": None, "columns": _ANONYMOUS}),
    failing("said not to apply to persons", product={"erasure": {"strategy": "not_applicable", "reason": "too hard"}}),
    failing("by a key that it has not", about="sales/segments", reader={"columns": _ANONYMOUS}),
    failing("exempt, but no aggregate", about="sales/segments", reader={"erasure": {"strategy": "aggregate_exempt"}}),
    failing("exempt with groups of two", about="sales/segments", reader=_groups(2)),
    failing("rebuilt from nothing", product={"erasure": {"strategy": "rebuild"}}),
    source="House rule, after GDPR Art. 17(1)",
)
def a_person_can_be_removed(facts: Facts) -> Iterator[Objection]:
    product, erasure = facts.product, facts.descriptor.erasure
    persons, derived = holds_persons(product), _from_persons(facts)
    if erasure is None:
        if persons or derived:
            yield Objection(
                f"It {_whose(facts, persons, derived)} and says nowhere how one is removed.", _fix(facts), ("erasure",)
            )
        return
    at = ("erasure", "strategy")
    if erasure.strategy == "not_applicable" and (persons or not erasure.reason) and (persons or derived):
        yield Objection("It holds persons or derives from them, and says that erasure does not apply.", _fix(facts), at)
    if erasure.strategy in ("delete_by_key", "delete_by_token") and not facts.descriptor.subject_columns:
        yield Objection(f"{erasure.strategy} needs a column with `subject:`, and there is none.", "Declare one, or rebuild.", at)
    if erasure.strategy == "rebuild" and not facts.descriptor.inputs:
        yield Objection("rebuild needs inputs to build from.", "Use delete_by_key, or another strategy.", at)
    if erasure.strategy == "aggregate_exempt":
        yield from (Objection(why, "Mend the aggregate, or use another strategy.", at) for why in _no_aggregate(facts))


def _fix(facts: Facts) -> str:
    """The strategies that this product could have, as it is declared."""
    fitting = ["delete_by_key or delete_by_token"] if facts.descriptor.subject_columns else []
    fitting += ["rebuild"] if facts.descriptor.inputs else []
    fitting += ["text_redact (its texts hold persons)"] if any(c.type.text in _TEXTS for c in facts.columns.values()) else []
    fitting += ["aggregate_exempt, with `aggregate:`"] if facts.descriptor.aggregate or facts.descriptor.inputs else []
    others = "" if facts.descriptor.subject_columns else " delete_by_key needs a column with `subject:`."
    return _FIX.format(", ".join([*fitting, "external (with a task for a person)"])) + others


def _whose(facts: Facts, persons: bool, derived: str) -> str:
    if not facts.columns:
        return "declares no columns, so it counts as holding persons,"
    return "holds persons" if persons else f"derives from {derived}, which holds persons"


def _no_aggregate(facts: Facts) -> Iterator[str]:
    """Why the product is no aggregate that no longer concerns persons."""
    aggregate = facts.descriptor.aggregate
    if facts.columns and holds_persons(facts.product):
        yield "It calls itself an aggregate and holds identifiers of persons."
    if aggregate is None:
        yield "aggregate_exempt needs `aggregate: {minGroup, count}`."
        return
    if aggregate.min_group < LEAST_GROUP:
        yield f"Groups of {aggregate.min_group} are too small to hide a person; {LEAST_GROUP} is the least."


def _from_persons(facts: Facts) -> str:
    """The first product up the line that holds persons, seen through products that shed the identifiers; empty for none."""
    waiting: list[Product] = [source for _, _, source in facts.inputs()]
    seen = {facts.product.key}
    while waiting:
        product = waiting.pop(0)
        if product.key in seen or _exempt(product):
            continue
        seen.add(product.key)
        if holds_persons(product):
            return str(product.key)
        waiting += [facts.mesh.products[i.product] for i in product.descriptor.inputs if i.product in facts.mesh.products]
    return ""


def _exempt(product: Product) -> bool:
    """Whether what derives from it derives from groups and no longer from persons."""
    erasure = product.descriptor.erasure
    return erasure is not None and erasure.strategy in ("aggregate_exempt", "not_applicable") and not holds_persons(product)


SUBJECTS = (a_person_can_be_removed,)
