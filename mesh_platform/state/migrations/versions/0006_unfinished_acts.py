"""Key acts that were begun and not finished; who stands behind the principal that a task is about."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from mesh_platform.state.types import UtcDateTime

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

Sequence = sa.BigInteger().with_variant(sa.Integer, "sqlite")
NAME, INDEX = "ck_key_events_what", "ix_key_events_domain_region_id"
WHAT = (
    "what IN ('rotation asked', 'rotated', 'rotation incomplete', 'revocation asked', 'revoked', 'revocation incomplete', "
    "'start asked', 'started', 'start incomplete')"
)


def upgrade() -> None:
    comment = "who stands behind created_by, where that is somebody else"
    op.add_column("tasks", sa.Column("created_person", sa.Text, comment=comment))
    if op.get_bind().dialect.name == "sqlite":
        _made_anew()
    else:
        op.drop_constraint(NAME, "key_events", type_="check")
        op.create_check_constraint(NAME, "key_events", WHAT)


def _made_anew() -> None:
    """SQLite changes no constraint of a table that stands."""
    op.drop_index(INDEX, "key_events")
    op.rename_table("key_events", "key_events_before")
    op.create_table(
        "key_events",
        sa.Column("id", Sequence, autoincrement=True, nullable=False),
        sa.Column("what", sa.Text, nullable=False),
        sa.Column("domain", sa.Text, nullable=False),
        sa.Column("region", sa.Text, nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("person", sa.Text, nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("version", sa.Integer),
        sa.Column("catalogs", sa.Integer),
        sa.PrimaryKeyConstraint("id", name="pk_key_events"),
        sa.CheckConstraint(WHAT, name=NAME),
        sqlite_autoincrement=True,
    )
    op.execute("INSERT INTO key_events SELECT * FROM key_events_before")
    op.drop_table("key_events_before")
    op.create_index(INDEX, "key_events", ["domain", "region", "id"])
