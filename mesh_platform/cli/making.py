"""From a proposal to files in the project, whole or not at all: the folder of the product, and the copy of its source."""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mesh_platform.cli.naming import product_key, suggestion
from mesh_platform.cli.propose import Asked, Proposal, asked_by, from_file, from_inputs, product_yaml, transform_sql
from mesh_platform.cli.propose.profile import engine, profile
from mesh_platform.cli.propose.recognise import Given, recognise
from mesh_platform.cli.session import Session
from mesh_platform.cli.undo import Undo, alone
from mesh_platform.errors import Finding, NotFound, UsageProblem
from mesh_platform.product import LegalBasis, Mesh, ProductKey, load_mesh

if TYPE_CHECKING:
    from collections.abc import Iterator

NEVER_STORED = "PCI-3.3.1."
"""The rules on what authenticates a card: no copy of a file that holds it is made."""
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
    place, outside = _place(settings.project, given, asked.key.domain)
    if outside:
        _has_to_be_copied(settings.project, place, given.file)
    with _looking_at(session, given), engine(settings.memory_limit, settings.threads) as con:
        made = profile(con, given, str(asked.key))
        proposal = from_file(made, given, place, asked, session.mesh, session.today)
    return _write(session, asked, proposal, place, given.file if outside else None)


def make_from_inputs(session: Session, name: str, inputs: Sequence[str], **said: Any) -> Made:
    """A product from other products; raises as `make_from_file` does."""
    asked = _asked(session, name, **said)
    proposal = from_inputs([product_key(text) for text in inputs], asked, session.mesh)
    return _write(session, asked, proposal)


def _asked(session: Session, name: str, owner: str | None, description: str, purposes: Sequence[str], notice: str) -> Asked:
    key, mesh = product_key(name, new=True), session.mesh
    if key.domain not in mesh.domains:
        known = ", ".join(sorted(mesh.domains)) or "none yet"
        fix = f"`mesh new domain {key.domain}` makes it. Domains are {known}."
        raise NotFound(Finding("NAME-03", repr(key.domain), "There is no such domain.", fix))
    _must_be_new(mesh.root, key)
    given = [_purpose(mesh, text) for text in purposes]
    assumed = {name: why for name, _, why in given if why}
    return Asked(key, owner or mesh.owner(key), description, {name: basis for name, basis, _ in given}, notice, assumed)


def _must_be_new(root: Path, key: ProductKey) -> None:
    if (root / "domains" / str(key)).exists():
        fix = "Choose another name, or edit its product.yaml."
        raise UsageProblem(Finding("NEW-06", f"domains/{key}", "The product exists already.", fix, str(key)))


def _purpose(mesh: Mesh, text: str) -> tuple[str, str, str]:
    """A registered purpose, its basis, and why that is a guess: it is one where several are registered and none was named."""
    import difflib

    given, _, basis = text.partition("=")
    name = mesh.governance.purpose(given)
    if name is None:
        near = difflib.get_close_matches(given, mesh.governance.purposes, n=1, cutoff=0.5)
        hint = f"Did you mean {near[0]}? " if near else ""
        fix = f"{hint}Registered are {', '.join(mesh.governance.purposes) or 'none'}. Another is added, with the `bases` that it may rest on, in governance/purposes.yaml."
        raise UsageProblem(Finding("NEW-07", "--purpose", f"{given!r} is no registered purpose.", fix))
    allowed = mesh.governance.purposes[name].bases or tuple(LegalBasis)
    if basis and basis not in [one.value for one in allowed]:
        fix = f"Write --purpose {name}=BASIS with one of {', '.join(one.value for one in allowed)}."
        raise UsageProblem(Finding("NEW-07", "--purpose", f"{basis!r} is no legal basis that is registered for {name}.", fix))
    choice = " or ".join(one.value for one in allowed)
    return name, basis or allowed[0].value, "" if basis or len(allowed) == 1 else f"{name} may rest on {choice}"


