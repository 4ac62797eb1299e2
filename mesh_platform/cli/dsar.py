"""`mesh dsar`: what people ask for about their own data."""

from __future__ import annotations

import click

from mesh_platform.cli.lazy import Entry, LazyGroup
from mesh_platform.cli.session import options

_HERE = "mesh_platform.cli"
TABLE = {
    "open": Entry(f"{_HERE}.dsar_deciding:open_", "Open a request for a person."),
    "plan": Entry(f"{_HERE}.dsar_asking:plan", "What each product would have to do; nothing is changed."),
    "run": Entry(f"{_HERE}.dsar_deciding:run", "Suppress, erase, verify and certify, or say what stands in the way."),
    "status": Entry(f"{_HERE}.dsar_asking:status", "How far a request is, product by product."),
    "certificate": Entry(f"{_HERE}.dsar_asking:certificate", "The certificate, with its proof from the audit log."),
    "list": Entry(f"{_HERE}.dsar_asking:list_", "The requests that there are."),
}


@click.group(cls=LazyGroup, table=TABLE)
@options
def dsar() -> None:
    """People's requests about their own data: erasure, from the request to the certificate.

    For the role privacy; whoever opens a request attests who the person is, and that stands in the audit log. Identifiers are kept sealed while
    the request is under way, and never after its certificate. Exit code 1: something stands in the way, and `status` says what.

    \b
    Examples:
      mesh dsar open --kind erasure --subject email:ana@example.com --regime gdpr --as privacy-engineer --json
      mesh dsar plan ID --as privacy-engineer
      mesh dsar run ID --as privacy-engineer
      mesh dsar certificate ID --as privacy-engineer --json
    """
