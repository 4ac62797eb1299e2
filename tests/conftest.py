"""What holds for every test: a property has no deadline, since machines differ and a slow one proves nothing."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("mesh", deadline=None)
settings.load_profile("mesh")
