"""Which requests erased a canary, and how long each took."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from mesh_platform.state.types import UtcDateTime

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "canary_erasures",
        sa.Column("request", sa.Text, nullable=False),
        sa.Column("canary", sa.Text, nullable=False),
        sa.Column("began_at", UtcDateTime, nullable=False),
        sa.Column("certified_at", UtcDateTime, comment="null: it is not certified yet"),
        sa.Column("lifted_at", UtcDateTime, comment="since when it may be planted again; null: it is suppressed"),
        sa.PrimaryKeyConstraint("request", name="pk_canary_erasures"),
    )
