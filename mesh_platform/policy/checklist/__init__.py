"""The checklist of a domain: how it stands in data architecture, access, audit and vendors, and in its nine steps of onboarding.

Every line follows from live state. Nobody ticks one by hand: what the platform cannot observe is attested in governance/register.yaml, by name and until a day.
"""

from mesh_platform.policy.checklist.items import RULES, checklist
from mesh_platform.policy.checklist.lines import Line, Look

__all__ = ["RULES", "Line", "Look", "checklist"]
