"""An entry is added to `workspace.yaml` whatever it looks like, or the file is refused; nothing else in it ever changes."""

from __future__ import annotations

import pytest
import yaml

from mesh_platform.cli.workspace_file import location_names, with_location
from mesh_platform.errors import UsageProblem

ENTRY = {"python_module": {"module_name": "mesh_platform.pipeline.domain", "attribute": "new", "location_name": "new"}}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "load_from: []\n",
        "load_from:\n",
        "# only a comment\n",
        "load_from:\n- python_file: a.py\n",
        "load_from:\n  - python_file: a.py",
        "load_from:\n  - python_file: a.py\n\n\n# the end\n",
        "load_from:\n    - python_file:\n        relative_path: a.py  # first\n        location_name: a\nother: 1\n",
        "other: {a: 1}\nload_from:\n  - python_file: a.py\n  # about b\n  - python_file: b.py\nlast: [1]\n",
    ],
)
def test_the_new_entry_is_the_last_and_the_rest_is_as_it_was(text: str) -> None:
    before = yaml.safe_load(text) or {}
    after = with_location(text, "new")
    assert yaml.safe_load(after) == {**before, "load_from": [*(before.get("load_from") or []), ENTRY]}
    assert [c for c in text.splitlines() if "#" in c] == [c for c in after.splitlines() if "#" in c]


def test_a_location_that_is_there_is_not_added_again() -> None:
    once = with_location("load_from: []\n", "new")
    assert with_location(once, "new") == once


@pytest.mark.parametrize("text", ["load_from: [a\n", "load_from: 3\n", "- a\n", "load_from: [{python_file: a.py}]\n"])
def test_what_cannot_be_added_to_safely_is_refused_with_the_entry(text: str) -> None:
    with pytest.raises(UsageProblem) as refused:
        with_location(text, "new")
    assert yaml.safe_load(refused.value.finding.fix.partition(": ")[2]) == ENTRY


def test_locations_are_read_by_name() -> None:
    assert location_names(with_location("load_from: []\n", "new")) == {"new": "mesh_platform.pipeline.domain:new"}
    assert location_names(": :\n") == {}
