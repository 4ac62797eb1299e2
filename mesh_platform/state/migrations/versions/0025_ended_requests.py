"""Requests that were withdrawn or refused, and since when something may have been erased for one."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from mesh_platform.state.types import UtcDateTime

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for column in (
        sa.Column("touched_at", UtcDateTime, comment="since when something may have been erased for it"),
        sa.Column("ended", sa.Text, comment="withdrawn or refused; null: it is under way, or carried out"),
        sa.Column("ending", sa.JSON(none_as_null=True), comment="why, and what is left of it"),
    ):
        op.add_column("subject_requests", column)
    # of what has begun nobody knows any more whether something was erased
    op.execute("UPDATE subject_requests SET touched_at = suppressed_at WHERE sequence IS NOT NULL")
