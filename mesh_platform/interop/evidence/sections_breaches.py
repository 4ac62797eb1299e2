"""The part of the evidence's page that tells of personal data breaches."""

from __future__ import annotations

from mesh_platform.interop.evidence.model import BreachEntry, Evidence, Notification
from mesh_platform.interop.evidence.sections import minute, refs, section
from mesh_platform.interop.markup import Child, Html, table, tag

_HEAD = ("breach", "aware", "state", "what happened", "products", "people", "risk", "measures", "records")
_TOLD = ("breach", "rule", "to", "by", "state", "told", "reason or reference")


def breaches(evidence: Evidence) -> Html:
    """Each with its documentation, and whom it was told to."""
    rows = [_row(one) for one in evidence.breaches]
    told = [_told(one, each) for one in evidence.breaches for each in one.notifications]
    text = (
        "Every breach stands here, also one that was told to nobody: then with the ground on which it was not. Clocks begin when the organisation became aware. "
        "About how many people it is was counted over the rows of its products when it was assessed last."
    )
    return section(
        "breaches",
        "Personal data breaches",
        tag("p", text),
        table("Breaches", _HEAD, rows) if rows else tag("p", "No breach is on record in this span."),
        table("Whom they were told to", _TOLD, told) if told else None,
    )


def _row(one: BreachEntry) -> tuple[Child, ...]:
    products = ", ".join(f"{each.product} ({', '.join(each.columns)})" if each.columns else each.product for each in one.touched)
    return (
        tag("code", one.breach[:12]),
        minute(one.aware),
        one.state,
        one.what,
        products or "none is named",
        "not counted" if one.people is None else f"about {one.people:,}",
        f"{one.risk}: {one.ground}" if one.risk else "nobody has assessed it",
        one.measures or "–",
        refs(one.records) if one.proven else "UNPROVEN: the log does not say so",
    )


def _told(one: BreachEntry, each: Notification) -> tuple[Child, ...]:
    by = f"{minute(each.due)}{' (house rule)' if each.house_rule else ''}"
    said = "; ".join(part for part in (each.reason, each.reference) if part)
    return (tag("code", one.breach[:12]), each.rule, each.to, by, each.state, minute(each.told), said or "–")
