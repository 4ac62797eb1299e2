"""What `mesh classify review`, `confirm`, `reject`, `missed` and `sample` have in common: the entries, found in the control database."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

from mesh_platform.actor import Actor
from mesh_platform.classify.entities import Entity
from mesh_platform.clock import utc_now
from mesh_platform.errors import NotFound, UsageProblem
from mesh_platform.product import ProductKey
from mesh_platform.product.categories import Identifiability
from mesh_platform.registry.doubts import Entry, entries, whole_column
from mesh_platform.registry.label_values import ColumnScan, Label, Source, Verdict
from mesh_platform.registry.labels import Labels
from mesh_platform.state import look_at_state, open_state

if TYPE_CHECKING:
    from mesh_platform.cli.session import Session


_POINTING = (Identifiability.DIRECT, Identifiability.PSEUDONYMOUS)


@contextmanager
def labels_to_change(session: Session) -> Iterator[Labels]:
    """The labels, to be added to: the tables are brought up to date where they are not."""
    with closing(open_state(session.settings)) as database:
        yield Labels(database)


@contextmanager
def labels_to_see(session: Session) -> Iterator[Labels | None]:
    """The labels to look into, None where nothing was ever published."""
    with look_at_state(session.settings) as database:
        yield Labels(database) if database else None


def scans_here(session: Session, labels: Labels, only: Collection[ProductKey] | None = None) -> tuple[ColumnScan, ...]:
    """The last scans of the columns that the descriptors have still."""
    products = session.mesh.products
    return tuple(
        scan
        for scan in labels.scans()
        if scan.product in products and scan.column in products[scan.product].descriptor.columns
        if only is None or scan.product in only
    )


def entries_here(session: Session, labels: Labels, only: Collection[ProductKey] | None = None) -> list[Entry]:
    """All that may be spoken of in some products, ranked by the model in force."""
    from mesh_platform.classify.site_model import Model

    kept = labels.model()
    likely = Model.from_json(kept.weights).probability if kept else None
    return entries(scans_here(session, labels, only), labels.standing(), labels.draws(), likely)


def declared(session: Session, entry: Entry) -> bool:
    """Whether the descriptor says already what was found: its category, one above or below it, or a subject's identifier."""
    column = session.mesh.products[entry.scan.product].descriptor.columns[entry.scan.column]
    if entry.kind not in set(Entity):
        return False
    entity = Entity(entry.kind)
    said, found = f"{column.category or '-'}.", f"{entity.category}."
    known = said.startswith(found) or found.startswith(said) or bool(column.subject and entity.identifiability in _POINTING)
    return known and column.sensitivity is not None and column.sensitivity >= entity.sensitivity


def entry_named(session: Session, labels: Labels, name: str) -> Entry:
    """The entry of that id; or the column `domain/product.column` as a whole, whatever was found in it.

    Raises:
        NotFound: LABEL-04, where there is none.
    """
    found = entries_here(session, labels)
    by_name = [one for one in found if one.id == name or (not one.kind and _place(one) == name)]
    whole = [whole_column(scan) for scan in scans_here(session, labels) if name == f"{scan.product}.{scan.column}"]
    if not (by_name or whole):
        fix = "`mesh classify review --all` lists them; where the values changed, an entry has another id."
        raise NotFound.because("LABEL-04", repr(name), "There is no such entry.", fix)
    return (by_name or whole)[0]


def speak(labels: Labels, entry: Entry, verdict: Verdict, reason: str, by: Actor, kind: str = "") -> Label:
    """Write down what a person says of an entry.

    Raises:
        UsageProblem: LABEL-06, where a finding is to be missed, or a column as a whole confirmed; LABEL-05, for no kind of the scanner.
    """
    if why := _out_of_place(entry, verdict, kind):
        fix = "`mesh classify review --all` lists what was found: confirm or reject that; say `missed` of a column and a kind."
        raise UsageProblem.because("LABEL-06", f"{_place(entry)} ({entry.id})", why, fix, str(entry.scan.product))
    if verdict is Verdict.MISSED and kind not in set(Entity):
        why, fix = "That is no kind that the scanner knows.", f"One of {', '.join(Entity)}."
        raise UsageProblem.because("LABEL-05", "the kind", why, fix, str(entry.scan.product))
    label = Label(
        entry.scan.product,
        entry.scan.column,
        kind or entry.kind,
        verdict,
        entry.profile,
        entry.features,
        entry.scan.scanner,
        entry.source if not entry.kind else Source.REVIEW,
        reason,
        by.name,
        by.person,
        utc_now(),
    )
    return labels.give(label, by)


def _out_of_place(entry: Entry, verdict: Verdict, kind: str) -> str:
    """Why this verdict does not fit this entry; empty where it does."""
    if verdict is Verdict.MISSED:
        known = {entry.kind} | set(entry.scan.shares)
        return f"The scan found {kind or entry.kind} there, so it missed nothing." if entry.kind or kind in known else ""
    if not entry.kind and entry.scan.found:
        return "Something was found there, so the column as a whole is not clean."
    return "The scan found nothing there to confirm." if verdict is Verdict.CONFIRM and not entry.kind else ""


def verdict_line(entry: Entry) -> str:
    """What a rejected finding is overruled with, in the column of product.yaml; nothing where the column was found clean."""
    if not entry.kind:
        return ""
    return f"verdicts: {{{entry.kind}: {{upTo: {max(1, math.ceil(entry.share * 100))}, reason: …}}}}"


def declared_line(kind: str) -> str:
    """What declares a kind in a column of product.yaml."""
    entity = Entity(kind)
    return (
        f"sensitivity: {entity.sensitivity.value}, category: {entity.category}, identifiability: {entity.identifiability.value}"
    )


def _place(entry: Entry) -> str:
    return f"{entry.scan.product}.{entry.scan.column}"
