"""Which code the entries of `workspace.yaml` would run: a domain's Python is run by none of them.

A domain's code location is made by the platform from the folder's files. Entries that lie outside of domains/ are left alone.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from mesh_platform.errors import CheckFailed, Finding
from mesh_platform.product.key import usable_name
from mesh_platform.product.yaml_file import Unreadable, read_yaml
from mesh_platform.settings import PROJECT_MARK

DOMAIN_MODULE = "mesh_platform.pipeline.domain"
LOCATIONS = "load_from"
_TARGET = {  # kind of entry → the key that its short form stands for
    "python_file": "relative_path",
    "python_module": "module_name",
    "python_package": "package_name",
    "autoload_defs_module": "module_name",
}
_NAMES_CODE = {*_TARGET.values(), "working_directory", "executable_path"}


def domain_entry(domain: str) -> dict[str, dict[str, str]]:
    """The entry of a domain's code location, which is made from its folder without running anything in it."""
    return {"python_module": {"module_name": DOMAIN_MODULE, "attribute": domain, "location_name": domain}}


def entry_text(domain: str) -> str:
    """That entry in one line, as a fix names it."""
    [(kind, values)] = domain_entry(domain).items()
    return f"{{{kind}: {{{', '.join(f'{key}: {value}' for key, value in values.items())}}}}}"


def domain_code(root: Path) -> list[Finding]:
    """The entries that would run a domain's Python, or of which it cannot be told; what makes the file unreadable is one too."""
    if not (root / PROJECT_MARK).is_file():
        return []
    try:
        document = read_yaml(root / PROJECT_MARK, PROJECT_MARK)
    except Unreadable as error:
        return [error.finding]
    given = document.data.get(LOCATIONS) if isinstance(document.data, dict) else None
    found: list[Finding] = []
    for index, entry in enumerate(given if isinstance(given, list) else [given]):
        for kind, value in entry.items() if isinstance(entry, dict) else ():
            if kind in _TARGET:
                where = document.where((LOCATIONS, index, kind))
                found += _judge(value if isinstance(value, dict) else {_TARGET[kind]: value}, where, root)
    return found


def refuse_domain_code(root: Path) -> None:
    """Raises `CheckFailed` with the first entry of the workspace that would run a domain's Python."""
    for finding in domain_code(root):
        raise CheckFailed(finding)


def _judge(values: Mapping[str, Any], where: str, root: Path) -> Iterator[Finding]:
    named = {key: value for key, value in values.items() if key in _NAMES_CODE and value is not None}
    if unknown := sorted(key for key, value in named.items() if not isinstance(value, str)):
        why = f"Which code it runs cannot be told: {', '.join(unknown)} is no text."
        yield Finding("DESC-17", where, why, f"Write it out; a domain's entry is {entry_text('<domain>')}.")
        return
    inside = [below for place in _places(named, root) if (below := _below_domains(place, root)) is not None]
    if inside:
        name = next((below.parts[0] for below in inside if below.parts and usable_name(below.parts[0])), "<domain>")
        why = "It would run files below domains/ in the code server, where nothing confines them."
        yield Finding("DESC-17", where, why, f"Write {entry_text(name)} in its place.")


def _places(named: Mapping[str, str], root: Path) -> Iterator[Path]:
    """Every file and folder that the entry runs or imports from."""
    start = root / named.get("working_directory", "")
    yield start
    yield root / named.get("relative_path", "")
    yield root / os.path.expanduser(named.get("executable_path", ""))  # noqa: PTH111 - Path's raises where there is no such user
    for module in (named[key] for key in ("module_name", "package_name") if key in named):
        here = start
        for part in filter(None, module.split(".")):
            here = here / part
            yield from (here, here.with_name(f"{here.name}.py"))


def _below_domains(path: Path, root: Path) -> Path | None:
    """The path below domains/, as it is written or with its links followed; None where it lies elsewhere."""
    domains = root / "domains"
    try:
        pairs = ((os.path.normpath(path), os.path.normpath(domains)), (os.path.realpath(path), os.path.realpath(domains)))
    except ValueError:  # a character that no path can hold: nothing runs
        return None
    return next((Path(one).relative_to(other) for one, other in pairs if Path(one).is_relative_to(other)), None)
