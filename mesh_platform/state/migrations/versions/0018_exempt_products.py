"""A product may be exempt from an erasure: the law keeps its rows, or its groups hide everybody."""

from __future__ import annotations

from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

STATES = "state IN ('open', 'suppressed', 'erased', 'verified', 'certified', 'blocked', 'held', 'exempt', 'untouched')"
NAME = "ck_subject_tasks_state"


def upgrade() -> None:
    with op.batch_alter_table("subject_tasks") as table:
        table.drop_constraint(NAME, type_="check")
        table.create_check_constraint(NAME, STATES)
