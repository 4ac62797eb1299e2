"""The town out of which people are erased."""

from __future__ import annotations

from tests.subjects.conftest import project, town

__all__ = ["project", "town"]