def _place(root: Path, given: Given, domain: str) -> tuple[str, bool]:
    """Where the source stands in the project, and whether it comes from outside."""
    inside = given.file.is_relative_to(root)
    place = given.file.relative_to(root).as_posix() if inside else ""
    hidden = any(part.startswith(".") for part in Path(place).parts)
    if inside and not hidden and not _ODD_IN_A_GLOB & set(place):
        return place, False
    stem, dot, suffixes = given.file.name.partition(".")
    name = (suggestion(stem) or "data") + dot + re.sub(r"[^a-z0-9._-]", "", suffixes.lower())
    own = given.file.name
    plain = own.isascii() and own.isprintable() and " " not in own and not own.startswith(".") and not _ODD_IN_A_GLOB & set(own)
    return f"landing/{domain}/{own if plain else name}", True


def _has_to_be_copied(root: Path, place: str, file: Path) -> bool:
    """Whether the file is not at its place in the project yet.

    Raises:
        UsageProblem: where another file stands there.
    """
    import filecmp

    target = root / place
    if not target.exists():
        return True
    if not filecmp.cmp(target, file, shallow=False):
        fix = "Rename the new file, or remove the old one where no product reads it."
        raise UsageProblem(Finding("NEW-08", place, "Another file of that name stands there.", fix))
    return False


@contextmanager
def _looking_at(session: Session, given: Given) -> Iterator[None]:
    """A sign of life while a large file is read."""
    if session.json or session.quiet:
        yield
        return
    from mesh_platform.cli.output import clean, console

    with console().status(f"Looking at all rows of {clean(given.file.name)} …"):
        yield


def _write(session: Session, asked: Asked, proposal: Proposal, place: str = "", outside: Path | None = None) -> Made:
    """The files, with a copy of the source at `place` where it comes from `outside` of the project and may be kept at all."""
    root = session.settings.project
    files = {"product.yaml": _descriptor(session, proposal, asked)}
    if proposal.needs_transform:
        files["transform.sql"] = transform_sql(root, proposal)
    folder = root / "domains" / str(asked.key)
    written = [f"domains/{asked.key}/{name}" for name in files]
    with alone(root / "domains"), Undo() as undo:
        _must_be_new(root, asked.key)  # another one may have been made while this one looked and waited
        copied = outside is not None and _has_to_be_copied(root, place, outside)
        undo.folder(folder, files)
        findings = _judged(session, asked.key)
        if never := [finding for finding in findings if finding.blocks and finding.rule.startswith(NEVER_STORED)]:
            proposal = replace(proposal, decide=(_never(never, place, copied), *proposal.decide))
        elif copied and outside is not None:
            undo.copy(outside, root / place)
            written.append(place)
        proposal = asked_by(proposal, findings)  # what the laws ask stands in the descriptor, where it is answered
        if (text := _descriptor(session, proposal, asked)) != files["product.yaml"]:
            undo.write(folder / "product.yaml", text)
            findings = _judged(session, asked.key)
    return Made(asked.key, proposal, tuple(written), findings)


def _never(findings: Sequence[Finding], place: str, outside: bool) -> str:
    """What is to be done about a file that nobody may keep; the platform makes no copy of it."""
    rules, what = (
        ", ".join(dict.fromkeys(said)) for said in zip(*((one.rule, one.why.rstrip(".")) for one in findings), strict=True)
    )
    then = "Have it delivered without that, and take the columns out of product.yaml."
    if outside:
        return f"{place}: not copied there. {what}, which may be stored nowhere ({rules}). Delete the file that you named. {then}"
    return f"{place}: delete it. {what}, which may be stored nowhere ({rules}). {then}"


def _descriptor(session: Session, proposal: Proposal, asked: Asked) -> str:
    region, location = _residency(session.mesh, asked.key.domain)
    return product_yaml(session.settings.project, proposal, asked, session.mesh, region, location)


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


def _judged(session: Session, key: ProductKey) -> tuple[Finding, ...]:
    """What the gate says of the new product; what has been made must at least be readable."""
    from mesh_platform.publish import check_mesh, confinement_of

    mesh = load_mesh(session.settings.project, confinement_of(session.settings))
    return check_mesh(mesh, session.shapes, session.today, frozenset({key}), session.contracts).findings
