"""Who may read what, what left, and how well it was served."""

from __future__ import annotations

from sqlalchemy import BigInteger, CheckConstraint, Column, ForeignKey, Index, Integer, Table, Text

from mesh_platform.state.tables.base import Document, metadata
from mesh_platform.state.types import UtcDateTime

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
