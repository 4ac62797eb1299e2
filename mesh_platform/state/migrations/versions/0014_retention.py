"""Legal holds; and whether the clock leapt forward without anybody confirming it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from mesh_platform.state.types import UtcDateTime

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

Document = sa.JSON(none_as_null=True)


def upgrade() -> None:
    op.create_table(
        "legal_holds",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("matter", sa.Text, nullable=False),
        sa.Column("owner", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("scope", Document, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("person", sa.Text, nullable=False),
        sa.Column("opened_at", UtcDateTime, nullable=False),
        sa.Column("closed_at", UtcDateTime),
        sa.Column("closed_by", sa.Text),
        sa.Column("closed_person", sa.Text),
        sa.Column("closing_reason", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_legal_holds"),
    )
    op.create_index("ix_legal_holds_matter", "legal_holds", ["matter"])
    comment = "the last moment before a leap that nobody has confirmed"
    op.add_column("clock_floor", sa.Column("leapt_from", UtcDateTime, comment=comment))
