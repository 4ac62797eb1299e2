"""LIFE: a product that ends says when and what takes its place, and one that breaks its readers goes on beside its older version.

What narrows what may be known of people (a raised label, a shorter retention, a contract taken back) breaks readers too and waits for
nobody: an older version beside it would keep what was taken away.
"""

from __future__ import annotations

from collections.abc import Iterator

from mesh_platform.errors import Severity
from mesh_platform.policy.facts import Facts, Need, Served
from mesh_platform.policy.rule import Objection, Verdict, failing, passing, rule
from mesh_platform.product import Change, ChangeKind, Lifecycle, diff, major_of
from mesh_platform.product.models import DataProduct

_ENDING = {"status": "deprecated", "sunset": "2027-06-30", "successor": "sales/segments"}


@rule(
    "LIFE-01",
    "A deprecated product names its sunset and its successor",
    passing("both", product=_ENDING),
    failing("no sunset", product={**_ENDING, "sunset": None}),
    failing("no successor", product={**_ENDING, "successor": None}),
    failing("a successor that does not exist", product={**_ENDING, "successor": "sales/nowhere"}),
    failing("itself", product={**_ENDING, "successor": "customer/profiles"}),
    source="House rule: consumers can plan",
    applies=lambda facts: facts.descriptor.status is Lifecycle.DEPRECATED,
)
def ends_in_order(facts: Facts) -> Iterator[Objection]:
    if facts.descriptor.sunset is None:
        yield Objection("It is deprecated and names no day of its end.", "Add `sunset: <date>`.", ("status",))
    successor = facts.descriptor.successor
    if successor is None:
        yield Objection("It is deprecated and names no successor.", "Add `successor: domain/product`.", ("status",))
    elif successor == facts.product.key or successor not in {*facts.mesh.products, *facts.mesh.broken}:
        yield Objection(f"Its successor {successor} is no other product of the mesh.", "Name one that exists.", ("successor",))


@rule(
    "LIFE-02",
    "A retired product is not run",
    passing("active"),
    failing("retired", product={"status": "retired"}),
    source="House rule: consumers can plan",
    verdict=Verdict.WARN,
)
def retired(facts: Facts) -> Iterator[Objection]:
    if facts.descriptor.status is Lifecycle.RETIRED:
        fix = f"`mesh retire {facts.product.key} --reason TEXT --yes` purges what is held of it; then its folder can go."
        yield Objection("It is retired and is not published any more.", fix, ("status",), severity=Severity.INFO)


@rule(
    "LIFE-03",
    "A product does not outlive its sunset",
    passing("before it", product=_ENDING),
    passing("on the day", product={**_ENDING, "sunset": "2026-12-01"}),
    failing("after it", product={**_ENDING, "sunset": "2026-11-30"}),
    source="House rule: consumers can plan",
    applies=lambda facts: facts.descriptor.status is not Lifecycle.RETIRED,
)
def before_its_sunset(facts: Facts) -> Iterator[Objection]:
    if facts.descriptor.sunset is not None and facts.descriptor.sunset < facts.today:
        yield Objection("Its sunset has passed.", "Set `status: retired`, or move the sunset.", ("sunset",))


@rule(
    "LIFE-04",
    "A product reads none that has ended, and is told of those that end",
    passing("its input is active", about="sales/segments"),
    failing("its input is deprecated", about="sales/segments", product=_ENDING),
    failing("its input's sunset has passed", about="sales/segments", product={**_ENDING, "sunset": "2026-11-30"}),
    failing("its input is retired", about="sales/segments", product={"status": "retired"}),
    source="House rule: consumers can plan",
    part="input",
)
def reads_living_products(facts: Facts) -> Iterator[Objection]:
    for i, _, source in facts.inputs():
        ends, successor = source.descriptor.sunset, source.descriptor.successor
        fix = f"Read {successor} instead." if successor else f"Ask the owner of {source.key} what takes its place."
        if source.descriptor.status is Lifecycle.RETIRED:
            yield Objection(f"Its input {source.key} is retired.", fix, ("inputs", i))
        elif ends is not None and ends < facts.today:
            yield Objection(f"Its input {source.key} ended on {ends.isoformat()} and is not served any more.", fix, ("inputs", i))
        elif source.descriptor.status is Lifecycle.DEPRECATED:
            when = f" and ends on {ends.isoformat()}" if ends else ""
            yield Objection(f"Its input {source.key} is deprecated{when}.", fix, ("inputs", i), severity=Severity.WARN)


def _before(**columns: object) -> Served:
    """What is served while the fit `customer/profiles` is about to be published: an older descriptor of it, with other columns."""
    known = ("customer_id", "segment", "region")
    kept = {name: {"type": "string", "sensitivity": "internal"} for name in known} | columns
    described = {"name": "profiles", "domain": "customer", "version": "1.4.0", "columns": kept}
    return Served("1.4.0", DataProduct.model_validate(described, by_alias=True, by_name=False))


_LOST = _before(phone={"type": "string", "sensitivity": "internal"})
_V1 = {"version": "1.5.0"}
_V2 = {"version": "2.0.0"}
_NO_READER = {"dataContracts": None}


def _beside(*majors: int) -> Served:
    return Served(_LOST.version, _LOST.descriptor, frozenset(majors))


