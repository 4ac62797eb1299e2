"""From a proposal to files in the project, whole or not at all: the folder of the product, and the copy of its source."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mesh_platform.cli.naming import product_key, suggestion
from mesh_platform.cli.propose import Asked, Proposal, from_file, from_inputs, product_yaml, transform_sql
from mesh_platform.cli.propose.profile import engine, profile
from mesh_platform.cli.propose.recognise import Given, recognise
from mesh_platform.cli.session import Session
from mesh_platform.cli.undo import Undo, alone
from mesh_platform.errors import Finding, NotFound, UsageProblem
from mesh_platform.product import LegalBasis, Mesh, ProductKey, load_mesh

if TYPE_CHECKING:
    from collections.abc import Iterator

_ODD_IN_A_GLOB = set("*?[]{}!")


@dataclass(frozen=True, slots=True)
class Made:
    """What was made, and what the gate says of it."""

    key: ProductKey
    proposal: Proposal
    files: tuple[str, ...]
    findings: tuple[Finding, ...]

    def as_json(self) -> dict[str, Any]:
        return {
            "product": str(self.key),
            "files": list(self.files),
            "rows": self.proposal.rows,
            "columns": [{"name": c.name, **c.keys, "why": c.why} for c in self.proposal.columns],
            "decide": list(self.proposal.decide),
            "contracts": list(self.proposal.contracts),
            "ok": not any(finding.blocks for finding in self.findings),
            "findings": [finding.as_json() for finding in self.findings],
        }


def make_from_file(session: Session, name: str, file: Path, table: str | None, **said: Any) -> Made:
    """A product from a file.

    Raises:
        MeshError: where the name, a purpose or the file cannot be used; nothing is written then.
    """
    asked = _asked(session, name, **said)
    given = recognise(file, table)
    settings = session.settings
    place, to_copy = _place(settings.project, given, asked.key.domain)
    with _looking_at(session, given), engine(settings.memory_limit, settings.threads) as con:
        made = profile(con, given, str(asked.key))
        proposal = from_file(made, given, place, asked, session.mesh)
    return _write(session, asked, proposal, given.file if to_copy else None, settings.project / place)


def make_from_inputs(session: Session, name: str, inputs: Sequence[str], **said: Any) -> Made:
    """A product from other products; raises as `make_from_file` does."""
    asked = _asked(session, name, **said)
    proposal = from_inputs([product_key(text) for text in inputs], asked, session.mesh)
    return _write(session, asked, proposal, None, None)


def _asked(session: Session, name: str, owner: str | None, description: str, purposes: Sequence[str], notice: str) -> Asked:
    key, mesh = product_key(name, new=True), session.mesh
    if key.domain not in mesh.domains:
        known = ", ".join(sorted(mesh.domains)) or "none yet"
        fix = f"`mesh new domain {key.domain}` makes it. Domains are {known}."
        raise NotFound(Finding("NAME-03", repr(key.domain), "There is no such domain.", fix))
    if (mesh.root / "domains" / str(key)).exists():
        fix = "Choose another name, or edit its product.yaml."
        raise UsageProblem(Finding("NEW-06", f"domains/{key}", "The product exists already.", fix, str(key)))
    return Asked(key, owner or mesh.owner(key), description, dict(_purpose(mesh, text) for text in purposes), notice)


def _purpose(mesh: Mesh, text: str) -> tuple[str, str]:
    """A registered purpose and its basis."""
    import difflib

    given, _, basis = text.partition("=")
    name = mesh.governance.purpose(given)
    if name is None:
        near = difflib.get_close_matches(given, mesh.governance.purposes, n=1, cutoff=0.5)
        hint = f"Did you mean {near[0]}? " if near else ""
        fix = f"{hint}Registered are {', '.join(mesh.governance.purposes) or 'none'}."
        raise UsageProblem(Finding("NEW-07", "--purpose", f"{given!r} is no registered purpose.", fix))
    allowed = mesh.governance.purposes[name].bases or tuple(LegalBasis)
    if basis and basis not in [one.value for one in allowed]:
        fix = f"Write --purpose {name}=BASIS with one of {', '.join(one.value for one in allowed)}."
        raise UsageProblem(Finding("NEW-07", "--purpose", f"{basis!r} is no legal basis that is registered for {name}.", fix))
    return name, basis or allowed[0].value


def _place(root: Path, given: Given, domain: str) -> tuple[str, bool]:
    """Where the source stands in the project, and whether it has to be copied there."""
    inside = given.file.is_relative_to(root)
    place = given.file.relative_to(root).as_posix() if inside else ""
    hidden = any(part.startswith(".") for part in Path(place).parts)
    if inside and not hidden and not _ODD_IN_A_GLOB & set(place):
        return place, False
    stem, dot, suffixes = given.file.name.partition(".")
    name = (suggestion(stem) or "data") + (f".{suffixes.lower()}" if dot else "")
    kept = given.file.name if not (_ODD_IN_A_GLOB & set(given.file.name) or given.file.name.startswith(".")) else name
    place = f"landing/{domain}/{kept if kept.isascii() and ' ' not in kept else name}"
    target = root / place
    if target.exists() and not _same(target, given.file):
        fix = "Rename the new file, or remove the old one where no product reads it."
        raise UsageProblem(Finding("NEW-08", place, "Another file of that name stands there.", fix))
    return place, not target.exists()


def _same(one: Path, other: Path) -> bool:
    import filecmp

    return filecmp.cmp(one, other, shallow=False)


@contextmanager
def _looking_at(session: Session, given: Given) -> Iterator[None]:
    """A sign of life while a large file is read."""
    if session.json or session.quiet:
        yield
        return
    from mesh_platform.cli.output import clean, console

    with console().status(f"Looking at all rows of {clean(given.file.name)} …"):
        yield


def _write(session: Session, asked: Asked, proposal: Proposal, copy: Path | None, target: Path | None) -> Made:
    root = session.settings.project
    region, location = _residency(session.mesh, asked.key.domain)
    files = {"product.yaml": product_yaml(root, proposal, asked, session.mesh, region, location)}
    if proposal.needs_transform:
        files["transform.sql"] = transform_sql(root, proposal)
    folder = root / "domains" / str(asked.key)
    written = [f"domains/{asked.key}/{name}" for name in files]
    with alone(root / "domains"), Undo() as undo:
        if copy is not None and target is not None:
            _copy(copy, target, undo)
            written.append(target.relative_to(root).as_posix())
        _folder(folder, files, undo)
        findings = _judged(session, asked.key)
    return Made(asked.key, proposal, tuple(written), findings)


def _residency(mesh: Mesh, domain: str) -> tuple[str, str]:
    """The domain's place, and the region around it."""
    regions, file = mesh.governance.regions, mesh.domains[domain].file
    allowed = (*([file.region] if file.region else []), *mesh.allowed_regions(domain))
    location = next((place for region in allowed for place in sorted(regions.locations(region) or {region})), "")
    if not location:
        fix = "Write `region:` into the domain.yaml."
        raise UsageProblem(Finding("NEW-03", mesh.domains[domain].where, "The domain has no place for its data.", fix))
    around = [name for name in regions.tree if location in regions.locations(str(name))]
    return (str(around[0]) if around else location), location


