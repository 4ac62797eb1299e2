"""An erasure says of each product how many rows went from the files or the table that it is read from."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    comment = "rows that went from what it is read from"
    op.add_column("subject_tasks", sa.Column("at_source", sa.BigInteger, nullable=False, server_default="0", comment=comment))
