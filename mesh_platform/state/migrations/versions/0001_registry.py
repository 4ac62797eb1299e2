"""Products, publications, gate decisions, measures, lineage and the search over them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from mesh_platform.state.types import UtcDateTime

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

Sequence = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    _products()
    _publications()
    _gate_decisions()
    _measures()
    _lineage()
    if op.get_context().dialect.name == "postgresql":
        _search_postgresql()
    else:
        _search_sqlite()


def _products() -> None:
    op.create_table(
        "products",
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("domain", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("version", sa.Text, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("owner", sa.Text, nullable=False),
        sa.Column("description", sa.Text, nullable=False),
        sa.Column("sensitivity", sa.Text, nullable=False),
        sa.Column("region", sa.Text, nullable=False),
        sa.Column("location", sa.Text, nullable=False),
        sa.Column("spec_hash", sa.Text, nullable=False),
        sa.Column("document", sa.JSON, nullable=False),
        sa.Column(
            "entry_hash", sa.Text, nullable=False, comment="hash of the whole entry; an unchanged one is not written again"
        ),
        sa.Column("registered_at", UtcDateTime, nullable=False),
        sa.Column("gone_at", UtcDateTime, comment="since when its folder is no longer there"),
        sa.PrimaryKeyConstraint("key", name="pk_products"),
    )
    op.create_index("ix_products_domain", "products", ["domain"])
    op.create_table(
        "product_columns",
        sa.Column("product", sa.Text, nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("type", sa.Text, nullable=False),
        sa.Column("sensitivity", sa.Text, nullable=False),
        sa.Column("category", sa.Text),
        sa.Column("subject", sa.Text),
        sa.Column("description", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("product", "position", name="pk_product_columns"),
        sa.ForeignKeyConstraint(["product"], ["products.key"], name="fk_product_columns_product", ondelete="CASCADE"),
        sa.UniqueConstraint("product", "name", name="uq_product_columns_product_name"),
    )


def _publications() -> None:
    op.create_table(
        "publications",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("product", sa.Text, nullable=False),
        sa.Column("version", sa.Text, nullable=False),
        sa.Column("snapshot_id", sa.BigInteger, nullable=False),
        sa.Column("spec_hash", sa.Text, nullable=False),
        sa.Column("rows", sa.BigInteger, nullable=False),
        sa.Column("ledger_seq", sa.BigInteger, nullable=False),
        sa.Column("sensitivity", sa.Text, nullable=False),
        sa.Column("location", sa.Text, nullable=False),
        sa.Column("published_at", UtcDateTime, nullable=False),
        sa.Column("withdrawn_at", UtcDateTime, comment="since when the lake has another history: catalog restored or made anew"),
        sa.PrimaryKeyConstraint("id", name="pk_publications"),
    )
    op.create_index(
        "uq_publications_product_snapshot_id",
        "publications",
        ["product", "snapshot_id"],
        unique=True,
        sqlite_where=sa.text("withdrawn_at IS NULL"),
        postgresql_where=sa.text("withdrawn_at IS NULL"),
    )


def _gate_decisions() -> None:
    op.create_table(
        "gate_decisions",
        sa.Column("id", Sequence, autoincrement=True, nullable=False),
        sa.Column("product", sa.Text, nullable=False),
        sa.Column("spec_hash", sa.Text, nullable=False),
        sa.Column("place", sa.Text, nullable=False),
        sa.Column("open", sa.Boolean, nullable=False),
        sa.Column("findings", sa.JSON, nullable=False),
        sa.Column("not_evaluated", sa.JSON, nullable=False),
        sa.Column("decided_at", UtcDateTime, nullable=False),
        sa.Column("publication", sa.Text, comment="taken before the publication is recorded, so no foreign key"),
        sa.PrimaryKeyConstraint("id", name="pk_gate_decisions"),
        sa.CheckConstraint("place IN ('check', 'load', 'publish', 'read')", name="ck_gate_decisions_place"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_gate_decisions_product_place_id", "gate_decisions", ["product", "place", "id"])


def _measures() -> None:
    op.create_table(
        "measures",
        sa.Column("id", Sequence, autoincrement=True, nullable=False),
        sa.Column("product", sa.Text, nullable=False),
        sa.Column("publication_id", sa.Text, nullable=False),
        sa.Column("metric", sa.Text, nullable=False),
        sa.Column("value", sa.Double, comment="null: not measured"),
        sa.Column("measured_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_measures"),
        sa.UniqueConstraint("publication_id", "product", "metric", name="uq_measures_publication_id_product_metric"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_measures_product_metric_id", "measures", ["product", "metric", "id"])


def _lineage() -> None:
    op.create_table(
        "lineage_edges",
        sa.Column("product", sa.Text, nullable=False),
        sa.Column("column", sa.Text, nullable=False),
        sa.Column("upstream_product", sa.Text, nullable=False),
        sa.Column("upstream_column", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("product", "column", "upstream_product", "upstream_column", name="pk_lineage_edges"),
    )
    op.create_index("ix_lineage_edges_upstream_product_upstream_column", "lineage_edges", ["upstream_product", "upstream_column"])


def _search_sqlite() -> None:
    op.execute(
        "CREATE VIRTUAL TABLE product_search USING fts5("
        "key UNINDEXED, names, columns, prose, details, tokenize = 'unicode61 remove_diacritics 0', prefix = '2 3')"
    )


def _search_postgresql() -> None:
    """The texts are tsvectors written by the registry: its own words, so that both engines split them alike."""
    op.execute(
        "CREATE TABLE product_search ("
        "key text PRIMARY KEY, names tsvector NOT NULL, columns tsvector NOT NULL, prose tsvector NOT NULL, details tsvector NOT NULL, "
        "document tsvector GENERATED ALWAYS AS (setweight(names, 'A') || setweight(columns, 'B') || "
        "setweight(prose, 'C') || setweight(details, 'D')) STORED)"
    )
    op.execute("CREATE INDEX ix_product_search_document ON product_search USING gin (document)")
