"""What `mesh doctor` looks at. Every check answers, whatever it meets; none makes, mends or closes anything.

It looks into the lake with an engine of its own, whose temporary folder goes with it.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from functools import partial
from importlib import metadata
from typing import TYPE_CHECKING

from mesh_platform.cli.checkup_backups import backups
from mesh_platform.cli.session import Session
from mesh_platform.errors import Finding, MeshError

if TYPE_CHECKING:
    from mesh_platform.lake import Lake, Place
    from mesh_platform.product import ProductKey

    Probed = Mapping[ProductKey, Mapping[str, bool | None]]

_LITTLE, _TOO_LITTLE = 2_000_000_000, 200_000_000  # bytes
_SHOWN = ("dagster", "duckdb", "pandera", "pydantic", "ibis-framework", "polars", "pyarrow", "sqlglot", "dbt-core", "sqlalchemy")
_EXTENSIONS = ("ducklake", "httpfs", "sqlite_scanner", "postgres_scanner")


@dataclass(frozen=True, slots=True)
class Result:
    """One check: `ok`, `warn`, `fail` or `not evaluated`, what was seen, and what to do."""

    check: str
    status: str
    what: str
    fix: str = ""

    def as_json(self) -> dict[str, str]:
        return asdict(self)


def examine(session: Session, *only: str) -> Iterator[Result]:
    """Every check, in an order in which a later one rests on the earlier; or `only` some of them that look at the project."""
    for name, look in () if only else _MACHINE:
        yield from _asked(name, look)
    try:
        project = session.settings.project
    except MeshError as error:
        yield _of_finding("project", error.finding)
        return
    yield Result("project", "ok", str(project))
    for name, check in _PROJECT:
        if not only or name in only:
            yield from _asked(name, partial(check, session))


def _asked(name: str, look: Callable[[], Iterator[Result]]) -> Iterator[Result]:
    """The check's results; one that breaks is a failed check and not the end."""
    try:
        yield from look()
    except MeshError as error:
        yield _of_finding(name, error.finding)
    except Exception as error:  # noqa: BLE001 - a broken check is a result, told by its type alone
        yield Result(name, "fail", f"The check itself broke ({type(error).__name__}).", "Report it to the platform team.")


def _of_finding(check: str, finding: Finding) -> Result:
    return Result(check, "fail", f"{finding.rule} {finding.where}: {finding.why}", finding.fix)


def _python() -> Iterator[Result]:
    version = ".".join(map(str, sys.version_info[:3]))
    good = sys.version_info >= (3, 11)
    yield Result("python", "ok" if good else "fail", version, "Install Python 3.11 or newer.")


def _packages() -> Iterator[Result]:
    from packaging.requirements import Requirement

    broken = []
    for line in metadata.requires("mesh-platform") or ():
        wanted = Requirement(line)
        if wanted.marker is not None and not wanted.marker.evaluate({"extra": ""}):
            continue
        try:
            have = metadata.version(wanted.name)
        except metadata.PackageNotFoundError:
            broken.append(f"{wanted.name} is missing")
            continue
        if not wanted.specifier.contains(have, prereleases=True):
            broken.append(f"{wanted.name} is {have} and should be {wanted.specifier}")
    fix = "pip install -c constraints.txt -e '.[dev]'"
    shown = ", ".join(f"{name} {metadata.version(name)}" for name in _SHOWN if not any(b.startswith(f"{name} ") for b in broken))
    yield Result("packages", "fail", "; ".join(broken), fix) if broken else Result("packages", "ok", shown)


def _extensions() -> Iterator[Result]:
    import duckdb

    from mesh_platform.lake import load_extension

    con = duckdb.connect(config={"autoinstall_known_extensions": "false", "autoload_known_extensions": "false"})
    try:
        for name in _EXTENSIONS:
            load_extension(con, name)
    finally:
        con.close()
    yield Result("duckdb extensions", "ok", ", ".join(_EXTENSIONS))


