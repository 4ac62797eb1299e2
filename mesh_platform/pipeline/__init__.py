"""The one room that imports Dagster: products as assets with checks, lineage and automation, code locations, runs, and the console.

It refuses to decide anything about data. A publication is one call into `publish/`, and what Dagster keeps of it are counts and names.
"""
