"""Personal data breaches: what was reported, and all that was done about it. Both are only ever added to."""

from __future__ import annotations

from sqlalchemy import BigInteger, CheckConstraint, Column, ForeignKey, Table, Text, UniqueConstraint

from mesh_platform.state.tables.base import Document, Sequence, metadata
from mesh_platform.state.types import UtcDateTime

# As it was reported. What is known better since stands in its events.
breaches = Table(
    "breaches",
    metadata,
    Column("id", Text, primary_key=True),
    Column("aware_at", UtcDateTime, nullable=False, comment="when the organisation became aware of it: every clock begins here"),
    Column("reported_at", UtcDateTime, nullable=False),
    Column("by", Text, nullable=False),
    Column("person", Text, nullable=False),
    Column("what", Text, nullable=False, comment="what happened; no value out of the data"),
    Column("nature", Document, nullable=False, comment="confidentiality, integrity, availability"),
    Column("side", Text, nullable=False),
    Column("since", UtcDateTime, comment="when it began; null: not known"),
    Column("until", UtcDateTime, comment="when it ended; null: not known, or it goes on"),
    Column("reader", Text, comment="the principal, grant or contract whose reads it is about"),
    Column("found", Document, nullable=False, comment="products with columns, laws and counts"),
    CheckConstraint("side IN ('controller', 'processor')", name="side"),
)

breach_events = Table(
    "breach_events",
    metadata,
    Column("id", Sequence, primary_key=True, autoincrement=True),
    Column("breach", Text, ForeignKey("breaches.id"), nullable=False),
    Column("event", Text, nullable=False),
    Column("occasion", Text, nullable=False, comment="what tells it from another of its kind; each stands once"),
    Column("at", UtcDateTime, nullable=False),
    Column("by", Text, nullable=False),
    Column("person", Text, nullable=False),
    Column("detail", Document, nullable=False),
    Column("sha256", Text, nullable=False, comment="of the entry, as the audit log has it"),
    Column("record", Text, comment="of the audit log"),
    Column("position", BigInteger, nullable=False, comment="how many entries the breach had before"),
    UniqueConstraint("breach", "event", "occasion"),
    UniqueConstraint("breach", "position"),
    sqlite_autoincrement=True,
)
