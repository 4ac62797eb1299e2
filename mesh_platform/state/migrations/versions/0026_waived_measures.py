"""What a waiver was measured at when it was asked for. One from before remembers nothing, and covers no finding that rests on a number."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    told = "what was measured when it was asked for; nothing worse is let through"
    op.add_column("waivers", sa.Column("measured", sa.JSON(none_as_null=True), comment=told))
