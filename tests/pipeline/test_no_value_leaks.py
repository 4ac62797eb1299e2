"""Nothing that domain code says reaches Dagster: one run of everything that can go wrong, then a search of every file it left behind.

Each case has a value of its own, so that a failure names its case. The run is made as the console makes it: Dagster's own configuration,
compute logs and all.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import dagster as dg
import pytest

from mesh_platform.pipeline import dagster_home
from mesh_platform.pipeline.__main__ import main
from mesh_platform.pipeline.location import mesh_definitions
from mesh_platform.settings import load_settings
from tests.pipeline.small_mesh import put, write_domain, write_mesh, write_product
from tests.pipeline.steps import execute, materialized

SOURCE = "  source: {{path: landing/{name}.csv, purpose: reporting, basis: legitimate_interests, notice: n1}}\n"
EMAIL = """\
  erasure: {strategy: delete_by_key}
  columns:
    email:
      {type: string, sensitivity: restricted, category: user.contact.email, subject: email, mask: token, description: An address.}
"""
NUMBER = "  columns:\n    number: {type: integer, sensitivity: internal, description: A number.}\n"
INPUT = "  inputs:\n    - {product: sales/orders, purpose: reporting, fields: [order_id]}\n"
SAYS = """\
import logging, os, sys, warnings

def transform(inputs):
    value = "{value}"
    print(value)
    print(value, file=sys.stderr)
    os.write(2, value.encode())
    os.system("echo " + value)
    logging.getLogger("dagster").error(value)
    logging.getLogger().critical(value)
    warnings.warn(value)
    {ending}
"""
PYTHON = {
    "raises": "raise ValueError(f\"Could not convert '{value}'\")",
    "raises_from": "raise RuntimeError(value) from KeyError(value)",
    "exits": "sys.exit(value)",
    "group": "raise ExceptionGroup(value, [ValueError(value)])",
    "returns_text": "return value",
    "returns_wrong_type": "import pyarrow; return pyarrow.table({'number': [value]})",
    "says_and_succeeds": "import pyarrow; return pyarrow.table({'number': [1]})",
}
SQL = {
    "cast": (NUMBER, "select cast(email as bigint) as number from source"),
    "error": (NUMBER, "select error(email) as number from source"),
    "wrong_type": (NUMBER, "select email as number from source"),
    "not_unique": (EMAIL.replace("string,", "string, unique: true,"), None),
    "pattern": (EMAIL.replace("string,", "string, pattern: '^[a-z]+$',"), None),
    "not_listed": (EMAIL.replace("string,", "string, values: [a, b],"), None),
    "no_reference": (EMAIL.replace("string,", "string, references: sales/orders.town,"), None),
    "row_check": (EMAIL + "  checks: [{name: short, sql: length(email) < 3}]\n", None),
}
AT_LOAD = "at_load"
CASES = [*PYTHON, *SQL, AT_LOAD]
FINE = {"says_and_succeeds"}


def value_of(case: str) -> str:
    return f"ana.{case}@example.org"


@dataclass(frozen=True)
class Searched:
    """What a run left behind."""

    home: Path
    output: str
    started: frozenset[str]
    published: frozenset[str]

    def files_with(self, text: str) -> list[str]:
        """SQLite and logs keep text as it is, so a search of their bytes finds it."""
        places = [self.home / "dagster", self.home / "cache", self.home / "tmp", self.home / "locks"]
        files = [path for place in places for path in place.rglob("*")] + list(self.home.glob("control.db*"))
        return [path.name for path in files if path.is_file() and text.encode() in path.read_bytes()]


@pytest.fixture(scope="module")
def left(tmp_path_factory: pytest.TempPathFactory) -> Searched:
    root = write_mesh(tmp_path_factory.mktemp("loud") / "project")
    orders = root / "domains/sales/orders/product.yaml"
    put(orders, orders.read_text(encoding="utf-8").replace("consumer: finance", "consumer: loud"))
    write_domain(root, "loud")
    for case, ending in PYTHON.items():
        write_product(root, f"loud/{case}", INPUT + NUMBER, python=SAYS.format(value=value_of(case), ending=ending))
    for case, (body, sql) in SQL.items():
        value = value_of(case)
        put(root / f"landing/{case}.csv", f"email\n{value}\nnobody@example.org\n{value}\n")
        write_product(root, f"loud/{case}", SOURCE.format(name=case) + body, sql=sql)
    said = value_of(AT_LOAD)
    put(
        root / f"domains/loud/{AT_LOAD}/product.py",
        f"import os\nprint('{said}')\nos.write(2, b'{said}')\nraise KeyError('{said}')\n",
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DAGSTER_DISABLE_TELEMETRY", "yes")
        return _run(root)


def _run(root: Path) -> Searched:
    settings = load_settings(root)
    heard, mouth = os.pipe()
    kept = [os.dup(1), os.dup(2)]
    os.dup2(mouth, 1)
    os.dup2(mouth, 2)
    try:
        with dg.DagsterInstance.from_config(str(dagster_home.prepare(settings))) as instance:
            result = execute(mesh_definitions(settings), instance)
    finally:
        for copy, number in zip(kept, (1, 2), strict=True):
            os.dup2(copy, number)
            os.close(copy)
        os.close(mouth)
    os.set_blocking(heard, False)
    output = os.read(heard, 60_000).decode(errors="replace") if _readable(heard) else ""
    os.close(heard)
    started = frozenset(event.step_key or "" for event in result.all_events if event.is_step_start)
    return Searched(settings.home_path, output, started, frozenset(materialized(result)))


def _readable(descriptor: int) -> bool:
    import select

    return bool(select.select([descriptor], [], [], 0)[0])


@pytest.mark.nightly
@pytest.mark.parametrize("case", CASES)
def test_what_was_said_is_in_no_file_and_no_output(left: Searched, case: str) -> None:
    if case != AT_LOAD:
        assert f"loud__{case}" in left.started, "the gate must let it start, or nothing is tested"
    assert (f"loud/{case}" in left.published) is (case in FINE)
    assert left.files_with(value_of(case)) == []
    assert value_of(case) not in left.output


@pytest.mark.nightly
def test_the_search_can_find_what_is_there(left: Searched) -> None:
    assert {"index.db", "runs.db", "control.db"} <= set(left.files_with("loud__raises") + left.files_with("loud"))


def test_a_failed_step_names_product_file_and_line(left: Searched) -> None:
    assert left.files_with("domains/loud/raises/transform.py:12")
    assert left.files_with("ValueError")


def test_the_command_line_does_not_say_it_either(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    root = write_mesh(tmp_path / "project")
    write_domain(root, "loud")
    body, sql = SQL["cast"]
    put(root / "landing/cast.csv", f"email\n{value_of('cast')}\n")
    write_product(root, "loud/cast", SOURCE.format(name="cast") + body, sql=sql)
    with pytest.raises(SystemExit) as ended:
        main(["run", "--project", str(root), "loud"])
    out, err = capfd.readouterr()
    assert ended.value.code == 1
    assert "loud/cast" in out
    assert value_of("cast") not in out + err
