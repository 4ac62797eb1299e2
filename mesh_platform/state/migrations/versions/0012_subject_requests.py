"""What people ask for about their own data, and what became of it in each product."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from mesh_platform.state.types import UtcDateTime

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

Document = sa.JSON(none_as_null=True)


def upgrade() -> None:
    op.create_table(
        "subject_requests",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("regime", sa.Text, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("person", sa.Text, nullable=False),
        sa.Column("opened_at", UtcDateTime, nullable=False),
        sa.Column(
            "frozen",
            Document,
            comment="keyed tokens of all identifiers, and the links that were not followed; null: not frozen yet",
        ),
        sa.Column("sealed", sa.LargeBinary, comment="the identifiers; null: the key to them was destroyed"),
        sa.Column("wrapped", sa.LargeBinary),
        sa.Column("sequence", sa.BigInteger, comment="of the ledger, once it is suppressed"),
        sa.Column("suppressed_at", UtcDateTime),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("verified_at", UtcDateTime),
        sa.Column("certified_at", UtcDateTime),
        sa.Column("certificate", Document),
        sa.Column("record", sa.Text, comment="of the audit log, that holds the certificate's hash"),
        sa.PrimaryKeyConstraint("id", name="pk_subject_requests"),
        sa.CheckConstraint("kind IN ('erasure')", name="ck_subject_requests_kind"),
    )
    op.create_table(
        "subject_tasks",
        sa.Column("request", sa.Text, nullable=False),
        sa.Column("product", sa.Text, nullable=False),
        sa.Column("position", sa.Integer, nullable=False, comment="what it derives from comes before it"),
        sa.Column("strategy", sa.Text),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("rows", sa.BigInteger, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("fix", sa.Text, nullable=False),
        sa.Column("version", sa.BigInteger, comment="the snapshot that is served since"),
        sa.PrimaryKeyConstraint("request", "product", name="pk_subject_tasks"),
        sa.ForeignKeyConstraint(["request"], ["subject_requests.id"], name="fk_subject_tasks_request_subject_requests"),
        sa.CheckConstraint(
            "state IN ('open', 'suppressed', 'erased', 'verified', 'certified', 'blocked', 'untouched')",
            name="ck_subject_tasks_state",
        ),
    )
