"""The tree in the control database: leaves are added in one transaction with the head that stands for them, and read back as proofs.

Nodes are kept by tiles of 256: a complete tile holds its hashes and all that lie above them, so a proof reads a few rows. It never changes
a leaf, and it trusts nothing that it reads: whoever proves something checks the proof against a signed root.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256

from sqlalchemy import Connection, bindparam, func, select

from mesh_platform.audit import tlog
from mesh_platform.audit.leaf import raw
from mesh_platform.state.tables import audit_head, audit_leaves, audit_tiles

WIDTH, HEIGHT, HASH = 256, 8, 32  # as in c2sp.org/tlog-tiles
MOST_NODES = 50_000  # about 10 MB
KEYED = 64  # characters of the id of an act that has a key of its own; a random one is shorter
_LEAVES, _TILES = audit_leaves.c, audit_tiles.c

_HASHES = select(_LEAVES.hash).where(_LEAVES.seq >= bindparam("low"), _LEAVES.seq < bindparam("high")).order_by(_LEAVES.seq)
_TOPS = (
    select(func.substr(_TILES.nodes, (2 * WIDTH - 2) * HASH + 1, HASH))
    .where(_TILES.level == bindparam("level"), _TILES.position >= bindparam("low"), _TILES.position < bindparam("high"))
    .order_by(_TILES.position)
)
# Written in the driver's own words: these are all that a batch and a proof cost, and compiling them took longer than running them.
_KNOWN = "SELECT eid, seq FROM audit_leaves WHERE eid IN (%s)"
_HEAD = "SELECT size, frontier FROM audit_head"
_TILE = "SELECT nodes FROM audit_tiles WHERE level = ? AND position = ?"
_BODY = "SELECT body FROM audit_leaves WHERE seq = ?"
_ADD = "INSERT INTO audit_leaves (seq, eid, body, hash) VALUES (?, ?, ?, ?)"
_MOVE = "UPDATE audit_head SET size = ?, frontier = ?"


@dataclass(frozen=True, slots=True)
class Head:
    """How many leaves there are, and the roots of the perfect subtrees over them."""

    size: int
    frontier: tuple[bytes, ...]

    @property
    def root(self) -> bytes:
        return tlog.frontier_root(self.frontier)


def head(con: Connection) -> Head:
    row = con.exec_driver_sql(_HEAD).one_or_none()
    if row is None or type(row.size) is not int:
        return Head(0, ())
    packed = row.frontier if isinstance(row.frontier, bytes) else b""
    return Head(row.size, tuple(packed[i : i + HASH] for i in range(0, len(packed), HASH)))


def body(con: Connection, seq: int) -> bytes | None:
    """The record's bytes; None where there is none, or they were dropped."""
    held = con.exec_driver_sql(worded(con, _BODY), (seq,)).scalar()
    return None if held is None else raw(held)


def found(con: Connection, eids: Iterable[str]) -> dict[str, int]:
    """The sequence of each of those ids that stands in the tree."""
    wanted = tuple(eids)
    if not wanted:
        return {}
    rows = con.exec_driver_sql(worded(con, _KNOWN % ", ".join("?" * len(wanted))), wanted)
    return {row[0]: row[1] for row in rows}


