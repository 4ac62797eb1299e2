"""The fit mesh of the worked examples, as the policy room has it."""

from mesh_platform.policy.examples import DOMAINS, FIT, GOVERNANCE, PROFILES, SEGMENTS, TODAY, changed, facts_of

__all__ = ["DOMAINS", "FIT", "GOVERNANCE", "PROFILES", "SEGMENTS", "TODAY", "changed", "facts_of"]
