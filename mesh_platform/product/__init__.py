"""The data product as a value: descriptors, domains and governance read from YAML, and what two versions differ in.

This room judges form, not fitness: it refuses what it cannot read and leaves every other verdict to the gate. No database, no Dagster.
"""

from mesh_platform.product.changes import ChangeKind
from mesh_platform.product.diff import Change, diff
from mesh_platform.product.durations import Span
from mesh_platform.product.governance import Governance
from mesh_platform.product.governance_files import load_governance
from mesh_platform.product.key import ProductKey, major_of, usable_name, usable_product
from mesh_platform.product.loader import load_mesh
from mesh_platform.product.mesh import (
    BrokenProduct,
    DbtTransform,
    DomainFolder,
    Mesh,
    Product,
    PythonTransform,
    SqlTransform,
)
from mesh_platform.product.models import (
    Column,
    DataContract,
    DataProduct,
    DomainFile,
    Input,
    Interface,
    LegalBasis,
    Lifecycle,
    Retention,
    as_document,
    served_descriptor,
)
from mesh_platform.product.sensitivity import Sensitivity
from mesh_platform.product.types import ColumnType

__all__ = [
    "BrokenProduct",
    "Change",
    "ChangeKind",
    "Column",
    "ColumnType",
    "DataContract",
    "DataProduct",
    "DbtTransform",
    "DomainFile",
    "DomainFolder",
    "Governance",
    "Input",
    "Interface",
    "LegalBasis",
    "Lifecycle",
    "Mesh",
    "Product",
    "ProductKey",
    "PythonTransform",
    "Retention",
    "Sensitivity",
    "Span",
    "SqlTransform",
    "as_document",
    "diff",
    "load_governance",
    "load_mesh",
    "major_of",
    "served_descriptor",
    "usable_name",
    "usable_product",
]
