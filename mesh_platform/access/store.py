"""Requests and grants as rows of the control database. A read asks for the grants of one product; a decision and what follows from it are one transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, func, insert, or_, select, update

from mesh_platform.access.grants import Consumer, Grant, Kind
from mesh_platform.access.requests import AccessRequest, State, Wish
from mesh_platform.actor import Actor
from mesh_platform.errors import NotFound
from mesh_platform.product import ProductKey, Sensitivity
from mesh_platform.state import Database, Told
from mesh_platform.state.tables import access_grants, access_requests

_R, _G = access_requests.c, access_grants.c
BREAK_GLASS = "break glass"


@dataclass(frozen=True, slots=True)
class Given:
    """A grant on record: what is read under it, who gave it and why, and whether it was taken back."""

    grant: Grant
    kind: str
    product: ProductKey
    starts_at: datetime
    by: str
    person: str
    reason: str
    request: str | None = None
    revoked_at: datetime | None = None
    revoked_by: str | None = None
    revoked_person: str | None = None
    revoke_reason: str | None = None

    @property
    def id(self) -> str:
        return self.grant.id

    def state(self, now: datetime) -> str:
        """`standing`, `ended` or `revoked`."""
        if self.revoked_at is not None:
            return "revoked"
        return "standing" if self.grant.holds_on(now) else "ended"

    def as_json(self, now: datetime) -> dict[str, object]:
        grant = self.grant

        def moment(value: datetime | None) -> str | None:
            return value.isoformat() if value else None

        return {
            "id": grant.id,
            "kind": self.kind,
            "request": self.request,
            "product": str(self.product),
            "consumer": {"kind": grant.consumer.kind.value, "name": grant.consumer.name},
            "purpose": grant.purpose,
            "columns": sorted(grant.fields or ()),
            "raw": sorted(grant.raw),
            "region": grant.region,
            "starts_at": moment(self.starts_at),
            "until": moment(grant.until),
            "state": self.state(now),
            "by": self.by,
            "person": self.person,
            "reason": self.reason,
            "revoked_at": moment(self.revoked_at),
            "revoked_by": self.revoked_by,
            "revoked_person": self.revoked_person,
            "revoke_reason": self.revoke_reason,
        }


class AccessStore:
    """Requests and grants in a migrated control database. Every method may raise `Unavailable` where it cannot be used."""

    def __init__(self, db: Database) -> None:
        self._db, self._told = db, Told(db, f"SELECT max(changed), ? FROM {access_grants.name}")

    def on(self, product: ProductKey) -> tuple[Grant, ...]:
        """The grants on one product that were not taken back, ended ones among them: what `Reading` asks at each decision."""

        def ask() -> tuple[Grant, ...]:
            with self._db.read() as con:
                return grants_on(con, product)

        return self._told.ask(ask, str(product))

    def sequence(self) -> int:
        """A number that is another one after each change of any grant: as long as it stays, what was read of them holds."""
        with self._db.read() as con:
            return _changed(con)

    def request(self, id: str) -> AccessRequest:
        """One request.

        Raises:
            NotFound: ACCESS-26, where there is none of that id.
        """
        with self._db.read() as con:
            return request_of(con, id)

    def given(self, id: str) -> Given:
        """One grant.

        Raises:
            NotFound: ACCESS-26, where there is none of that id.
        """
        with self._db.read() as con:
            return given_of(con, id)

    def requests(self, product: str | None = None, state: State | None = None) -> tuple[AccessRequest, ...]:
        """Requests of a product or domain, in that state; the oldest first."""
        query = select(access_requests).order_by(_R.asked_at, _R.id)
        if product is not None:
            query = query.where(or_(_R.product == product, _R.product.startswith(f"{product}/", autoescape=True)))
        if state is not None:
            query = query.where(_R.state == state.value)
        with self._db.read() as con:
            return tuple(_request(row) for row in con.execute(query).mappings())

    def grants(self, product: str | None = None) -> tuple[Given, ...]:
        """Every grant on a product or domain that was ever given; the oldest first."""
        query = select(access_grants).order_by(_G.starts_at, _G.id)
        if product is not None:
            query = query.where(or_(_G.product == product, _G.product.startswith(f"{product}/", autoescape=True)))
        with self._db.read() as con:
            return tuple(_given(row) for row in con.execute(query).mappings())


def grants_on(con: Connection, product: ProductKey) -> tuple[Grant, ...]:
    """The grants on a product that were not taken back, the first given first."""
    query = select(access_grants).where(_G.product == str(product), _G.revoked_at.is_(None)).order_by(_G.starts_at, _G.id)
    return tuple(_given(row).grant for row in con.execute(query).mappings())


def broken_on(con: Connection, product: ProductKey) -> tuple[Given, ...]:
    """The break-glass grants on a product that were not taken back."""
    query = select(access_grants).where(_G.product == str(product), _G.kind == BREAK_GLASS, _G.revoked_at.is_(None))
    return tuple(_given(row) for row in con.execute(query).mappings())


def request_of(con: Connection, id: str) -> AccessRequest:
    row = con.execute(select(access_requests).where(_R.id == id)).mappings().one_or_none()
    if row is None:
        raise _unknown("request")
    return _request(row)


def given_of(con: Connection, id: str) -> Given:
    row = con.execute(select(access_grants).where(_G.id == id)).mappings().one_or_none()
    if row is None:
        raise _unknown("grant")
    return _given(row)


def standing_request(con: Connection, wish: Wish, by: Actor, now: datetime) -> AccessRequest | None:
    """The open request of that principal for the same, if there is one: who asks twice has asked once."""
    where = (_R.product == str(wish.product), _R.state == State.OPEN.value, _R.by == by.name)
    found = (_request(row) for row in con.execute(select(access_requests).where(*where)).mappings())
    same = (wish.consumer, wish.purpose, set(wish.columns), set(wish.raw), wish.region, wish.renews)
    for one in found:
        w = one.wish
        if one.at(now) is State.OPEN and same == (w.consumer, w.purpose, set(w.columns), set(w.raw), w.region, w.renews):
            return one
    return None


def put_request(con: Connection, request: AccessRequest) -> None:
    wish = request.wish
    con.execute(
        insert(access_requests),
        {
            "id": request.id,
            "kind": "renewal" if wish.renews else "new",
            "product": str(wish.product),
            "consumer_kind": wish.consumer.kind.value,
            "consumer": wish.consumer.name,
            "purpose": wish.purpose,
            "columns": list(wish.columns),
            "raw": list(wish.raw),
            "region": wish.region,
            "until": wish.until,
            "reason": wish.reason,
            "by": request.by,
            "person": request.person,
            "asked_at": request.asked_at,
            "due": request.due,
            "renews": wish.renews,
            "state": request.state.value,
        },
    )


def settle_request(
    con: Connection, id: str, state: State, by: str, person: str, now: datetime, note: str | None, grant: str | None = None
) -> None:
    """Write down what became of a request; a grant that it has stays named where none is given."""
    values = {"state": state.value, "decided_by": by, "decided_person": person, "decided_at": now, "note": note}
    con.execute(update(access_requests).where(_R.id == id).values(values | ({"grant_id": grant} if grant else {})))


def put_grant(con: Connection, given: Given) -> None:
    grant = given.grant
    con.execute(
        insert(access_grants),
        {
            "id": grant.id,
            "kind": given.kind,
            "request": given.request,
            "product": str(given.product),
            "consumer_kind": grant.consumer.kind.value,
            "consumer": grant.consumer.name,
            "purpose": grant.purpose,
            "columns": sorted(grant.fields or ()),
            "raw": sorted(grant.raw),
            "levels": {name: level.value for name, level in (grant.levels or {}).items()},
            "judged": sorted(grant.judged or ()),
            "region": grant.region,
            "starts_at": given.starts_at,
            "until": grant.until,
            "by": given.by,
            "person": given.person,
            "reason": given.reason,
            "changed": _changed(con) + 1,
        },
    )


def end_grant(con: Connection, id: str, by: Actor, reason: str, now: datetime) -> None:
    """Take a grant back, and the request that it came from with it."""
    values = {"revoked_at": now, "revoked_by": by.name, "revoked_person": by.person, "revoke_reason": reason}
    con.execute(update(access_grants).where(_G.id == id).values(values | {"changed": _changed(con) + 1}))
    con.execute(update(access_requests).where(_R.grant_id == id).values(state=State.REVOKED.value))


def _changed(con: Connection) -> int:
    return int(con.execute(select(func.coalesce(func.max(_G.changed), 0))).scalar_one())


def _request(row: Mapping[Any, Any]) -> AccessRequest:
    wish = Wish(
        ProductKey.as_written(row["product"]),
        Consumer(Kind(row["consumer_kind"]), row["consumer"]),
        row["purpose"],
        tuple(row["columns"]),
        row["until"],
        row["reason"],
        tuple(row["raw"]),
        row["region"],
        row["renews"],
    )
    return AccessRequest(
        row["id"],
        wish,
        row["by"],
        row["person"],
        row["asked_at"],
        row["due"],
        State(row["state"]),
        row["decided_by"],
        row["decided_person"],
        row["decided_at"],
        row["note"],
        row["grant_id"],
    )


def _given(row: Mapping[Any, Any]) -> Given:
    grant = Grant(
        id=row["id"],
        consumer=Consumer(Kind(row["consumer_kind"]), row["consumer"]),
        purpose=row["purpose"],
        fields=frozenset(row["columns"]),
        raw=frozenset(row["raw"]),
        expires=last_day(row["until"]),
        until=row["until"],
        region=row["region"],
        levels={name: Sensitivity(level) for name, level in row["levels"].items()},
        judged=frozenset(row["judged"]),
        break_glass=row["kind"] == BREAK_GLASS,
    )
    return Given(
        grant,
        row["kind"],
        ProductKey.as_written(row["product"]),
        row["starts_at"],
        row["by"],
        row["person"],
        row["reason"],
        row["request"],
        row["revoked_at"],
        row["revoked_by"],
        row["revoked_person"],
        row["revoke_reason"],
    )


def last_day(until: datetime) -> Any:
    """The last day of which any moment lies before `until`."""
    return (until.astimezone(UTC) - timedelta(microseconds=1)).date()


def ids(grants: Sequence[Grant]) -> frozenset[str]:
    return frozenset(grant.id for grant in grants)


def _unknown(what: str) -> NotFound:
    return NotFound.because("ACCESS-26", f"the {what}", f"There is no {what} of that id.", "`mesh access list` lists them.")
