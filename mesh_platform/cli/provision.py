"""What a new domain gets, in an order in which every step can be taken back: the folder comes last, and with it the domain is there.

A killed run leaves no domain, but may leave what comes before it: storage, and the entries in workspace.yaml, CODEOWNERS and .ci/. `mesh dev`
then shows a code location that does not load, and `mesh doctor` says which. Running the command again finishes what it began: each step
finds what stands already.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mesh_platform.cli.session import Session
from mesh_platform.cli.templates import filled, flow, scalar
from mesh_platform.cli.undo import Undo, alone
from mesh_platform.cli.workspace_file import with_location
from mesh_platform.errors import Finding, UsageProblem

if TYPE_CHECKING:
    from mesh_platform.product import Governance

_OWNER = re.compile(r"[^\s@,<>\"']+@[^\s@,<>\"']+\.[^\s@,<>\"']+|@[\w-]+(/[\w.-]+)?")
_CODEOWNERS = ("CODEOWNERS", ".github/CODEOWNERS", "docs/CODEOWNERS")
_UNTIL_KNOWN = "Restricted"  # what nobody has classified counts as restricted


@dataclass(frozen=True, slots=True)
class Plan:
    """A domain to be made; every value is checked."""

    name: str
    owner: str
    location: str
    allowed_regions: tuple[str, ...]
    approvers: tuple[str, ...]
    description: str

    @property
    def title(self) -> str:
        return self.name.replace("_", " ").capitalize()


def plan(session: Session, name: str, owner: str, region: str | None, description: str, approvers: Sequence[str]) -> Plan:
    """A new domain's values, checked and with the organisation's defaults.

    Raises:
        UsageProblem: where the domain exists, or one of its values cannot be used; nothing is written.
    """
    governance = session.mesh.governance
    if (session.settings.project / "domains" / name).exists():
        raise _problem("NEW-01", f"domains/{name}", "The domain exists already.", f"`mesh new product {name}/NAME` adds to it.")
    if not _OWNER.fullmatch(owner):
        why = f"{owner!r} is no owner." if owner else "A domain needs an owner."
        raise _problem("NEW-02", "--owner", why, "Name the team: --owner team@example.com, or @org/team.")
    policies = governance.policies
    return Plan(
        name=name,
        owner=owner,
        location=location(governance, region),
        allowed_regions=policies.data_residency.allowed_regions,
        approvers=tuple(approvers) or policies.access_control.approvers,
        description=" ".join(description.split()) or f"Data products of the domain {name}.",
    )


def location(governance: Governance, region: str | None) -> str:
    """The allowed place for files that `region` names, or the first allowed one.

    Raises:
        UsageProblem: where no place there is allowed.
    """
    regions, allowed = governance.regions, governance.policies.data_residency.allowed_regions
    places = [place for entry in allowed for place in sorted(regions.locations(entry) or {entry})]
    if not places:
        fix = "Have the privacy team name allowedRegions in governance/policies.yaml."
        raise _problem("NEW-03", "governance/policies.yaml", "The organisation allows no region.", fix)
    if region is None:
        return places[0]
    inside = [place for place in places if place == region or place in regions.locations(region)]
    if inside:
        return inside[0]
    why = f"{region!r} is not allowed." if regions.known(region) or not regions.tree else f"There is no region {region!r}."
    raise _problem("NEW-03", "--region", why, f"Allowed places are {', '.join(dict.fromkeys(places))}.")


def provision(session: Session, domain: Plan) -> dict[str, Any]:
    """Make the domain, whole or not at all. What was made, and where."""
    root = session.settings.project
    files = _files(root, domain)
    (root / "domains").mkdir(exist_ok=True)
    with alone(root / "domains"), Undo() as undo:
        if (root / "domains" / domain.name).exists():  # made while this one waited
            raise _problem("NEW-01", f"domains/{domain.name}", "The domain exists already.", "Choose another name.")
        key_kind = _storage(session, domain, undo)
        workspace = root / "workspace.yaml"
        undo.write(workspace, with_location(workspace.read_text(encoding="utf-8"), domain.name))
        owners = next((root / name for name in _CODEOWNERS if (root / name).is_file()), root / _CODEOWNERS[0])
        undo.write(owners, with_owner(owners.read_text(encoding="utf-8") if owners.exists() else "", domain))
        job = root / ".ci" / "domains" / domain.name
        undo.write(job, filled(root, "ci_job.sh.tmpl", name=domain.name), mode=0o755)
        undo.folder(root / "domains" / domain.name, files)
    home = session.settings.home_path
    return {
        "domain": domain.name,
        "made": {
            "folder": f"domains/{domain.name}",
            "code location": "workspace.yaml",
            "ownership": owners.relative_to(root).as_posix(),
            "storage root": f"{domain.location} ({_shown(home / 'data' / domain.location / domain.name, root)})",
            "key": f"{domain.name} in {domain.location} ({key_kind})",
            "tags": f"Domain {domain.name}, DataOwner {domain.owner}, Classification {_UNTIL_KNOWN}, Region {domain.location}",
            "access": f"nobody yet; {', '.join(domain.approvers) or 'nobody'} approves requests",
            "CI job": job.relative_to(root).as_posix(),
            "catalog entry": f"mesh show {domain.name}",
        },
    }


def _files(root: Path, domain: Plan) -> dict[str, str]:
    """The files of the domain's folder, made before anything is written."""
    return {
        "domain.yaml": filled(
            root,
            "domain.yaml.tmpl",
            name=scalar(domain.name),
            title=scalar(domain.title),
            description=scalar(domain.description),
            owner=scalar(domain.owner),
            region=scalar(domain.location),
            allowed_regions=flow(domain.allowed_regions),
            approvers=flow(domain.approvers),
            classification=_UNTIL_KNOWN,
        ),
        "definitions.py": filled(root, "definitions.py.tmpl", name=domain.name),
    }


def _storage(session: Session, domain: Plan, undo: Undo) -> str:
    """The closed folders of the domain in its place, and its own key. What kind of key."""
    from mesh_platform.publish import open_runtime

    home = session.settings.home_path
    with open_runtime(session.settings) as runtime:
        keys = runtime.lake.keys
        roots = [home / kind / domain.location / domain.name for kind in ("catalogs", "data")]
        fresh = [folder for folder in roots if not folder.exists()]
        if not keys.has(domain.name, domain.location):
            undo.by(partial(keys.destroy, domain.name, domain.location))
        for folder in fresh:
            undo.by(partial(_remove_empty, folder))
        runtime.lake.provision_domain(domain.name, domain.location)
        return keys.kind


def _remove_empty(folder: Path) -> None:
    with suppress(OSError):
        folder.rmdir()


def with_owner(text: str, domain: Plan) -> str:
    """CODEOWNERS with a line for the domain, set in the column of the others."""
    pattern = f"/domains/{domain.name}/"
    rows = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    if any(row.split()[0] == pattern for row in rows):
        return text
    starts = [len(row) - len(row[len(row.split()[0]) :].lstrip()) for row in rows if len(row.split()) > 1]
    width = max([*starts[:1], len(pattern) + 2])
    return f"{text}{'' if not text or text.endswith(chr(10)) else chr(10)}{pattern:<{width}}{domain.owner}\n"


def _shown(path: Path, root: Path) -> str:
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else "under MESH_HOME"


def _problem(rule: str, where: str, why: str, fix: str) -> UsageProblem:
    return UsageProblem(Finding(rule, where, why, fix))
