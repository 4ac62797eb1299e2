"""The change that `mesh policy simulate` is asked about, as files of the project, and the two meshes that are held against each other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING

from mesh_platform.cli.session import Session
from mesh_platform.cli.waiting import waiting
from mesh_platform.errors import UsageProblem
from mesh_platform.policy import PACKS
from mesh_platform.product import Governance, Mesh, ProductKey
from mesh_platform.product.changed_copy import changed_copy
from mesh_platform.product.loader import DESCRIPTOR
from mesh_platform.product.register import Bound, Packs
from mesh_platform.product.yaml_file import Unreadable, parse_yaml, read_text

if TYPE_CHECKING:
    from mesh_platform.access.grants import Grant
    from mesh_platform.publish.foreseen import Foreseen, Left
    from mesh_platform.registry import Publication

_OWN = "governance/packs"


@dataclass(frozen=True, slots=True)
class Wanted:
    """The change: files by their path in the project (None: taken away), packs of the platform that are switched on, and the day on which it is looked at."""

    files: dict[str, bytes | None] = field(default_factory=dict)
    packs: tuple[str, ...] = ()
    domains: tuple[str, ...] = ("*",)
    on: date | None = None

    @property
    def names(self) -> tuple[str, ...]:
        packs = (f"{pack} in {', '.join(self.domains)}" for pack in self.packs)
        return (*sorted(self.files), *packs, *([f"the day {self.on.isoformat()}"] if self.on else []))

    def moment(self, now: datetime) -> datetime:
        """The moment at which it is looked at: on a day to come, its noon."""
        return datetime.combine(self.on, time(12), UTC) if self.on and self.on > now.date() else now


def wanted(
    session: Session,
    packs: Sequence[str],
    domains: Sequence[str],
    descriptors: Sequence[str],
    purpose: Path | None,
    governance: Path | None,
    on: date | None = None,
) -> Wanted:
    """What the options say.

    Raises:
        UsageProblem: POLICY-04, where they say nothing, or something that is no change of a mesh.
    """
    root, files = session.settings.project, dict[str, bytes | None]()
    files |= _governance(root, governance) if governance else {}
    files |= {"governance/purposes.yaml": purpose.read_bytes()} if purpose else {}
    named = [name for name in packs if name.upper() in PACKS and not Path(name).is_file()]
    for name in packs:
        if name not in named:
            files |= _own_pack(root, name)
    for text in descriptors:
        files |= _descriptor(text)
    if on is not None and on < session.today:
        raise _unusable("--on", "It has passed.", "Name a day to come.")
    if not files and not named and on is None:
        raise _unusable("the command", "It names no change.", "Name --pack, --descriptor, --purpose, --governance or --on.")
    return Wanted(files, tuple(name.upper() for name in named), tuple(domains) or ("*",), on)


def foreseen_by(session: Session, change: Wanted) -> Foreseen:
    """What the change would do to the mesh of this session."""
    from mesh_platform.clock import utc_now
    from mesh_platform.publish.foreseen import foreseen
    from mesh_platform.publish.foresight import Judge, World

    approved, left, commits = _given(session)
    now = utc_now()
    judge = Judge(session.shapes, session.contracts, lambda key: approved.get(key, ()), lambda key: commits.get(key, {}))
    was = World(session.mesh, now, session.known)
    with waiting(session) as step:
        step("reading the mesh as it would be")
        with _changed(session, change) as then:
            would = World(then.mesh, change.moment(now), then.known)
            step(f"judging {len(was.mesh.products):,} products as they are")
            before = judge.of(was, applied=False, others=judge.readers(would))
            step(f"judging {len(would.mesh.products):,} products as they would be")
            after = judge.of(would, applied=True, others=judge.readers(was))
        step("comparing")
        return foreseen(before, after, left)


@contextmanager
def _changed(session: Session, change: Wanted) -> Iterator[Session]:
    """A session over the mesh as it would be: the same settings and state, other files."""
    from mesh_platform.product import load_mesh
    from mesh_platform.publish import confinement_of

    with changed_copy(session.settings.project, change.files) as copy:
        then = Session()
        mesh = load_mesh(copy, confinement_of(session.settings))
        today = change.on or session.today
        then.__dict__ |= {"settings": session.settings, "today": today, "shapes": session.shapes}
        then.__dict__["mesh"] = session.with_waivers(_bound(mesh, change))
        yield then


def _bound(mesh: Mesh, change: Wanted) -> Mesh:
    """The mesh with the named packs of the platform switched on."""
    if not change.packs:
        return mesh
    return replace(mesh, governance=_with_packs(mesh.governance, change))


def _with_packs(governance: Governance, change: Wanted) -> Governance:
    bind, domains = dict(governance.packs.bind), {*change.domains}
    for name in change.packs:
        old = bind.get(name, Bound())
        bind[name] = old.model_copy(update={"domains": tuple(dict.fromkeys((*old.domains, *change.domains)))})
    leave = tuple(
        one for one in governance.packs.leave if one.pack not in change.packs or not ("*" in domains or domains & {*one.domains})
    )
    return governance.model_copy(update={"packs": Packs(bind=bind, leave=leave)})


def _given(
    session: Session,
) -> tuple[dict[ProductKey, tuple[Grant, ...]], tuple[Left, ...], dict[ProductKey, Mapping[str, object]]]:
    """The approved grants, the files that left, and what the commits of served versions tell; none where there is no control database."""
    from mesh_platform.access.exports import Exports
    from mesh_platform.access.store import AccessStore
    from mesh_platform.publish.foreseen import Left
    from mesh_platform.registry import Registry
    from mesh_platform.state import look_at_state
    from mesh_platform.tasks import Tasks

    with look_at_state(session.settings) as database:
        if database is None:
            return {}, (), {}
        store = AccessStore(database)
        grants = {key: store.on(key) for key in session.mesh.products}
        exports = [one for one in Exports(database, session.settings.home_path, Tasks(database)).listed() if one.ended_at is None]
        published = Registry(database).latest_publications()
    left = tuple(
        Left(one.id, ProductKey.as_written(key), frozenset(map(str, told.get("grants", ()))))
        for one in exports
        for key, told in one.products.items()
    )
    return grants, left, _commits(session, published)


def _commits(session: Session, published: Mapping[ProductKey, Publication]) -> dict[ProductKey, Mapping[str, object]]:
    """What the commit of each served version tells; a product that does not open has none, as for a read."""
    from mesh_platform.errors import MeshError
    from mesh_platform.lake import Place

    found: dict[ProductKey, Mapping[str, object]] = {}
    with session.lake() as lake:
        for key, one in published.items():
            try:
                found[key] = {} if lake is None else lake.versions(Place(one.location, key.domain, key.name))[-1].extra
            except (MeshError, IndexError):
                continue
    return found


def _governance(root: Path, given: Path) -> dict[str, bytes | None]:
    """That file in place of the one of its name; or that folder in place of the whole of governance/."""
    if given.is_file():
        return {f"governance/{given.name}": given.read_bytes()}
    stands = [path for path in (root / "governance").rglob("*.yaml") if "templates" not in path.parts]
    found: dict[str, bytes | None] = {path.relative_to(root).as_posix(): None for path in stands}
    comes = [path for path in given.rglob("*.yaml") if path.is_file()]
    if not comes:
        raise _unusable(str(given), "It holds no file of governance.", "Name a folder like governance/.")
    return found | {f"governance/{path.relative_to(given).as_posix()}": path.read_bytes() for path in comes}


def _own_pack(root: Path, name: str) -> dict[str, bytes | None]:
    """The file of an own pack, in place of the one that holds the pack of that name now."""
    path = Path(name)
    if not path.is_file():
        known = ", ".join(PACKS)
        raise _unusable(name, "There is no such file, and no such pack of the platform.", f"Name a file, or one of {known}.")
    pack = _pack_of(path)
    for other in sorted((root / _OWN).glob("*.yaml")):
        if pack and _pack_of(other) == pack:
            return {other.relative_to(root).as_posix(): path.read_bytes()}
    return {f"{_OWN}/{path.stem}.yaml": path.read_bytes()}


def _pack_of(path: Path) -> str:
    try:
        data = parse_yaml(read_text(path, path.name), path.name).data
    except Unreadable:
        return ""  # the loader says what is wrong with it
    return str(data.get("pack", "")) if isinstance(data, dict) else ""


def _descriptor(text: str) -> dict[str, bytes | None]:
    """A product.yaml, for the product that stands before `=`, or in whose folder it lies."""
    key, _, rest = text.rpartition("=")
    path = Path(rest)
    if not path.is_file():
        raise _unusable(rest, "There is no such file.", "Name a product.yaml, or DOMAIN/PRODUCT=FILE.")
    parts = path.resolve().parts
    if not key and (path.name != DESCRIPTOR or len(parts) < 4 or parts[-4] != "domains"):
        raise _unusable(rest, "It lies in no product's folder, so nobody knows whose it is.", f"Say DOMAIN/PRODUCT={rest}.")
    product = ProductKey.parse(key or "/".join(parts[-3:-1]))
    return {f"domains/{product}/{DESCRIPTOR}": path.read_bytes()}


def _unusable(where: str, why: str, fix: str) -> UsageProblem:
    return UsageProblem.because("POLICY-04", where, why, fix)
