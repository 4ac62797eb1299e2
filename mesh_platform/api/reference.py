"""The reference of the HTTP API, written from its own description (OpenAPI): `python -m mesh_platform.api.reference docs/reference/http-api.md`."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from fastapi import FastAPI

from mesh_platform.api.app import ROUTERS, described
from mesh_platform.api.consents import CHECKERS
from mesh_platform.api.problems import TITLES, exit_code_of
from mesh_platform.audit.readers import READERS
from mesh_platform.interop.evidence.scope import READERS as EXAMINERS
from mesh_platform.ledger import WRITERS

BEGIN, END = "<!-- addresses -->", "<!-- end of addresses -->"
_READS = "Whoever is signed in, as contracts and grants say; the token needs the scopes of the product's interface of the type `API`, where it has one."
ROOMS: Mapping[str, tuple[str, str]] = {
    "read": ("Read", _READS),
    "catalogue": ("Find and describe", "Whoever is signed in."),
    "access": (
        "Ask for access, and decide",
        "Whoever is signed in asks; approvers of the domain decide, and never on their own.",
    ),
    "consent": ("Consent", f"Recording: {', '.join(WRITERS)}. Checking: {', '.join(dict.fromkeys(CHECKERS))}."),
    "people": (
        "People's requests",
        "Roles: privacy; source for what it opened itself. A person with the token of their request, in the header `Mesh-Request-Token`, and no other.",
    ),
    "classify": ("Classify", "Whoever is signed in."),
    "tasks": ("Tasks", "The task's role in its domain; privacy, platform and examiner see all."),
    "audit": ("Audit log", f"Roles: {', '.join(READERS)}."),
    "evidence": ("Evidence", f"Roles: {', '.join(EXAMINERS)}; for a domain, that domain's."),
    "run": ("Run", "Whoever reaches the port; no token."),
}
"""Heading of each room of addresses, and who may."""
BODIES: Mapping[str, Mapping[str, object]] = {
    "approve_access": {"note": "agreed with the privacy team"},
    "reject_access": {"reason": "the segment is enough for that"},
    "revoke_grant": {"reason": "the project has ended"},
    "check_consent": {"subject": "customer_id:C-7", "purpose": "marketing.email"},
    "show_subject_code": {"code": "12345678"},
    "withdraw_subject_request": {"reason": "they changed their mind"},
    "refuse_subject_request": {"ground": "duplicate", "reason": "It is the request of last week again.", "told": "by telephone"},
    "assign_task": {"assignee": "privacy-engineer"},
    "resolve_task": {"decision": "put back", "evidence": "the folder stands again"},
}
"""What is sent, for addresses whose description has no example of its own."""
QUERIES: Mapping[str, str] = {
    "products": "?text=customer&purpose=enrichment",
    "product": "?purpose=enrichment",
    "data": "?purpose=enrichment&columns=customer_id,segment&where=segment:eq:gold&limit=10",
    "aggregates": "?purpose=enrichment&by=segment&measure=max:signed_up_at",
    "access_requests": "?state=open",
    "tasks": "?overdue=true",
    "audit_records": "?act=read&limit=20",
    "evidence": "?domain=customer&from=2026-01-01",
}
PLACES = {"domain": "customer", "product": "customer_360", "id": "r-7f3a", "number": "12", "seq": "42", "framework": "gdpr"}
_USUAL = {413, 422, 431, 500}
"""Refusals of every address that is signed in to: the table of errors has them."""


def reference() -> str:
    """Markdown of every address, room by room, and of the errors."""
    app = FastAPI(title="Mesh", version="1")
    for router in ROUTERS:
        app.include_router(router)
    document = described(app)
    return "\n".join([*_errors(), *(line for tag in ROOMS for line in _room(tag, document))]).strip() + "\n"


def with_addresses(page: str) -> str:
    """The page with the addresses as they are now between its two marks."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n\n{reference()}\n{END}{after}"


def example(method: str, path: str, operation: Mapping[str, Any]) -> tuple[str, Mapping[str, object] | None]:
    """Address and body of a call that has the form it must have."""
    name = operation["operationId"]
    content = operation.get("requestBody", {}).get("content", {}).get("application/json")
    body: Mapping[str, object] | None = None
    if content is not None:
        examples = content.get("examples")
        body = next(iter(examples.values()))["value"] if examples else BODIES[name]
    return path.format_map(PLACES) + QUERIES.get(name, ""), body


