"""People's requests, and legal holds."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Integer,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
)

from mesh_platform.state.tables.base import Document, Sequence, metadata
from mesh_platform.state.types import UtcDateTime

# What people ask for about their own data, and what became of it product by product. No identifier stands here in the clear: what the purge
# and the verifier need is sealed, and its key goes with the certificate.
subject_requests = Table(
    "subject_requests",
    metadata,
    Column("id", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("regime", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("person", Text, nullable=False),
    Column("opened_at", UtcDateTime, nullable=False),
    Column(
        "frozen", Document, comment="keyed tokens of all identifiers, and the links that were not followed; null: not frozen yet"
    ),
    Column("sealed", LargeBinary, comment="the identifiers; null: the key to them was destroyed"),
    Column("wrapped", LargeBinary),
    Column("sequence", BigInteger, comment="of the ledger, once it is suppressed"),
    Column("suppressed_at", UtcDateTime),
    Column("attempts", Integer, nullable=False),
    Column("verified_at", UtcDateTime),
    Column("certified_at", UtcDateTime),
    Column("certificate", Document),
    Column("record", Text, comment="of the audit log, that holds the certificate's hash"),
    Column("people", Integer, nullable=False, comment="how many it is for"),
    Column("attested", Boolean, nullable=False, comment="whoever opened it said who the person is"),
    Column("asked_at", UtcDateTime, comment="when the first one-time code went out"),
    Column("shown_at", UtcDateTime, comment="when the right code came back"),
    Column("wrong", Integer, nullable=False, comment="codes that were tried"),
    Column("extended_at", UtcDateTime),
    Column("answered_at", UtcDateTime),
    Column("detail", Document, comment="purposes, or the column to be corrected; no value"),
    Column("token", LargeBinary, comment="keyed hash of the token that the person got for the right code"),
    Column("touched_at", UtcDateTime, comment="since when something may have been erased for it"),
    Column("ended", Text, comment="withdrawn or refused; null: it is under way, or carried out"),
    Column("ending", Document, comment="why, and what is left of it"),
    CheckConstraint(
        "kind IN ('erasure', 'access', 'portability', 'rectification', 'restriction', 'objection')",
        name="kind",
    ),
)

subject_tasks = Table(
    "subject_tasks",
    metadata,
    Column("request", Text, ForeignKey("subject_requests.id"), primary_key=True),
    Column("product", Text, primary_key=True),
    Column("position", Integer, nullable=False, comment="what it derives from comes before it"),
    Column("strategy", Text),
    Column("state", Text, nullable=False),
    Column("rows", BigInteger, nullable=False),
    Column("reason", Text, nullable=False),
    Column("fix", Text, nullable=False),
    Column("version", BigInteger, comment="the snapshot that is served since"),
    Column("at_source", BigInteger, nullable=False, server_default="0", comment="rows that went from what it is read from"),
    CheckConstraint(
        "state IN ('open', 'suppressed', 'erased', 'verified', 'certified', 'blocked', 'held', 'exempt', 'untouched')",
        name="state",
    ),
)

# What keeps data from being deleted, for a legal matter. Subjects stand in the scope as keyed tokens.
legal_holds = Table(
    "legal_holds",
    metadata,
    Column("id", Text, primary_key=True),
    Column("matter", Text, nullable=False, index=True),
    Column("owner", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("scope", Document, nullable=False),
    Column("by", Text, nullable=False),
    Column("person", Text, nullable=False),
    Column("opened_at", UtcDateTime, nullable=False),
    Column("closed_at", UtcDateTime),
    Column("closed_by", Text),
    Column("closed_person", Text),
    Column("closing_reason", Text, nullable=False),
)

# When retention last ran over each product, whether anything was due or not.
retention_runs = Table(
    "retention_runs",
    metadata,
    Column("product", Text, primary_key=True),
    Column("at", UtcDateTime, nullable=False),
    Column("ended", Text, nullable=False, comment="done, failed or blocked"),
)

subject_events = Table(
    "subject_events",
    metadata,
    Column("id", Sequence, primary_key=True, autoincrement=True),
    Column("request", Text, ForeignKey("subject_requests.id"), nullable=False),
    Column("event", Text, nullable=False),
    Column("occasion", Text, nullable=False, comment="what tells it from another of its kind; each stands once"),
    Column("at", UtcDateTime, nullable=False),
    Column("by", Text, nullable=False),
    Column("person", Text, nullable=False),
    Column("note", Text, nullable=False, comment="a reason in the words of whoever acted; no value out of the data"),
    UniqueConstraint("request", "event", "occasion"),
    sqlite_autoincrement=True,
)

subject_codes = Table(
    "subject_codes",
    metadata,
    Column("id", Sequence, primary_key=True, autoincrement=True),
    Column("request", Text, ForeignKey("subject_requests.id"), nullable=False, index=True),
    Column("contact", LargeBinary, nullable=False, index=True, comment="keyed token of the address that it went to"),
    Column("hash", LargeBinary, nullable=False, comment="keyed, of the code"),
    Column("sent_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    sqlite_autoincrement=True,
)

subject_packages = Table(
    "subject_packages",
    metadata,
    Column("request", Text, ForeignKey("subject_requests.id"), primary_key=True),
    Column("made_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("rows", BigInteger, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("released_at", UtcDateTime),
    Column("deleted_at", UtcDateTime),
    Column("copies", LargeBinary, comment="sealed: where copies were written on this machine"),
)
