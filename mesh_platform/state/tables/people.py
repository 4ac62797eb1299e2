"""What people said of their data, and how it is carried into rows and to others."""

from __future__ import annotations

from sqlalchemy import BigInteger, CheckConstraint, Column, Index, Integer, LargeBinary, Table, Text, UniqueConstraint

from mesh_platform.state.tables.base import Document, Sequence, metadata
from mesh_platform.state.types import UtcDateTime

# The ledger about people (`ledger/`): one key, one gap-free sequence of events, what stands by their fold, and the bits of purposes.
ledger_keys = Table(
    "ledger_keys",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("wrapped", LargeBinary, nullable=False, comment="the key of the subject tokens, wrapped by the key provider"),
    Column("made_at", UtcDateTime, nullable=False),
)

ledger_events = Table(
    "ledger_events",
    metadata,
    Column("sequence", Sequence, primary_key=True, autoincrement=False),
    Column("subject", LargeBinary, nullable=False, index=True, comment="keyed token of an identifier"),
    Column("namespace", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("purpose", Text, nullable=False, comment="'': every one; 'signal:gpc': those that the signal opts out of"),
    Column("decision", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("event_id", Text, nullable=False),
    Column("source_order", BigInteger),
    Column("notice_version", Text),
    Column("language", Text),
    Column("captured_at", UtcDateTime),
    Column("effective_at", UtcDateTime),
    Column("expires_at", UtcDateTime),
    Column("jurisdiction", Text),
    Column("evidence_hash", Text),
    Column("content", LargeBinary, nullable=False, comment="hash of what the source said; the same id says the same"),
    Column("actor", Text, nullable=False),
    Column("person", Text, nullable=False),
    Column("recorded_at", UtcDateTime, nullable=False),
    UniqueConstraint("source", "event_id"),
    CheckConstraint("kind IN ('consent', 'objection', 'restriction', 'suppression')", name="kind"),
    CheckConstraint(
        "decision IN ('granted', 'denied', 'withdrawn', 'expired', 'objected', 'imposed', 'lifted')", name="decision"
    ),
)

ledger_state = Table(
    "ledger_state",
    metadata,
    Column("subject", LargeBinary, primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("purpose", Text, primary_key=True),
    Column("source", Text, primary_key=True),
    Column("ordered", Integer, primary_key=True, comment="1: of the events with an order of the source; 0: of those without"),
    Column("sequence", BigInteger, nullable=False),
    Column("decision", Text, nullable=False),
    Column("source_order", BigInteger),
    Column("effective_us", BigInteger, comment="microseconds since 1970"),
    Column("expires_us", BigInteger, index=True),
)

ledger_purpose_bits = Table(
    "ledger_purpose_bits",
    metadata,
    Column("purpose", Text, primary_key=True),
    Column("bit", Integer, nullable=False),
    UniqueConstraint("bit"),
    CheckConstraint("bit BETWEEN 0 AND 61", name="bit"),
)

# How far the ledger's word has reached the rows themselves, product by product; what each batch says that it did, and what a second look made of it.
consent_progress = Table(
    "consent_progress",
    metadata,
    Column("product", Text, primary_key=True),
    Column("location", Text, primary_key=True),
    Column("domain", Text, nullable=False, index=True),
    Column("sequence", BigInteger, nullable=False, comment="of the ledger, that its rows have absorbed"),
    Column("at", UtcDateTime, nullable=False, comment="the moment for which that holds: consents begin and end by themselves"),
    Column("publication", Text, nullable=False, comment="of which that was said; another one is looked at anew"),
    Column("verified", BigInteger, nullable=False, comment="the sequence up to which a second look agreed"),
    Column("updated_at", UtcDateTime, nullable=False),
)

consent_receipts = Table(
    "consent_receipts",
    metadata,
    Column("id", Text, primary_key=True),
    Column("domain", Text, nullable=False),
    Column("product", Text, nullable=False),
    Column("location", Text, nullable=False),
    Column("since", BigInteger, nullable=False),
    Column("sequence", BigInteger, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("rule", Text, nullable=False, comment="why, where it is neither applied nor not present"),
    Column("rows", BigInteger, nullable=False, comment="that went"),
    Column("marked", BigInteger, nullable=False, comment="that say another thing about their people now"),
    Column("snapshot", BigInteger),
    Column("by", Text, nullable=False, comment="the location that did it"),
    Column("at", UtcDateTime, nullable=False),
    Column("verdict", Text, nullable=False),
    CheckConstraint("outcome IN ('applied', 'not_present', 'held', 'exempt', 'failed')", name="outcome"),
    CheckConstraint("verdict IN ('open', 'holds', 'false')", name="verdict"),
    Index(None, "product", "sequence"),
)

# How a canary's withdrawal reached each product in which it was seen: the reads (in milliseconds), and the rows of every version.
canary_rounds = Table(
    "canary_rounds",
    metadata,
    Column("canary", Text, primary_key=True),
    Column("sequence", BigInteger, primary_key=True, autoincrement=False, comment="of the withdrawal in the ledger"),
    Column("product", Text, primary_key=True),
    Column("location", Text, primary_key=True),
    Column("began_at", UtcDateTime, nullable=False),
    Column("hidden_ms", BigInteger, comment="from the withdrawal to the first read without it; null: it is still shown"),
    Column("gone_at", UtcDateTime, comment="since when no row of any version shows it; null: one does"),
)

# Which requests erased a canary, and how long each took.
canary_erasures = Table(
    "canary_erasures",
    metadata,
    Column("request", Text, primary_key=True),
    Column("canary", Text, nullable=False),
    Column("began_at", UtcDateTime, nullable=False),
    Column("certified_at", UtcDateTime, comment="null: it is not certified yet"),
    Column("lifted_at", UtcDateTime, comment="since when it may be planted again; null: it is suppressed"),
)

# Events on their way to recipients outside: a row for each, written with the recipient's cursor, until the recipient acknowledges it by name.
recipient_cursors = Table(
    "recipient_cursors",
    metadata,
    Column("recipient", Text, primary_key=True),
    Column("sequence", BigInteger, nullable=False, comment="of the ledger, up to which events were put here"),
)

recipient_events = Table(
    "recipient_events",
    metadata,
    Column("recipient", Text, primary_key=True),
    Column("sequence", BigInteger, primary_key=True, autoincrement=False),
    Column("body", Document, nullable=False, comment="a CloudEvent; the person is known in it by an id of the recipient's own"),
    Column("attempts", Integer, nullable=False),
    Column("next_at", UtcDateTime, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("due_at", UtcDateTime, nullable=False),
    Column("acknowledged_at", UtcDateTime),
    Column("error", Text, comment="the kind of the last error"),
    Index(None, "recipient", "acknowledged_at", "next_at"),
)

consent_batches = Table(
    "consent_batches",
    metadata,
    Column("id", Sequence, primary_key=True, autoincrement=True),
    Column("domain", Text, nullable=False),
    Column("since", BigInteger, nullable=False),
    Column("sequence", BigInteger, nullable=False, comment="all of the domain's products have absorbed it"),
    Column("by", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Index(None, "domain", "sequence"),
    sqlite_autoincrement=True,
)
