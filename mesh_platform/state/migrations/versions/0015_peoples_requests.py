"""More kinds of people's requests, who showed who they are, clocks, and packages that were handed over."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from mesh_platform.state.types import UtcDateTime

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

Sequence = sa.BigInteger().with_variant(sa.Integer, "sqlite")
Document = sa.JSON(none_as_null=True)
KINDS = "kind IN ('erasure', 'access', 'portability', 'rectification', 'restriction', 'objection')"
OLD = (
    'id, kind, regime, "by", person, opened_at, frozen, sealed, wrapped, sequence, suppressed_at, attempts, verified_at, certified_at, certificate, '
    "record"
)
TASKS = "request, product, position, strategy, state, rows, reason, fix, version"


def _new_columns() -> tuple[sa.Column[object], ...]:
    return (
        sa.Column("people", sa.Integer, nullable=False, server_default="1", comment="how many it is for"),
        sa.Column(
            "attested", sa.Boolean, nullable=False, server_default=sa.true(), comment="whoever opened it said who the person is"
        ),
        sa.Column("asked_at", UtcDateTime, comment="when the first one-time code went out"),
        sa.Column("shown_at", UtcDateTime, comment="when the right code came back"),
        sa.Column("wrong", sa.Integer, nullable=False, server_default="0", comment="codes that were tried"),
        sa.Column("extended_at", UtcDateTime),
        sa.Column("answered_at", UtcDateTime),
        sa.Column("detail", Document, comment="purposes, or the column to be corrected; no value"),
        sa.Column("token", sa.LargeBinary, comment="keyed hash of the token that the person got for the right code"),
    )


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        _made_anew()
    else:
        op.drop_constraint("ck_subject_requests_kind", "subject_requests", type_="check")
        op.create_check_constraint("ck_subject_requests_kind", "subject_requests", KINDS)
        for column in _new_columns():
            op.add_column("subject_requests", column)
    op.execute("UPDATE subject_requests SET answered_at = certified_at")
    _more_tables()


def _made_anew() -> None:
    """SQLite changes no constraint of a table that stands, and drops none to which another refers."""
    op.execute(f"CREATE TABLE subject_tasks_before AS SELECT {TASKS} FROM subject_tasks")
    op.drop_table("subject_tasks")
    op.rename_table("subject_requests", "subject_requests_before")
    op.create_table(
        "subject_requests",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("regime", sa.Text, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("person", sa.Text, nullable=False),
        sa.Column("opened_at", UtcDateTime, nullable=False),
        sa.Column(
            "frozen",
            Document,
            comment="keyed tokens of all identifiers, and the links that were not followed; null: not frozen yet",
        ),
        sa.Column("sealed", sa.LargeBinary, comment="the identifiers; null: the key to them was destroyed"),
        sa.Column("wrapped", sa.LargeBinary),
        sa.Column("sequence", sa.BigInteger, comment="of the ledger, once it is suppressed"),
        sa.Column("suppressed_at", UtcDateTime),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("verified_at", UtcDateTime),
        sa.Column("certified_at", UtcDateTime),
        sa.Column("certificate", Document),
        sa.Column("record", sa.Text, comment="of the audit log, that holds the certificate's hash"),
        sa.PrimaryKeyConstraint("id", name="pk_subject_requests"),
        *_new_columns(),
        sa.CheckConstraint(KINDS, name="ck_subject_requests_kind"),
    )
    op.execute(f"INSERT INTO subject_requests ({OLD}) SELECT {OLD} FROM subject_requests_before")
    op.drop_table("subject_requests_before")
    op.create_table(
        "subject_tasks",
        sa.Column("request", sa.Text, nullable=False),
        sa.Column("product", sa.Text, nullable=False),
        sa.Column("position", sa.Integer, nullable=False, comment="what it derives from comes before it"),
        sa.Column("strategy", sa.Text),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("rows", sa.BigInteger, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("fix", sa.Text, nullable=False),
        sa.Column("version", sa.BigInteger, comment="the snapshot that is served since"),
        sa.PrimaryKeyConstraint("request", "product", name="pk_subject_tasks"),
        sa.ForeignKeyConstraint(["request"], ["subject_requests.id"], name="fk_subject_tasks_request_subject_requests"),
        sa.CheckConstraint(
            "state IN ('open', 'suppressed', 'erased', 'verified', 'certified', 'blocked', 'untouched')",
            name="ck_subject_tasks_state",
        ),
    )
    op.execute(f"INSERT INTO subject_tasks ({TASKS}) SELECT {TASKS} FROM subject_tasks_before")
    op.drop_table("subject_tasks_before")


def _more_tables() -> None:
    op.create_table(
        "subject_events",
        sa.Column("id", Sequence, autoincrement=True, nullable=False),
        sa.Column("request", sa.Text, nullable=False),
        sa.Column("event", sa.Text, nullable=False),
        sa.Column("occasion", sa.Text, nullable=False, comment="what tells it from another of its kind; each stands once"),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("person", sa.Text, nullable=False),
        sa.Column("note", sa.Text, nullable=False, comment="a reason in the words of whoever acted; no value out of the data"),
        sa.PrimaryKeyConstraint("id", name="pk_subject_events"),
        sa.ForeignKeyConstraint(["request"], ["subject_requests.id"], name="fk_subject_events_request_subject_requests"),
        sa.UniqueConstraint("request", "event", "occasion", name="uq_subject_events_request_event_occasion"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "subject_codes",
        sa.Column("id", Sequence, autoincrement=True, nullable=False),
        sa.Column("request", sa.Text, nullable=False),
        sa.Column("contact", sa.LargeBinary, nullable=False, comment="keyed token of the address that it went to"),
        sa.Column("hash", sa.LargeBinary, nullable=False, comment="keyed, of the code"),
        sa.Column("sent_at", UtcDateTime, nullable=False),
        sa.Column("expires_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_subject_codes"),
        sa.ForeignKeyConstraint(["request"], ["subject_requests.id"], name="fk_subject_codes_request_subject_requests"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_subject_codes_request", "subject_codes", ["request"])
    op.create_index("ix_subject_codes_contact", "subject_codes", ["contact"])
    op.create_table(
        "subject_packages",
        sa.Column("request", sa.Text, nullable=False),
        sa.Column("made_at", UtcDateTime, nullable=False),
        sa.Column("expires_at", UtcDateTime, nullable=False),
        sa.Column("rows", sa.BigInteger, nullable=False),
        sa.Column("sha256", sa.Text, nullable=False),
        sa.Column("released_at", UtcDateTime),
        sa.Column("deleted_at", UtcDateTime),
        sa.Column("copies", sa.LargeBinary, comment="sealed: where copies were written on this machine"),
        sa.PrimaryKeyConstraint("request", name="pk_subject_packages"),
        sa.ForeignKeyConstraint(["request"], ["subject_requests.id"], name="fk_subject_packages_request_subject_requests"),
    )
