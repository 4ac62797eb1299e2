"""The audit log."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Integer,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
)

from mesh_platform.state.tables.base import Sequence, metadata
from mesh_platform.state.types import UtcDateTime

# The audit log (`audit/`): leaves in the order of a Merkle tree. The head changes in the transaction of the leaves that it stands for.
audit_leaves = Table(
    "audit_leaves",
    metadata,
    Column("seq", Sequence, primary_key=True, autoincrement=False),
    Column("eid", Text, nullable=False, unique=True),
    Column("body", LargeBinary, comment="the record's bytes as they were hashed; null: dropped after its retention"),
    Column("hash", LargeBinary, nullable=False),
)

audit_head = Table(
    "audit_head",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False, comment="always 1"),
    Column("size", BigInteger, nullable=False),
    Column("frontier", LargeBinary, nullable=False, comment="roots of the perfect subtrees, the largest first"),
    CheckConstraint("id = 1", name="one"),
)

audit_tiles = Table(
    "audit_tiles",
    metadata,
    Column("level", Integer, primary_key=True),
    Column("position", BigInteger, primary_key=True),
    Column("nodes", LargeBinary, nullable=False, comment="256 hashes, then the 128 above them, up to the one on top"),
)

audit_checkpoints = Table(
    "audit_checkpoints",
    metadata,
    Column("size", BigInteger, primary_key=True, autoincrement=False),
    Column("note", Text, nullable=False, comment="signed note with all its signatures and cosignatures"),
    Column("signed_at", UtcDateTime, nullable=False),
)

# Since when the log waits for a quorum of its witnesses. One row, beyond the checkpoints that are kept.
audit_witnessed = Table(
    "audit_witnessed",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False, comment="always 1"),
    Column("policy", Text, nullable=False, comment="hash of the policy by which the quorum was counted"),
    Column("size", BigInteger, nullable=False, comment="records under the newest checkpoint that met the quorum"),
    Column("note", Text, comment="that checkpoint with its cosignatures; null: none met it yet"),
    Column("began_at", UtcDateTime, comment="since when records wait for the quorum; null: none do"),
    Column("seen_at", UtcDateTime, nullable=False, comment="the latest moment of a look"),
    Column("doubtful", Boolean, nullable=False, comment="the clock went back while something waited"),
    CheckConstraint("id = 1", name="one"),
)

# Whoever's row goes is a random token in the log from then on.
audit_actors = Table(
    "audit_actors",
    metadata,
    Column("token", Text, primary_key=True, comment="random; what the log calls somebody"),
    Column("name", Text, nullable=False, unique=True),
)

audit_subject_keys = Table(
    "audit_subject_keys",
    metadata,
    Column("id", Text, primary_key=True),
    Column("subject", Text, nullable=False, comment="a token of the person"),
    Column("domain", Text, nullable=False),
    Column("region", Text, nullable=False),
    Column("wrapped", LargeBinary, nullable=False, comment="wrapped with the domain's key of that region"),
    UniqueConstraint("subject", "domain", "region"),
)

audit_private = Table(
    "audit_private",
    metadata,
    Column("eid", Text, primary_key=True),
    Column("key", Text, ForeignKey("audit_subject_keys.id"), nullable=False, index=True),
    Column("nonce", LargeBinary, nullable=False),
    Column("sealed", LargeBinary, nullable=False, comment="salt and personal part, AES-GCM"),
)

# Where records wait that are durable and not yet in the tree: on PostgreSQL alone.
audit_intake = Table(
    "audit_intake",
    metadata,
    Column("id", Sequence, primary_key=True, autoincrement=True),
    Column("eid", Text, nullable=False, unique=True),
    Column("body", LargeBinary, nullable=False),
    sqlite_autoincrement=True,
)
