"""`mesh show`: everything about one product, on one page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from mesh_platform.cli.session import Session, options, pass_session

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from mesh_platform.cli.standing import Standing
    from mesh_platform.product import Product, ProductKey
    from mesh_platform.registry import Reached, Registry


@click.command()
@click.argument("name", metavar="DOMAIN/PRODUCT")
@options
@pass_session
def show(session: Session, name: str) -> None:
    """Everything about one product: columns, binding, findings, publications, measures, lineage, contracts. Or about a domain.

    \b
    Examples:
      mesh show customer/customer_360
      mesh show customer/customer_360 --json
      mesh show customer
    """
    from mesh_platform.cli.naming import without_path
    from mesh_platform.cli.output import print_json
    from mesh_platform.cli.receipts import receipts_of, show_retired
    from mesh_platform.cli.selection import select
    from mesh_platform.cli.standing import standings

    name = without_path(name)
    standing = next((s for s in standings(session) if str(s.key) == name), None)
    if standing is None and (receipts := receipts_of(session, name)):
        show_retired(session, name, receipts)
        return
    if standing is None:
        chosen = select(session.mesh, [name])
        if chosen is None or "/" in name:
            raise click.UsageError("Name one product, as domain/product, or one domain.")
        from mesh_platform.cli.show_domain import show_domain

        show_domain(session, name)
        return
    key = standing.key
    document = _document(session, key, standing)
    if session.json:
        print_json(document)
    else:
        _tell(document, standing)


def _document(session: Session, key: ProductKey, standing: Standing) -> dict[str, Any]:
    from mesh_platform.cli.receipts import receipts_of

    mesh = session.mesh
    found: dict[str, Any] = standing.as_json() | {
        "description": standing.description,
        "folder": f"domains/{key}",
        "approvers": list(mesh.approvers(key.domain)),
        "binding": [],
        "columns": [],
        "inputs": [],
        "contracts": [],
        "descriptor": None,
    }
    if key in mesh.products:
        found |= _of_descriptor(session, mesh.products[key])
    found["readers"] = [str(k) for k, p in sorted(mesh.products.items()) if any(i.product == key for i in p.descriptor.inputs)]
    with session.registry() as registry:
        found |= _remembered(registry, key)
    found["versions"] = _versions(session, key)
    found["retirements"] = [receipt.as_json() for receipt in receipts_of(session, str(key))]
    return found


def _versions(session: Session, key: ProductKey) -> list[dict[str, Any]]:
    """The product's major versions, the present one last; none where it stands alone."""
    from mesh_platform.cli.standing import standings

    older = session.mesh.versions(key)
    if not older:
        return []
    found = {standing.key: standing for standing in standings(session)}
    lines = [found[one] for one in (*older, key.present) if one in found]
    return [{"product": str(s.key), "version": s.version, "status": s.status, "rows": s.rows, "sunset": s.sunset} for s in lines]


def _of_descriptor(session: Session, product: Product) -> dict[str, Any]:
    from mesh_platform.product import Sensitivity, as_document
    from mesh_platform.publish import judged

    descriptor = product.descriptor
    assessment = judged(session.mesh, product, session.shapes, session.today, session.known)
    origins = assessment.lineage.columns
    seen = _probes(session, product)
    return {
        "binding": [
            {
                "control": control.value,
                "words": control.words,
                "present": seen.get(control),  # None: no probe could look
            }
            for control in assessment.decision.binding.controls
        ],
        "columns": [
            {
                "name": name,
                "type": column.type.text,
                "nullable": column.nullable,
                "sensitivity": (column.sensitivity or Sensitivity.RESTRICTED).value,
                "category": column.category,
                "subject": column.subject,
                "mask": column.mask,
                "purposes": list(descriptor.purposes if column.purposes is None else column.purposes),
                "description": column.description,
                "derives_from": sorted(f"{upstream}.{field}" for upstream, field in origins.get(name, ())),
            }
            for name, column in descriptor.columns.items()
        ],
        "inputs": [
            {"product": str(entry.product), "purpose": entry.purpose, "fields": list(entry.fields)} for entry in descriptor.inputs
        ],
        "contracts": [contract.model_dump(mode="json", by_alias=True) for contract in descriptor.data_contracts],
        "not_evaluated": [entry.as_json() for entry in assessment.decision.not_evaluated],
        "descriptor": as_document(descriptor),
    }