def _workspace(session: Session) -> Iterator[Result]:
    from mesh_platform.cli.workspace_file import location_names
    from mesh_platform.product.workspace import DOMAIN_MODULE

    root = session.settings.project
    named = location_names((root / "workspace.yaml").read_text(encoding="utf-8", errors="replace"))
    asked = [target.removeprefix(f"{DOMAIN_MODULE}:") for target in named.values() if target.startswith(f"{DOMAIN_MODULE}:")]
    dangling = [domain for domain in asked if not (root / "domains" / domain).is_dir()]
    plain = [name for name, domain in session.mesh.domains.items() if not (domain.folder / "definitions.py").is_file()]
    missing = sorted(set(session.mesh.domains) - set(named))
    if dangling:
        fix = f"`mesh new domain {dangling[0]}` makes it; or take the entry out of workspace.yaml."
        yield Result("code locations", "fail", f"no folder of {', '.join(dangling)}", fix)
    if missing:
        fix = "Add them to workspace.yaml as the others stand there; `mesh dev` does not load them else."
        yield Result("code locations", "warn", f"not in workspace.yaml: {', '.join(missing)}", fix)
    if plain:
        fix = "Put the one line there, as the other domains have it; only `dagster dev -f` needs it."
        yield Result("code locations", "warn", f"no definitions.py of {', '.join(plain)}", fix)
    if not dangling and not missing and not plain:
        yield Result("code locations", "ok", f"{len(named)} in workspace.yaml")
    left = [path.name for path in (root / "domains").glob("**/.*-*") if path.is_dir()]
    if left:
        yield Result("left-overs", "warn", f"unfinished folders below domains/: {', '.join(left)}", "Remove them.")


def _home(session: Session) -> Iterator[Result]:
    home = session.settings.home_path
    if not home.is_dir():
        yield Result("home", "ok", f"{home} (made at the first run)")
        return
    mode = home.stat().st_mode & 0o777
    fix = f"chmod 700 {home}"
    yield Result("home", "ok" if not mode & 0o077 else "fail", f"{home} ({mode:o})", fix)
    if not os.access(home, os.W_OK):
        yield Result("home", "fail", "This user cannot write there.", "Give this user a home of its own, or set MESH_HOME.")


def _disk(session: Session) -> Iterator[Result]:
    there = next(p for p in (session.settings.home_path, *session.settings.home_path.parents) if p.exists())
    free = shutil.disk_usage(there).free
    status = "ok" if free > _LITTLE else "warn" if free > _TOO_LITTLE else "fail"
    yield Result("disk", status, f"{free / 1e9:.1f} GB free", "Make room: a publication writes its version beside the old one.")


def _database(session: Session) -> Iterator[Result]:
    kind = "the database of MESH_DATABASE_URL" if session.settings.database_url else "SQLite in the home"
    with session.registry() as registry:
        if registry is None:
            yield Result("control database", "ok", f"{kind} (made at the first run)")
            return
        served = len(registry.latest_publications())
    yield Result("control database", "ok", f"{kind}; {served} products published")


def _audit(session: Session) -> Iterator[Result]:
    from mesh_platform.audit import open_audit
    from mesh_platform.audit.opening import anchor_folder, inside_home
    from mesh_platform.audit.tree import head
    from mesh_platform.audit.watch import waits_of
    from mesh_platform.state import look_at_state

    with look_at_state(session.settings) as database:
        size = 0
        if database is not None:
            with database.read() as con:
                size = head(con).size
        if database is None or not size:
            yield Result("audit log", "ok", "nothing recorded yet (made at the first run)")
            return
        log = open_audit(session.settings, database, look=True)
        held = [anchored for anchor in log.anchors if (anchored := anchor.read())]
        waits = waits_of(log)
    fix = "Set `audit_anchor` to a folder outside of the home; best on another disk, of another user."
    told = f"{log.origin}, {size} records; {len(log.policy.witnesses) if log.policy else 0} witnesses"
    if anchor_folder(session.settings) is None:
        yield Result("audit log", "warn", f"{told}; no anchor outside of the home", fix)
    elif inside_home(session.settings):
        yield Result("audit log", "warn", f"{told}; its anchor lies inside of the home", fix)
    elif not held:
        yield Result(
            "audit log", "warn", f"{told}; nothing of it is anchored", "`mesh audit checkpoint` does so, or says why not."
        )
    else:
        yield Result("audit log", "ok", f"{told}; anchored up to {held[0].checkpoint.size}, {'' if waits else 'not '}witnessed")
    for name, one in waits.items():
        finding = one.finding(f"audit log {name}")
        yield Result("witnesses", "fail" if one.overdue else "ok", f"{name}: {one.words}", finding.fix if one.overdue else "")


