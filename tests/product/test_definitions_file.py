"""`definitions.py` is one line: what else stands in it is found by its text, on its line."""

from __future__ import annotations

import pytest

from mesh_platform.product.definitions_file import judge_definitions

IMPORT = "from mesh_platform import domain_definitions\n"
LINE = "defs = domain_definitions(__file__)\n"


@pytest.mark.parametrize(
    "text",
    [
        IMPORT + LINE,
        f'"""The code location."""\n\n{IMPORT}\n{LINE}',
        f"# why\nfrom __future__ import annotations\n\n{IMPORT}\n{LINE}# the end\n",
        f'"""It."""\nfrom __future__ import annotations\n{IMPORT}{LINE}',
        f"\ufeff{IMPORT}{LINE}",
        f"{IMPORT.strip()}; {LINE}",
    ],
)
def test_the_one_line_with_its_import_and_a_docstring_is_no_finding(text: str) -> None:
    assert judge_definitions(text, "domains/sales") is None


@pytest.mark.parametrize(
    ("text", "line", "why"),
    [
        ("import dagster as dg\n" + IMPORT + LINE, 1, "Something else"),
        (IMPORT + LINE + "\n\n@asset\ndef own(): ...\n", 6, "Something else"),
        (IMPORT + LINE.strip() + "; print()\n", 2, "Something else"),
        (IMPORT + "defs = domain_definitions(open('x').name)\n", 2, "Something else"),
        (IMPORT + "defs = domain_definitions(__file__, 1)\n", 2, "Something else"),
        (IMPORT + "defs: (print()) = domain_definitions(__file__)\n", 2, "Something else"),
        (IMPORT + "defs = other = domain_definitions(__file__)\n", 2, "Something else"),
        (IMPORT.replace("\n", ", column\n") + LINE, 1, "Something else"),
        ("from mesh_platform import evil as domain_definitions\n" + LINE, 1, "Something else"),
        ("from .mesh_platform import domain_definitions\n" + LINE, 1, "Something else"),
        (IMPORT + LINE + LINE, 3, "Something else"),
        (IMPORT + IMPORT + LINE, 2, "Something else"),
        (LINE + IMPORT, 2, "Something else"),
        (f'f"{{print()}}"\n{IMPORT}{LINE}', 1, "Something else"),
        (f'"""It."""\n"""Twice."""\n{IMPORT}{LINE}', 2, "Something else"),
        (f"# coding: unicode_escape\n# \\nprint()\n{IMPORT}{LINE}", 3, "Something else"),
        (LINE, 1, "import domain_definitions` is missing"),
        (IMPORT, 1, "domain_definitions(__file__)` is missing"),
        ("", 1, "is missing"),
        (IMPORT + "defs = = 1\n", 2, "not Python"),
        ("# coding: nowhere\n" + IMPORT + LINE, 1, "not Python"),
        ("\0", 1, "not Python"),
        (IMPORT + "defs = " + "-" * 100_000 + "1", 1, "not Python"),
        (IMPORT + "(" * 1000, 1, "not Python"),
    ],
)
def test_anything_else_is_a_finding_on_its_line(text: str, line: int, why: str) -> None:
    finding = judge_definitions(text, "domains/sales")
    assert finding is not None
    assert (finding.rule, finding.blocks) == ("DESC-16", True)
    assert why in finding.why
    assert finding.where.startswith("domains/sales/definitions.py:")
    if "not Python" not in why:
        assert finding.where == f"domains/sales/definitions.py:{line}"


def test_the_fix_of_an_asset_is_to_make_it_a_product() -> None:
    finding = judge_definitions("import dagster\n", "domains/sales")
    assert finding is not None
    assert finding.fix == ("Make it a product: domains/sales/<product>/ with product.yaml and a transform; leave the one line.")
