"""A publication's inputs are governed reads: decided for the product that reads, under the input's declared purpose, and on record.

It gets the contracted fields as they are, since its columns keep their sensitivity by lineage; never an excluded one, and no row of a person who
does not allow the purpose.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from mesh_platform.access.accounts import Read, read_of, record_reads, record_refusal
from mesh_platform.access.decision import Caller, Decision
from mesh_platform.access.reading import Reading
from mesh_platform.access.served import Served
from mesh_platform.access.store import AccessStore
from mesh_platform.access.views import view
from mesh_platform.access.worker import Workers
from mesh_platform.errors import CheckFailed, Denied, Finding, MeshError, NotFound
from mesh_platform.lake import Place, quote_name
from mesh_platform.policy.version import policy_digest
from mesh_platform.product import Mesh, Product
from mesh_platform.product.lineage import input_fields
from mesh_platform.product.models import Input
from mesh_platform.publish.runtime import Runtime, place_of


@dataclass(frozen=True, slots=True)
class InputRows:
    """One governed input: what was decided, and the fields that this product gets of it."""

    entry: Input
    fields: tuple[str, ...]
    served: Served
    decision: Decision
    reading: Reading
    named: bool = False
    """Whether the rows that are made of it say whose they are: canaries go into those alone, where they are known again and shown to nobody."""

    @property
    def place(self) -> Place:
        return self.served.place

    def select(self) -> str:
        """The SELECT of its rows over `{t}`, as the ledger stands now.

        Raises:
            Denied: ACCESS-40, ACCESS-41, where the served rows do not say whose they are.
        """
        rows = self.reading.filtered(self.decision, self.served, canaries=self.named)
        governed = view(self.decision, self.served.types, "{t}" if rows is None else rows.over("{t}"))
        return f"SELECT {', '.join(map(quote_name, self.fields)) or '*'} FROM ({governed})"


@contextmanager
def governed_inputs(mesh: Mesh, product: Product, runtime: Runtime, now: datetime) -> Iterator[tuple[InputRows, ...]]:
    """The product's inputs, while rows are read of them; that they were is recorded before and after.

    Raises:
        NotFound: RUN-04, where an input has no published version.
        MeshError: RUN-15, where the decision does not give the product what it reads; it names the input and the rule.
        Unavailable: where ledger, registry or audit log cannot be had.
    """
    if not product.descriptor.inputs:
        yield ()
        return
    confinement, settings = runtime.confinement, runtime.settings
    grants = AccessStore(runtime.database).on
    with (
        Workers(settings.home_path, runtime.lake.keys, confinement) as workers,
        Reading(mesh, runtime.lake, runtime.registry, workers, runtime.audit, grants) as reading,
    ):
        caller = Caller.publication(product.key, product.location)
        inputs = tuple(_input(mesh, product, i, reading, runtime, caller, now) for i in range(len(product.descriptor.inputs)))
        endings = [
            record_reads(runtime.audit, caller, given.decision.purpose, [_told(given)], policy_digest(mesh.governance))
            for given in inputs
        ]
        whole = False
        try:
            yield inputs
            whole = True
        finally:
            for ended in endings:
                ended(None, whole)


def _told(given: InputRows) -> Read:
    return read_of(given.decision, given.served.version.extra, frozenset(name.casefold() for name in given.fields))


def _input(
    mesh: Mesh, product: Product, number: int, reading: Reading, runtime: Runtime, caller: Caller, now: datetime
) -> InputRows:
    entry = product.descriptor.inputs[number]
    if entry.product not in mesh.products:
        why = f"Its input {entry.product} cannot be read."
        raise MeshError.because("RUN-04", product.where, why, f"Mend {entry.product}.", str(product.key))
    place = place_of(mesh.products[entry.product])
    if not runtime.lake.published(place):
        why = f"Its input {entry.product} has no published version."
        raise NotFound.because("RUN-04", product.where, why, f"Publish {entry.product} first.", str(product.key))
    if runtime.registry.latest(entry.product) is None:  # a kill may have left it out
        runtime.registry.reconcile(entry.product, runtime.lake.versions(place))
    served = reading.served(entry.product)
    fields = input_fields(mesh, product)[entry.name]
    decision = reading.decision(caller, served, entry.purpose, now)
    if (told := refusal_of(decision, _held(fields, served))) is not None:
        record_refusal(runtime.audit, caller, decision.purpose or None, Denied(told))
        raise MeshError(not_given(product, number, told))
    named = bool(product.descriptor.subject_columns) and product.descriptor.aggregate is None
    return InputRows(entry, fields, served, decision, reading, named)


def refusal_of(decision: Decision, fields: Iterable[str]) -> Finding | None:
    """Why a product does not get these fields of its input; None where it does."""
    if decision.refusal is not None:
        return decision.refusal
    key = str(decision.product)
    for name in fields:
        column = decision.columns.get(name)
        if column is None or not column.granted:
            rule, why = (column.rule, column.why) if column else ("CORE-09", "What is served does not declare it.")
            return Finding(rule, f"{key}.{name}", why, f"Ask its owner for a contract that lists {name}.", key)
    return None


def not_given(product: Product, number: int, told: Finding) -> Finding:
    """RUN-15: what that refusal means for the product whose input it is."""
    key = product.descriptor.inputs[number].product
    why = f"It does not get {told.where.removeprefix(f'{key}.')} of its input {key} ({told.rule}): {told.why}"
    return Finding("RUN-15", product.at("inputs", number), why, told.fix, str(product.key))


def _held(fields: tuple[str, ...], served: Served) -> Iterator[str]:
    """The fields, one by one, each seen to be in the version that is served."""
    key = str(served.product.key)
    for name in fields:
        if name not in served.types:
            why = f"The published version lacks {quote_name(name)}."
            fix = f"Take the columns out of the input's fields, or publish {key} with them."
            raise CheckFailed.because("LAKE-06", f"input {key}", why, fix, key)
        yield name