def _keys(session: Session) -> Iterator[Result]:
    from mesh_platform.keys import LocalKeyring, open_keys

    if session.settings.keys != "local":
        provider = open_keys(session.settings)
        count = len({(version.domain, version.region) for version in provider.listed()})
        yield Result("keys", "ok", f"{provider.kind}, {count} of them")
        return
    folder = session.settings.home_path / "keys"
    if not folder.is_dir():
        yield Result("keys", "ok", f"{LocalKeyring.kind} (made with the first domain)")
        return
    open_to_others = [path for path in (folder, *folder.iterdir()) if path.stat().st_mode & 0o077]
    count = len(list(folder.glob("*.kek")))
    if open_to_others:
        yield Result("keys", "fail", f"{len(open_to_others)} of the keyring's files are open to others", f"chmod -R go= {folder}")
    else:
        yield Result("keys", "ok", f"{LocalKeyring.kind}, {count} of them: files that protect a copied lake, not this machine")


def _lake(session: Session) -> Iterator[Result]:
    """Each product's folder beside its catalog; a busy product is told, not waited for."""
    with session.lake() as lake:
        if lake is None:
            yield Result("lake", "ok", "empty")
            return
        places = [place for place in lake.places() if lake.published(place)]
        odd = [result for place in places if (result := _of_place(lake, place))]
    yield from odd
    if not odd:
        yield Result("lake", "ok", f"{len(places)} of {len(places)} products with exactly the files that their catalogs name")


def _of_place(lake: Lake, place: Place) -> Result | None:
    """What is to be said of one product; nothing where its folder and its catalog agree."""
    if busy := lake.under_way(place):
        return Result("lake", "ok", f"{place.key} is busy: {busy}")
    try:
        report = lake.file_report(place, wait=0.0)
    except MeshError as error:
        return _of_finding(f"lake {place.key}", error.finding)
    if report.missing:
        fix = "Restore the home from a backup, or publish the product anew."
        return Result("lake", "fail", f"{place.key} lacks {len(report.missing)} of {report.files} files", fix)
    if not report.clean:
        count = len(report.unknown) + len(report.copies)
        return Result("lake", "warn", f"{place.key}: {count} files left by a killed run", "The next `mesh run` removes them.")
    return None


def probed(session: Session) -> Probed:
    """What a probe sees of every served product now, control by control."""
    from mesh_platform.publish import place_of
    from mesh_platform.publish.probes import probe_published
    from mesh_platform.state import look_at_state

    with session.lake() as lake, look_at_state(session.settings) as database:
        return {
            key: probe_published(session.mesh, product, lake, session.settings, database).holds
            for key, product in sorted(session.mesh.products.items())
            if lake is not None and product.location is not None and lake.published(place_of(product))
        }


def _controls(session: Session) -> Iterator[Result]:
    yield from of_probes(session, probed(session))