def _probes(session: Session, product: Product) -> Mapping[str, bool | None]:
    """What probes see of the version that is served; nothing where the lake or its keys cannot be had."""
    from mesh_platform.errors import Unavailable
    from mesh_platform.publish.probes import probe_published
    from mesh_platform.state import look_at_state

    try:
        with session.lake() as lake, look_at_state(session.settings) as database:
            return probe_published(session.mesh, product, lake, session.settings, database).holds if lake else {}
    except Unavailable:
        return {}


def _remembered(registry: Registry | None, key: ProductKey) -> dict[str, Any]:
    if registry is None:
        return {"publications": [], "measures": {}, "upstream": [], "downstream": []}
    published = registry.publications(key)
    newest = published[0].id if published else None
    return {
        "publications": [
            {
                "id": p.id,
                "version": p.version,
                "rows": p.rows,
                "snapshot": p.snapshot_id,
                "location": p.location,
                "sensitivity": p.sensitivity.value,
                "published_at": p.published_at.isoformat(),
            }
            for p in published
        ],
        "measures": {m.metric: m.value for m in registry.measures(key, limit=200) if m.publication_id == newest},
        "upstream": _products(registry.upstream(key), key),
        "downstream": _products(registry.downstream(key), key),
    }


def _products(reached: Iterable[Reached], key: ProductKey) -> list[str]:
    return list(dict.fromkeys(str(step.product) for step in reached if step.product != key))


def _tell(found: dict[str, Any], standing: Standing) -> None:
    from mesh_platform.cli.output import STATUS_COLOURS, clean, say_findings, say_table

    colour = STATUS_COLOURS.get(standing.status)
    click.echo(
        f"{click.style(clean(found['product']), bold=True)}  {clean(found['name'])}  {click.style(standing.status, fg=colour)}"
    )
    if found["description"]:
        click.echo(clean(found["description"]))
    click.echo()
    for name, value in _facts(found, standing):
        click.echo(f"  {name + ':':<14}{clean(value)}")
    if found["columns"]:
        say_table(
            ("column", "type", "sensitivity", "category", "subject", "for", "derives from"),
            [
                (
                    c["name"],
                    c["type"] + ("?" if c["nullable"] else ""),
                    c["sensitivity"],
                    c["category"],
                    c["subject"],
                    ", ".join(c["purposes"]),
                    _few(c["derives_from"]) or None,
                )
                for c in found["columns"]
            ],
        )
    if found["contracts"]:
        say_table(
            ("consumer", "purpose", "fields", "excluded", "expires"),
            [
                (c["consumer"], c["purpose"], ", ".join(c["fields"]), ", ".join(c["excludedFields"]) or None, c["expires"])
                for c in found["contracts"]
            ],
        )
    if found["versions"]:
        say_table(
            ("major version", "version", "status", "rows", "sunset"),
            [(v["product"], v["version"], v["status"], v["rows"], v["sunset"] and str(v["sunset"])) for v in found["versions"]],
            STATUS_COLOURS,
        )
    if found["publications"]:
        say_table(
            ("published", "version", "rows", "snapshot", "location"),
            [(p["published_at"][:19], p["version"], p["rows"], p["snapshot"], p["location"]) for p in found["publications"][:10]],
        )
    if standing.findings:
        click.echo()
        say_findings(standing.findings)


def _facts(found: dict[str, Any], standing: Standing) -> list[tuple[str, str]]:
    from mesh_platform.cli.receipts import told as told_of

    measures = found["measures"]
    told = {name: "not measured" if value is None else f"{value:g}" for name, value in measures.items()}
    facts = [
        ("version", found["version"]),
        ("owner", found["owner"]),
        ("approvers", ", ".join(found["approvers"])),
        ("sensitivity", found["sensitivity"]),
        ("region", found["region"]),
        ("sunset", found["sunset"] or ""),
        ("successor", found["successor"] or ""),
        ("rows", "" if standing.rows is None else f"{standing.rows:,}"),
        ("binding", "; ".join(f"{c['words']} ({_SEEN[c['present']]})" for c in found["binding"])),
        ("measures", ", ".join(f"{name} {value}" for name, value in told.items())),
        ("inputs", ", ".join(entry["product"] for entry in found["inputs"])),
        ("read by", ", ".join(found["readers"])),
        ("upstream", ", ".join(found["upstream"])),
        ("downstream", ", ".join(found["downstream"])),
        ("folder", found["folder"]),
        ("retired", "; ".join(map(told_of, found["retirements"]))),
    ]
    return [(name, value) for name, value in facts if value]


_SEEN = {True: "seen by a probe", False: "a probe looked: NOT THERE", None: "no probe has shown it"}


def _few(names: list[str]) -> str:
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
