"""What the probes of one publication saw, kept in the version's commit, so that whoever asks later reads it and looks at no row.

It counts for the policy that it was seen under: by another version of the policy (governance, packs or release) or other files, nobody has looked.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from mesh_platform.policy import Control
from mesh_platform.policy.version import policy_digest
from mesh_platform.product import Mesh, Product
from mesh_platform.publish.probing.seen import Seen

RECORD = "probed"
"""Where the commit of a version keeps it."""


@dataclass(frozen=True, slots=True)
class Probed:
    """What probes saw of one product: of each control whether it is there, and of some of them the words and counts that say so.

    Attributes:
        holds: control → whether it is there; None where nobody has looked, or nothing shows.
        seen: control → what a probe of the staged rows saw.
        at: when those were.
    """

    holds: Mapping[str, bool | None]
    seen: Mapping[Control, Seen] = field(default_factory=dict)
    at: datetime | None = None

    @property
    def words(self) -> dict[str, str]:
        return {control: one.why for control, one in self.seen.items()}

    def having(self, control: Control, seen: Seen) -> Probed:
        """These, with another look at one control."""
        return replace(self, holds={**self.holds, control: seen.holds}, seen={**self.seen, control: seen})

    def document(self, mesh: Mesh) -> dict[str, object]:
        """As the commit keeps it."""
        assert self.at is not None
        controls = {control.value: one.as_json() for control, one in self.seen.items()}
        return {"at": self.at.astimezone(UTC).isoformat(), "policy": policy_digest(mesh.governance), "controls": controls}


def recorded(extra: Mapping[str, Any], mesh: Mesh, product: Product) -> Probed:
    """What stands in a version's commit, as far as it says anything of the product under today's policy."""
    said = extra.get(RECORD)
    if not isinstance(said, Mapping):
        return Probed({})
    at = datetime.fromisoformat(said["at"])
    seen = {Control(name): Seen.from_json(one) for name, one in said["controls"].items() if name in set(Control)}
    if stale := _stale(said, extra, mesh, product):
        why = f"It was last looked for on {at.date().isoformat()}, and {stale} since: the next publication looks again."
        seen = {control: Seen(None, why, overdue=one.overdue) for control, one in seen.items()}
    return Probed({control: one.holds for control, one in seen.items()}, seen, at)


def _stale(said: Mapping[str, Any], extra: Mapping[str, Any], mesh: Mesh, product: Product) -> str:
    if said.get("policy") != policy_digest(mesh.governance):
        return "the policy has changed"
    return "" if extra.get("spec_hash") == product.spec_hash else "the product's files have changed"
