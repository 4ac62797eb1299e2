"""The probe of masks: a reader who is granted nothing raw asks for the staged rows, by the decision and the view of every read, and what comes
out is held against the values.

It is asked again under a grant that lists every column as raw. What that shows has to count as a leak by the same measure: else the measure
could not have told, and the column proves nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import duckdb

from mesh_platform.access.decision import Decision, Treatment
from mesh_platform.access.views import view
from mesh_platform.product import Product, Sensitivity
from mesh_platform.publish.probing.allowed import leaking
from mesh_platform.publish.probing.asked import Asked
from mesh_platform.publish.probing.sample import Sample
from mesh_platform.publish.probing.seen import Seen

MASKED, WITHHELD, EMPTY, BLIND = "masked", "withheld", "empty", "cannot be told from its mask"
RAW, LEAKS = "handed out raw", "leaks"
_ABSENT = (RAW, LEAKS)


def masked_columns(product: Product, asked: Sequence[Asked]) -> tuple[str, ...]:
    """The columns that are to be masked: by their sensitivity, or by a rule."""
    by_rule = {name for one in asked for name, column in one.lowest.columns.items() if column.treatment is Treatment.MASK}
    return tuple(
        name
        for name, column in product.descriptor.columns.items()
        if name in by_rule or (column.sensitivity or Sensitivity.RESTRICTED) >= Sensitivity.CONFIDENTIAL
    )


def probe_masks(asked: Sequence[Asked], sample: Sample) -> Seen:
    """Whether masks stand between the rows and whoever is granted nothing raw."""
    names = sample.masked
    if not asked:
        return Seen(None, "Nobody of its own domain is let in for any of its purposes, so no mask shows.")
    if not names:
        return Seen(None, "No column of it is masked.")
    if not sample.rows:
        return Seen(None, "It has no rows in which masks would show.")
    try:
        values = sample.texts(f"SELECT * FROM {sample.relation}", names)
        each = [_judged(one, names, values, sample) for one in _apart(asked, names)]
    except duckdb.Error as error:
        return Seen(False, f"The governed view does not run over its rows ({type(error).__name__}).", sample.rows)
    found = {name: _worst(one[name] for one in each) for name in names}
    return Seen(_holds(found), _words(found, sample.rows), sample.rows, found)


def _apart(asked: Sequence[Asked], names: Sequence[str]) -> Iterator[Asked]:
    """Purposes for which another mask stands, each once."""
    met = set()
    for one in asked:
        known = tuple((one.lowest.columns[name].treatment, one.lowest.columns[name].mask) for name in names)
        if known not in met:
            met.add(known)
            yield one


def _judged(asked: Asked, names: Sequence[str], values: Mapping[str, list[str | None]], sample: Sample) -> dict[str, str]:
    """Column → what became of it for that purpose."""
    shown, raw = _shown(asked.lowest, names, sample), _shown(asked.raw, names, sample)
    found = {}
    for name in names:
        column = asked.lowest.columns[name]
        if column.treatment is Treatment.DENY:
            found[name] = WITHHELD if name not in shown else LEAKS
        elif column.treatment is Treatment.RAW:
            found[name] = RAW
        elif not any(value is not None for value in values[name]):
            found[name] = EMPTY
        elif leaking(column.mask, shown[name], values[name]):
            found[name] = LEAKS
        else:
            open_ = raw[name] if asked.raw.columns[name].treatment is Treatment.RAW else values[name]
            found[name] = MASKED if open_ == values[name] and leaking(column.mask, open_, values[name]) else BLIND
    return found


def _shown(decision: Decision, names: Sequence[str], sample: Sample) -> Mapping[str, list[str | None]]:
    """What the governed view of that decision gives of these columns, as text."""
    only = replace(decision, columns={name: one for name, one in decision.columns.items() if name in names})
    given = [column.name for column in only.granted]
    return sample.texts(view(only, sample.types, sample.relation), given) if given else {}


_ORDER = (LEAKS, RAW, MASKED, WITHHELD, BLIND, EMPTY)


def _worst(states: Iterator[str]) -> str:
    return min(states, key=_ORDER.index)


def _holds(found: Mapping[str, str]) -> bool | None:
    states = set(found.values())
    if states & {*_ABSENT}:
        return False
    return True if states & {MASKED, WITHHELD} else None


def _words(found: Mapping[str, str], rows: int) -> str:
    told = [f"{name} {state}" for name, state in found.items() if state in _ABSENT]
    if told:
        return f"To a reader who is granted nothing raw: {', '.join(told)}."
    if _holds(found) is None:
        return "No value of a masked column says whether its mask stands."
    counts = {state: list(found.values()).count(state) for state in (MASKED, WITHHELD, BLIND, EMPTY)}
    return f"In {rows} rows, by columns: {', '.join(f'{number} {state}' for state, number in counts.items() if number)}."
