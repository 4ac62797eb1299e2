"""What the site teaches the scan: the last scan of each column, people's labels, the audit sample, and the models made of them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from mesh_platform.state.types import UtcDateTime

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

Sequence = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.create_table(
        "column_scans",
        sa.Column("product", sa.Text, nullable=False),
        sa.Column("column", sa.Text, nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("found", sa.JSON, nullable=False, comment="kinds with share and reason"),
        sa.Column("not_scanned", sa.Boolean, nullable=False),
        sa.Column("shape", sa.JSON, nullable=False, comment="numbers about the values, none of which gives one back"),
        sa.Column("scanner", sa.Text, nullable=False),
        sa.Column("scanned_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("product", "column", name="pk_column_scans"),
    )
    op.create_table(
        "audit_draws",
        sa.Column("id", Sequence, autoincrement=True, nullable=False),
        sa.Column("product", sa.Text, nullable=False),
        sa.Column("column", sa.Text, nullable=False),
        sa.Column("profile", sa.Text, nullable=False),
        sa.Column("scanner", sa.Text, nullable=False),
        sa.Column("seed", sa.BigInteger, nullable=False),
        sa.Column("drawn_from", sa.Integer, nullable=False, comment="how many columns found clean it was drawn from"),
        sa.Column("found_beside", sa.Integer, nullable=False, comment="columns of its domain with findings at the time"),
        sa.Column("clean_beside", sa.Integer, nullable=False, comment="columns of its domain without, at the time"),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("drawn_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_audit_draws"),
        sa.UniqueConstraint("product", "column", "profile", name="uq_audit_draws_product_column_profile"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "scan_labels",
        sa.Column("id", Sequence, autoincrement=True, nullable=False),
        sa.Column("product", sa.Text, nullable=False),
        sa.Column("column", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False, comment="'': the column as a whole, found clean"),
        sa.Column("verdict", sa.Text, nullable=False),
        sa.Column("profile", sa.Text, nullable=False),
        sa.Column("features", sa.JSON, nullable=False),
        sa.Column("scanner", sa.Text, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("person", sa.Text, nullable=False),
        sa.Column("given_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_scan_labels"),
        sa.CheckConstraint("verdict IN ('confirm', 'reject', 'missed')", name="ck_scan_labels_verdict"),
        sa.CheckConstraint("source IN ('review', 'audit sample')", name="ck_scan_labels_source"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_scan_labels_product", "scan_labels", ["product"])
    op.create_table(
        "site_models",
        sa.Column("id", Sequence, autoincrement=True, nullable=False),
        sa.Column("weights", sa.JSON, nullable=False),
        sa.Column("figures", sa.JSON, nullable=False),
        sa.Column("last_label", sa.BigInteger, nullable=False, comment="the newest label that it was made of"),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("made_at", UtcDateTime, nullable=False),
        sa.Column("withdrawn_by", sa.Text),
        sa.Column("withdrawn_at", UtcDateTime),
        sa.PrimaryKeyConstraint("id", name="pk_site_models"),
        sqlite_autoincrement=True,
    )
