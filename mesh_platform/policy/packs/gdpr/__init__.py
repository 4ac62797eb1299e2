"""GDPR: Regulation (EU) 2016/679, as far as software can hold it. It binds what lies in the Union, and what lies where nobody knows the law."""

from mesh_platform.policy.packs.gdpr.anonymity import ANONYMITY
from mesh_platform.policy.packs.gdpr.assessment import ASSESSMENT
from mesh_platform.policy.packs.gdpr.lawfulness import LAWFULNESS
from mesh_platform.policy.packs.gdpr.recipients import RECIPIENTS
from mesh_platform.policy.packs.gdpr.rights import RIGHTS
from mesh_platform.policy.packs.gdpr.security import SECURITY
from mesh_platform.policy.rule import Rule

GDPR: tuple[Rule, ...] = (*LAWFULNESS, *RIGHTS, *SECURITY, *RECIPIENTS, *ASSESSMENT, *ANONYMITY)
"""From the principles to the guarantees."""
