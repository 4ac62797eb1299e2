"""What compliance costs, as far as it is recorded."""

from __future__ import annotations

from sqlalchemy import Column, Double, Table, Text

from mesh_platform.state.tables.base import metadata
from mesh_platform.state.types import UtcDateTime

# When a product was begun with `mesh new product`; one that is made anew begins anew.
beginnings = Table(
    "beginnings",
    metadata,
    Column("product", Text, primary_key=True),
    Column("at", UtcDateTime, nullable=False, comment="when `mesh new product` made it"),
)

# How long each control took at each publication, and the whole of it.
control_times = Table(
    "control_times",
    metadata,
    Column("publication", Text, primary_key=True),
    Column("control", Text, primary_key=True),
    Column("product", Text, nullable=False, index=True),
    Column("ms", Double, nullable=False),
    Column("at", UtcDateTime, nullable=False),
)
