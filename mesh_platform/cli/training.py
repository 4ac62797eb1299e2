"""The labels made into a model, compared with the one in force, and kept where it does better."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from mesh_platform.actor import Actor
from mesh_platform.classify.site_model import Comparison, Example, Model, compared, enough, fit
from mesh_platform.registry.label_values import Label, SiteModel, Verdict
from mesh_platform.registry.labels import Labels

FEWEST_FRESH = 20
"""Labels that the version in force has not seen; on fewer no comparison is made."""


@dataclass(frozen=True, slots=True)
class Trained:
    """What a training came to. `version` is the one in force afterwards, None where that is the built-in one."""

    told: str
    labels: int
    kept: bool = False
    better: bool = False
    version: int | None = None
    comparison: Comparison | None = None

    def as_json(self) -> dict[str, Any]:
        found = self.comparison
        return {
            "kept": self.kept,
            "better": self.better,
            "version": self.version,
            "labels": self.labels,
            "compared_on": found.labels if found else 0,
            "log_loss": {"new": round(found.new, 4), "present": round(found.present, 4)} if found else None,
            "why": self.told,
        }


def trained(labels: Labels, by: Actor, dry_run: bool) -> Trained:
    """Fit, compare, and keep unless it is a `dry_run` or the version in force does as well."""
    given, present = labels.standing(), labels.model()
    version = present.id if present else None
    examples = [_example(label, present) for label in given]
    fresh = sum(one.fresh for one in examples)
    missing = enough(examples)
    if not missing and fresh < FEWEST_FRESH:
        missing = f"{fresh} labels are new since version {version}, and {FEWEST_FRESH} are needed to compare with it"
    if missing:
        return Trained(f"Too few labels to learn from: {missing}. Nothing is kept.", len(examples), version=version)
    found = compared(examples, Model.from_json(present.weights) if present else None)
    against = f"version {version}" if version else "what is built in"
    figures = (
        f"log loss {found.new:.3f} instead of {found.present:.3f} of {against}, on {found.labels} labels that neither had seen"
    )
    if not found.better:
        return Trained(f"Not better: {figures}. Nothing is kept.", len(examples), False, False, version, found)
    if dry_run:
        return Trained(f"Better: {figures}. Nothing is kept in a dry run.", len(examples), False, True, version, found)
    last = max(label.id for label in given)
    said = {"labels": len(examples), "compared_on": found.labels, "log_loss": found.new, "log_loss_before": found.present}
    kept = labels.keep(SiteModel(fit(examples).as_json(), said, last), by)
    return Trained(f"Better: {figures}. Version {kept.id} is in force.", len(examples), True, True, kept.id, found)


def _example(label: Label, present: SiteModel | None) -> Example:
    fresh = present is None or label.id > present.last_label
    return Example(f"{label.product}.{label.column}", label.features, label.verdict is not Verdict.REJECT, fresh)
