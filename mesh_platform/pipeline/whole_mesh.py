"""The whole mesh as one code location, for tests and for `dagster definitions validate -m mesh_platform.pipeline.whole_mesh`."""

from mesh_platform.pipeline.location import mesh_definitions
from mesh_platform.settings import load_settings

defs = mesh_definitions(load_settings())
