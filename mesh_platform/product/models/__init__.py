"""The descriptor `product.yaml` as values: what a domain team may say of a product, and nothing more.

Keys are the seed's own camelCase words. An unknown key is refused, since a misspelt `retenton` must not pass for a promise. The models
judge form only; whether a product is fit is the gate's question.
"""

from mesh_platform.product.models.column import COARSENED, Coarsening, Column, ScanVerdict
from mesh_platform.product.models.descriptor import (
    MOST_COLUMNS,
    Aggregate,
    DataProduct,
    Lifecycle,
    RowCheck,
    RowCount,
    as_document,
    served_descriptor,
)
from mesh_platform.product.models.domain import DomainFile
from mesh_platform.product.models.fields import KeyField, Percent, Scalar, SpanField, Text, TypeField
from mesh_platform.product.models.keeping import Erasure, Event, Residency, Retention
from mesh_platform.product.models.serving import (
    LEAST_PEOPLE,
    MOST_GROUPING,
    PERIODS,
    DataContract,
    Grouping,
    Interface,
    QualityMetrics,
    Sla,
)
from mesh_platform.product.models.source import Input, LegalBasis, Source, Store

__all__ = [
    "COARSENED",
    "LEAST_PEOPLE",
    "MOST_COLUMNS",
    "MOST_GROUPING",
    "PERIODS",
    "Aggregate",
    "Coarsening",
    "Column",
    "DataContract",
    "DataProduct",
    "DomainFile",
    "Erasure",
    "Event",
    "Grouping",
    "Input",
    "Interface",
    "KeyField",
    "LegalBasis",
    "Lifecycle",
    "Percent",
    "QualityMetrics",
    "Residency",
    "Retention",
    "RowCheck",
    "RowCount",
    "Scalar",
    "ScanVerdict",
    "Sla",
    "Source",
    "SpanField",
    "Store",
    "Text",
    "TypeField",
    "as_document",
    "served_descriptor",
]
