"""What the columns of one domain say about each other: ids by inclusion in known keys, hashes by hashing what is known."""

from __future__ import annotations

from collections.abc import Iterator

from mesh_platform.classify import mesh, names
from mesh_platform.classify.columns import Column
from mesh_platform.classify.entities import Entity
from mesh_platform.classify.sign import Sign, percent

_KEYS = (Entity.USER_ID, Entity.EMAIL, Entity.PHONE, Entity.NATIONAL_ID, Entity.IBAN, Entity.CREDIT_CARD, Entity.DEVICE_ID, Entity.ONLINE_ID, Entity.USERNAME, Entity.MEDICAL_ID, Entity.PASSPORT, Entity.DRIVER_LICENSE, Entity.BANK_ACCOUNT, Entity.VEHICLE_ID, Entity.MAC_ADDRESS)  # fmt: skip


def together(columns: list[Column]) -> None:
    """Add what `columns`, all of one domain, say about each other."""
    if resolve(columns, _known(columns)):
        resolve(columns, _known(columns))


def resolve(columns: list[Column], known: mesh.Known) -> bool:
    """Add what `known` identifiers say about the columns whose own values say nothing; whether there was anything."""
    fresh = False
    for column in columns:
        if column.personal and (inner := list(_inner(column, known))):
            column.add(inner)
            fresh = True
        if column.personal or (column.quasi and not names.meaningless(column.name)):
            continue
        told = list(_from_mesh(column, known))
        if told:
            column.signs = [s for s in column.signs if s.entity.personal] + told
            fresh = True
    return fresh


def _inner(column: Column, known: mesh.Known) -> Iterator[Sign]:
    """Keys of the domain within a column that is personal for something else: a field beside an address, a member of a struct."""
    told = {sign.where for sign in column.signs} | {sign.entity for sign in column.signs}
    for found in column.profiles:
        where = ".".join(found.leaf.names[1:])
        if (
            not where
            or where in told
            or found.distinct < 20
            or Entity.USER_ID in told
            or found.leaf.form not in ("text", "integer")
        ):
            continue
        included = known.included(found.leaf)
        if included and included[1] >= 0.9 and included[0] is Entity.USER_ID:
            yield Sign(
                Entity.USER_ID,
                included[1],
                f"{percent(included[1])} of values probed are user id values of another column of the domain",
                where,
            )
            return


def _known(columns: list[Column]) -> mesh.Known:
    known = mesh.Known()
    for column in columns:
        for found in column.profiles:
            where = ".".join(found.leaf.names[1:])
            for sign in column.signs:
                if sign.entity in _KEYS and sign.where == where and sign.share >= 0.5 and "decoded" not in sign.why:
                    if sign.entity is Entity.USER_ID and mesh.dense(found.leaf.counts):
                        continue
                    known.learn(sign.entity, found.leaf.counts)
                    if sign.entity is Entity.EMAIL:
                        known.learn(Entity.USERNAME, mesh.local_parts(found.leaf.counts))
    return known


def _from_mesh(column: Column, known: mesh.Known) -> Iterator[Sign]:
    for found in column.profiles:
        if found.leaf.form not in ("text", "integer") or found.distinct < 5:
            continue
        share, way = known.hashed(found.leaf)
        if share >= 0.3:
            yield Sign(
                Entity.EMAIL_HASH,
                share,
                f"{percent(share)} of values probed are hashes of identifiers that the domain holds: {way}",
            )
            return
        if found.words > 2.5:
            continue
        included = known.included(found.leaf)
        if included:
            entity, share = included
            entity = Entity.EMAIL if entity is Entity.USERNAME and Entity.EMAIL in known.values else entity
            yield Sign(
                entity,
                share,
                f"{percent(share)} of values probed are {entity.value.lower().replace('_', ' ')} values of another column of the domain",
            )
            return
