"""How far the ledger's word has reached the rows themselves, and what each batch says that it did."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from mesh_platform.state.types import UtcDateTime

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

Sequence = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    _progress()
    _receipts()
    _batches()


def _progress() -> None:
    op.create_table(
        "consent_progress",
        sa.Column("product", sa.Text, nullable=False),
        sa.Column("location", sa.Text, nullable=False),
        sa.Column("domain", sa.Text, nullable=False),
        sa.Column("sequence", sa.BigInteger, nullable=False, comment="of the ledger, that its rows have absorbed"),
        sa.Column(
            "at",
            UtcDateTime,
            nullable=False,
            comment="the moment for which that holds: consents begin and end by themselves",
        ),
        sa.Column("publication", sa.Text, nullable=False, comment="of which that was said; another one is looked at anew"),
        sa.Column("verified", sa.BigInteger, nullable=False, comment="the sequence up to which a second look agreed"),
        sa.Column("updated_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("product", "location", name="pk_consent_progress"),
    )
    op.create_index("ix_consent_progress_domain", "consent_progress", ["domain"])


def _receipts() -> None:
    op.create_table(
        "consent_receipts",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("domain", sa.Text, nullable=False),
        sa.Column("product", sa.Text, nullable=False),
        sa.Column("location", sa.Text, nullable=False),
        sa.Column("since", sa.BigInteger, nullable=False),
        sa.Column("sequence", sa.BigInteger, nullable=False),
        sa.Column("outcome", sa.Text, nullable=False),
        sa.Column("rule", sa.Text, nullable=False, comment="why, where it is neither applied nor not present"),
        sa.Column("rows", sa.BigInteger, nullable=False, comment="that went"),
        sa.Column("marked", sa.BigInteger, nullable=False, comment="that say another thing about their people now"),
        sa.Column("snapshot", sa.BigInteger),
        sa.Column("by", sa.Text, nullable=False, comment="the location that did it"),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("verdict", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_consent_receipts"),
        sa.CheckConstraint(
            "outcome IN ('applied', 'not_present', 'held', 'exempt', 'failed')", name="ck_consent_receipts_outcome"
        ),
        sa.CheckConstraint("verdict IN ('open', 'holds', 'false')", name="ck_consent_receipts_verdict"),
    )
    op.create_index("ix_consent_receipts_product_sequence", "consent_receipts", ["product", "sequence"])


def _batches() -> None:
    op.create_table(
        "consent_batches",
        sa.Column("id", Sequence, nullable=False, autoincrement=True),
        sa.Column("domain", sa.Text, nullable=False),
        sa.Column("since", sa.BigInteger, nullable=False),
        sa.Column("sequence", sa.BigInteger, nullable=False, comment="all of the domain's products have absorbed it"),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_consent_batches"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_consent_batches_domain_sequence", "consent_batches", ["domain", "sequence"])
