"""The landing files of the example mesh: what its seven domains' own systems would have exported."""

from mesh_platform.demo.landing import PEOPLE, SEED, Made, generate, is_complete, made_in

__all__ = ["PEOPLE", "SEED", "Made", "generate", "is_complete", "made_in"]
