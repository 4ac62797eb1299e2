"""From folders to the mesh: every domain and product alone, so that a broken one is a finding and never takes its siblings along.

The folder is the key. Content never raises here; only an unreadable project folder does.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import replace
from pathlib import Path

from mesh_platform.confine import Confinement
from mesh_platform.errors import Finding, MeshError, NotFound, Severity
from mesh_platform.product.decorator import read_python_descriptor
from mesh_platform.product.definitions_file import DEFINITIONS, judge_definitions
from mesh_platform.product.governance import Governance
from mesh_platform.product.governance_files import confined, leads_out, load_governance
from mesh_platform.product.key import NAME_RULE, ProductKey, usable_name, usable_product
from mesh_platform.product.links import link
from mesh_platform.product.mesh import (
    BrokenProduct,
    DbtTransform,
    DomainFolder,
    Mesh,
    Product,
    PythonTransform,
    SqlTransform,
    Transform,
)
from mesh_platform.product.models import DataProduct, DomainFile
from mesh_platform.product.parse import parse
from mesh_platform.product.residency import location_of
from mesh_platform.product.workspace import domain_code
from mesh_platform.product.yaml_file import Document, Unreadable, parse_yaml, read_text, read_yaml

DESCRIPTOR = "product.yaml"
PYTHON_DESCRIPTOR = "product.py"
_FILES = (DESCRIPTOR, PYTHON_DESCRIPTOR, "transform.sql", "transform.py", "contract.py")
_OPEN = re.compile(r"(?:^|\s)(?:#|--) decide:")


def load_mesh(root: Path, confinement: Confinement | None = None) -> Mesh:
    """The mesh in the project folder `root`.

    Args:
        root: the folder that holds `domains/` and `governance/`.
        confinement: how a `product.py` is run to be read; the default bounds where None.

    Raises:
        NotFound: where `root` is no folder.
    """
    root = root.resolve()
    if not root.is_dir():
        raise NotFound.because("PROJECT-01", str(root), "There is no such folder.", "Name the project's folder.")
    governance, unread = load_governance(root)
    findings = [*unread, *domain_code(root)]
    domains: dict[str, DomainFolder] = {}
    products: dict[ProductKey, Product] = {}
    broken: dict[ProductKey, BrokenProduct] = {}
    for folder in _folders(root / "domains"):
        if not usable_name(folder.name):
            findings.append(_bad_name(folder, root))
            continue
        if not confined(folder, root):
            findings.append(leads_out(folder, root))
            continue
        domains[folder.name] = _domain(folder, root)
        for place in _product_folders(folder):
            loaded = _product(place, domains[folder.name], root, governance, confinement or Confinement())
            if isinstance(loaded, Finding):
                findings.append(loaded)
            elif isinstance(loaded, Product):
                products[loaded.key] = loaded
            else:
                broken[loaded.key] = loaded
    if not domains:
        findings.append(
            Finding("DESC-04", "domains/", "No domain stands there.", "`mesh new domain NAME` makes one.", severity=Severity.WARN)
        )
    return link(Mesh(root, governance, domains, products, broken, tuple(findings), tuple(unread)))


def _folders(parent: Path) -> list[Path]:
    if not parent.is_dir():
        return []
    return sorted(p for p in parent.iterdir() if p.is_dir() and not p.name.startswith((".", "_")))


def _product_folders(domain: Path) -> list[Path]:
    """The folders of a domain that are products; the domain's own folder too where a descriptor was dropped beside domain.yaml."""
    misplaced = [domain] if (domain / DESCRIPTOR).is_file() else []
    return misplaced + [folder for folder in _folders(domain) if not _empty(folder)]


def _empty(folder: Path) -> bool:
    try:
        return not any(folder.iterdir())
    except OSError:
        return False  # read again as a product, where it becomes a finding


def _bad_name(folder: Path, root: Path) -> Finding:
    where = f"{folder.relative_to(root).as_posix()!r}"
    return Finding("DESC-04", where, "A folder of this name cannot be a domain or a product.", NAME_RULE)


def _domain(folder: Path, root: Path) -> DomainFolder:
    domain = _described(folder, root)
    return replace(domain, findings=(*domain.findings, *_code_location(folder / DEFINITIONS, root)))


def _code_location(path: Path, root: Path) -> list[Finding]:
    """What else than its one line stands in a domain's definitions.py; Dagster makes the code location without it."""
    if not path.is_file():
        return []
    if not confined(path, root):
        return [leads_out(path, root)]
    try:
        text = read_text(path, path.relative_to(root).as_posix())
    except Unreadable as error:
        return [error.finding]
    found = judge_definitions(text, path.parent.relative_to(root).as_posix())
    return [found] if found else []


