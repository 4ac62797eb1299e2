"""Patches of findings, gathered from the registry and written into product.yaml; and what they leave for a person."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from mesh_platform.cli.undo import Undo, alone
from mesh_platform.errors import Finding
from mesh_platform.product import ChangeKind, Mesh, Product, ProductKey, Sensitivity
from mesh_platform.product.diff import diff
from mesh_platform.product.loader import DESCRIPTOR
from mesh_platform.product.models import Column, DataProduct
from mesh_platform.product.parse import parse
from mesh_platform.product.yaml_edit import CannotEdit, with_keys
from mesh_platform.product.yaml_file import KeyPath, Unreadable, parse_yaml, read_text

if TYPE_CHECKING:
    from mesh_platform.cli.session import Session
    from mesh_platform.registry import GateDecision

Changes = Mapping[KeyPath, Mapping[str, str]]
_COLUMNS, _WHOLE = "columns", "dataProduct"
_COARSE = ("month", "year")
"""Named transforms of one kind, from fine to coarse."""


@dataclass(frozen=True, slots=True)
class Fixed:
    """One product: the keys that its columns and other parts get, the difference in its file, and what is left for a person."""

    key: ProductKey
    changes: Changes = field(default_factory=dict)
    diff: tuple[str, ...] = ()
    left: tuple[Finding, ...] = ()
    text: str = ""

    def as_json(self) -> dict[str, object]:
        return {
            "product": str(self.key),
            "changes": {path[-1]: dict(keys) for path, keys in self.changes.items() if path[0] == _COLUMNS},
            "parts": {path[0]: dict(keys) for path, keys in self.changes.items() if path[0] != _COLUMNS},
            "diff": list(self.diff),
            "left": [finding.as_json() for finding in self.left],
        }


def fixed(session: Session, only: Collection[ProductKey] | None, dry_run: bool) -> list[Fixed]:
    """The products that are kept back, by their files or by their last publication; where findings name patches, those are written, unless it is a `dry_run`."""
    with session.registry() as registry:
        decisions = registry.latest_decisions("publish") if registry else {}
    wanted = [key for key in sorted(session.mesh.products) if only is None or key in only]
    by_files: dict[str, list[Finding]] = {}
    for finding in _blocking(session, session.mesh, {*wanted}):
        by_files.setdefault(finding.product, []).append(finding)
    with alone(session.settings.project), Undo() as undo:
        looked = (_fixed(session.mesh.products[key], decisions.get(key), by_files.get(str(key), [])) for key in wanted)
        found = [one for one in looked if one.diff or one.left]
        if not dry_run:
            for one in found:
                if one.diff:
                    undo.write(session.mesh.products[one.key].folder / DESCRIPTOR, one.text)
    return found if dry_run else _with_what_is_left(session, found)


def _fixed(product: Product, decision: GateDecision | None, by_files: list[Finding]) -> Fixed:
    """What the findings of its files, and of the publication of these very files, patch; without a patch, what is left."""
    by_rows = decision.findings if decision else ()
    if decision and decision.spec_hash != product.spec_hash:
        if any(finding.patch for finding in by_rows) and not any(finding.patch for finding in by_files):
            why = "Its files changed since the publication whose findings name a patch."
            stale = Finding("FIX-01", product.where, why, f"Publish it again: `mesh run {product.key}`.", str(product.key))
            return Fixed(product.key, left=(stale, *by_files))
        by_rows = ()
    patched = [finding for finding in (*by_files, *by_rows) if finding.patch]
    return _patched(product, patched) if patched else Fixed(product.key, left=tuple(by_files))


def _patched(product: Product, findings: list[Finding]) -> Fixed:
    key = product.key
    changes = changes_of(product, findings)
    path = product.folder / DESCRIPTOR
    try:
        if not path.is_file():
            raise CannotEdit("its descriptor is not YAML")
        read_text(path, DESCRIPTOR)  # its bounds; the bytes keep the line ends
        before = after = path.read_bytes().decode()
        for at, keys in changes.items():
            after = with_keys(after, (_WHOLE, *at), keys)
        _refuse_what_loosens(before, after)
    except (CannotEdit, Unreadable) as error:
        written = "; ".join(f"{at[-1]}: {{{', '.join(f'{k}: {v}' for k, v in keys.items())}}}" for at, keys in changes.items())
        why, do = f"The patch cannot be written by a machine: {error}.", f"Write it by hand: {written}."
        return Fixed(key, changes, left=(Finding("FIX-02", product.where, why, do, str(key)),))
    name = f"domains/{key}/{DESCRIPTOR}"
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), name, name, lineterm="", n=1)
    return Fixed(key, changes, tuple(lines), text=after)


def changes_of(product: Product, findings: Iterable[Finding]) -> dict[KeyPath, dict[str, str]]:
    """Place in the descriptor → keys, of all patches together: the highest label and the coarsest values, and never less than there is."""
    found: dict[KeyPath, dict[str, str]] = {}
    for finding in findings:
        for at, keys in _parts(finding.patch):
            if at[0] == _COLUMNS and at[1] in product.descriptor.columns:
                found[at] = _stricter(product.descriptor.columns[str(at[1])], keys, found.get(at, {}))
            elif at[0] != _COLUMNS:
                found[at] = {**keys, **found.get(at, {})}
    return found


def _parts(patch: str) -> Iterator[tuple[KeyPath, dict[str, str]]]:
    """The places that a patch changes: a column each, or below `dataProduct:` another part of the descriptor."""
    for head, keys in (parse_yaml(patch, "patch").data if patch else {}).items():
        if head == _WHOLE and all(isinstance(value, dict) for value in keys.values()):
            yield from (((part,), value) for part, value in keys.items())
        else:
            yield (_COLUMNS, head), keys


def _stricter(column: Column, keys: Mapping[str, str], before: Mapping[str, str]) -> dict[str, str]:
    merged = {**keys, **before}
    labels = [Sensitivity(one["sensitivity"]) for one in (keys, before) if "sensitivity" in one]
    if labels:
        merged["sensitivity"] = Sensitivity.highest([*labels, *([column.sensitivity] if column.sensitivity else [])]).value
    ways = [way for way in (keys.get("coarsen"), before.get("coarsen"), column.coarsen) if way]
    if "coarsen" in merged and {*ways} <= {*_COARSE}:
        merged["coarsen"] = max(ways, key=_COARSE.index)
    return merged


def _refuse_what_loosens(before: str, after: str) -> None:
    """No patch makes less of what protects people: the change is weighed as any other is, and one that needs a review is a person's."""
    (old, _), (new, wrong) = (parse(parse_yaml(text, DESCRIPTOR), DataProduct, _WHOLE) for text in (before, after))
    if old is None or new is None:
        raise CannotEdit(f"the descriptor could not be read with it ({'; '.join(one.why for one in wrong) or 'nor before'})")
    weaker = [change for change in diff(old, new) if change.kind is ChangeKind.PRIVACY]
    if weaker:
        raise CannotEdit(f"it needs a privacy review ({weaker[0].path}: {weaker[0].told})")


def _with_what_is_left(session: Session, found: list[Fixed]) -> list[Fixed]:
    """What blocks the changed products now; and what blocks those that read them and did not before."""
    from mesh_platform.product import load_mesh
    from mesh_platform.publish import confinement_of

    changed = [one.key for one in found if one.diff]
    if not changed:
        return found
    now = load_mesh(session.settings.project, confinement_of(session.settings))
    said = {key: _blocking(session, now, {key}) for key in changed}
    for reader in {reader for key in changed for reader in now.readers(key)} - set(changed):
        old = {(finding.rule, finding.why) for finding in _blocking(session, session.mesh, {reader})}
        fresh = tuple(finding for finding in _blocking(session, now, {reader}) if (finding.rule, finding.why) not in old)
        first = next(key for key in changed if reader in now.readers(key))
        said[first] += fresh
    return [replace(one, left=(*one.left, *said.get(one.key, ()))) for one in found]


def _blocking(session: Session, mesh: Mesh, only: set[ProductKey]) -> tuple[Finding, ...]:
    from mesh_platform.publish import check_mesh

    report = check_mesh(mesh, session.shapes, session.today, frozenset(only), session.contracts)
    return tuple(finding for finding in report.findings if finding.blocks and finding.product)
