"""From a card to Dagster's description of the asset: schema with labels, lineage down to columns, owners, freshness, automation."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import dagster as dg

from mesh_platform.errors import Finding
from mesh_platform.pipeline.automation import condition_of
from mesh_platform.pipeline.card import Card, asset_path
from mesh_platform.pipeline.labels import kinds_of, owner, tags_of

_SHORTEST_FRESHNESS = 120.0  # Dagster takes a minute at the least, and the warning must come before
_WARN_SHARE = 0.75
_MOST_EDGES = 3000


def spec_of(card: Card) -> dg.AssetSpec:
    """The asset of one product. `skippable`: a publication that was refused is not a materialization."""
    return dg.AssetSpec(
        key=dg.AssetKey(card.path),
        deps=[dg.AssetKey(asset_path(domain, name)) for domain, name in card.inputs],
        description=description_of(card),
        metadata=metadata_of(card),
        skippable=card.executable,
        group_name=card.domain,
        code_version=card.spec_hash[:16] or None,
        freshness_policy=freshness_of(card),
        automation_condition=condition_of(card),
        owners=[owner(card.owner)],
        tags=tags_of(card),
        kinds=kinds_of(card),
    )


def description_of(card: Card) -> str:
    """The product's own words, below what stands in its way."""
    if not card.blocked:
        return card.description
    lines = "\n".join(f"- **{f.rule}** `{f.where}`: {f.why} *Fix:* {f.fix}" for f in card.findings if f.blocks)
    return f"**Blocked: it does not run until this is mended.**\n\n{lines}\n\n{card.description}".rstrip()


def metadata_of(card: Card) -> Mapping[str, Any]:
    """What stands on the asset's page before anything ran."""
    found: dict[str, Any] = {"mesh/product": str(card)}
    if card.columns:
        found["dagster/column_schema"] = schema_of(card)
        found |= lineage_metadata(card)
    if card.findings:
        found["mesh/findings"] = findings_value(card.findings)
    if card.not_evaluated:
        found["mesh/not_evaluated"] = dg.MetadataValue.json(list(card.not_evaluated))
    return found


def findings_value(findings: tuple[Finding, ...]) -> dg.JsonMetadataValue:
    """Findings as metadata; they name rules, places and columns, never a value."""
    return dg.MetadataValue.json([finding.as_json() for finding in findings])


def schema_of(card: Card) -> dg.TableSchema:
    """The declared columns, each with its sensitivity and category."""
    return dg.TableSchema(
        columns=[
            dg.TableColumn(
                name=column.name,
                type=column.type,
                description=column.description or None,
                constraints=dg.TableColumnConstraints(nullable=column.nullable, unique=column.unique),
                tags={"mesh/sensitivity": column.sensitivity or "unclassified"}
                | ({"mesh/category": column.category} if column.category else {}),
            )
            for column in card.columns
        ]
    )


def lineage_metadata(card: Card) -> Mapping[str, Any]:
    """Column lineage, or how much there is of it: Dagster stores it anew with every publication, and the registry has all of it."""
    edges = sum(len(column.origins) for column in card.columns)
    if edges > _MOST_EDGES:
        return {"mesh/column_lineage": f"{edges:,} edges, too many to keep here; `mesh show {card}` has them."}
    return {"dagster/column_lineage": lineage_of(card)} if card.columns else {}


def lineage_of(card: Card) -> dg.TableColumnLineage:
    """Each column with the columns of other products that it derives from."""
    return dg.TableColumnLineage(
        deps_by_column={
            column.name: [
                dg.TableColumnDep(asset_key=dg.AssetKey(asset_path(domain, name)), column_name=origin)
                for domain, name, origin in column.origins
            ]
            for column in card.columns
        }
    )


def freshness_of(card: Card) -> dg.FreshnessPolicy | None:
    """`sla.freshness` as a window: it warns at three quarters and fails at the promise."""
    if card.freshness_seconds is None or not card.executable:
        return None
    seconds = max(card.freshness_seconds, _SHORTEST_FRESHNESS)
    return dg.FreshnessPolicy.time_window(
        fail_window=timedelta(seconds=seconds), warn_window=timedelta(seconds=seconds * _WARN_SHARE)
    )