@rule(
    "LIFE-05",
    "A change that breaks readers brings a new major version, and the older one stays served beside it until its sunset",
    passing("nothing is served yet", facts={"served": Served()}),
    passing(
        "nothing is broken", product={**_V1, "sla": {"freshness": None}, "qualityMetrics": None}, facts={"served": _before()}
    ),
    passing("a new major version beside the older one", product=_V2, facts={"served": _beside(1)}),
    passing(
        "nobody reads it",
        product={**_V1, **_NO_READER},
        reader={"inputs": None},
        facts={"served": _LOST},
    ),
    passing(
        "what narrows what may be known of people takes effect at once",
        product={**_V1, "columns": {"segment": {"sensitivity": "confidential"}}},
        facts={"served": _before()},
    ),
    failing("a column is gone, under the same major version", product=_V1, facts={"served": _LOST}),
    failing("a new major version, and the older one is gone", product=_V2, facts={"served": _LOST}),
    failing("an older version than the one that is served", product={"version": "0.9.0"}, facts={"served": _LOST}),
    failing("a version that is no number", product={"version": "next"}, facts={"served": _LOST}),
    source="House rule: consumers can plan",
    needs=[Need.SERVED],
)
def breaks_in_a_new_version(facts: Facts) -> Iterator[Objection]:
    served = facts.served or Served()
    before = major_of(served.version)
    if served.descriptor is None or before is None or not _is_read(facts, served.descriptor):
        return
    broken = [change for change in diff(served.descriptor, facts.descriptor) if _breaks(change)]
    if not broken:
        return
    now, older = major_of(facts.descriptor.version), facts.product.key.at(before)
    keep = f"keep the older one in domains/{older} (deprecated, with a sunset)"
    if now is None or now <= before:
        why = f"It breaks those who read {served.version}, which is served ({_told(broken)}), and is {facts.descriptor.version}."
        yield Objection(why, f"Give it the version {before + 1}.0.0 and {keep}; or take the change back.", ("version",))
    elif before not in served.beside:
        why = f"It breaks those who read {served.version} ({_told(broken)}), and no version {before} is served beside it."
        yield Objection(why, f"{keep[0].upper()}{keep[1:]}, and publish that first.", ("version",))


_PROTECTS = ("purposes", "retention", "dataContracts", "erasure", "aggregate", "status", "declassify")
_COLUMN_PROTECTS = ("sensitivity", "mask", "purposes", "coarsen")


def _breaks(change: Change) -> bool:
    """Whether readers may fail, and not because less may be known of people now."""
    if change.kind is not ChangeKind.BREAKING:
        return False
    head, _, rest = change.path.partition(".")
    if head == "columns":
        return rest.rpartition(".")[2] not in _COLUMN_PROTECTS
    return head.partition("[")[0] not in _PROTECTS


def _is_read(facts: Facts, served: DataProduct) -> bool:
    """Whether somebody relies on what is served: a contract in force, or a product of the mesh."""
    in_force = any(contract.expires is None or contract.expires >= facts.today for contract in served.data_contracts)
    return in_force or bool(facts.mesh.readers(facts.product.key))


def _told(broken: list[Change]) -> str:
    more = f" and {len(broken) - 3} more" if len(broken) > 3 else ""
    return "; ".join(f"{change.path}: {change.told}" for change in broken[:3]) + more


_OLDER = {"version": "1.4.0", **_ENDING, "successor": "customer/profiles"}


@rule(
    "LIFE-06",
    "An older version that stands beside the present one says its number, its sunset and what follows it",
    passing("a product without a number in its name"),
    passing("version 1, until its sunset", about="customer/profiles@1", older=_OLDER, product=_V2),
    failing("another version than its name", about="customer/profiles@1", older={**_OLDER, "version": "2.0.0"}, product=_V2),
    failing("active for ever", about="customer/profiles@1", older={"version": "1.4.0"}, product=_V2),
    failing("newer than the present one", about="customer/profiles@1", older=_OLDER, product={"version": "1.0.0"}),
    source="House rule: consumers can plan",
    applies=lambda facts: facts.product.key.major is not None,
)
def older_version_ends(facts: Facts) -> Iterator[Objection]:
    key = facts.product.key
    present = facts.mesh.products.get(key.present)
    if major_of(facts.descriptor.version) != key.major:
        why = f"Its folder says version {key.major}, and its descriptor {facts.descriptor.version}."
        yield Objection(why, f"Give it the version under which it was served, {key.major}.….", ("version",))
    if facts.descriptor.status is Lifecycle.RETIRED:
        return
    if facts.descriptor.status is not Lifecycle.DEPRECATED or facts.descriptor.sunset is None:
        fix = f"Write `status: deprecated`, `sunset: <date>` and `successor: {key.present}`."
        yield Objection("It is an older version and does not say when it ends.", fix, ("status",))
    if present is None and key.present not in facts.mesh.broken:
        why = f"There is no {key.present} that it is an older version of."
        yield Objection(why, f"Name its folder {key.present.name}, or bring that product back.", ("version",))
    elif present is not None and (major_of(present.descriptor.version) or 0) <= (key.major or 0):
        why = f"{key.present} is {present.descriptor.version}, which is no later major version."
        yield Objection(why, f"Give {key.present} the next major version, or remove this folder.", ("version",))


LIFECYCLE = (ends_in_order, retired, before_its_sunset, reads_living_products, breaks_in_a_new_version, older_version_ends)
