"""Versions of the policy, and under which of them the gate decided."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from mesh_platform.state.types import UtcDateTime

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

Sequence = sa.BigInteger().with_variant(sa.Integer, "sqlite")
Document = sa.JSON(none_as_null=True)


def upgrade() -> None:
    op.create_table(
        "policy_versions",
        sa.Column("id", Sequence, nullable=False, autoincrement=True),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("governance", sa.Text, nullable=False, comment="hash of what the organisation decides"),
        sa.Column("release", sa.Text, nullable=False),
        sa.Column("packs", Document, nullable=False),
        sa.Column("rules", Document, nullable=False),
        sa.Column("parts", Document, nullable=False, comment="part of governance: beginning of its hash"),
        sa.Column("first_seen_at", UtcDateTime, nullable=False, comment="moment of the first decision under it"),
        sa.PrimaryKeyConstraint("id", name="pk_policy_versions"),
        sa.UniqueConstraint("digest", name="uq_policy_versions_digest"),
        sqlite_autoincrement=True,
    )
    op.add_column(
        "gate_decisions", sa.Column("policy", sa.Text, comment="version of the policy; null: decided before they were recorded")
    )
