"""One domain as the catalog shows it: who owns it, where its data lies and under which key, who approves, and its products."""

from __future__ import annotations

from typing import Any

import click

from mesh_platform.cli.session import Session


def show_domain(session: Session, name: str) -> None:
    """Tell of the domain."""
    from mesh_platform.cli.output import clean, print_json, say_findings
    from mesh_platform.cli.products import say_products
    from mesh_platform.cli.standing import standings

    found = [standing for standing in standings(session) if standing.key.domain == name]
    domain = session.mesh.domains[name]
    document = _document(session, name) | {
        "products": [str(standing.key) for standing in found],
        "findings": [finding.as_json() for finding in domain.findings],
    }
    if session.json:
        print_json(document)
        return
    click.echo(f"{click.style(name, bold=True)}  {clean(document['name'])}")
    if document["description"]:
        click.echo(clean(document["description"]))
    click.echo()
    for key, value in _facts(document):
        click.echo(f"  {key + ':':<14}{clean(value)}")
    say_products(found)
    if domain.findings:
        say_findings(domain.findings)


def _document(session: Session, name: str) -> dict[str, Any]:
    file = session.mesh.domains[name].file
    return {
        "domain": name,
        "name": file.name or name,
        "description": file.description,
        "owner": file.owner,
        "region": file.region,
        "allowed_regions": list(session.mesh.allowed_regions(name)),
        "approvers": list(session.mesh.approvers(name)),
        "tags": dict(file.tags),
        "storage": _storage(session, name),
        "folder": f"domains/{name}",
    }


def _storage(session: Session, name: str) -> list[dict[str, str]]:
    """The places that are provisioned for the domain, and what kind of key protects each."""
    from mesh_platform.keys import open_keys

    home = session.settings.home_path
    keys = open_keys(session.settings)
    places = sorted(folder.parent.name for folder in (home / "data").glob(f"*/{name}"))
    return [{"location": place, "key": keys.kind if keys.has(name, place) else "none"} for place in places]


def _facts(found: dict[str, Any]) -> list[tuple[str, str]]:
    storage = ", ".join(f"{place['location']} ({place['key']})" for place in found["storage"])
    facts = [
        ("owner", found["owner"]),
        ("approvers", ", ".join(found["approvers"])),
        ("region", found["region"] or ""),
        ("allowed", ", ".join(found["allowed_regions"])),
        ("storage", storage),
        ("tags", ", ".join(f"{key} {value}" for key, value in found["tags"].items())),
        ("folder", found["folder"]),
    ]
    return [(name, value) for name, value in facts if value]
