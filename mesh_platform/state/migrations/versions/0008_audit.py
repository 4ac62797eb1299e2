"""The audit log: leaves in the order of a Merkle tree, its head and its complete tiles, signed checkpoints, and sealed personal parts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from mesh_platform.state.types import UtcDateTime

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

Sequence = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.create_table(
        "audit_leaves",
        sa.Column("seq", Sequence, autoincrement=False, nullable=False),
        sa.Column("eid", sa.Text, nullable=False),
        sa.Column("body", sa.LargeBinary, comment="the record's bytes as they were hashed; null: dropped after its retention"),
        sa.Column("hash", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_audit_leaves"),
        sa.UniqueConstraint("eid", name="uq_audit_leaves_eid"),
    )
    head = op.create_table(
        "audit_head",
        sa.Column("id", sa.Integer, autoincrement=False, nullable=False, comment="always 1"),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("frontier", sa.LargeBinary, nullable=False, comment="roots of the perfect subtrees, the largest first"),
        sa.PrimaryKeyConstraint("id", name="pk_audit_head"),
        sa.CheckConstraint("id = 1", name="ck_audit_head_one"),
    )
    op.bulk_insert(head, [{"id": 1, "size": 0, "frontier": b""}])
    op.create_table(
        "audit_tiles",
        sa.Column("level", sa.Integer, nullable=False),
        sa.Column("position", sa.BigInteger, nullable=False),
        sa.Column("nodes", sa.LargeBinary, nullable=False, comment="256 hashes, then the 128 above them, up to the one on top"),
        sa.PrimaryKeyConstraint("level", "position", name="pk_audit_tiles"),
    )
    op.create_table(
        "audit_checkpoints",
        sa.Column("size", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("note", sa.Text, nullable=False, comment="signed note with all its signatures and cosignatures"),
        sa.Column("signed_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("size", name="pk_audit_checkpoints"),
    )
    op.create_table(
        "audit_actors",
        sa.Column("token", sa.Text, nullable=False, comment="random; what the log calls somebody"),
        sa.Column("name", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("token", name="pk_audit_actors"),
        sa.UniqueConstraint("name", name="uq_audit_actors_name"),
    )
    op.create_table(
        "audit_subject_keys",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("subject", sa.Text, nullable=False, comment="a token of the person"),
        sa.Column("domain", sa.Text, nullable=False),
        sa.Column("region", sa.Text, nullable=False),
        sa.Column("wrapped", sa.LargeBinary, nullable=False, comment="wrapped with the domain's key of that region"),
        sa.PrimaryKeyConstraint("id", name="pk_audit_subject_keys"),
        sa.UniqueConstraint("subject", "domain", "region", name="uq_audit_subject_keys_subject_domain_region"),
    )
    op.create_table(
        "audit_private",
        sa.Column("eid", sa.Text, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("nonce", sa.LargeBinary, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False, comment="salt and personal part, AES-GCM"),
        sa.PrimaryKeyConstraint("eid", name="pk_audit_private"),
        sa.ForeignKeyConstraint(["key"], ["audit_subject_keys.id"], name="fk_audit_private_key"),
    )
    op.create_index("ix_audit_private_key", "audit_private", ["key"])
    op.create_table(
        "audit_intake",
        sa.Column("id", Sequence, autoincrement=True, nullable=False),
        sa.Column("eid", sa.Text, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_audit_intake"),
        sa.UniqueConstraint("eid", name="uq_audit_intake_eid"),
        sqlite_autoincrement=True,
    )
