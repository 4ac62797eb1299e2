"""Is the log what it was? Every record is hashed anew and held against tree, signatures, anchor, witnesses and sealed parts.

It reads and changes nothing, believes no stored hash, and names the first record that is not what it was: exactly where tile or anchor has
its hash, else as the span between the last checkpoint that holds and the first that does not.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, func, select

from mesh_platform.audit import tlog
from mesh_platform.audit.anchor import Anchored
from mesh_platform.audit.leaf import Act, decoded, raw
from mesh_platform.audit.outsider import dropped_below, hole_in, missed
from mesh_platform.audit.succession import IN_FORCE, ROTATED, Succession
from mesh_platform.audit.tree import HASH, WIDTH, Head, tile_of, worded
from mesh_platform.errors import Finding, Severity
from mesh_platform.state.tables import audit_checkpoints, audit_leaves, audit_tiles

PAGE = 64 * WIDTH
ROW = WIDTH * HASH
WHERE = "audit log"
INTAKE = "AUDIT-27"
_WRITER, _MARK = b',"w":"', 64
_L, _T = audit_leaves.c, audit_tiles.c
_SPECIAL = (b'"act":"redacted"', b'"act":"log key"', b'"act":"log checkpoint"', b'"act":"retention"')
_ROWS = "SELECT seq, eid, body, hash FROM audit_leaves WHERE seq >= ? AND seq < ?"
FIX = "Keep database, keys and anchor as they are for whoever looks into it; bring the log back from the last copy that verifies."


@dataclass(frozen=True, slots=True)
class Bad:
    """What is wrong, from which record on; `last` ends the span where the record itself cannot be told."""

    rule: str
    why: str
    first: int | None
    last: int | None = None

    @property
    def end(self) -> int:
        """The last record that it may be about."""
        return 2**63 if self.first is None else self.first if self.last is None else self.last

    def finding(self) -> Finding:
        where = WHERE if self.first is None else f"{WHERE}, record {self.first}"
        where += f" to {self.last}" if self.last is not None and self.last != self.first else ""
        return Finding(self.rule, where, self.why, FIX)


@dataclass(slots=True)
class Walk:
    """What a walk over all records found."""

    bad: list[Bad] = field(default_factory=list)
    warnings: list[Finding] = field(default_factory=list)
    leaves: int = 0
    dropped: int = 0
    bare: list[range] = field(default_factory=list)
    announced: int = 0
    personal: int = 0
    redacted: int = 0
    root: bytes = tlog.EMPTY_ROOT
    roots: dict[int, bytes] = field(default_factory=dict)
    marks: set[str] = field(default_factory=set)
    rotated: dict[int, bytes] = field(default_factory=dict)
    in_force: dict[int, str] = field(default_factory=dict)
    regions: dict[str, list[tuple[int, int, bytes]]] = field(default_factory=dict)
    """Region → record, size and root of each checkpoint of its log that stands in this one."""

    def say(self, rule: str, why: str, first: int | None, last: int | None = None) -> None:
        """Keep one of each kind, the one that ends first: a record that is changed changes all that is above it."""
        said = Bad(rule, why, first, last)
        for i, bad in enumerate(self.bad):
            if bad.rule == rule:
                self.bad[i] = min(bad, said, key=lambda one: one.end)
                return
        self.bad.append(said)

    def miss(self, seq: int) -> None:
        """A record without its body."""
        self.dropped += 1
        missed(self.bare, seq)

    def warn(self, rule: str, why: str, fix: str, where: str = WHERE) -> None:
        self.warnings.append(Finding(rule, where, why, fix, severity=Severity.WARN))


class Walker:
    """Walks the leaves in tiles; `sizes` are those at which roots are wanted, `keys` those that sign where the log speaks of itself."""

    def __init__(self, con: Connection, now: Head, anchored: Anchored | None, sizes: Sequence[int], keys: Succession) -> None:
        self._keys = keys
        self._con = con
        self._now = now
        self._anchored = anchored
        self._sizes = sorted({size for size in sizes if 0 < size <= now.size})
        self._frontier: list[bytes] = []
        self._writers: dict[bytes, int] = {}
        self.walk = Walk()

    def run(self) -> Walk:
        walk, size = self.walk, self._now.size
        for low in range(0, size, PAGE):
            rows = self._rows(low, min(size, low + PAGE))
            tiles = self._tiles(low // WIDTH, -(-min(size, low + PAGE) // WIDTH))
            held = self._held(low, min(size, low + PAGE))
            for start in range(low, min(size, low + PAGE), WIDTH):
                count = min(WIDTH, size - start)
                tile = tiles.get(start // WIDTH)
                hashes = self._in_order(rows, start, count, tile, held) or self._hashes(rows, start, count, tile, held)
                self._roots_within(start, hashes)
                self._above(start // WIDTH, hashes, tile)
        walk.root = tlog.frontier_root(self._frontier)
        self._beyond()
        return walk

    def _rows(self, low: int, high: int) -> dict[int, tuple[str, object, bytes]]:
        """In the driver's own tuples: rows of SQLAlchemy would cost as much again."""
        with closing(self._con.connection.cursor()) as cursor:
            cursor.execute(worded(self._con, _ROWS), (low, high))
            return {seq: (eid, body, hash_) for seq, eid, body, hash_ in cursor.fetchall()}

    def _tiles(self, low: int, high: int) -> dict[int, bytes]:
        query = select(_T.position, _T.nodes).where(_T.level == 0, _T.position >= low, _T.position < high)
        return {row.position: raw(row.nodes) for row in self._con.execute(query)}

    def _held(self, low: int, high: int) -> dict[int, bytes]:
        """The anchor's hashes of these records."""
        if self._anchored is None or self._anchored.checkpoint.size <= low:
            return {}
        found = self._anchored.hashes(low, min(high, self._anchored.checkpoint.size))
        return {low + i: hash_ for i, hash_ in enumerate(found) if len(hash_) == HASH}

    def _in_order(
        self,
        rows: Mapping[int, tuple[str, object, bytes]],
        start: int,
        count: int,
        tile: bytes | None,
        held: Mapping[int, bytes],
    ) -> list[bytes] | None:
        """The hashes of a tile's records where all is well with them, looked at together; None where one has to be looked at by itself."""
        whole = [
            (row[0], row[1], row[2]) for seq in range(start, start + count) if (row := rows.get(seq)) and type(row[1]) is bytes
        ]
        if len(whole) != count:
            return None
        hashes = [sha256(b"\x00" + body).digest() for _, body, _ in whole]
        anchored = [held.get(seq, hash_) for seq, hash_ in enumerate(hashes, start)] if start in held else hashes
        if hashes != [kept for _, _, kept in whole] or hashes != anchored:
            return None
        if tile is not None and not tile.startswith(b"".join(hashes)):
            return None
        if not all(type(eid) is str and f'"eid":"{eid}"'.encode() in body for eid, body, _ in whole):
            return None
        together = b"\n".join(body for _, body, _ in whole)
        if b',"w":"' in together:
            for seq, (_, body, _) in enumerate(whole, start):
                self._numbered(seq, body)
        if any(word in together for word in _SPECIAL):
            for seq, (_, body, _) in enumerate(whole, start):
                if any(word in body for word in _SPECIAL):
                    self._special(seq, body)
        self.walk.leaves += count
        self.walk.personal += together.count(b'"pd":"')
        return hashes

    def _numbered(self, seq: int, body: bytes) -> None:
        """Each writer's numbers follow one another in the tree; before the first that is held, bodies may have been dropped."""
        at = body.rfind(_WRITER, -_MARK)
        writer, _, said = body[at + len(_WRITER) : -2].partition(b":")
        if at < 0 or not said.isdigit():
            return
        number, last = int(said), self._writers.get(writer)
        if number > (last or 0) + 1 and (last is not None or not self.walk.dropped):
            name, first = writer.decode("ascii", "replace"), (last or 0) + 1
            which = f"number {first}" if number == first + 1 else f"numbers {first} to {number - 1}"
            why = f"The writer {name} recorded {which} before this record, and nothing of that reached the tree: it was taken out of the intake."
            self.walk.say(INTAKE, why, seq)
        self._writers[writer] = max(number, last or 0)

    def _hashes(
        self,
        rows: Mapping[int, tuple[str, object, bytes]],
        start: int,
        count: int,
        tile: bytes | None,
        held: Mapping[int, bytes],
    ) -> list[bytes]:
        """The hash of each record's bytes as they are; what is missing counts with the hash that the tree has for it."""
        walk, hashes = self.walk, []
        for seq in range(start, start + count):
            row = rows.get(seq)
            stored = tile[(seq - start) * HASH : (seq - start + 1) * HASH] if tile is not None and len(tile) >= ROW else None
            if row is None:
                walk.say("AUDIT-02", "A record that the tree holds is gone.", seq)
                hashes.append(held.get(seq) or stored or b"")
                continue
            eid, body, kept = row
            if body is None:
                walk.miss(seq)
                found = raw(kept)
            else:
                found = tlog.leaf_hash(raw(body))
                self._look(seq, eid, raw(body))
            if found != kept or isinstance(body, str):  # SQLite keeps a text where bytes stood, and gives it back as one
                walk.say("AUDIT-01", "The record's bytes are not those that were hashed when it was written.", seq)
            if (stored is not None and found != stored) or (seq in held and held[seq] != found):
                walk.say("AUDIT-04", "Another record stands in this place than the tree, or its anchor, has there.", seq)
            walk.leaves += 1
            hashes.append(found)
        return hashes

    def _look(self, seq: int, eid: str, body: bytes) -> None:
        self._numbered(seq, body)
        if b'"eid":"' + raw(eid) + b'"' not in body:
            self.walk.say("AUDIT-01", "The record stands under another id than its own.", seq)
        if b'"pd":"' in body:
            self.walk.personal += 1
        if any(word in body for word in _SPECIAL):
            self._special(seq, body)

    def _special(self, seq: int, body: bytes) -> None:
        said = decoded(body)
        if speaks(said) and not self._keys.declared(seq, said):
            why = "A record speaks for the log itself (other keys, bodies or sealed parts that went), and the log's keys did not sign for it."
            self.walk.say("AUDIT-07", why, seq)
        elif said.get("act") == Act.REDACTED:
            self.walk.redacted += said["n"] if type(said.get("n")) is int else 0
        elif said.get("act") == Act.LOG_CHECKPOINT:
            self._region(seq, said)
        elif isinstance(said.get("obj"), dict):
            if said.get("act") == Act.LOG_KEY or dropped_below(said):
                self._key(seq, body, str(said["obj"].get("what")), str(said["obj"].get("code")))
            self.walk.announced = max(self.walk.announced, dropped_below(said))

    def _region(self, seq: int, said: dict[str, Any]) -> None:
        try:
            found = (seq, int(said["n"]), bytes.fromhex(said["obj"]["ref"]))
            self.walk.regions.setdefault(str(said["obj"]["region"]), []).append(found)
        except (KeyError, TypeError, ValueError):
            self.walk.say("AUDIT-01", "A record of a region's checkpoint tells none.", seq)

    def _key(self, seq: int, body: bytes, what: str, mark: str) -> None:
        """A record about the log's keys, or one that names them."""
        if what == ROTATED:
            self.walk.rotated[seq] = body
        elif what == IN_FORCE:
            self.walk.in_force[seq] = mark
        else:
            self.walk.marks.add(mark)

    def _roots_within(self, start: int, hashes: Sequence[bytes]) -> None:
        """Roots at the wanted sizes that end within this tile."""
        frontier, done = list(self._frontier), 0
        while self._sizes and self._sizes[0] <= start + len(hashes):
            size = self._sizes.pop(0)
            for i in range(done, size - start):
                tlog.frontier_add(frontier, start + i, hashes[i])
            done = max(done, size - start)
            self.walk.roots[size] = tlog.frontier_root(frontier)

    def _above(self, position: int, hashes: Sequence[bytes], tile: bytes | None) -> None:
        if len(hashes) < WIDTH:
            for i, hash_ in enumerate(hashes):
                tlog.frontier_add(self._frontier, position * WIDTH + i, hash_)
            return
        nodes = tile_of(hashes)
        same_row = tile is None or len(tile) < ROW or tile.startswith(nodes[:ROW])  # else a record is told already, and exactly
        if tile != nodes and same_row:
            why = "The nodes above these records are missing, or not made of them: their proofs do not hold."
            self.walk.say("AUDIT-06", why, position * WIDTH, position * WIDTH + WIDTH - 1)
        top, number = nodes[-HASH:], position
        while number & 1:
            top, number = tlog.node_hash(self._frontier.pop(), top), number >> 1
        self._frontier.append(top)

    def _beyond(self) -> None:
        walk, size = self.walk, self._now.size
        extra = self._con.execute(select(func.min(_L.seq)).where(_L.seq >= size)).scalar()
        below = self._con.execute(select(func.min(_L.seq)).where(_L.seq < 0)).scalar()
        if extra is not None or below is not None:
            walk.say(
                "AUDIT-03", "A record stands outside of the tree: nobody added it there.", extra if extra is not None else below
            )
        if (hole := hole_in(walk.bare, walk.announced)) is not None:
            why = "The body of a record is gone, and no record says that it was dropped after its retention."
            walk.say("AUDIT-02", why, hole)
        if walk.root != self._now.root:
            bad = min((bad.first for bad in walk.bad if bad.first is not None), default=None)
            why = "The records do not give the root that the log's head tells."
            walk.say("AUDIT-06", why, bad if bad is not None else self._now.size // WIDTH * WIDTH, self._now.size - 1)


def speaks(said: dict[str, Any]) -> bool:
    """Whether it is a record in which the log speaks of itself, so that verification acts on it."""
    obj = said.get("obj")
    rotated = said.get("act") == Act.LOG_KEY and isinstance(obj, dict) and obj.get("what") == ROTATED
    return rotated or said.get("act") == Act.REDACTED or bool(dropped_below(said))


def checkpoints_of(con: Connection) -> Iterator[tuple[int, str]]:
    """The stored checkpoints, oldest first."""
    for row in con.execute(select(audit_checkpoints.c.size, audit_checkpoints.c.note).order_by(audit_checkpoints.c.size)):
        yield row.size, str(row.note)
