"""Since when the audit log waits for a quorum of its witnesses."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from mesh_platform.state.types import UtcDateTime

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "audit_witnessed",
        sa.Column("id", sa.Integer, autoincrement=False, nullable=False, comment="always 1"),
        sa.Column("policy", sa.Text, nullable=False, comment="hash of the policy by which the quorum was counted"),
        sa.Column("size", sa.BigInteger, nullable=False, comment="records under the newest checkpoint that met the quorum"),
        sa.Column("note", sa.Text, comment="that checkpoint with its cosignatures; null: none met it yet"),
        sa.Column("began_at", UtcDateTime, comment="since when records wait for the quorum; null: none do"),
        sa.Column("seen_at", UtcDateTime, nullable=False, comment="the latest moment of a look"),
        sa.Column("doubtful", sa.Boolean, nullable=False, comment="the clock went back while something waited"),
        sa.PrimaryKeyConstraint("id", name="pk_audit_witnessed"),
        sa.CheckConstraint("id = 1", name="ck_audit_witnessed_one"),
    )
