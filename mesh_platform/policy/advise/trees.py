"""The registered trees."""

from __future__ import annotations

from collections.abc import Mapping

from mesh_platform.policy.advise.basis import BASIS
from mesh_platform.policy.advise.mask import MASK
from mesh_platform.policy.advise.personal import PERSONAL
from mesh_platform.policy.advise.share import SHARE
from mesh_platform.policy.advise.values import Tree

TREES: Mapping[str, Tree] = {one.name: one for one in (PERSONAL, BASIS, MASK, SHARE)}