def _described(folder: Path, root: Path) -> DomainFolder:
    path = folder / "domain.yaml"
    name = path.relative_to(root).as_posix()
    if path.is_file() and not confined(path, root):
        return DomainFolder(folder.name, folder, DomainFile(), name, (leads_out(path, root),))
    if not path.is_file():
        finding = Finding(
            "DESC-13", name, "The domain has no domain.yaml, so nobody owns it.", "Write `owner: team@example.com` into it."
        )
        return DomainFolder(folder.name, folder, DomainFile(), name, (finding,))
    try:
        document = read_yaml(path, name)
    except Unreadable as error:
        return DomainFolder(folder.name, folder, DomainFile(), name, (error.finding,))
    model, findings = parse(document, DomainFile, _optional_head(document, "domain"))
    if model is not None and not model.owner:
        findings.append(Finding("DESC-13", document.where(), "The domain has no owner.", "Write `owner: team@example.com`."))
    return DomainFolder(folder.name, folder, model or DomainFile(), document.where(), tuple(findings))


def _optional_head(document: Document, head: str) -> str | None:
    return head if isinstance(document.data, dict) and set(document.data) == {head} else None


def _product(
    folder: Path, domain: DomainFolder, root: Path, governance: Governance, confinement: Confinement
) -> Product | BrokenProduct | Finding:
    if not usable_product(folder.name):
        return _bad_name(folder, root)
    key = ProductKey(domain.name, folder.name)
    outside = [path for path in (folder, *(folder / name for name in _FILES)) if path.exists() and not confined(path, root)]
    if outside:
        return BrokenProduct(key, folder, (leads_out(outside[0], root).of(str(key)),))
    files = _Files(root)
    try:
        document, descriptor, findings = _descriptor(folder, files, confinement)
        if descriptor is None:
            return BrokenProduct(key, folder, tuple(f.of(str(key)) for f in findings))
        transform, problems = _transform(folder, files, descriptor, document)
        findings += problems + _names(key, folder, descriptor, document) + _appends(descriptor, document)
        findings += _left_open(folder, files) + _unread_source(descriptor, transform, document)
        contract = files.read_if_there(folder / "contract.py")
        location = location_of(descriptor, governance, domain.file)
        return Product(
            key=key,
            folder=folder,
            descriptor=descriptor,
            transform=transform,
            contract_text=contract,
            spec_hash=files.hash(location),
            files=files.digests,
            location=location,
            where=document.where(),
            lines=document.lines,
            findings=tuple(f.of(str(key)) for f in findings),
        )
    except (Unreadable, MeshError) as error:
        return BrokenProduct(key, folder, (error.finding.of(str(key)),))
    except OSError as error:
        why = f"The folder cannot be read: {error.strerror}."
        return BrokenProduct(key, folder, (_own(key, "DESC-01", folder, root, why, "Make it readable."),))


