"""One row per payer: what was paid, given back and is still open."""

from collections.abc import Mapping

import polars as pl
import pyarrow as pa

EUROS = pl.Decimal(18, 2)


def transform(inputs: Mapping[str, pa.Table]) -> pl.DataFrame:
    """Fold transactions and open invoices per customer reference."""
    transactions = pl.DataFrame(inputs["transactions"])
    invoices = pl.DataFrame(inputs["invoices"])
    payment, refund = pl.col("kind") == "payment", pl.col("kind") == "refund"
    moved = transactions.group_by("customer_ref").agg(
        payment.sum().cast(pl.Int64).alias("payments"),
        pl.col("amount").filter(payment).sum().cast(EUROS).alias("paid"),
        (-pl.col("amount").filter(refund)).sum().cast(EUROS).alias("refunded"),
        pl.col("occurred_at").filter(payment).max().alias("last_paid_at"),
    )
    due = (
        invoices.filter(pl.col("state") == "open")
        .group_by("customer_ref")
        .agg(pl.col("gross").sum().cast(EUROS).alias("open_amount"))
    )
    return (
        moved.join(due, on="customer_ref", how="left")
        .with_columns(pl.col("open_amount").fill_null(0).cast(EUROS))
        .select("customer_ref", "payments", "paid", "refunded", "open_amount", "last_paid_at")
        .sort("customer_ref")
    )
