"""What the checklist is told from, gathered here once for all domains: rules over files, publications, doctor, tasks, and what provisioning made."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from mesh_platform.cli.session import Session

if TYPE_CHECKING:
    from mesh_platform.cli.checkup import Probed, Result
    from mesh_platform.policy import Control
    from mesh_platform.policy.checklist import Look
    from mesh_platform.policy.checklist.lines import Waiting
    from mesh_platform.policy.judging import Standing
    from mesh_platform.product import Product

EVERYBODY = frozenset({"external_recipient", "recipient_end", "attestation"})
"""Kinds of tasks that are about recipients and about what is attested for all, and so about every domain."""


def looks(session: Session, domains: list[str]) -> Iterator[Look]:
    """What is known of each of these domains."""
    from mesh_platform.policy.checklist import Look

    found, told = _probed(session)
    machine, tasks, hosts, unseen = _machine(session, told), _tasks(session), _hosts(session), _unseen(session, found)
    registered, unjudged, measured = published_rules(session)
    known, failing = {key.partition("/")[0] for key in registered}, _failing(session)
    for domain in domains:
        mine = {str(key): one for key, one in sorted(session.mesh.products.items()) if key.domain == domain}
        yield Look(
            mesh=session.mesh,
            domain=domain,
            today=session.today,
            standings={key: _standings(session, one) for key, one in mine.items()},
            unjudged={key: found for key, found in unjudged.items() if key in mine},
            machine=machine,
            tasks=tuple(one for one in tasks if one.kind in EVERYBODY or one.product.partition("/")[0] == domain),
            made=_made(session, domain, domain in known),
            hosts=hosts,
            measured=measured & {*mine},
            registered=registered & {*mine},
            unseen={key: lacking for key, lacking in unseen.items() if key in mine},
            failing=failing,
        )


def _standings(session: Session, product: Product) -> tuple[Standing, ...]:
    from mesh_platform.policy import Facts, rules_of
    from mesh_platform.policy.judging import states
    from mesh_platform.product.lineage import lineage_of

    facts = Facts(session.mesh, product, session.today, lineage=lineage_of(session.mesh, product, session.shapes))
    return tuple(states(facts, rules_of(session.mesh.governance)))


def published_rules(session: Session) -> tuple[frozenset[str], Mapping[str, frozenset[str]], frozenset[str]]:
    """Products that the catalog knows; products published as their files stand, with the rules that were not judged then; those measured."""
    with session.registry() as registry:
        if registry is None:
            return frozenset(), {}, frozenset()
        decided, served = registry.latest_decisions("publish"), registry.latest_publications()
        known = frozenset(str(entry.key) for entry in registry.products())
        measured = frozenset(str(key) for key in served if registry.measures(key, limit=1))
    unjudged = {}
    for key, decision in decided.items():
        product, version = session.mesh.products.get(key), served.get(key)
        if product and version and decision.open and product.spec_hash == version.spec_hash == decision.spec_hash:
            unjudged[str(key)] = frozenset(_rule(one) for one in decision.not_evaluated)
    return known, unjudged, measured


def _rule(one: Any) -> str:
    return str(one["rule"] if isinstance(one, Mapping) else one.rule)


def _machine(session: Session, controls: Iterable[Result]) -> dict[str, tuple[str, str]]:
    """What `mesh doctor` says of the audit log, backups and controls; the worst where it says several things."""
    from mesh_platform.cli.checkup import examine

    weight, found = ("fail", "warn", "not evaluated", "ok"), dict[str, tuple[str, str]]()
    for one in chain(examine(session, "audit log", "backups"), controls):
        before = found.get(one.check)
        if before is None or weight.index(one.status) < weight.index(before[0]):
            found[one.check] = (one.status, one.what)
    return found


def _probed(session: Session) -> tuple[Probed, list[Result]]:
    """What probes see now, and what is to be said of it. Where the lake does not open, nothing is seen of any product, and that is a fault."""
    from mesh_platform.cli.checkup import Result, of_probes, probed
    from mesh_platform.errors import MeshError

    try:
        found = probed(session)
    except MeshError as error:
        one = error.finding
        return {key: {} for key in session.mesh.products}, [Result("controls", "fail", f"{one.rule}: {one.why}", one.fix)]
    return found, [*of_probes(session, found)]


def _unseen(session: Session, probed: Probed) -> dict[str, tuple[Control, ...]]:
    """What the label of a served product brings and a probe does not find now. That its files are encrypted has to be seen: where nobody can tell, it is not."""
    from mesh_platform.policy import Control, binding_for

    def lacks(control: Control, seen: bool | None) -> bool:
        return not seen if control is Control.ENCRYPTION else seen is False

    unseen = {}
    for key, found in probed.items():
        controls = binding_for(session.mesh.products[key].descriptor.sensitivity).controls
        unseen[str(key)] = tuple(one for one in controls if lacks(one, found.get(one)))
    return unseen


def _failing(session: Session) -> dict[str, str]:
    """Rules of the checklist that other code upholds, asked by their worked examples: those that this code does not hold."""
    from mesh_platform.enforcement import tried
    from mesh_platform.policy import Upheld, rules_of
    from mesh_platform.policy.checklist import RULES

    asked = (one for one in rules_of(session.mesh.governance) if one.id in RULES and one.upheld is Upheld.PLATFORM)
    return {one.rule.name: one.vector.says for one in tried(asked) if not one.ok}


def _tasks(session: Session) -> tuple[Waiting, ...]:
    from mesh_platform.clock import utc_now
    from mesh_platform.policy.checklist.lines import Waiting
    from mesh_platform.state import look_at_state
    from mesh_platform.tasks import Tasks

    now = utc_now()
    with look_at_state(session.settings) as database:
        found = Tasks(database).listed() if database else ()
    return tuple(Waiting(one.kind, one.product, one.overdue(now)) for one in found)


def _hosts(session: Session) -> tuple[str, ...]:
    """Hosts over which notices leave; what is no address is told by `mesh task send`."""
    addresses = (session.settings.notice_webhook, session.settings.notice_smtp)
    return tuple(dict.fromkeys(urlsplit(address).hostname or "" for address in addresses if address))


def _made(session: Session, domain: str, registered: bool) -> dict[str, bool]:
    """What provisioning makes for a domain, and whether it stands."""
    from mesh_platform.cli.templates import FOLDER
    from mesh_platform.keys import open_keys

    root, home = session.settings.project, session.settings.home_path
    places = [folder.parent.name for folder in (home / "data").glob(f"*/{domain}")]
    keys = open_keys(session.settings) if places else None
    return {
        "catalog": registered,
        "templates": any((root / FOLDER).glob("*.tmpl")),
        "storage": bool(places),
        "key": keys is not None and all(keys.has(domain, place) for place in places),
        "code location": _names(root / "workspace.yaml", f"attribute: {domain}"),
        "owners": any(
            _names(root / name, f"/domains/{domain}/") for name in ("CODEOWNERS", ".github/CODEOWNERS", "docs/CODEOWNERS")
        ),
        "CI job": (root / ".ci" / "domains" / domain).is_file(),
    }


def _names(path: Any, what: str) -> bool:
    return path.is_file() and any(line.strip().startswith(what) for line in path.read_text(encoding="utf-8").splitlines())
