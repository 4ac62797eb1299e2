"""Whom a gate decision closes the product to; and a publication's place in the ledger, which nothing records yet, is null and not 0."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("gate_decisions", sa.Column("closed_consumers", sa.JSON, comment="null: decided before they were recorded"))
    op.drop_column("publications", "ledger_seq")
    op.add_column("publications", sa.Column("ledger_seq", sa.BigInteger, comment="null: not recorded"))
