"""Requests for access, the grants that they open, and the files that left with rows."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from mesh_platform.state.types import UtcDateTime

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

Document = sa.JSON(none_as_null=True)
CONSUMERS = "consumer_kind IN ('domain', 'product', 'role', 'person')"


def upgrade() -> None:
    op.create_table(
        "access_requests",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("product", sa.Text, nullable=False),
        sa.Column("consumer_kind", sa.Text, nullable=False),
        sa.Column("consumer", sa.Text, nullable=False),
        sa.Column("purpose", sa.Text, nullable=False),
        sa.Column("columns", Document, nullable=False),
        sa.Column("raw", Document, nullable=False),
        sa.Column("region", sa.Text),
        sa.Column("until", UtcDateTime, nullable=False, comment="the end that is wished for"),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("person", sa.Text, nullable=False),
        sa.Column("asked_at", UtcDateTime, nullable=False),
        sa.Column("due", UtcDateTime, nullable=False),
        sa.Column("renews", sa.Text, comment="the grant that a renewal goes on with"),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("decided_by", sa.Text, comment="a principal, or the rule that approved it"),
        sa.Column("decided_person", sa.Text),
        sa.Column("decided_at", UtcDateTime),
        sa.Column("note", sa.Text),
        sa.Column("grant_id", sa.Text),
        sa.PrimaryKeyConstraint("id", name="pk_access_requests"),
        sa.CheckConstraint("kind IN ('new', 'renewal')", name="ck_access_requests_kind"),
        sa.CheckConstraint(CONSUMERS, name="ck_access_requests_consumer_kind"),
        sa.CheckConstraint(
            "state IN ('open', 'approved', 'rejected', 'withdrawn', 'expired', 'revoked')", name="ck_access_requests_state"
        ),
    )
    op.create_index("ix_access_requests_product_state", "access_requests", ["product", "state"])
    op.create_table(
        "access_grants",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("request", sa.Text, comment="null: break-glass"),
        sa.Column("product", sa.Text, nullable=False),
        sa.Column("consumer_kind", sa.Text, nullable=False),
        sa.Column("consumer", sa.Text, nullable=False),
        sa.Column("purpose", sa.Text, nullable=False),
        sa.Column("columns", Document, nullable=False),
        sa.Column("raw", Document, nullable=False),
        sa.Column("levels", Document, nullable=False, comment="how sensitive each column was when it was granted"),
        sa.Column("judged", Document, nullable=False, comment="the quasi-identifiers that were judged together"),
        sa.Column("region", sa.Text),
        sa.Column("starts_at", UtcDateTime, nullable=False),
        sa.Column("until", UtcDateTime, nullable=False),
        sa.Column("by", sa.Text, nullable=False, comment="a principal, or the rule that approved it"),
        sa.Column("person", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("revoked_at", UtcDateTime),
        sa.Column("revoked_by", sa.Text),
        sa.Column("revoked_person", sa.Text),
        sa.Column("revoke_reason", sa.Text),
        sa.Column("changed", sa.BigInteger, nullable=False, comment="rises with each change of any grant"),
        sa.PrimaryKeyConstraint("id", name="pk_access_grants"),
        sa.ForeignKeyConstraint(["request"], ["access_requests.id"], name="fk_access_grants_request_access_requests"),
        sa.CheckConstraint("kind IN ('approved', 'automatic', 'break glass')", name="ck_access_grants_kind"),
        sa.CheckConstraint(CONSUMERS, name="ck_access_grants_consumer_kind"),
    )
    op.create_index("ix_access_grants_product_revoked_at", "access_grants", ["product", "revoked_at"])
    op.create_index("ix_access_grants_changed", "access_grants", ["changed"])
    op.create_table(
        "access_exports",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("person", sa.Text, nullable=False),
        sa.Column("purpose", sa.Text, nullable=False),
        sa.Column("products", Document, nullable=False, comment="version, columns raw and masked, and grants, by product"),
        sa.Column("format", sa.Text, nullable=False),
        sa.Column("rows", sa.BigInteger, nullable=False),
        sa.Column("sha256", sa.Text, nullable=False),
        sa.Column(
            "subjects", sa.BigInteger, comment="people who may be in it, as listed in the home; null: whoever is in its products"
        ),
        sa.Column("made_at", UtcDateTime, nullable=False),
        sa.Column("expires_at", UtcDateTime, nullable=False),
        sa.Column("ended_at", UtcDateTime, comment="since when its holder says that it is gone"),
        sa.Column("ended_by", sa.Text),
        sa.PrimaryKeyConstraint("id", name="pk_access_exports"),
    )
    op.create_index("ix_access_exports_ended_at_expires_at", "access_exports", ["ended_at", "expires_at"])
