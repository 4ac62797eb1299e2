"""The edge between domain code and Dagster: rule, type, product and line cross it, and nothing that was said."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import threading
import warnings
from pathlib import Path

import dagster as dg
import duckdb
import pytest

from mesh_platform.errors import Finding, Unavailable
from mesh_platform.pipeline.edge import at_the_edge, fail
from mesh_platform.pipeline.hush import hushed
from tests.pipeline.small_mesh import put

SECRET = "ana@example.org"


def raising(error: BaseException) -> Finding:
    def call() -> None:
        raise error

    found = at_the_edge(call, "sales/orders", Path("/project"))
    assert isinstance(found, Finding)
    return found


def test_a_value_comes_back_as_it_is() -> None:
    assert at_the_edge(lambda: 7, "sales/orders", Path("/project")) == 7


@pytest.mark.parametrize(
    "error",
    [
        ValueError(f"Could not convert '{SECRET}'"),
        SystemExit(SECRET),
        GeneratorExit(SECRET),
        ExceptionGroup(SECRET, [ValueError(SECRET)]),
        type(SECRET, (Exception,), {})(),
        type("E" * 5000, (Exception,), {})(),
    ],
)
def test_of_an_error_only_its_type_crosses(error: BaseException) -> None:
    found = raising(error)
    assert SECRET not in str(found)
    assert len(str(found)) < 400
    assert found.product == "sales/orders"


def test_the_type_is_told() -> None:
    assert "ZeroDivisionError" in raising(ZeroDivisionError(SECRET)).why


def test_a_finding_crosses_whole_and_is_told_of_its_product() -> None:
    error = Unavailable.because("LAKE-10", "lock", "The product is busy.", "Wait.")
    assert raising(error) == Finding("LAKE-10", "lock", "The product is busy.", "Wait.", "sales/orders")


def test_the_line_of_the_domains_code_is_told(tmp_path: Path) -> None:
    path = tmp_path / "domains" / "sales" / "orders" / "transform.py"
    put(path, f"def transform():\n    raise KeyError('{SECRET}')\n")
    space: dict[str, object] = {}
    exec(compile(path.read_text(encoding="utf-8"), str(path), "exec"), space)
    found = at_the_edge(space["transform"], "sales/orders", tmp_path)  # type: ignore[arg-type]
    assert isinstance(found, Finding)
    assert found.where == "domains/sales/orders/transform.py:2"


@pytest.mark.parametrize("error", [KeyboardInterrupt(SECRET), dg.DagsterExecutionInterruptedError(SECRET)])
def test_a_cancelled_run_stays_cancelled_and_says_nothing(error: BaseException) -> None:
    with pytest.raises(KeyboardInterrupt) as caught:
        raising(error)
    assert caught.value.args == ()
    assert caught.value.__context__ is None


def test_an_interrupt_while_the_engine_works_is_no_failure_of_the_product() -> None:
    def query() -> None:
        threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT)).start()
        con = duckdb.connect()
        try:
            con.execute("SELECT count(*) FROM range(100_000_000_000) t(i) WHERE i % 7 = 3")
        finally:
            con.interrupt()  # or closing it waits for its other threads

    with pytest.raises(KeyboardInterrupt):
        at_the_edge(query, "sales/orders", Path())


def test_the_failure_has_neither_cause_nor_context() -> None:
    found = raising(ValueError(SECRET))
    with pytest.raises(dg.Failure) as caught:
        fail(found)
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None
    assert not caught.value.allow_retries


def says_a_lot() -> None:
    print(SECRET)
    print(SECRET, file=sys.stderr)
    print(SECRET, file=sys.__stdout__)
    os.write(1, SECRET.encode())
    os.write(2, SECRET.encode())
    subprocess.run([sys.executable, "-c", f"import sys; print('{SECRET}'); print('{SECRET}', file=sys.stderr)"], check=True)
    logging.getLogger("anything").critical(SECRET)
    logging.getLogger().error(SECRET)
    dg.get_dagster_logger().error(SECRET)
    warnings.warn(SECRET, stacklevel=1)
    sys.stdout = sys.__stdout__
    print(SECRET)


def test_nothing_that_is_said_inside_is_kept(capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture) -> None:
    with hushed(), warnings.catch_warnings():
        warnings.simplefilter("always")
        says_a_lot()
    print("heard again")
    logging.getLogger("mesh").error("logged again")
    out, err = capfd.readouterr()
    assert SECRET not in out + err + caplog.text
    assert "heard again" in out
    assert "logged again" in caplog.text


def test_it_is_loud_again_after_an_error(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(ValueError, match="no"), hushed():
        raise ValueError("no")
    os.write(1, b"direct ")
    print("and printed")
    assert "direct" in capfd.readouterr().out


def test_closed_streams_do_not_matter() -> None:
    code = (
        "import os, sys\n"
        "os.close(1); os.close(2)\n"
        "from mesh_platform.pipeline.hush import hushed\n"
        "with hushed():\n    pass\n"
        "os._exit(7)\n"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 7
