"""The lake: every product's rows in its own small encrypted DuckLake catalog, published by one rename, read while others publish.

It stages, publishes, reads, purges and cleans up. It decides nothing: what may be published, read or erased is the business of the
rooms above. Rows leave it only through `Reader` and `Writer`; keys, values and paths never stand in what it says or logs.
"""

from mesh_platform.lake.catalog import Version
from mesh_platform.lake.copies import Copied
from mesh_platform.lake.domain_keys import KeyState, Revocation, Rotation
from mesh_platform.lake.engine import load_extension
from mesh_platform.lake.files import FileId
from mesh_platform.lake.hidden import Hidden, Spared, is_hidden
from mesh_platform.lake.lake import Lake
from mesh_platform.lake.layout import unfitting
from mesh_platform.lake.pinned import MOVED
from mesh_platform.lake.place import Place
from mesh_platform.lake.purge import ROW, Doomed, Mended, Purged
from mesh_platform.lake.reader import Reader
from mesh_platform.lake.recovery import FileReport, Inventory, Recovery
from mesh_platform.lake.remark import Marks, Remarked
from mesh_platform.lake.scan import Scan
from mesh_platform.lake.sources import SourceLike, describe_source, scan_source
from mesh_platform.lake.sql import quote_name, quote_text
from mesh_platform.lake.subject_index import SubjectIndex
from mesh_platform.lake.writer import Writer

__all__ = [
    "MOVED",
    "ROW",
    "Copied",
    "Doomed",
    "FileId",
    "FileReport",
    "Hidden",
    "Inventory",
    "KeyState",
    "Lake",
    "Marks",
    "Mended",
    "Place",
    "Purged",
    "Reader",
    "Recovery",
    "Remarked",
    "Revocation",
    "Rotation",
    "Scan",
    "SourceLike",
    "Spared",
    "SubjectIndex",
    "Version",
    "Writer",
    "describe_source",
    "is_hidden",
    "load_extension",
    "quote_name",
    "quote_text",
    "scan_source",
    "unfitting",
]
