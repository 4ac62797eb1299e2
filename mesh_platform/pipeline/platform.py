"""The entry of the code location `platform` in workspace.yaml."""

from mesh_platform.pipeline.platform_location import platform_definitions
from mesh_platform.settings import load_settings

defs = platform_definitions(load_settings())
