"""What needs a person: reviews of privacy-relevant changes, tasks, and the outbox of notices."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from mesh_platform.state.types import UtcDateTime

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

Sequence = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.create_table(
        "reviews",
        sa.Column("id", Sequence, autoincrement=True, nullable=False),
        sa.Column("product", sa.Text, nullable=False),
        sa.Column("spec_hash", sa.Text, nullable=False),
        sa.Column("decision", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("person", sa.Text, nullable=False),
        sa.Column("decided_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_reviews"),
        sa.CheckConstraint("decision IN ('approve', 'reject')", name="ck_reviews_decision"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_reviews_product_spec_hash_id", "reviews", ["product", "spec_hash", "id"])
    _tasks()
    _notices()


def _tasks() -> None:
    op.create_table(
        "tasks",
        sa.Column("id", Sequence, autoincrement=True, nullable=False),
        sa.Column("key", sa.Text, nullable=False, comment="the occasion: a task of the same key is the same task"),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("product", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("due", UtcDateTime, nullable=False),
        sa.Column("rule", sa.Text, nullable=False),
        sa.Column("command", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("created_by", sa.Text, nullable=False),
        sa.Column("assignee", sa.Text),
        sa.Column("assigned_by", sa.Text),
        sa.Column("assigned_at", UtcDateTime),
        sa.Column("decision", sa.Text),
        sa.Column("evidence", sa.Text),
        sa.Column("resolved_at", UtcDateTime),
        sa.Column("resolved_by", sa.Text),
        sa.Column("resolved_person", sa.Text, comment="who stands behind resolved_by, where that is somebody else"),
        sa.PrimaryKeyConstraint("id", name="pk_tasks"),
        sa.UniqueConstraint("key", name="uq_tasks_key"),
        sa.CheckConstraint("state IN ('open', 'resolved')", name="ck_tasks_state"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_tasks_state_due", "tasks", ["state", "due"])


def _notices() -> None:
    op.create_table(
        "notices",
        sa.Column("id", Sequence, autoincrement=True, nullable=False),
        sa.Column("key", sa.Text, nullable=False, comment="by which a receiver tells a notice that comes twice"),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("payload", sa.JSON, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("next_at", UtcDateTime, nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("done_at", UtcDateTime),
        sa.Column("error", sa.Text, comment="the kind of the last error"),
        sa.PrimaryKeyConstraint("id", name="pk_notices"),
        sa.UniqueConstraint("key", "channel", name="uq_notices_key_channel"),
        sa.CheckConstraint("state IN ('waiting', 'sent', 'dead')", name="ck_notices_state"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_notices_state_next_at", "notices", ["state", "next_at"])
