"""`connect()`: the one door that notebooks, scripts and `mesh query` come through."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, NoReturn

from mesh_platform.client.door import MOST_ROWS, Door, Value, Wished
from mesh_platform.client.people import SubjectRequests
from mesh_platform.client.result import Result
from mesh_platform.client.showing import ProductCard, Products
from mesh_platform.errors import Finding, UsageProblem
from mesh_platform.product import ProductKey

SECONDS = 60.0
_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")


class Connection:
    """A connection to a mesh, for any number of threads; made by `connect`. Close it, or use it in a `with`."""

    def __init__(self, door: Door, purpose: str | None = None) -> None:
        self._door, self._purpose = door, purpose

    def sql(
        self, query: str, *, purpose: str | None = None, parameters: Sequence[object] = (), limit: int | None = None
    ) -> Result:
        """The rows of one SELECT over products named `domain.product`, raw or masked as contracts and grants say.

        Args:
            query: the statement. One that names a column that you do not get is refused whole.
            purpose: what the rows are for; that of the connection where None.
            parameters: values for the `?` of the statement: texts, numbers, booleans and None.
            limit: at most so many rows; a million, with a warning where they are reached, where None.

        Returns:
            The rows, to be taken as Arrow, pandas, polars, a DuckDB relation, batches or tuples, with what decided them.

        Raises:
            Denied: where policy forbids it, or nobody is signed in.
            NotFound: where a product is not there.
            UsageProblem: where the statement cannot be read or bound.
            Unavailable: where it cannot be done now.
        """
        most = MOST_ROWS if limit is None else limit
        if not 1 <= most <= MOST_ROWS:
            raise _usage("limit", f"It is not between 1 and {MOST_ROWS:,}.", "Name a smaller one, or filter.")
        coming, envelope = self._door.query(query, purpose or self._purpose, [_bound(value) for value in parameters], most)
        return Result(coming, envelope, bounded=limit is not None)

    def products(
        self,
        search: str | None = None,
        *,
        category: str | None = None,
        purpose: str | None = None,
        region: str | None = None,
        owner: str | None = None,
        domain: str | None = None,
    ) -> Products:
        """The products that fit, in the order of their names; the best hit first where words are searched for.

        Args:
            search: words in names, descriptions and columns.
            category: a data category that a column holds, or one above it.
            purpose: a purpose that the product serves.
            region: a region in which it is stored.
            owner: its owner.
            domain: its domain.
        """
        given = {"text": search, "category": category, "purpose": purpose, "region": region, "owner": owner, "domain": domain}
        return Products(self._door.products({name: value for name, value in given.items() if value is not None}))

    def product(self, name: str, *, purpose: str | None = None) -> ProductCard:
        """One product: schema, promises, quality, lineage, and under `access` what you would see of each column for each purpose.

        Args:
            name: `domain/product`.
            purpose: tell it for this purpose alone; that of the connection, else each that the product serves, where None.

        Raises:
            NotFound: where there is none of that name.
        """
        return ProductCard(self._door.product(ProductKey.parse(name), purpose or self._purpose))

    def request_access(
        self,
        name: str,
        *,
        reason: str,
        purpose: str | None = None,
        columns: Sequence[str] | None = None,
        raw: Sequence[str] = (),
        until: datetime | None = None,
        region: str | None = None,
    ) -> dict[str, Any]:
        """Ask for columns of a product, for yourself and one purpose. What its approvers grant is read from then on, until it ends.

        Args:
            name: `domain/product`.
            reason: why it is needed; no value out of the data.
            purpose: what the rows are for; that of the connection where None.
            columns: which columns; all that are declared now where None.
            raw: those of them that are needed unmasked.
            until: its end, with a time zone; as late as governance allows where None.
            region: from where it will be read; nowhere else then.

        Returns:
            The request with its `id` and `state`: open, or approved by a rule.

        Raises:
            Denied: where it could open nothing.
            UsageProblem: where it has not its form.
        """
        chosen = purpose or self._purpose
        if chosen is None:
            raise _usage("purpose", "A request is for one purpose.", "Name it.")
        if until is not None and until.tzinfo is None:
            raise _usage("until", "It has no time zone.", "Give one: datetime(2027, 1, 31, tzinfo=UTC).")
        listed = None if columns is None else tuple(columns)
        return self._door.request_access(Wished(ProductKey.parse(name), chosen, reason, listed, tuple(raw), until, region))

    @property
    def subject_requests(self) -> SubjectRequests:
        """People's requests about their own data: open one, ask after it, fetch its package."""
        return SubjectRequests(self._door)

    def close(self) -> None:
        """End the workers or connections that it holds."""
        self._door.close()

    def __enter__(self) -> Connection:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<Connection to {self._door.where}{f' for {self._purpose}' if self._purpose else ''}>"

    def __reduce__(self) -> NoReturn:
        raise UsageProblem(
            Finding("CLIENT-04", "the connection", "It is bound to its process.", "Call connect() where it is needed.")
        )


def connect(
    target: str | Path | None = None,
    *,
    purpose: str | None = None,
    token: str | Callable[[], str] | None = None,
    as_: str | None = None,
    timeout: float = SECONDS,
    ca: str | Path | None = None,
) -> Connection:
    """A connection to a mesh: to a project on this machine, or to the HTTP API of one.

    Args:
        target: a project's folder, or an address that begins with http:// or https://; the project at hand where None.
        purpose: what rows are for, where a statement does not say it itself.
        token: a bearer token, or what gives one when it is called, before each request. Where None, MESH_TOKEN; on this machine also what
            `mesh token issue` left.
        as_: act as this principal of governance/roles.yaml; with the development issuer and on this machine only.
        timeout: seconds that a statement may run, or that an address may keep waiting.
        ca: file of the certificate authorities that an address is held to; those of the system where None.

    Raises:
        NotFound: PROJECT-01, where no project is there; ACCESS-01, where nothing was ever published in it.
        UsageProblem: CLIENT-01, where what is given does not go together.
    """
    if token is not None and as_ is not None:
        raise _usage("connect()", "A token says who asks, and `as_` says it, too.", "Give one of them.")
    if isinstance(target, str) and _ADDRESS.match(target):
        from mesh_platform.client.remote import RemoteDoor

        if as_ is not None:
            why = "Nobody acts as somebody else over an address: who asks stands in the token."
            raise _usage("connect()", why, "Give the token of who asks.")
        return Connection(RemoteDoor(target, token, timeout, None if ca is None else Path(ca)), purpose)
    from mesh_platform.client.local import LocalDoor

    return Connection(LocalDoor(None if target is None else Path(target), as_, token, timeout), purpose)


def _bound(value: object) -> Value:
    """`value` as every door takes it."""
    plain = value.item() if type(value).__module__ == "numpy" and hasattr(value, "item") else value
    if plain is None or isinstance(plain, str | bool | int) or (isinstance(plain, float) and math.isfinite(plain)):
        return plain
    why = f"A value of the type {type(value).__name__} is not bound."
    raise _usage("parameters", why, "Give its text, and cast it in the statement: CAST(? AS DATE).")


def _usage(where: str, why: str, fix: str) -> UsageProblem:
    return UsageProblem(Finding("CLIENT-01", where, why, fix))
