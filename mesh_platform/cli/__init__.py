"""The command line `mesh`: what a person types, and what they read.

It decides nothing itself: every command asks a room below and tells the answer, for people or as JSON. It starts light, so that help
answers at once; a command loads what it needs when it runs. Dagster runs in a child process, never here.
"""

from mesh_platform.cli.entry import main

__all__ = ["main"]
