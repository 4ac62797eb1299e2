"""What the scan found, and what people said of it."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, CheckConstraint, Column, Integer, Table, Text, UniqueConstraint

from mesh_platform.state.tables.base import Document, Sequence, metadata
from mesh_platform.state.types import UtcDateTime

# The last scan of each column, told as kinds, shares and numbers; what the next publication of it is compared with.
column_scans = Table(
    "column_scans",
    metadata,
    Column("product", Text, primary_key=True),
    Column("column", Text, primary_key=True),
    Column("position", Integer, nullable=False),
    Column("found", Document, nullable=False, comment="kinds with share and reason"),
    Column("not_scanned", Boolean, nullable=False),
    Column("shape", Document, nullable=False, comment="numbers about the values, none of which gives one back"),
    Column("scanner", Text, nullable=False),
    Column("scanned_at", UtcDateTime, nullable=False),
)

# The random sample of columns found clean; a column is drawn once per profile.
audit_draws = Table(
    "audit_draws",
    metadata,
    Column("id", Sequence, primary_key=True, autoincrement=True),
    Column("product", Text, nullable=False),
    Column("column", Text, nullable=False),
    Column("profile", Text, nullable=False),
    Column("scanner", Text, nullable=False),
    Column("seed", BigInteger, nullable=False),
    Column("drawn_from", Integer, nullable=False, comment="how many columns found clean it was drawn from"),
    Column("found_beside", Integer, nullable=False, comment="columns of its domain with findings at the time"),
    Column("clean_beside", Integer, nullable=False, comment="columns of its domain without, at the time"),
    Column("by", Text, nullable=False),
    Column("drawn_at", UtcDateTime, nullable=False),
    UniqueConstraint("product", "column", "profile"),
    sqlite_autoincrement=True,
)

# Append-only; the newest one on the same column, kind and profile counts.
scan_labels = Table(
    "scan_labels",
    metadata,
    Column("id", Sequence, primary_key=True, autoincrement=True),
    Column("product", Text, nullable=False, index=True),
    Column("column", Text, nullable=False),
    Column("kind", Text, nullable=False, comment="'': the column as a whole, found clean"),
    Column("verdict", Text, nullable=False),
    Column("profile", Text, nullable=False),
    Column("features", Document, nullable=False),
    Column("scanner", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("person", Text, nullable=False),
    Column("given_at", UtcDateTime, nullable=False),
    CheckConstraint("verdict IN ('confirm', 'reject', 'missed')", name="verdict"),
    CheckConstraint("source IN ('review', 'audit sample')", name="source"),
    sqlite_autoincrement=True,
)

# The newest one that is not withdrawn is in force.
site_models = Table(
    "site_models",
    metadata,
    Column("id", Sequence, primary_key=True, autoincrement=True),
    Column("weights", Document, nullable=False),
    Column("figures", Document, nullable=False),
    Column("last_label", BigInteger, nullable=False, comment="the newest label that it was made of"),
    Column("by", Text, nullable=False),
    Column("made_at", UtcDateTime, nullable=False),
    Column("withdrawn_by", Text),
    Column("withdrawn_at", UtcDateTime),
    sqlite_autoincrement=True,
)
