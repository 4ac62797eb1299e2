"""The end of products: receipts of retirements; and the latest moment seen, below which no clock may fall."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from mesh_platform.state.types import UtcDateTime

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "retirements",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("product", sa.Text, nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("person", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("begun_at", UtcDateTime, nullable=False),
        sa.Column("finished_at", UtcDateTime, comment="null: under way, or killed on the way"),
        sa.Column(
            "places", sa.JSON, nullable=False, comment="place: rows, files, bytes and versions before anything was removed"
        ),
        sa.Column("versions", sa.JSON, nullable=False),
        sa.Column("evidence_hash", sa.Text, comment="hash of the receipt as it stands"),
        sa.PrimaryKeyConstraint("id", name="pk_retirements"),
    )
    op.create_index("ix_retirements_product", "retirements", ["product"])
    op.create_table(
        "clock_floor",
        sa.Column("id", sa.Integer, nullable=False, autoincrement=False, comment="always 1"),
        sa.Column("seen_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_clock_floor"),
        sa.CheckConstraint("id = 1", name="ck_clock_floor_one"),
    )
