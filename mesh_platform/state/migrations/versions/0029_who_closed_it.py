"""As what somebody closed a task."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("tasks", sa.Column("resolved_role", sa.Text, comment="as what it was resolved; null: before that was kept"))
