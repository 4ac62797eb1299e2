"""The tables of the control database as SQLAlchemy knows them; the migrations make them, and a test holds the two together."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    Double,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
)

from mesh_platform.state.types import UtcDateTime

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)
Sequence = BigInteger().with_variant(Integer, "sqlite")
Document = JSON(none_as_null=True)

products = Table(
    "products",
    metadata,
    Column("key", Text, primary_key=True),
    Column("domain", Text, nullable=False, index=True),
    Column("name", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("version", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("owner", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("sensitivity", Text, nullable=False),
    Column("region", Text, nullable=False),
    Column("location", Text, nullable=False),
    Column("spec_hash", Text, nullable=False),
    Column("document", Document, nullable=False),
    Column("entry_hash", Text, nullable=False, comment="hash of the whole entry; an unchanged one is not written again"),
    Column("registered_at", UtcDateTime, nullable=False),
    Column("gone_at", UtcDateTime, comment="since when its folder is no longer there"),
)

product_columns = Table(
    "product_columns",
    metadata,
    Column("product", Text, ForeignKey("products.key", ondelete="CASCADE"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("name", Text, nullable=False),
    Column("type", Text, nullable=False),
    Column("sensitivity", Text, nullable=False),
    Column("category", Text),
    Column("subject", Text),
    Column("description", Text, nullable=False),
    UniqueConstraint("product", "name"),
)

# No foreign key to products: what the lake has published is recorded even where the registry has yet to hear of the product.
publications = Table(
    "publications",
    metadata,
    Column("id", Text, primary_key=True),
    Column("product", Text, nullable=False),
    Column("version", Text, nullable=False),
    Column("snapshot_id", BigInteger, nullable=False),
    Column("spec_hash", Text, nullable=False),
    Column("rows", BigInteger, nullable=False),
    Column("ledger_seq", BigInteger, comment="null: not recorded"),
    Column("sensitivity", Text, nullable=False),
    Column("location", Text, nullable=False),
    Column("published_at", UtcDateTime, nullable=False),
    Column("withdrawn_at", UtcDateTime, comment="since when the lake has another history: catalog restored or made anew"),
)
Index(
    "uq_publications_product_snapshot_id",
    publications.c.product,
    publications.c.snapshot_id,
    unique=True,
    sqlite_where=publications.c.withdrawn_at.is_(None),
    postgresql_where=publications.c.withdrawn_at.is_(None),
)

gate_decisions = Table(
    "gate_decisions",
    metadata,
    Column("id", Sequence, primary_key=True, autoincrement=True),
    Column("product", Text, nullable=False),
    Column("spec_hash", Text, nullable=False),
    Column("place", Text, nullable=False),
    Column("open", Boolean, nullable=False),
    Column("findings", Document, nullable=False),
    Column("not_evaluated", Document, nullable=False),
    Column("decided_at", UtcDateTime, nullable=False),
    Column("closed_consumers", Document, comment="null: decided before they were recorded"),
    Column("publication", Text, comment="taken before the publication is recorded, so no foreign key"),
    CheckConstraint("place IN ('check', 'load', 'publish', 'read')", name="place"),
    Index(None, "product", "place", "id"),
    sqlite_autoincrement=True,
)

measures = Table(
    "measures",
    metadata,
    Column("id", Sequence, primary_key=True, autoincrement=True),
    Column("product", Text, nullable=False),
    Column("publication_id", Text, nullable=False),
    Column("metric", Text, nullable=False),
    Column("value", Double, comment="null: not measured"),
    Column("measured_at", UtcDateTime, nullable=False),
    UniqueConstraint("publication_id", "product", "metric"),
    Index(None, "product", "metric", "id"),
    sqlite_autoincrement=True,
)

# A column of '' is the whole product. An edge from '' to '' beside column edges to the same upstream tells what filters or joins.
lineage_edges = Table(
    "lineage_edges",
    metadata,
    Column("product", Text, primary_key=True),
    Column("column", Text, primary_key=True),
    Column("upstream_product", Text, primary_key=True),
    Column("upstream_column", Text, primary_key=True),
    Index(None, "upstream_product", "upstream_column"),
)

# Append-only. `person` is who stands behind the principal `by`, where that is somebody else.
reviews = Table(
    "reviews",
    metadata,
    Column("id", Sequence, primary_key=True, autoincrement=True),
    Column("product", Text, nullable=False),
    Column("spec_hash", Text, nullable=False),
    Column("decision", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("person", Text, nullable=False),
    Column("decided_at", UtcDateTime, nullable=False),
    CheckConstraint("decision IN ('approve', 'reject')", name="decision"),
    Index(None, "product", "spec_hash", "id"),
    sqlite_autoincrement=True,
)

waivers = Table(
    "waivers",
    metadata,
    Column("id", Sequence, primary_key=True, autoincrement=True),
    Column("product", Text, nullable=False),
    Column("rule", Text, nullable=False),
    Column("about", Text, nullable=False, comment="where in the descriptor; empty: the product as a whole"),
    Column("covers", Text, nullable=False, comment="hash of rule, place and remedy as they were"),
    Column("finding", Text, nullable=False, comment="what the finding said then"),
    Column("reason", Text, nullable=False),
    Column("control", Text, nullable=False, comment="the compensating control"),
    Column("expires", Date, nullable=False, comment="the last day on which it counts"),
    Column("requested_by", Text, nullable=False),
    Column("requested_person", Text, nullable=False),
    Column("requested_at", UtcDateTime, nullable=False),
    Column("state", Text, nullable=False),
    Column("decided_by", Text),
    Column("decided_person", Text),
    Column("decided_at", UtcDateTime),
    Column("note", Text, comment="why it was decided so"),
    Column("ended_by", Text),
    Column("ended_person", Text),
    Column("ended_at", UtcDateTime, comment="before its day"),
    Column("ended_note", Text),
    CheckConstraint("state IN ('asked', 'approved', 'rejected', 'ended')", name="state"),
    Index(None, "product", "state"),
    sqlite_autoincrement=True,
)

tasks = Table(
    "tasks",
    metadata,
    Column("id", Sequence, primary_key=True, autoincrement=True),
    Column("key", Text, nullable=False, unique=True, comment="the occasion: a task of the same key is the same task"),
    Column("kind", Text, nullable=False),
    Column("product", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("due", UtcDateTime, nullable=False),
    Column("rule", Text, nullable=False),
    Column("command", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("created_by", Text, nullable=False),
    Column("assignee", Text),
    Column("assigned_by", Text),
    Column("assigned_at", UtcDateTime),
    Column("decision", Text),
    Column("evidence", Text),
    Column("resolved_at", UtcDateTime),
    Column("resolved_by", Text),
    Column("resolved_person", Text, comment="who stands behind resolved_by, where that is somebody else"),
    Column("created_person", Text, comment="who stands behind created_by, where that is somebody else"),
    CheckConstraint("state IN ('open', 'resolved')", name="state"),
    Index(None, "state", "due"),
    sqlite_autoincrement=True,
)

# The outbox: a row per notice and channel, written in the transaction of what it tells of.
notices = Table(
    "notices",
    metadata,
    Column("id", Sequence, primary_key=True, autoincrement=True),
    Column("key", Text, nullable=False, comment="by which a receiver tells a notice that comes twice"),
    Column("channel", Text, nullable=False),
    Column("payload", Document, nullable=False),
    Column("state", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("next_at", UtcDateTime, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("done_at", UtcDateTime),
    Column("error", Text, comment="the kind of the last error"),
    UniqueConstraint("key", "channel"),
    CheckConstraint("state IN ('waiting', 'sent', 'dead')", name="state"),
    Index(None, "state", "next_at"),
    sqlite_autoincrement=True,
)

# Append-only: who did what to a domain's key. Said before it is done, and again with what came of it.
key_events = Table(
    "key_events",
    metadata,
    Column("id", Sequence, primary_key=True, autoincrement=True),
    Column("what", Text, nullable=False),
    Column("domain", Text, nullable=False),
    Column("region", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("person", Text, nullable=False, comment="who stands behind actor, where that is somebody else"),
    Column("at", UtcDateTime, nullable=False),
    Column("version", Integer, comment="of the key that holds from then on; null: none, or not known yet"),
    Column("catalogs", Integer, comment="rewritten or closed; null: not known yet"),
    CheckConstraint(
        "what IN ('rotation asked', 'rotated', 'rotation incomplete', 'revocation asked', 'revoked', 'revocation incomplete', "
        "'start asked', 'started', 'start incomplete')",
        name="what",
    ),
    Index(None, "domain", "region", "id"),
    sqlite_autoincrement=True,
)

# The receipt of a product that was ended for good: written before anything is removed, finished when nothing is left.
retirements = Table(
    "retirements",
    metadata,
    Column("id", Text, primary_key=True),
    Column("product", Text, nullable=False, index=True),
    Column("actor", Text, nullable=False),
    Column("person", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("begun_at", UtcDateTime, nullable=False),
    Column("finished_at", UtcDateTime, comment="null: under way, or killed on the way"),
    Column("places", Document, nullable=False, comment="place: rows, files, bytes and versions before anything was removed"),
    Column("versions", Document, nullable=False),
    Column("evidence_hash", Text, comment="hash of the receipt as it stands"),
)

# The last scan of each column, told as kinds, shares and numbers; what the next publication of it is compared with.
column_scans = Table(
    "column_scans",
    metadata,
    Column("product", Text, primary_key=True),
    Column("column", Text, primary_key=True),
    Column("position", Integer, nullable=False),
    Column("found", Document, nullable=False, comment="kinds with share and reason"),
    Column("not_scanned", Boolean, nullable=False),
    Column("shape", Document, nullable=False, comment="numbers about the values, none of which gives one back"),
    Column("scanner", Text, nullable=False),
    Column("scanned_at", UtcDateTime, nullable=False),
)

# The random sample of columns found clean; a column is drawn once per profile.
audit_draws = Table(
    "audit_draws",
    metadata,
    Column("id", Sequence, primary_key=True, autoincrement=True),
    Column("product", Text, nullable=False),
    Column("column", Text, nullable=False),
    Column("profile", Text, nullable=False),
    Column("scanner", Text, nullable=False),
    Column("seed", BigInteger, nullable=False),
    Column("drawn_from", Integer, nullable=False, comment="how many columns found clean it was drawn from"),
    Column("found_beside", Integer, nullable=False, comment="columns of its domain with findings at the time"),
    Column("clean_beside", Integer, nullable=False, comment="columns of its domain without, at the time"),
    Column("by", Text, nullable=False),
    Column("drawn_at", UtcDateTime, nullable=False),
    UniqueConstraint("product", "column", "profile"),
    sqlite_autoincrement=True,
)

# Append-only; the newest one on the same column, kind and profile counts.
scan_labels = Table(
    "scan_labels",
    metadata,
    Column("id", Sequence, primary_key=True, autoincrement=True),
    Column("product", Text, nullable=False, index=True),
    Column("column", Text, nullable=False),
    Column("kind", Text, nullable=False, comment="'': the column as a whole, found clean"),
    Column("verdict", Text, nullable=False),
    Column("profile", Text, nullable=False),
    Column("features", Document, nullable=False),
    Column("scanner", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("person", Text, nullable=False),
    Column("given_at", UtcDateTime, nullable=False),
    CheckConstraint("verdict IN ('confirm', 'reject', 'missed')", name="verdict"),
    CheckConstraint("source IN ('review', 'audit sample')", name="source"),
    sqlite_autoincrement=True,
)

# The newest one that is not withdrawn is in force.
site_models = Table(
    "site_models",
    metadata,
    Column("id", Sequence, primary_key=True, autoincrement=True),
    Column("weights", Document, nullable=False),
    Column("figures", Document, nullable=False),
    Column("last_label", BigInteger, nullable=False, comment="the newest label that it was made of"),
    Column("by", Text, nullable=False),
    Column("made_at", UtcDateTime, nullable=False),
    Column("withdrawn_by", Text),
    Column("withdrawn_at", UtcDateTime),
    sqlite_autoincrement=True,
)

clock_floor = Table(
    "clock_floor",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False, comment="always 1"),
    Column("seen_at", UtcDateTime, nullable=False),
    Column("leapt_from", UtcDateTime, comment="the last moment before a leap that nobody has confirmed"),
    CheckConstraint("id = 1", name="one"),
)

# The audit log (`audit/`): leaves in the order of a Merkle tree. The head changes in the transaction of the leaves that it stands for.
audit_leaves = Table(
    "audit_leaves",
    metadata,
    Column("seq", Sequence, primary_key=True, autoincrement=False),
    Column("eid", Text, nullable=False, unique=True),
    Column("body", LargeBinary, comment="the record's bytes as they were hashed; null: dropped after its retention"),
    Column("hash", LargeBinary, nullable=False),
)

audit_head = Table(
    "audit_head",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False, comment="always 1"),
    Column("size", BigInteger, nullable=False),
    Column("frontier", LargeBinary, nullable=False, comment="roots of the perfect subtrees, the largest first"),
    CheckConstraint("id = 1", name="one"),
)

audit_tiles = Table(
    "audit_tiles",
    metadata,
    Column("level", Integer, primary_key=True),
    Column("position", BigInteger, primary_key=True),
    Column("nodes", LargeBinary, nullable=False, comment="256 hashes, then the 128 above them, up to the one on top"),
)

audit_checkpoints = Table(
    "audit_checkpoints",
    metadata,
    Column("size", BigInteger, primary_key=True, autoincrement=False),
    Column("note", Text, nullable=False, comment="signed note with all its signatures and cosignatures"),
    Column("signed_at", UtcDateTime, nullable=False),
)

# Whoever's row goes is a random token in the log from then on.
audit_actors = Table(
    "audit_actors",
    metadata,
    Column("token", Text, primary_key=True, comment="random; what the log calls somebody"),
    Column("name", Text, nullable=False, unique=True),
)

audit_subject_keys = Table(
    "audit_subject_keys",
    metadata,
    Column("id", Text, primary_key=True),
    Column("subject", Text, nullable=False, comment="a token of the person"),
    Column("domain", Text, nullable=False),
    Column("region", Text, nullable=False),
    Column("wrapped", LargeBinary, nullable=False, comment="wrapped with the domain's key of that region"),
    UniqueConstraint("subject", "domain", "region"),
)

audit_private = Table(
    "audit_private",
    metadata,
    Column("eid", Text, primary_key=True),
    Column("key", Text, ForeignKey("audit_subject_keys.id"), nullable=False, index=True),
    Column("nonce", LargeBinary, nullable=False),
    Column("sealed", LargeBinary, nullable=False, comment="salt and personal part, AES-GCM"),
)

# Where records wait that are durable and not yet in the tree: on PostgreSQL alone.
audit_intake = Table(
    "audit_intake",
    metadata,
    Column("id", Sequence, primary_key=True, autoincrement=True),
    Column("eid", Text, nullable=False, unique=True),
    Column("body", LargeBinary, nullable=False),
    sqlite_autoincrement=True,
)

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

# Who asked for what of a product, and what was said to it. `person` is who stands behind the principal `by`.
access_requests = Table(
    "access_requests",
    metadata,
    Column("id", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("product", Text, nullable=False),
    Column("consumer_kind", Text, nullable=False),
    Column("consumer", Text, nullable=False),
    Column("purpose", Text, nullable=False),
    Column("columns", Document, nullable=False),
    Column("raw", Document, nullable=False),
    Column("region", Text),
    Column("until", UtcDateTime, nullable=False, comment="the end that is wished for"),
    Column("reason", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("person", Text, nullable=False),
    Column("asked_at", UtcDateTime, nullable=False),
    Column("due", UtcDateTime, nullable=False),
    Column("renews", Text, comment="the grant that a renewal goes on with"),
    Column("state", Text, nullable=False),
    Column("decided_by", Text, comment="a principal, or the rule that approved it"),
    Column("decided_person", Text),
    Column("decided_at", UtcDateTime),
    Column("note", Text),
    Column("grant_id", Text),
    CheckConstraint("kind IN ('new', 'renewal')", name="kind"),
    CheckConstraint("consumer_kind IN ('domain', 'product', 'role', 'person')", name="consumer_kind"),
    CheckConstraint("state IN ('open', 'approved', 'rejected', 'withdrawn', 'expired', 'revoked')", name="state"),
    Index(None, "product", "state"),
)

# What approved requests opened, and break-glass did. A read asks for those of one product that are not revoked.
access_grants = Table(
    "access_grants",
    metadata,
    Column("id", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("request", Text, ForeignKey("access_requests.id"), comment="null: break-glass"),
    Column("product", Text, nullable=False),
    Column("consumer_kind", Text, nullable=False),
    Column("consumer", Text, nullable=False),
    Column("purpose", Text, nullable=False),
    Column("columns", Document, nullable=False),
    Column("raw", Document, nullable=False),
    Column("levels", Document, nullable=False, comment="how sensitive each column was when it was granted"),
    Column("judged", Document, nullable=False, comment="the quasi-identifiers that were judged together"),
    Column("region", Text),
    Column("starts_at", UtcDateTime, nullable=False),
    Column("until", UtcDateTime, nullable=False),
    Column("by", Text, nullable=False, comment="a principal, or the rule that approved it"),
    Column("person", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("revoked_at", UtcDateTime),
    Column("revoked_by", Text),
    Column("revoked_person", Text),
    Column("revoke_reason", Text),
    Column("changed", BigInteger, nullable=False, index=True, comment="rises with each change of any grant"),
    CheckConstraint("kind IN ('approved', 'automatic', 'break glass')", name="kind"),
    CheckConstraint("consumer_kind IN ('domain', 'product', 'role', 'person')", name="consumer_kind"),
    Index(None, "product", "revoked_at"),
)

# Files that left with rows, told without their place: who holds them, what stands in them, and until when.
access_exports = Table(
    "access_exports",
    metadata,
    Column("id", Text, primary_key=True),
    Column("by", Text, nullable=False),
    Column("person", Text, nullable=False),
    Column("purpose", Text, nullable=False),
    Column("products", Document, nullable=False, comment="version, columns raw and masked, and grants, by product"),
    Column("format", Text, nullable=False),
    Column("rows", BigInteger, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("subjects", BigInteger, comment="people who may be in it, as listed in the home; null: whoever is in its products"),
    Column("made_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("ended_at", UtcDateTime, comment="since when its holder says that it is gone"),
    Column("ended_by", Text),
    Index(None, "ended_at", "expires_at"),
)

service_levels = Table(
    "service_levels",
    metadata,
    Column("product", Text, primary_key=True),
    Column("interface", Text, primary_key=True),
    Column("day", UtcDateTime, primary_key=True),
    Column(
        "step",
        Integer,
        primary_key=True,
        comment="of time to the first rows; -1 failed, -2 answered together with other products",
    ),
    Column("reads", BigInteger, nullable=False),
)

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

# Made by hand in the migration: a virtual FTS5 table on SQLite, a generated tsvector with a GIN index on PostgreSQL.
search_metadata = MetaData()
product_search = Table(
    "product_search",
    search_metadata,
    Column("key", Text),
    Column("names", Text),
    Column("columns", Text),
    Column("prose", Text),
    Column("details", Text),
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
