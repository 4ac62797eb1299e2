"""What the platform's own columns take of a product's data files, by the catalog's statistics: no row is read."""

from __future__ import annotations

from dataclasses import dataclass

from mesh_platform.errors import MeshError
from mesh_platform.keys import KeyProvider
from mesh_platform.lake.catalog_key import attach_published
from mesh_platform.lake.engine import Engine
from mesh_platform.lake.hidden import CONSENT, PREFIX, SUBJECTS, TOKENS
from mesh_platform.lake.place import Paths


@dataclass(frozen=True, slots=True)
class Weights:
    """Bytes, compressed, in all files that a held version needs: keyed tokens shown in place of columns, whose each row is, and what they allow."""

    tokens: int
    people: int
    consent: int


def weights(paths: Paths, keys: KeyProvider, engine: Engine) -> Weights | None:
    """Of all versions that are held; None where the catalog does not open."""
    try:
        catalog = attach_published(engine.con, "mesh_weighed", paths, keys)
        try:
            files, columns, stats = map(catalog.meta, ("ducklake_data_file", "ducklake_column", "ducklake_file_column_stats"))
            held = (
                f"SELECT DISTINCT s.data_file_id, s.column_id, column_name, column_size_bytes FROM {stats} s "
                f"JOIN {files} USING (data_file_id) JOIN {columns} c ON c.column_id = s.column_id AND c.table_id = s.table_id"
            )
            sums = (
                f"SELECT column_name, sum(column_size_bytes) FROM ({held}) WHERE starts_with(column_name, ?) GROUP BY column_name"
            )
            found = {str(name): int(str(size or 0)) for name, size in catalog.rows(sums, [PREFIX])}
        finally:
            catalog.detach()
    except (MeshError, FileNotFoundError):
        return None
    tokens, people, consent = (sum(n for name, n in found.items() if name.startswith(one)) for one in (TOKENS, SUBJECTS, CONSENT))
    return Weights(tokens, people, consent)
