"""The folder `governance/` as values: file by file, so that one that cannot be read is a finding and its closed default holds."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from mesh_platform.errors import Finding
from mesh_platform.product.governance import Governance
from mesh_platform.product.governance.ends import too_long, without
from mesh_platform.product.governance.recipient_links import recipient_links
from mesh_platform.product.own_packs import OwnPack
from mesh_platform.product.parse import parse
from mesh_platform.product.yaml_file import Document, Unreadable, read_yaml

_BESIDE = {"regions": "replicatesTo"}
"""What may stand beside the one key of a governance file."""
_SHORTER = "Write the day on which somebody looks at it anew, or let `ends:` in governance/policies.yaml allow more."
_GOVERNANCE = {
    "policies.yaml": ("governancePolicies", "policies"),
    "purposes.yaml": ("purposes", "purposes"),
    "identifiers.yaml": ("namespaces", "namespaces"),
    "declassifiers.yaml": ("declassifiers", "declassifiers"),
    "roles.yaml": (None, "roles"),
    "regions.yaml": ("regions", "regions"),
    "recipients.yaml": ("recipients", "recipients"),
    "holders.yaml": ("holders", "holders"),
    "waivers.yaml": ("waivers", "waivers"),
    "canaries.yaml": ("canaries", "canaries"),
    "register.yaml": ("register", "records"),
    "packs.yaml": ("packs", "packs"),
}


def load_governance(root: Path) -> tuple[Governance, list[Finding]]:
    """What `governance/` says; a file that cannot be read is a blocking finding and its closed default holds."""
    parts: dict[str, Any] = {}
    findings: list[Finding] = []
    lines: dict[str, Document] = {}
    for name, (under, part) in _GOVERNANCE.items():
        document, unread = _read(root, root / "governance" / name)
        findings += unread
        if document is None:
            continue
        model, problems = _parsed(document, under, part)
        findings += problems
        if model is not None:
            parts[part] = getattr(model, part)
            lines[part] = document
    findings += [_unread(root, path) for path in sorted((root / "governance").glob("*.yml"))]
    parts["own_packs"], unread = _own_packs(root)
    governance = Governance.model_construct(**{**Governance().__dict__, **parts})
    late = tuple(too_long(governance))
    findings += [Finding("DESC-18", lines[one.part].where((one.part, one.name)), one.why, _SHORTER) for one in late]
    return without(governance, late), findings + unread + _governance_links(governance, lines)


def _read(root: Path, path: Path) -> tuple[Document | None, list[Finding]]:
    if not path.is_file():
        return None, [_unread(root, path)] if path.exists() or path.is_symlink() else []
    if not confined(path, root):
        return None, [leads_out(path, root)]
    try:
        return read_yaml(path, path.relative_to(root).as_posix()), []
    except Unreadable as error:
        return None, [error.finding]


def _parsed(document: Document, under: str | None, part: str) -> tuple[Governance | None, list[Finding]]:
    """The document as the one part of governance that it holds, below the key `under` where it has one."""
    data, beside = document.data, _BESIDE.get(part)
    if under is not None and (not isinstance(data, dict) or set(data) - {beside} != {under}):
        why = f"It holds something else than the one key `{under}`."
        return None, [Finding("DESC-03", document.where(), why, f"Put everything below `{under}:`.")]
    inner = data[under] if under else data
    if part == "regions":
        inner = {"tree": inner} | ({beside: data[beside]} if beside in data else {})
    return parse(Document(document.name, {part: inner}, _below(document, under, part)), Governance)


def _own_packs(root: Path) -> tuple[tuple[OwnPack, ...], list[Finding]]:
    """The organisation's own rules in `governance/packs/`, file by file."""
    packs: list[OwnPack] = []
    findings: list[Finding] = []
    for path in sorted((root / "governance" / "packs").glob("[!.]*")):
        if path.suffix == ".md":
            continue
        if path.suffix != ".yaml":
            findings.append(_unread(root, path))
            continue
        document, unread = _read(root, path)
        findings += unread
        if document is None:
            continue
        pack, problems = parse(document, OwnPack)
        findings += problems
        if pack is not None:
            packs.append(pack.model_copy(update={"where": document.name}))
    return tuple(packs), findings


def _unread(root: Path, path: Path) -> Finding:
    """Of something that nobody reads where rules are looked for: whoever put it there believes that it holds."""
    why = "Nothing reads it: it is no file with the ending `.yaml` in this folder itself."
    return Finding("DESC-04", path.relative_to(root).as_posix(), why, "Rename or move it, or take it away.")


def _below(document: Document, under: str | None, part: str) -> dict[tuple[str | int, ...], int]:
    skip = 1 if under else 0
    found: dict[tuple[str | int, ...], int] = {(): 1}
    for path, line in document.lines.items():
        if path:
            head = (part, "tree") if part == "regions" and path[0] == under else (part,)
            found[(*head, *(path if path[0] == _BESIDE.get(part) else path[skip:]))] = line
    return found


def _governance_links(governance: Governance, lines: dict[str, Document]) -> list[Finding]:
    found = []
    for name, purpose in governance.purposes.items():
        if purpose.parent is not None and purpose.parent not in governance.purposes:
            where = lines["purposes"].where(("purposes", name))
            found.append(
                Finding("DESC-11", where, f"The purpose {name!r} has an unknown parent.", "Register the parent or remove it.")
            )
    for region in governance.policies.data_residency.allowed_regions:
        if governance.regions.tree and not governance.regions.known(region):
            where = lines["policies"].where(("governancePolicies", "dataResidency", "allowedRegions"))
            found.append(
                Finding("DESC-11", where, f"The region {region!r} stands in no tree.", "Add it to governance/regions.yaml.")
            )
    for place, copies in governance.regions.replicates_to.items():
        for name in (place, *copies):
            if not governance.regions.is_location(name):
                where = lines["regions"].where(("replicatesTo", place))
                why = f"{name!r} is no place where files lie."
                found.append(Finding("DESC-11", where, why, "Name leaves of the tree above it."))
    return found + [
        Finding("DESC-11", lines[part].where((part, name)), why, fix) for part, name, why, fix in recipient_links(governance)
    ]


def confined(path: Path, root: Path) -> bool:
    """Whether the path, its links followed, is a visible one in the project: findings quote what does not parse."""
    place = path.resolve()
    return root in place.parents and not any(part.startswith(".") for part in place.relative_to(root).parts)


def leads_out(path: Path, root: Path) -> Finding:
    """What to say of a path that is not confined."""
    where = path.relative_to(root).as_posix()
    return Finding("DESC-04", where, "A link leads out of the project, or to a hidden file.", "Put the file itself there.")
