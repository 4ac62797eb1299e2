"""What products exist, what of them is published, and what was measured and decided of it."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
)

from mesh_platform.state.tables.base import Document, Sequence, metadata
from mesh_platform.state.types import UtcDateTime

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
    Column("policy", Text, comment="version of the policy; null: decided before they were recorded"),
    CheckConstraint("place IN ('check', 'load', 'publish', 'read')", name="place"),
    Index(None, "product", "place", "id"),
    sqlite_autoincrement=True,
)

# Written with the first decision under a version, in its transaction; a row never changes.
policy_versions = Table(
    "policy_versions",
    metadata,
    Column("id", Sequence, primary_key=True, autoincrement=True),
    Column("digest", Text, nullable=False, unique=True),
    Column("governance", Text, nullable=False, comment="hash of what the organisation decides"),
    Column("release", Text, nullable=False),
    Column("packs", Document, nullable=False),
    Column("rules", Document, nullable=False),
    Column("parts", Document, nullable=False, comment="part of governance: beginning of its hash"),
    Column("first_seen_at", UtcDateTime, nullable=False, comment="moment of the first decision under it"),
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

clock_floor = Table(
    "clock_floor",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False, comment="always 1"),
    Column("seen_at", UtcDateTime, nullable=False),
    Column("leapt_from", UtcDateTime, comment="the last moment before a leap that nobody has confirmed"),
    CheckConstraint("id = 1", name="one"),
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
