"""Binding: the controls that a sensitivity brings. Derived, never typed by hand, and present only where a probe has seen them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from mesh_platform.product import Sensitivity


class Control(StrEnum):
    """One thing that the platform does for data of a sensitivity; the name of the probe that looks for it."""

    ENCRYPTION = "encryption_at_rest"
    ACCESS_LOG = "access_logging"
    DURABLE_AUDIT = "durable_audit"
    RETENTION = "retention_enforced"
    LEGAL_BASIS = "legal_basis_at_read"
    MASKING = "mask_by_default"
    REGION = "region_of_files"
    REPLICAS = "replica_regions"

    @property
    def words(self) -> str:
        return _WORDS[self]


_WORDS = {
    Control.ENCRYPTION: "encryption at rest under the domain's key",
    Control.ACCESS_LOG: "the log of accesses",
    Control.DURABLE_AUDIT: "a durable audit record before rows leave",
    Control.RETENTION: "the enforcement of the retention period",
    Control.LEGAL_BASIS: "the check of consent or another legal basis at each read",
    Control.MASKING: "masking by default",
    Control.REGION: "its files in the place that it declares",
    Control.REPLICAS: "copies of its storage in allowed regions only",
}

_RESIDENCY = (Control.REGION, Control.REPLICAS)
_BROUGHT = {
    Sensitivity.PUBLIC: (),
    Sensitivity.INTERNAL: (Control.ACCESS_LOG, *_RESIDENCY),
    Sensitivity.CONFIDENTIAL: (Control.ACCESS_LOG, Control.RETENTION, Control.MASKING, *_RESIDENCY),
    Sensitivity.RESTRICTED: tuple(Control),
}


@dataclass(frozen=True, slots=True)
class Binding:
    """A sensitivity, the controls that it brings, and those of them that a probe has seen."""

    sensitivity: Sensitivity
    controls: tuple[Control, ...]
    present: frozenset[Control] = frozenset()
    absent: frozenset[Control] = frozenset()

    def as_json(self) -> dict[str, object]:
        return {"sensitivity": self.sensitivity.value, "controls": {c.value: self._state(c) for c in self.controls}}

    def _state(self, control: Control) -> str:
        return "present" if control in self.present else "absent" if control in self.absent else "not evaluated"


def binding_for(sensitivity: Sensitivity, probes: Mapping[str, bool | None] | None = None) -> Binding:
    """The controls that `sensitivity` brings, and what `probes` (by control) saw of them."""
    controls = _BROUGHT[sensitivity]
    seen = probes or {}
    return Binding(
        sensitivity,
        controls,
        present=frozenset(c for c in controls if seen.get(c) is True),
        absent=frozenset(c for c in controls if seen.get(c) is False),
    )
