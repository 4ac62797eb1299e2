"""How often each interface of a product answered and failed on a day, and how long the answers took."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from mesh_platform.state.types import UtcDateTime

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "service_levels",
        sa.Column("product", sa.Text, nullable=False),
        sa.Column("interface", sa.Text, nullable=False),
        sa.Column("day", UtcDateTime, nullable=False),
        sa.Column(
            "step",
            sa.Integer,
            nullable=False,
            comment="of time to the first rows; -1 failed, -2 answered together with other products",
        ),
        sa.Column("reads", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("product", "interface", "day", "step", name="pk_service_levels"),
    )


def downgrade() -> None:
    op.drop_table("service_levels")
