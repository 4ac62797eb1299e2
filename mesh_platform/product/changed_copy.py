"""A project as it would be with some of its files changed: a copy of what describes the mesh, in a folder that goes again. The project stays as it is.

Descriptors, transforms, governance and the dbt project are copied, and nothing of data, keys or state.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

_FOLDERS = ("governance", "domains", "dbt_project")
_FILES = ("workspace.yaml", "CODEOWNERS", "mesh.toml")
_MADE = shutil.ignore_patterns("__pycache__", "target", "logs", "dbt_packages", ".*")


@contextmanager
def changed_copy(root: Path, changes: Mapping[str, bytes | None]) -> Iterator[Path]:
    """The folder of the copy.

    Args:
        root: the project.
        changes: path below the project → what stands there instead; None: nothing does.
    """
    with TemporaryDirectory(prefix="mesh-foresight-") as place:
        copy = Path(place).resolve() / "project"
        copy.mkdir()
        for name in _FOLDERS:
            if (root / name).is_dir():
                shutil.copytree(root / name, copy / name, symlinks=True, ignore=_MADE)
        for name in _FILES:
            if (root / name).is_file():
                shutil.copyfile(root / name, copy / name)
        for name, content in changes.items():
            _put(copy / name, content)
        yield copy


def _put(path: Path, content: bytes | None) -> None:
    if content is None:
        path.unlink(missing_ok=True)
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
