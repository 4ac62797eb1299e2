"""Who did what to a domain's key, and when."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from mesh_platform.state.types import UtcDateTime

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

Sequence = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.create_table(
        "key_events",
        sa.Column("id", Sequence, autoincrement=True, nullable=False),
        sa.Column("what", sa.Text, nullable=False),
        sa.Column("domain", sa.Text, nullable=False),
        sa.Column("region", sa.Text, nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("person", sa.Text, nullable=False, comment="who stands behind actor, where that is somebody else"),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("version", sa.Integer, comment="of the key that holds from then on; null: none, or not known yet"),
        sa.Column("catalogs", sa.Integer, comment="rewritten or closed; null: not known yet"),
        sa.PrimaryKeyConstraint("id", name="pk_key_events"),
        sa.CheckConstraint(
            "what IN ('rotation asked', 'rotated', 'rotation incomplete', 'revocation asked', 'revoked', 'start asked', 'started')",
            name="ck_key_events_what",
        ),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_key_events_domain_region_id", "key_events", ["domain", "region", "id"])
