"""The code location of the domain `marketing`."""

from mesh_platform import domain_definitions

defs = domain_definitions(__file__)
