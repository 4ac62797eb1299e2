"""The templates of `mesh new`, which the platform team owns under `governance/templates/`."""

from __future__ import annotations

from pathlib import Path
from string import Template
from typing import Any

from mesh_platform.errors import NotFound, UsageProblem

FOLDER = "governance/templates"


def filled(root: Path, template: str, /, **values: str) -> str:
    """The template with its values.

    Raises:
        NotFound: where there is no such template.
        UsageProblem: where it asks for a value that this command does not give.
    """
    where = f"{FOLDER}/{template}"
    try:
        text = (root / where).read_text(encoding="utf-8")
    except OSError:
        raise NotFound.because("NEW-05", where, "The template is missing.", "Restore it from version control.") from None
    try:
        return Template(text).substitute(values)
    except (KeyError, ValueError):
        fix = f"It may use {', '.join(f'${name}' for name in sorted(values))}; a dollar sign is written $$."
        raise UsageProblem.because("NEW-05", where, "It names a value that does not exist.", fix) from None


def scalar(value: Any) -> str:
    """`value` as one YAML scalar that may stand anywhere, inside of `[…]` and `{…}` too."""
    import yaml

    text = yaml.safe_dump([value], default_flow_style=True, allow_unicode=True, width=10**9).strip()
    return text[1:-1]


def flow(values: Any) -> str:
    """The items of a YAML flow list, without its brackets."""
    return ", ".join(scalar(value) for value in values)
