"""What a person gets who asks what is held about them: collected, without anybody else in it, checked by other code, sealed, handed over, gone in time."""

from mesh_platform.subjects.packages.packing import Packing, drop_those_of, sweep_packages
from mesh_platform.subjects.packages.shelf import Package

__all__ = ["Package", "Packing", "drop_those_of", "sweep_packages"]
