"""A descriptor proposed from data: what a person confirms instead of typing it.

It reads rows and hands out rules about them, never a value of a person. What it is sure of it states; what it takes from a name or a
look at the values it marks as proposed; what only a person can decide it leaves open and says so.
"""

from mesh_platform.cli.propose.from_file import from_file
from mesh_platform.cli.propose.from_inputs import from_inputs
from mesh_platform.cli.propose.privacy import asked_by
from mesh_platform.cli.propose.proposal import Asked, Proposal
from mesh_platform.cli.propose.render import product_yaml, transform_sql

__all__ = ["Asked", "Proposal", "asked_by", "from_file", "from_inputs", "product_yaml", "transform_sql"]