class _Files:
    """Reads the files of one product, each once, so that what is judged, hashed and run is one and the same."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._texts: dict[Path, str] = {}

    def name(self, path: Path) -> str:
        """The path as findings name it."""
        return path.relative_to(self.root).as_posix()

    def read(self, path: Path) -> str:
        if path not in self._texts:
            self._texts[path] = read_text(path, self.name(path))
        return self._texts[path]

    def read_if_there(self, path: Path) -> str | None:
        return self.read(path) if path.is_file() else None

    @property
    def digests(self) -> dict[Path, str]:
        return {path: hashlib.sha256(text.encode()).hexdigest() for path, text in sorted(self._texts.items())}

    def hash(self, location: str | None) -> str:
        """Hash of all that was read (descriptor, transform, extra checks) and of where the rows are to lie, which other files may tell."""
        read = [(path.name, text) for path, text in sorted(self._texts.items())]
        return hashlib.sha256(json.dumps([location, *read]).encode()).hexdigest()


def _own(key: ProductKey, rule: str, folder: Path, root: Path, why: str, fix: str) -> Finding:
    return Finding(rule, folder.relative_to(root).as_posix(), why, fix, str(key))


def _descriptor(folder: Path, files: _Files, confinement: Confinement) -> tuple[Document, DataProduct | None, list[Finding]]:
    path, python = folder / DESCRIPTOR, folder / PYTHON_DESCRIPTOR
    if path.is_file():
        document = parse_yaml(files.read(path), files.name(path))
        descriptor, findings = parse(document, DataProduct, "dataProduct")
        return document, descriptor, findings
    if python.is_file():
        return read_python_descriptor(files.read(python), python, files.name(python), confinement)
    why = f"The folder holds no {DESCRIPTOR}."
    raise Unreadable(
        Finding("DESC-04", files.name(path), why, "Write one (`mesh new product`), or begin the folder's name with _.")
    )


def _transform(
    folder: Path, files: _Files, descriptor: DataProduct, document: Document
) -> tuple[Transform | None, list[Finding]]:
    sql, python = folder / "transform.sql", folder / "transform.py"
    decorated = folder / PYTHON_DESCRIPTOR
    if descriptor.transform is not None:
        return _dbt(files, descriptor.transform, document, (sql, python))
    if sql.is_file() and python.is_file():
        why = "There are a transform.sql and a transform.py."
        return None, [Finding("DESC-06", document.where(), why, "Keep one of them.")]
    if sql.is_file():
        return SqlTransform(sql, files.read(sql)), []
    if python.is_file() or (decorated.is_file() and not (folder / DESCRIPTOR).is_file()):
        file = python if python.is_file() else decorated
        return PythonTransform(file, files.read(file)), []
    if descriptor.source is not None:
        return None, []
    why = "Nothing says where the rows come from."
    fix = "Add transform.sql or transform.py, name `transform: dbt.<model>`, or give a `source:`."
    return None, [Finding("DESC-06", document.where(), why, fix)]


def _dbt(files: _Files, text: str, document: Document, others: tuple[Path, ...]) -> tuple[Transform | None, list[Finding]]:
    where = document.where(("dataProduct", "transform"))
    prefix, _, model = text.partition(".")
    if prefix != "dbt" or not model:
        return None, [
            Finding("DESC-06", where, "`transform:` names something else than a dbt model.", "Write `transform: dbt.<model>`.")
        ]
    if any(path.is_file() for path in others):
        return None, [Finding("DESC-06", where, "There is a dbt model and a transform file.", "Keep one of them.")]
    found = sorted((files.root / "dbt_project" / "models").rglob(f"{model}.sql")) if usable_name(model) else []
    if len(found) != 1:
        why = f"dbt_project/models holds {len(found)} models of that name."
        return None, [Finding("DESC-06", where, why, "Name exactly one model.")]
    if not confined(found[0], files.root):
        return None, [leads_out(found[0], files.root)]
    return DbtTransform(model, found[0], files.read(found[0])), []


def _unread_source(descriptor: DataProduct, transform: Transform | None, document: Document) -> list[Finding]:
    """Only SQL reads `source`: beside Python or dbt it would say of the rows what is not so."""
    if descriptor.source is None or not isinstance(transform, PythonTransform | DbtTransform):
        return []
    why = "Nothing reads this source: the rows of a Python or dbt product come from its inputs."
    fix = "Make the source a product of its own, with transform.sql or none, and name that product under inputs:."
    return [Finding("DESC-06", document.where(("dataProduct", "source")), why, fix)]


def _appends(descriptor: DataProduct, document: Document) -> list[Finding]:
    """Appending is for files, which can be told apart; anything else would be added again at each run."""
    if descriptor.load != "append" or (descriptor.source is not None and descriptor.source.path is not None):
        return []
    where = document.where(("dataProduct", "load"))
    why = "`load: append` is for products that ingest files: anything else would be added again at each run."
    return [Finding("DESC-14", where, why, "Leave `load:` out: the product is then made anew at each run.")]


def _left_open(folder: Path, files: _Files) -> list[Finding]:
    """Lines that were left for a person to decide; what is commented out says nothing to the gate."""
    found = []
    for path in (folder / DESCRIPTOR, folder / "transform.sql"):
        name, lines = files.name(path), (files.read_if_there(path) or "").splitlines()
        open_at = [number for number, line in enumerate(lines, start=1) if _OPEN.search(line)]
        why, fix = "Something is left for a person to decide.", "Decide it, and take the mark `decide:` away."
        found += [Finding("DESC-15", f"{name}:{number}", why, fix, severity=Severity.WARN) for number in open_at]
    return found


def _names(key: ProductKey, folder: Path, descriptor: DataProduct, document: Document) -> list[Finding]:
    found = []
    if (folder / "domain.yaml").is_file() and folder.name == key.domain:
        why = "The descriptor stands in the domain's own folder."
        found.append(Finding("DESC-04", document.where(), why, f"Move it to domains/{key.domain}/<product>/{DESCRIPTOR}."))
    if _plain(descriptor.domain) != _plain(key.domain):
        where = document.where(("dataProduct", "domain"))
        why = "The display name of the domain differs from its folder; the folder counts."
        found.append(Finding("DESC-10", where, why, "Give both the same name, or leave it.", severity=Severity.INFO))
    return found


def _plain(text: str) -> str:
    return "".join(c for c in text.casefold() if c.isalnum())
