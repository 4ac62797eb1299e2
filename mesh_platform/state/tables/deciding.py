"""What needs a person: reviews, waivers, tasks and their notices."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, Date, Index, Integer, Table, Text, UniqueConstraint

from mesh_platform.state.tables.base import Document, Sequence, metadata
from mesh_platform.state.types import UtcDateTime

# Append-only. `person` is who stands behind the principal `by`, where that is somebody else.
reviews = Table(
    "reviews",
    metadata,
    Column("id", Sequence, primary_key=True, autoincrement=True),
    Column("product", Text, nullable=False),
    Column("spec_hash", Text, nullable=False),
    Column("decision", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("person", Text, nullable=False),
    Column("decided_at", UtcDateTime, nullable=False),
    CheckConstraint("decision IN ('approve', 'reject')", name="decision"),
    Index(None, "product", "spec_hash", "id"),
    sqlite_autoincrement=True,
)

waivers = Table(
    "waivers",
    metadata,
    Column("id", Sequence, primary_key=True, autoincrement=True),
    Column("product", Text, nullable=False),
    Column("rule", Text, nullable=False),
    Column("about", Text, nullable=False, comment="where in the descriptor; empty: the product as a whole"),
    Column("covers", Text, nullable=False, comment="hash of rule, place and remedy as they were"),
    Column("finding", Text, nullable=False, comment="what the finding said then"),
    Column("reason", Text, nullable=False),
    Column("control", Text, nullable=False, comment="the compensating control"),
    Column("expires", Date, nullable=False, comment="the last day on which it counts"),
    Column("requested_by", Text, nullable=False),
    Column("requested_person", Text, nullable=False),
    Column("requested_at", UtcDateTime, nullable=False),
    Column("state", Text, nullable=False),
    Column("decided_by", Text),
    Column("decided_person", Text),
    Column("decided_at", UtcDateTime),
    Column("note", Text, comment="why it was decided so"),
    Column("ended_by", Text),
    Column("ended_person", Text),
    Column("ended_at", UtcDateTime, comment="before its day"),
    Column("ended_note", Text),
    Column("measured", Document, comment="what was measured when it was asked for; nothing worse is let through"),
    CheckConstraint("state IN ('asked', 'approved', 'rejected', 'ended')", name="state"),
    Index(None, "product", "state"),
    sqlite_autoincrement=True,
)

tasks = Table(
    "tasks",
    metadata,
    Column("id", Sequence, primary_key=True, autoincrement=True),
    Column("key", Text, nullable=False, unique=True, comment="the occasion: a task of the same key is the same task"),
    Column("kind", Text, nullable=False),
    Column("product", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("due", UtcDateTime, nullable=False),
    Column("rule", Text, nullable=False),
    Column("command", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("created_by", Text, nullable=False),
    Column("assignee", Text),
    Column("assigned_by", Text),
    Column("assigned_at", UtcDateTime),
    Column("decision", Text),
    Column("evidence", Text),
    Column("resolved_at", UtcDateTime),
    Column("resolved_by", Text),
    Column("resolved_person", Text, comment="who stands behind resolved_by, where that is somebody else"),
    Column("created_person", Text, comment="who stands behind created_by, where that is somebody else"),
    Column("resolved_role", Text, comment="as what it was resolved; null: before that was kept"),
    CheckConstraint("state IN ('open', 'resolved')", name="state"),
    Index(None, "state", "due"),
    sqlite_autoincrement=True,
)

# The outbox: a row per notice and channel, written in the transaction of what it tells of.
notices = Table(
    "notices",
    metadata,
    Column("id", Sequence, primary_key=True, autoincrement=True),
    Column("key", Text, nullable=False, comment="by which a receiver tells a notice that comes twice"),
    Column("channel", Text, nullable=False),
    Column("payload", Document, nullable=False),
    Column("state", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("next_at", UtcDateTime, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("done_at", UtcDateTime),
    Column("error", Text, comment="the kind of the last error"),
    UniqueConstraint("key", "channel"),
    CheckConstraint("state IN ('waiting', 'sent', 'dead')", name="state"),
    Index(None, "state", "next_at"),
    sqlite_autoincrement=True,
)