def of_probes(session: Session, found: Probed) -> Iterator[Result]:
    """What each sensitivity binds and a probe can look for, as it was seen on every served product."""
    from mesh_platform.policy import Control, binding_for

    if not found:
        yield Result("controls", "ok", "nothing is published yet")
    seen: dict[Control, list[bool | None]] = {}
    for key, states in found.items():
        for control in binding_for(session.mesh.products[key].descriptor.sensitivity).controls:
            seen.setdefault(control, []).append(states.get(control))
            if states.get(control) is False:
                fix = f"`mesh show {key}` tells more; a restricted product is not published so (CORE-04)."
                yield Result("controls", "fail", f"{key}: a probe does not see {control.words}", fix)
    for control, each in seen.items():
        told = f"{control.words}: seen at {each.count(True)} of {len(each)} products that need it"
        if any(each):
            yield Result("controls", "not evaluated" if None in each else "ok", told)
        elif None in each:
            yield Result("controls", "not evaluated", f"{control.words}: nothing looks for it yet ({len(each)} need it)")


def _temporary(session: Session) -> Iterator[Result]:
    import fcntl

    dead = []
    for lock in (session.settings.home_path / "tmp").glob("*/.lock"):
        with lock.open("rb") as held:
            try:
                fcntl.flock(held, fcntl.LOCK_SH | fcntl.LOCK_NB)
                dead.append(lock)
            except BlockingIOError:
                continue
    if dead:
        yield Result("temporary files", "warn", f"{len(dead)} folders of ended processes", "The next `mesh run` removes them.")
    else:
        yield Result("temporary files", "ok", "none of ended processes")


def _dagster(session: Session) -> Iterator[Result]:
    import yaml

    path = session.settings.home_path / "dagster" / "dagster.yaml"
    if not path.is_file():
        yield Result("dagster.yaml", "ok", "made at the first run")
        return
    try:
        said = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
        on = not isinstance(said, dict) or (said.get("telemetry") or {}).get("enabled", True)
    except (yaml.YAMLError, AttributeError):
        yield Result("dagster.yaml", "fail", "It is not valid YAML.", f"Remove {path}; it is written anew.")
        return
    fix = "Set telemetry: {enabled: false} in it."
    yield Result("dagster.yaml", "fail" if on else "ok", "telemetry is on" if on else "telemetry is off", fix)


def _files_of_the_mesh(session: Session) -> Iterator[Result]:
    mesh = session.mesh
    broken = [str(key) for key in mesh.broken]
    closed = [finding for finding in mesh.findings if finding.blocks]
    what = f"{len(mesh.products)} products in {len(mesh.domains)} domains"
    if broken or closed:
        told = ", ".join([*broken, *(finding.where for finding in closed)][:5])
        yield Result("descriptors", "warn", f"{what}; cannot be read: {told}", "`mesh check` says more.")
    else:
        yield Result("descriptors", "ok", what)


def _confinement(session: Session) -> Iterator[Result]:
    from mesh_platform.publish.assessment import confinement_of

    chosen = confinement_of(session.settings)
    held = chosen.walls()
    walls = [("files", held.files), ("network", held.network), ("processes", "namespace" if held.processes else "")]
    what = "; ".join(f"{name}: {wall or 'open'}" for name, wall in walls) + (f"; user: {'another' if held.user else 'the same'}")
    if held.closed:
        yield Result("domain code", "ok", what)
    elif chosen.weakened:
        yield Result(
            "domain code", "warn", f"{what}; it runs all the same, as `confinement` says", "Keep real data off this machine."
        )
    else:
        yield Result(
            "domain code", "fail", what, "Use Linux 5.13 or newer with Landlock; until then Python and dbt products do not run."
        )


_MACHINE: tuple[tuple[str, Callable[[], Iterator[Result]]], ...] = (
    ("python", _python),
    ("packages", _packages),
    ("duckdb extensions", _extensions),
)
_PROJECT: tuple[tuple[str, Callable[[Session], Iterator[Result]]], ...] = (
    ("code locations", _workspace),
    ("descriptors", _files_of_the_mesh),
    ("home", _home),
    ("disk", _disk),
    ("domain code", _confinement),
    ("control database", _database),
    ("keys", _keys),
    ("audit log", _audit),
    ("temporary files", _temporary),  # before the lake is opened, which removes them
    ("lake", _lake),
    ("backups", backups),
    ("controls", _controls),
    ("dagster.yaml", _dagster),
)
