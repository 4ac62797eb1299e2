"""An entry more in `workspace.yaml`, and nothing else changed: comments, order and spacing stay as the team wrote them."""

from __future__ import annotations

from typing import Any

import yaml

from mesh_platform.errors import Finding, UsageProblem
from mesh_platform.product.workspace import LOCATIONS, domain_entry, entry_text


def with_location(text: str, domain: str) -> str:
    """`text` with a code location for `domain`; the same text where it has one already.

    Raises:
        UsageProblem: where the file has a form that cannot be added to safely; the entry to add by hand is in the fix.
    """
    entry = domain_entry(domain)
    try:
        before = yaml.safe_load(text) or {}
        root = yaml.compose(text, yaml.SafeLoader)
    except yaml.YAMLError:
        raise _by_hand(domain, "It is not valid YAML.") from None
    locations = before.get(LOCATIONS) if isinstance(before, dict) else None
    if not isinstance(before, dict) or not isinstance(locations, list | None):
        raise _by_hand(domain, f"It holds something else than a list under `{LOCATIONS}`.")
    if domain in location_names(text):
        return text
    after = _inserted(text, root, domain, empty=not locations)
    if _load(after) != {**before, LOCATIONS: [*(locations or []), entry]}:
        raise _by_hand(domain, "It has a form that cannot be added to safely.")
    return after


def location_names(text: str) -> dict[str, str]:
    """Location name → file, module or `module:attribute`, of each entry."""
    try:
        document = yaml.safe_load(text) or {}
    except yaml.YAMLError:
        return {}
    entries = document.get(LOCATIONS) if isinstance(document, dict) else None
    found = {}
    for entry in entries if isinstance(entries, list) else ():
        for spec in entry.values() if isinstance(entry, dict) else ():
            if isinstance(spec, dict) and isinstance(spec.get("location_name"), str):
                target = str(spec.get("relative_path") or spec.get("module_name") or "")
                found[spec["location_name"]] = f"{target}:{spec['attribute']}" if spec.get("attribute") else target
    return found


def _load(text: str) -> Any:
    try:
        return yaml.safe_load(text)
    except yaml.YAMLError:
        return None


def _entry(domain: str, indent: str) -> list[str]:
    [(kind, values)] = domain_entry(domain).items()
    return [f"{indent}- {kind}:", *(f"{indent}    {key}: {value}" for key, value in values.items())]


def _inserted(text: str, root: Any, domain: str, empty: bool) -> str:
    lines = text.split("\n")
    if empty:
        kept = [line for line in lines if not line.startswith(f"{LOCATIONS}:")]
        while kept and not kept[-1].strip():
            kept.pop()
        return "\n".join([*kept, f"{LOCATIONS}:", *_entry(domain, "  "), ""])
    items = next(value for key, value in root.value if key.value == LOCATIONS)
    last = items.value[-1]
    at = items.end_mark.line if items.end_mark.column == 0 else items.end_mark.line + 1
    at = min(at, len(lines))
    while at > last.start_mark.line + 1 and (not lines[at - 1].strip() or lines[at - 1].lstrip().startswith("#")):
        at -= 1
    return "\n".join([*lines[:at], *_entry(domain, " " * items.start_mark.column), *lines[at:]])


def _by_hand(domain: str, why: str) -> UsageProblem:
    return UsageProblem(Finding("NEW-04", "workspace.yaml", why, f"Add under {LOCATIONS}: {entry_text(domain)}"))
