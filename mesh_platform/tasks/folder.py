"""Notices into a folder, a file each: for machines that watch one, and for looking."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from mesh_platform.aside import written
from mesh_platform.tasks.channels import NotSent


class FolderChannel:
    """Writes `<key>.json`, whole or not at all; one that stands is left as it is."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def send(self, key: str, payload: Mapping[str, str]) -> None:
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            with suppress(FileExistsError), written(self._folder / f"{key}.json", 0o644, new=True) as out:
                out.write((json.dumps({"id": key, **payload}, indent=2) + "\n").encode())
        except OSError as error:
            raise NotSent(type(error).__name__) from None
