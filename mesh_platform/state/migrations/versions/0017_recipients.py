"""Events on their way to recipients outside of the mesh."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from mesh_platform.state.types import UtcDateTime

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

Document = sa.JSON(none_as_null=True)


def upgrade() -> None:
    op.create_table(
        "recipient_cursors",
        sa.Column("recipient", sa.Text, nullable=False),
        sa.Column("sequence", sa.BigInteger, nullable=False, comment="of the ledger, up to which events were put here"),
        sa.PrimaryKeyConstraint("recipient", name="pk_recipient_cursors"),
    )
    op.create_table(
        "recipient_events",
        sa.Column("recipient", sa.Text, nullable=False),
        sa.Column("sequence", sa.BigInteger, nullable=False, autoincrement=False),
        sa.Column(
            "body", Document, nullable=False, comment="a CloudEvent; the person is known in it by an id of the recipient's own"
        ),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("next_at", UtcDateTime, nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("due_at", UtcDateTime, nullable=False),
        sa.Column("acknowledged_at", UtcDateTime),
        sa.Column("error", sa.Text, comment="the kind of the last error"),
        sa.PrimaryKeyConstraint("recipient", "sequence", name="pk_recipient_events"),
    )
    op.create_index(
        "ix_recipient_events_recipient_acknowledged_at_next_at",
        "recipient_events",
        ["recipient", "acknowledged_at", "next_at"],
    )
