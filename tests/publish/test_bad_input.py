"""What comes in broken is a finding that names rule, place and fix; nothing is half-written, and no value is told."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path

import pytest

from mesh_platform.product import ProductKey
from mesh_platform.publish import Outcome, Runtime, Status
from tests.publish.bakery import order_descriptor, town_descriptor, write_product
from tests.publish.conftest import ORDERS, TOWNS

Run = Callable[[ProductKey], Outcome]
SECRET = "ana-secret@mail.test"
HEADER = "order_id,email,town,amount,at\n"


def told(outcome: Outcome) -> str:
    return " ".join(str(finding) for finding in outcome.findings)


def test_a_value_that_does_not_convert_is_named_by_file_line_and_column(run: Run, project: Path) -> None:
    (project / "landing/orders.csv").write_text(f"{HEADER}1,a@mail.test,Lisbon,{SECRET},2026-01-01\n")
    outcome = run(ORDERS)
    assert outcome.status is Status.BLOCKED
    assert "landing/orders.csv:2" in told(outcome) or "line 2" in told(outcome)
    assert "amount" in told(outcome)
    assert SECRET not in told(outcome)


def test_a_source_that_lost_a_column_is_refused(run: Run, project: Path) -> None:
    (project / "landing/orders.csv").write_text("order_id,email,town,at\n1,a@mail.test,Lisbon,2026-01-01\n")
    outcome = run(ORDERS)
    assert outcome.status is Status.BLOCKED
    assert "amount" in told(outcome)


def test_a_cut_off_gzip_is_refused_and_not_published_in_part(run: Run, project: Path, runtime: Runtime) -> None:
    lines = "".join(f"{i},p{i}@mail.test,Lisbon,{i % 97},2026-01-01\n" for i in range(20_000))
    whole = gzip.compress((HEADER + lines).encode())
    (project / "landing/orders.csv.gz").write_bytes(whole[: len(whole) // 2])
    write_product(
        project,
        "bakery/orders",
        order_descriptor(source={"path": "landing/orders.csv.gz", "purpose": "service", "basis": "contract", "notice": "1"}),
    )
    assert run(ORDERS).status is not Status.PUBLISHED
    assert runtime.registry.latest(ORDERS) is None
    (project / "landing/orders.csv.gz").write_bytes(whole)
    assert run(ORDERS).rows == 20_000


def test_a_missing_file_names_itself_and_the_fix(run: Run, project: Path) -> None:
    (project / "landing/orders.csv").unlink()
    outcome = run(ORDERS)
    assert outcome.status is not Status.PUBLISHED
    assert "landing/orders.csv" in told(outcome)
    assert str(project) not in told(outcome)


@pytest.mark.parametrize(
    ("sql", "rule"),
    [
        pytest.param("SELEC town FROM orders", "SQL-0", marks=pytest.mark.nightly),
        ("SELECT town, sum(amount) AS total FROM orders; DROP TABLE orders", "SQL-05"),
        ("SELECT * FROM read_csv('/etc/passwd')", "SQL-04"),
        ("SELECT town, 1 AS total FROM other", "SQL-04"),
        ("SELECT email AS town, 1 AS total FROM orders", "SQL-06"),
        ("SELECT town, 1 AS total FROM orders WHERE email LIKE 'a%'", "SQL-06"),
        pytest.param("SELECT town FROM orders", "SQL-03", marks=pytest.mark.nightly),
        pytest.param("SELECT town, 1 AS total, 2 AS more FROM orders", "SQL-02", marks=pytest.mark.nightly),
    ],
)
def test_a_transform_that_is_wrong_is_blocked_before_it_runs(run: Run, project: Path, sql: str, rule: str) -> None:
    run(ORDERS)
    write_product(project, "office/towns", town_descriptor(), transform_sql=sql)
    outcome = run(TOWNS)
    assert outcome.status is Status.BLOCKED
    assert any(finding.rule.startswith(rule) for finding in outcome.findings), told(outcome)
    assert "domains/office/towns/" in told(outcome)


@pytest.mark.parametrize(
    "code",
    [
        f"def transform(inputs):\n    print('{SECRET}')\n    raise ValueError('could not convert {SECRET}')\n",
        f"def transform(inputs):\n    import os\n    os.write(2, b'{SECRET}')\n    return int('{SECRET}')\n",
        f"raise RuntimeError('{SECRET}')\n",
        "def transform(inputs):\n    import os\n    os._exit(3)\n",
        pytest.param("def transform(inputs):\n    return 7\n", marks=pytest.mark.nightly),
        pytest.param("def other(inputs):\n    return None\n", marks=pytest.mark.nightly),
        pytest.param("def transform(inputs)\n    return None\n", marks=pytest.mark.nightly),
    ],
)
def test_a_python_transform_that_fails_tells_its_kind_and_line_only(
    run: Run, project: Path, code: str, capfd: pytest.CaptureFixture[str]
) -> None:
    run(ORDERS)
    (project / "domains/office/towns/transform.sql").unlink()
    write_product(project, "office/towns", town_descriptor(), transform_py=code)
    outcome = run(TOWNS)
    assert outcome.status is Status.BLOCKED
    assert "domains/office/towns/transform.py:" in told(outcome) or "transform.py" in told(outcome)
    out, err = capfd.readouterr()
    assert SECRET not in told(outcome) + out + err


def test_sql_that_fails_on_a_value_does_not_tell_the_value(run: Run, project: Path) -> None:
    run(ORDERS)
    sql = "SELECT town, CAST(town AS BIGINT) AS total FROM orders"
    write_product(project, "office/towns", town_descriptor(), transform_sql=sql)
    outcome = run(TOWNS)
    assert outcome.status is Status.BLOCKED
    assert "domains/office/towns/transform.sql:1" in told(outcome)
    assert "Lisbon" not in told(outcome) and "Porto" not in told(outcome)


def test_no_trace_of_a_blocked_publication_is_left_in_the_home(run: Run, project: Path, runtime: Runtime) -> None:
    (project / "landing/orders.csv").write_text(f"{HEADER}1,{SECRET},Lisbon,-5,2026-01-01\n")
    assert run(ORDERS).status is Status.BLOCKED
    home = runtime.settings.home_path
    assert not list(home.rglob("*.parquet"))
    assert not [path for path in home.rglob("*") if path.is_file() and SECRET.encode() in path.read_bytes()]


@pytest.mark.parametrize(
    "lines",
    [
        f"1,{SECRET},Lisbon,1,2026-01-01",  # a delivery without its header
        f"order_id,email,town,amount,at,{SECRET}\n1,a@mail.test,Lisbon,1,2026-01-01,1",
        f"order_id,email,town,amount,{SECRET},{SECRET.upper()}\n1,a@mail.test,Lisbon,1,2,3",
    ],
)
def test_a_value_in_the_place_of_a_column_name_is_not_told(run: Run, project: Path, runtime: Runtime, lines: str) -> None:
    (project / "landing/orders.csv").write_text(f"{lines}\n")
    outcome = run(ORDERS)
    assert outcome.status is Status.BLOCKED
    assert SECRET not in told(outcome).casefold()
    assert not [
        path for path in runtime.settings.home_path.rglob("*") if path.is_file() and SECRET.encode() in path.read_bytes().lower()
    ]


def test_names_that_a_python_transform_makes_of_values_are_not_told(run: Run, project: Path) -> None:
    run(ORDERS)
    (project / "domains/office/towns/transform.sql").unlink()
    for code in (
        f"import pyarrow as pa\ndef transform(inputs):\n    return pa.table({{'{SECRET}': [1], 'town': ['x'], 'total': [1]}})\n",
        f"import pyarrow as pa\ndef transform(inputs):\n    return pa.table({{'town': [{{'{SECRET}': 1}}], 'total': [1]}})\n",
        f"def transform(inputs):\n    raise type('{SECRET}', (Exception,), {{}})()\n",
    ):
        write_product(project, "office/towns", town_descriptor(), transform_py=code)
        outcome = run(TOWNS)
        assert outcome.status is Status.BLOCKED
        assert SECRET not in told(outcome)


def counted(run: Run, project: Path, lines: str) -> Outcome:
    (project / "landing/orders.csv").write_text(lines)
    columns = {"n": {"type": "integer", "min": 52, "sensitivity": "internal"}}
    descriptor = order_descriptor(columns=columns, dataContracts=[], erasure=None)
    write_product(project, "bakery/orders", descriptor, transform_sql="SELECT count(*) AS n FROM source")
    return run(ORDERS)


def test_a_line_that_looks_like_a_comment_is_a_row(run: Run, project: Path) -> None:
    rows = "".join(f"{i},p{i}@mail.test\n" for i in range(50))
    assert counted(run, project, f"order_id,email\n{rows}#51,a@mail.test\n#52,b@mail.test\n").status is Status.PUBLISHED


def test_a_csv_that_changes_its_shape_half_way_is_refused(run: Run, project: Path) -> None:
    rows = "".join(f"{i},p{i}@mail.test,x\n" for i in range(100))
    assert counted(run, project, f"order_id,email\n1,a@mail.test\norder_id,email,town\n{rows}").status is Status.BLOCKED
