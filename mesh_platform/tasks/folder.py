"""Notices into a folder, a file each: for machines that watch one, and for looking."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path

from mesh_platform.tasks.channels import NotSent


class FolderChannel:
    """Writes `<key>.json`, whole or not at all; one that stands is left as it is."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def send(self, key: str, payload: Mapping[str, str]) -> None:
        aside = self._folder / f".{key}.{os.getpid()}"
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            aside.write_text(json.dumps({"id": key, **payload}, indent=2) + "\n", encoding="utf-8")
            try:
                os.link(aside, self._folder / f"{key}.json")
            except FileExistsError:
                pass
            finally:
                aside.unlink()
        except OSError as error:
            raise NotSent(type(error).__name__) from None
