"""What compliance costs: when a product was begun, and how long each control took at each publication."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from mesh_platform.state.types import UtcDateTime

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "beginnings",
        sa.Column("product", sa.Text, primary_key=True),
        sa.Column("at", UtcDateTime, nullable=False, comment="when `mesh new product` made it"),
    )
    op.create_table(
        "control_times",
        sa.Column("publication", sa.Text, primary_key=True),
        sa.Column("control", sa.Text, primary_key=True),
        sa.Column("product", sa.Text, nullable=False, index=True),
        sa.Column("ms", sa.Double, nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
    )
