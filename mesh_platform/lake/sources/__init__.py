"""Sources: files, SQLite and PostgreSQL tables as a SELECT over DuckDB's readers, typed as the product declares and refused where they differ.

A source is read in place and never copied. Its problems name file, line and column and never a value; its secrets stay out of statements
that can be asked for and of every error.
"""

from mesh_platform.lake.sources.scan import SourceLike, describe_source, scan_source

__all__ = ["SourceLike", "describe_source", "scan_source"]
