"""The ledger about people: its key, its events in one sequence, what stands by their fold, and the bits of purposes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from mesh_platform.state.types import UtcDateTime

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

Sequence = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.create_table(
        "ledger_keys",
        sa.Column("number", sa.Integer, autoincrement=False, nullable=False),
        sa.Column(
            "wrapped", sa.LargeBinary, nullable=False, comment="the key of the subject tokens, wrapped by the key provider"
        ),
        sa.Column("made_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_ledger_keys"),
    )
    op.create_table(
        "ledger_events",
        sa.Column("sequence", Sequence, autoincrement=False, nullable=False),
        sa.Column("subject", sa.LargeBinary, nullable=False, comment="keyed token of an identifier"),
        sa.Column("namespace", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("purpose", sa.Text, nullable=False, comment="'': every one; 'signal:gpc': those that the signal opts out of"),
        sa.Column("decision", sa.Text, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("event_id", sa.Text, nullable=False),
        sa.Column("source_order", sa.BigInteger),
        sa.Column("notice_version", sa.Text),
        sa.Column("language", sa.Text),
        sa.Column("captured_at", UtcDateTime),
        sa.Column("effective_at", UtcDateTime),
        sa.Column("expires_at", UtcDateTime),
        sa.Column("jurisdiction", sa.Text),
        sa.Column("evidence_hash", sa.Text),
        sa.Column("content", sa.LargeBinary, nullable=False, comment="hash of what the source said; the same id says the same"),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("person", sa.Text, nullable=False),
        sa.Column("recorded_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("sequence", name="pk_ledger_events"),
        sa.UniqueConstraint("source", "event_id", name="uq_ledger_events_source_event_id"),
        sa.CheckConstraint("kind IN ('consent', 'objection', 'restriction', 'suppression')", name="ck_ledger_events_kind"),
        sa.CheckConstraint(
            "decision IN ('granted', 'denied', 'withdrawn', 'expired', 'objected', 'imposed', 'lifted')",
            name="ck_ledger_events_decision",
        ),
    )
    op.create_index("ix_ledger_events_subject", "ledger_events", ["subject"])
    op.create_table(
        "ledger_state",
        sa.Column("subject", sa.LargeBinary, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("purpose", sa.Text, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column(
            "ordered", sa.Integer, nullable=False, comment="1: of the events with an order of the source; 0: of those without"
        ),
        sa.Column("sequence", sa.BigInteger, nullable=False),
        sa.Column("decision", sa.Text, nullable=False),
        sa.Column("source_order", sa.BigInteger),
        sa.Column("effective_us", sa.BigInteger, comment="microseconds since 1970"),
        sa.Column("expires_us", sa.BigInteger),
        sa.PrimaryKeyConstraint("subject", "kind", "purpose", "source", "ordered", name="pk_ledger_state"),
    )
    op.create_index("ix_ledger_state_expires_us", "ledger_state", ["expires_us"])
    op.create_table(
        "ledger_purpose_bits",
        sa.Column("purpose", sa.Text, nullable=False),
        sa.Column("bit", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("purpose", name="pk_ledger_purpose_bits"),
        sa.UniqueConstraint("bit", name="uq_ledger_purpose_bits_bit"),
        sa.CheckConstraint("bit BETWEEN 0 AND 61", name="ck_ledger_purpose_bits_bit"),
    )
