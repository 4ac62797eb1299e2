"""The one room that imports Dagster: products as assets with checks, lineage and automation, code locations, runs, and the console.

It refuses to decide anything about data. A publication is one call into `publish/`, and what Dagster keeps of it are counts and names.
"""

import warnings

# Dagster 1.13 copies a sensor with an empty `owners` of its own, and warns whoever runs a product that this is in beta.
warnings.filterwarnings("ignore", message="Parameter `owners` of initializer `SensorDefinition")
