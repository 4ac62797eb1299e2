"""`mesh dsar`: what people ask for about their own data."""

from __future__ import annotations

import click

from mesh_platform.cli.lazy import Entry, LazyGroup
from mesh_platform.cli.session import options

_HERE = "mesh_platform.cli"
TABLE = {
    "open": Entry(f"{_HERE}.dsar_deciding:open_", "Open a request for a person, or for many."),
    "verify-identity": Entry(f"{_HERE}.dsar_person:verify_identity", "Find out who asks: by a one-time code, or attested."),
    "approve": Entry(f"{_HERE}.dsar_deciding:approve", "Say yes as a second principal to a request for many people."),
    "plan": Entry(f"{_HERE}.dsar_asking:plan", "What each product would have to do; nothing is changed."),
    "run": Entry(f"{_HERE}.dsar_deciding:run", "Do what is asked for, verify and certify, or say what stands in the way."),
    "package": Entry(f"{_HERE}.dsar_person:package", "Hand over what is held about the person."),
    "extend": Entry(f"{_HERE}.dsar_deciding:extend", "Take longer, as the law allows, and tell the person."),
    "withdraw": Entry(f"{_HERE}.dsar_ending:withdraw", "Take a request back for the person; nothing that was erased comes back."),
    "refuse": Entry(f"{_HERE}.dsar_ending:refuse", "Refuse a request with its ground, and tell the person."),
    "status": Entry(f"{_HERE}.dsar_asking:status", "How far a request is, product by product, and when it is due."),
    "certificate": Entry(f"{_HERE}.dsar_asking:certificate", "The certificate, with its proof from the audit log."),
    "list": Entry(f"{_HERE}.dsar_asking:list_", "The requests that there are."),
    "sweep": Entry(f"{_HERE}.dsar_deciding:sweep", "Tell what is due soon or overdue, and delete packages whose time is over."),
}


@click.group(cls=LazyGroup, table=TABLE)
@options
def dsar() -> None:
    """People's requests about their own data, from the request to the certificate: access, portability, erasure, rectification, restriction and
    objection.

    For the role privacy; whoever opens a request attests who the person is, unless a one-time code is to show it, and that stands in the audit
    log. Identifiers are kept sealed while the request is under way, and never after its end. Exit code 1: something stands in the way, and
    `status` says what.

    \b
    Examples:
      mesh dsar open --kind erasure --subject email:ana@example.com --regime gdpr --as privacy-engineer --json
      mesh dsar plan ID --as privacy-engineer
      mesh dsar open --kind access --subject email:ana@example.com --regime gdpr --verify --as privacy-engineer
      mesh dsar verify-identity ID --as privacy-engineer
      mesh dsar package ID -o ana.zip --as privacy-engineer
      mesh dsar run ID --as privacy-engineer
      mesh dsar certificate ID --as privacy-engineer --json
    """
