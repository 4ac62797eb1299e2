"""The end of a product for good: its rows, catalog and key go, at every place that holds any, and a receipt stays.

The receipt is begun before anything is removed and closed when nothing is left; a call that was killed is finished by the next one. It
refuses what is still alive: a folder that is not retired, and whatever others read.
"""

from __future__ import annotations

from datetime import datetime
from functools import partial

from mesh_platform.actor import Actor
from mesh_platform.audit import Act, Phase, What
from mesh_platform.errors import Denied, NotFound, UsageProblem
from mesh_platform.failpoints import fp
from mesh_platform.lake import Inventory, Place
from mesh_platform.product import Lifecycle, Mesh, ProductKey
from mesh_platform.publish.lifecycle import ended, remembered_readers, resolve_retired
from mesh_platform.publish.runtime import Runtime
from mesh_platform.registry import Removed, Retirement, Retirements
from mesh_platform.registry.labels import Labels
from mesh_platform.retention import Holds, matters


def retire(mesh: Mesh, key: ProductKey, runtime: Runtime, actor: Actor, reason: str, now: datetime) -> Retirement:
    """Purge one product and leave the receipt.

    Raises:
        UsageProblem: RETIRE-04, where no reason is given.
        Denied: RETIRE-01, where its folder stands and is not retired; RETIRE-02, where other products read it; HOLD-06, where a legal hold
            covers rows of it.
        NotFound: RETIRE-03, where nothing of it is held.
        Unavailable: LAKE-10, where the product is busy.
    """
    if not reason.strip():
        raise UsageProblem.because("RETIRE-04", "--reason", "It is empty.", "Say why the product ends.", str(key))
    _refuse_living(mesh, key)
    _refuse_read(mesh, key, runtime, now)
    _refuse_held(key, runtime)
    receipts = Retirements(runtime.database)
    places = places_of(key, runtime)
    if not places and receipts.under_way(key) is None and runtime.registry.latest(key) is None:
        raise _nothing_held(key, receipts)
    begun = receipts.begin(key, actor.name, actor.person, reason.strip(), now)
    said = runtime.audit.record(Act.RETIRE, Phase.INTENT, actor, What(product=str(key), ref=begun.id))
    fp("retire.begun")
    for place in places:
        runtime.lake.retire(place, record=partial(_record, runtime, receipts, begun.id, place))
    fp("retire.purged")
    Labels(runtime.database).remember(key, ())
    receipt = receipts.finish(begun.id, now)
    runtime.audit.record(Act.RETIRE, Phase.DONE, actor, What(product=str(key), ref=receipt.id), parent=said.eid)
    fp("retire.finished")
    resolve_retired(key, runtime, f"Receipt {receipt.id}.", actor.name)
    return receipt


def _nothing_held(key: ProductKey, receipts: Retirements) -> NotFound:
    why, fix = "Nothing of it is held: no catalog, no rows, no key.", "`mesh products` lists what is held."
    if before := receipts.listed(key):
        last = before[0]
        why = f"It was retired on {last.finished_at or last.begun_at:%Y-%m-%d} by {last.actor}, and nothing of it is held since."
        fix = f"Nothing to do; `mesh show {key}` tells the receipt {last.id}."
    return NotFound.because("RETIRE-03", str(key), why, fix, str(key))


def places_of(key: ProductKey, runtime: Runtime) -> list[Place]:
    """Every place that holds anything of the product, those that it left behind when it moved included."""
    return [place for place in runtime.lake.places() if place.key == str(key)]


def _record(runtime: Runtime, receipts: Retirements, id: str, place: Place, held: Inventory) -> None:
    _refuse_held(ProductKey.parse(place.key), runtime)  # once more, now that it is locked
    versions = tuple(dict.fromkeys(str(version.extra.get("version", "")) for version in held.versions))
    receipts.record(id, place.location, Removed(held.rows, held.files, held.bytes, versions))


def _refuse_held(key: ProductKey, runtime: Runtime) -> None:
    """By its name alone: whether rows of it are covered is for whoever closes the hold to say."""
    if holds := [hold for hold in Holds(runtime.database).listed(only_open=True) if hold.scope.touches(str(key), None)]:
        why = f"A legal hold covers rows of it, or may ({matters(holds)})."
        raise Denied.because("HOLD-06", str(key), why, "`mesh hold close` once the matter is over.", str(key))


def _refuse_living(mesh: Mesh, key: ProductKey) -> None:
    product = mesh.products.get(key)
    if product is not None and product.descriptor.status is Lifecycle.RETIRED:
        return
    if product is None and key not in mesh.broken:
        return
    how = f"its status is {product.descriptor.status}" if product else "its descriptor cannot be read"
    fix = "Set `status: retired`, or remove its folder; then call this again."
    raise Denied.because("RETIRE-01", f"domains/{key}", f"Its folder stands, and {how}.", fix, str(key))


def _refuse_read(mesh: Mesh, key: ProductKey, runtime: Runtime, now: datetime) -> None:
    reading = [
        reader
        for reader in remembered_readers(mesh, key, runtime)
        if reader not in mesh.products or not ended(mesh.products[reader], now.date())
    ]
    if reading:
        why = f"It is read by {', '.join(map(str, reading[:5]))}{' and others' if len(reading) > 5 else ''}."
        fix = "Have them read something else first (`mesh show` names the successor), or retire them."
        raise Denied.because("RETIRE-02", f"domains/{key}", why, fix, str(key))
