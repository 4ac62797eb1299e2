"""What the withdrawals of canaries measured."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from mesh_platform.state.types import UtcDateTime

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "canary_rounds",
        sa.Column("canary", sa.Text, nullable=False),
        sa.Column("sequence", sa.BigInteger, nullable=False, autoincrement=False, comment="of the withdrawal in the ledger"),
        sa.Column("product", sa.Text, nullable=False),
        sa.Column("location", sa.Text, nullable=False),
        sa.Column("began_at", UtcDateTime, nullable=False),
        sa.Column(
            "hidden_ms", sa.BigInteger, comment="from the withdrawal to the first read without it; null: it is still shown"
        ),
        sa.Column("gone_at", UtcDateTime, comment="since when no row of any version shows it; null: one does"),
        sa.PrimaryKeyConstraint("canary", "sequence", "product", "location", name="pk_canary_rounds"),
    )
