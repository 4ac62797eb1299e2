"""Personal data breaches, and what was done about each."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from mesh_platform.state.types import UtcDateTime

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

_SEQUENCE = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_DOCUMENT = sa.JSON(none_as_null=True)


def upgrade() -> None:
    op.create_table(
        "breaches",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column(
            "aware_at", UtcDateTime, nullable=False, comment="when the organisation became aware of it: every clock begins here"
        ),
        sa.Column("reported_at", UtcDateTime, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("person", sa.Text, nullable=False),
        sa.Column("what", sa.Text, nullable=False, comment="what happened; no value out of the data"),
        sa.Column("nature", _DOCUMENT, nullable=False, comment="confidentiality, integrity, availability"),
        sa.Column("side", sa.Text, nullable=False),
        sa.Column("since", UtcDateTime, comment="when it began; null: not known"),
        sa.Column("until", UtcDateTime, comment="when it ended; null: not known, or it goes on"),
        sa.Column("reader", sa.Text, comment="the principal, grant or contract whose reads it is about"),
        sa.Column("found", _DOCUMENT, nullable=False, comment="products with columns, laws and counts"),
        sa.CheckConstraint("side IN ('controller', 'processor')", name="ck_breaches_side"),
    )
    op.create_table(
        "breach_events",
        sa.Column("id", _SEQUENCE, primary_key=True, autoincrement=True),
        sa.Column("breach", sa.Text, sa.ForeignKey("breaches.id", name="fk_breach_events_breach_breaches"), nullable=False),
        sa.Column("event", sa.Text, nullable=False),
        sa.Column("occasion", sa.Text, nullable=False, comment="what tells it from another of its kind; each stands once"),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("person", sa.Text, nullable=False),
        sa.Column("detail", _DOCUMENT, nullable=False),
        sa.Column("sha256", sa.Text, nullable=False, comment="of the entry, as the audit log has it"),
        sa.Column("record", sa.Text, comment="of the audit log"),
        sa.Column("position", sa.BigInteger, nullable=False, comment="how many entries the breach had before"),
        sa.UniqueConstraint("breach", "event", "occasion", name="uq_breach_events_breach_event_occasion"),
        sa.UniqueConstraint("breach", "position", name="uq_breach_events_breach_position"),
        sqlite_autoincrement=True,
    )
