"""The landing files of the example mesh: what its seven domains' own systems would have exported."""

from mesh_platform.demo.landing import generate

__all__ = ["generate"]