def _copy(source: Path, target: Path, undo: Undo) -> None:
    """The file, complete under its name or not there; for its owner alone, since it may hold anything."""
    undo.make_folder(target.parent)
    descriptor, aside = tempfile.mkstemp(prefix=".copy-", dir=target.parent)
    try:
        with os.fdopen(descriptor, "wb") as out, source.open("rb") as content:
            shutil.copyfileobj(content, out, 1 << 20)
            out.flush()
            os.fsync(out.fileno())
        undo.by(partial(target.unlink, missing_ok=True))
        Path(aside).rename(target)
    except BaseException:
        Path(aside).unlink(missing_ok=True)
        raise


def _folder(folder: Path, files: Mapping[str, str], undo: Undo) -> None:
    """The product's folder, complete in one rename."""
    aside = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    undo.by(partial(shutil.rmtree, aside, ignore_errors=True))
    for name, text in files.items():
        (aside / name).write_text(text, encoding="utf-8")
    aside.chmod(0o755)
    aside.rename(folder)
    undo.by(partial(shutil.rmtree, folder, ignore_errors=True))


def _judged(session: Session, key: ProductKey) -> tuple[Finding, ...]:
    """What the gate says of the new product; what has been made must at least be readable."""
    from mesh_platform.clock import utc_now
    from mesh_platform.publish import check_mesh

    mesh = load_mesh(session.settings.project)
    return check_mesh(mesh, session.shapes, utc_now().date(), frozenset({key})).findings