def operations(document: Mapping[str, Any]) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """Method, path and description of each address."""
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield method.upper(), path, operation


def _errors() -> Iterator[str]:
    yield "## Errors"
    yield ""
    yield "Each is a problem (RFC 9457, `application/problem+json`) with `rule`, `where`, `why`, `fix`, `product` and `exit_code`, which `mesh` would have ended with."
    yield "Every address may answer 400, 413, 422, 431 and 500; the tables below name the others."
    yield ""
    yield "| status | what | exit code |"
    yield "|---|---|---|"
    yield from (f"| {status} | {title} | {exit_code_of(status)} |" for status, title in TITLES.items())
    yield ""


def _room(tag: str, document: Mapping[str, Any]) -> Iterator[str]:
    heading, who = ROOMS[tag]
    found = [each for each in operations(document) if each[2]["tags"] == [tag]]
    yield from (f"## {heading}", "", f"Who: {who}", "", "| address | what | refusals |", "|---|---|---|")
    for method, path, operation in found:
        refusals = [status for status in map(int, operation["responses"]) if status >= 401 and status not in _USUAL]
        yield f"| [`{method} {path}`](#{_anchor(method, path)}) | {operation['summary']} | {', '.join(map(str, refusals)) or '-'} |"
    yield ""
    for each in found:
        yield from _address(*each, document["components"]["schemas"])


def _address(method: str, path: str, operation: Mapping[str, Any], schemas: Mapping[str, Any]) -> Iterator[str]:
    yield from (
        f"### {method} {path}",
        "",
        " ".join(operation["description"].split()),
        "",
    )
    fields = [
        (each["name"], each["in"], each.get("required", False), each["schema"], each) for each in operation.get("parameters", ())
    ]
    content = operation.get("requestBody", {}).get("content", {}).get("application/json")
    if content is not None:
        schema = schemas[content["schema"]["$ref"].rpartition("/")[2]]
        needed = schema.get("required", ())
        fields += [(name, "body", name in needed, part, part) for name, part in schema.get("properties", {}).items()]
    if fields:
        yield from ("| name | in | form | |", "|---|---|---|---|")
        for name, where, required, form, told in fields:
            words = f"{'**needed** ' if required else ''}{_cell(told.get('description', form.get('description', '')))}".strip()
            yield f"| `{name}` | {where} | {_cell(_form(form, schemas))} | {words} |"
        yield ""
    yield from _call(method, path, operation)


def _call(method: str, path: str, operation: Mapping[str, Any]) -> Iterator[str]:
    address, body = example(method, path, operation)
    parts = ["curl"] + ([f"-X {method}"] if method != "GET" and body is None else [])
    parts += ['-H "Authorization: Bearer $MESH_TOKEN"'] if operation.get("security") else []
    parts += [f"--json '{json.dumps(body, ensure_ascii=False)}'"] if body is not None else []
    yield from ("```text", f'{" ".join(parts)} "$MESH_API{address}"', "```", "")


def _anchor(method: str, path: str) -> str:
    """What the heading of an address is linked by."""
    return re.sub(r"[^\w -]", "", f"{method} {path}".lower()).replace(" ", "-")


def _form(schema: Mapping[str, Any], schemas: Mapping[str, Any]) -> str:
    """A schema in a few words."""
    if "anyOf" in schema:
        return " or ".join(dict.fromkeys(_form(each, schemas) for each in schema["anyOf"] if each.get("type") != "null"))
    if "$ref" in schema:
        return _form(schemas[schema["$ref"].rpartition("/")[2]], schemas)
    if "enum" in schema:
        return " · ".join(f"`{value}`" for value in schema["enum"])
    if "const" in schema:
        return f"`{schema['const']}`"
    if schema.get("type") == "array":
        return f"list of {_form(schema.get('items', {}), schemas)}"
    name = str(schema.get("format") or schema.get("type") or "anything")
    low, high = schema.get("minimum"), schema.get("maximum")
    return f"{name}, {int(low):,} to {int(high):,}" if low is not None and high is not None else name


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


if __name__ == "__main__":
    PAGE = Path(sys.argv[1])
    PAGE.write_text(with_addresses(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
