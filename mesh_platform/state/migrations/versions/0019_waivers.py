"""Exceptions to rules, for a time: asked for, decided, and ended."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from mesh_platform.state.types import UtcDateTime

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

Sequence = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.create_table(
        "waivers",
        sa.Column("id", Sequence, autoincrement=True, nullable=False),
        sa.Column("product", sa.Text, nullable=False),
        sa.Column("rule", sa.Text, nullable=False),
        sa.Column("about", sa.Text, nullable=False, comment="where in the descriptor; empty: the product as a whole"),
        sa.Column("covers", sa.Text, nullable=False, comment="hash of rule, place and remedy as they were"),
        sa.Column("finding", sa.Text, nullable=False, comment="what the finding said then"),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("control", sa.Text, nullable=False, comment="the compensating control"),
        sa.Column("expires", sa.Date, nullable=False, comment="the last day on which it counts"),
        sa.Column("requested_by", sa.Text, nullable=False),
        sa.Column("requested_person", sa.Text, nullable=False),
        sa.Column("requested_at", UtcDateTime, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("decided_by", sa.Text),
        sa.Column("decided_person", sa.Text),
        sa.Column("decided_at", UtcDateTime),
        sa.Column("note", sa.Text, comment="why it was decided so"),
        sa.Column("ended_by", sa.Text),
        sa.Column("ended_person", sa.Text),
        sa.Column("ended_at", UtcDateTime, comment="before its day"),
        sa.Column("ended_note", sa.Text),
        sa.PrimaryKeyConstraint("id", name="pk_waivers"),
        sa.CheckConstraint("state IN ('asked', 'approved', 'rejected', 'ended')", name="ck_waivers_state"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_waivers_product_state", "waivers", ["product", "state"])
