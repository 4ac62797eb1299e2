"""A product may be held back from an erasure by a legal hold."""

from __future__ import annotations

from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

STATES = "state IN ('open', 'suppressed', 'erased', 'verified', 'certified', 'blocked', 'held', 'untouched')"
NAME = "ck_subject_tasks_state"


def upgrade() -> None:
    with op.batch_alter_table("subject_tasks") as table:
        table.drop_constraint(NAME, type_="check")
        table.create_check_constraint(NAME, STATES)