def append(con: Connection, entries: Sequence[tuple[str, bytes]]) -> list[int]:
    """Add leaves in one transaction that nobody else writes in; an id that stands already keeps its place. Gives the sequence of each.

    On SQLite a random id is new, and only the ids of acts that have a key are looked up.
    """
    doubtful = [eid for eid, _ in entries if len(eid) == KEYED or con.dialect.name != "sqlite"]
    known = found(con, doubtful)
    before = head(con)
    size, frontier = before.size, list(before.frontier)
    rows: list[tuple[int, str, bytes, bytes]] = []
    for eid, body in entries:
        if eid not in known:
            hash_ = tlog.leaf_hash(body)
            rows.append((size, eid, body, hash_))
            tlog.frontier_add(frontier, size, hash_)
            known[eid] = size
            size += 1
    if rows:
        con.exec_driver_sql(worded(con, _ADD), rows)
        moved = (size, b"".join(frontier))
        if not con.exec_driver_sql(worded(con, _MOVE), moved).rowcount:
            con.execute(audit_head.insert(), {"id": 1, "size": size, "frontier": moved[1]})
        for position in range(before.size // WIDTH, size // WIDTH):
            _complete(con, 0, position)
    return [known[eid] for eid, _ in entries]


def worded(con: Connection, statement: str) -> str:
    """The statement as the driver marks its parameters."""
    return statement if con.dialect.name == "sqlite" else statement.replace("?", "%s")


def tile_of(hashes: Sequence[bytes]) -> bytes:
    """A complete tile: the hashes and all that lie above them."""
    nodes = [b"".join(hashes)]
    while len(nodes[-1]) > HASH:
        below = nodes[-1]
        nodes.append(b"".join([sha256(b"\x01" + below[at : at + 2 * HASH]).digest() for at in range(0, len(below), 2 * HASH)]))
    return b"".join(nodes)


def _complete(con: Connection, level: int, position: int) -> None:
    """Write the tile that has just become complete, and those above it that it completes."""
    nodes = tile_of(_row(con, level, position * WIDTH, WIDTH))
    con.execute(audit_tiles.insert(), {"level": level, "position": position, "nodes": nodes})
    if position % WIDTH == WIDTH - 1:
        _complete(con, level + 1, position // WIDTH)


def _row(con: Connection, level: int, start: int, count: int) -> list[bytes]:
    """Hashes at height 8 x level, from the leaves or from the tops of the tiles below."""
    span = {"low": start, "high": start + count}
    query = con.execute(_TOPS, {**span, "level": level - 1}) if level else con.execute(_HASHES, span)
    return [bytes(row[0]) for row in query]


class Nodes:
    """Roots of perfect subtrees, which never change, kept from one proof to the next."""

    def __init__(self) -> None:
        self._held: dict[tuple[int, int], bytes] = {}

    def get(self, height: int, index: int) -> bytes | None:
        return self._held.get((height, index))

    def keep(self, height: int, index: int, node: bytes) -> None:
        if len(self._held) >= MOST_NODES:
            self._held.clear()
        self._held[height, index] = node

    def forget(self) -> None:
        self._held.clear()


class Tree:
    """The tree of the first `size` leaves as the database tells it. What was read once is kept, beyond it where `nodes` are handed over.

    Raises (each method):
        NotProven: where the database lacks a part of it.
    """

    def __init__(self, con: Connection, size: int, nodes: Nodes | None = None) -> None:
        self.size = size
        self._con = con
        self._nodes = Nodes() if nodes is None else nodes
        self._tiles: dict[tuple[int, int], bytes] = {}
        self._rows: dict[tuple[int, int], list[bytes]] = {}

    def root(self, size: int | None = None) -> bytes:
        return tlog.subtree_root(self._perfect, 0, self.size if size is None else size)

    def inclusion(self, index: int) -> list[bytes]:
        return tlog.inclusion_proof(self._perfect, index, self.size)

    def consistency(self, old: int) -> list[bytes]:
        return tlog.consistency_proof(self._perfect, old, self.size)

    def leaves(self, low: int, high: int) -> list[bytes]:
        """Hashes of the leaves from `low` to before `high`."""
        found = _row(self._con, 0, low, high - low)
        if len(found) != high - low:
            raise tlog.NotProven(f"the tree lacks leaves from number {low} on")
        return found

    def _perfect(self, height: int, index: int) -> bytes:
        known = self._nodes.get(height, index)
        if known is None:
            known = self._read(height, index)
            self._nodes.keep(height, index, known)
        return known

    def _read(self, height: int, index: int) -> bytes:
        level, up = divmod(height, HEIGHT)
        tile = index >> (HEIGHT - up)
        within = index - (tile << (HEIGHT - up))
        if (tile + 1) << HEIGHT * (level + 1) <= self.size:
            at = (_START[up] + within) * HASH
            return self._tile(level, tile)[at : at + HASH]
        return _over(self._row(level, tile), up, within)

    def _tile(self, level: int, tile: int) -> bytes:
        if (level, tile) not in self._tiles:
            nodes = self._con.exec_driver_sql(worded(self._con, _TILE), (level, tile)).scalar()
            if nodes is None or len(nodes) != (2 * WIDTH - 1) * HASH:
                raise tlog.NotProven(f"the tree lacks tile {tile} of level {level}")
            self._tiles[level, tile] = bytes(nodes)
        return self._tiles[level, tile]

    def _row(self, level: int, tile: int) -> list[bytes]:
        """The hashes of a tile that is not complete yet."""
        if (level, tile) not in self._rows:
            count = (self.size >> HEIGHT * level) - tile * WIDTH
            found = _row(self._con, level, tile * WIDTH, count)
            if len(found) != count:
                raise tlog.NotProven(f"the tree lacks hashes of level {level} from number {tile * WIDTH} on")
            self._rows[level, tile] = found
        return self._rows[level, tile]


_START = [sum(WIDTH >> below for below in range(up)) for up in range(HEIGHT + 1)]
"""Where the nodes of each height begin within a tile."""


def _over(row: Sequence[bytes], height: int, index: int) -> bytes:
    """The node that lies so high above a row of hashes."""
    nodes = row[index << height : (index + 1) << height]
    while len(nodes) > 1:
        nodes = [tlog.node_hash(nodes[i], nodes[i + 1]) for i in range(0, len(nodes), 2)]
    return nodes[0]
