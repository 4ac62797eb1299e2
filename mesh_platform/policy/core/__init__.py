"""CORE: what every product of every mesh must satisfy, whatever law applies to it. The thresholds are house rules."""

from mesh_platform.policy.core.access import ACCESS
from mesh_platform.policy.core.catalog import CATALOG
from mesh_platform.policy.core.closeness import CLOSENESS
from mesh_platform.policy.core.collection import COLLECTION
from mesh_platform.policy.core.combinations import COMBINATIONS
from mesh_platform.policy.core.consumers import CONSUMERS
from mesh_platform.policy.core.controls import CONTROLS
from mesh_platform.policy.core.diversity import DIVERSITY
from mesh_platform.policy.core.evidence import EVIDENCE
from mesh_platform.policy.core.house import HOUSE
from mesh_platform.policy.core.labels import LABELS
from mesh_platform.policy.core.lifecycle import LIFECYCLE
from mesh_platform.policy.core.lineage import LINEAGE
from mesh_platform.policy.core.purposes import PURPOSES
from mesh_platform.policy.core.quality import QUALITY
from mesh_platform.policy.core.registries import REGISTRIES
from mesh_platform.policy.core.requests import REQUESTS
from mesh_platform.policy.core.residency import RESIDENCY
from mesh_platform.policy.core.retention import RETENTION
from mesh_platform.policy.core.retention_lineage import RETENTION_LINEAGE
from mesh_platform.policy.core.reviews import REVIEWS
from mesh_platform.policy.core.subjects import SUBJECTS
from mesh_platform.policy.core.tombstones import TOMBSTONES
from mesh_platform.policy.rule import Rule

CORE: tuple[Rule, ...] = tuple(
    sorted(
        (
            *CATALOG,
            *LABELS,
            *EVIDENCE,
            *HOUSE,
            *RETENTION,
            *CONTROLS,
            *RESIDENCY,
            *PURPOSES,
            *CONSUMERS,
            *SUBJECTS,
            *LINEAGE,
            *QUALITY,
            *REQUESTS,
            *LIFECYCLE,
            *REGISTRIES,
            *REVIEWS,
            *ACCESS,
            *RETENTION_LINEAGE,
            *COMBINATIONS,
            *TOMBSTONES,
            *DIVERSITY,
            *CLOSENESS,
            *COLLECTION,
        ),
        key=lambda rule: (rule.id, rule.part),
    )
)
