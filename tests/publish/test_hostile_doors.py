"""Hostile code in each door of a product, through whole publications: a finding, recorded, nothing published, and the next product goes on."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pyarrow as pa
import pytest

from mesh_platform.confine import Confinement, Limits
from mesh_platform.errors import MeshError, Unavailable
from mesh_platform.product import ProductKey, PythonTransform, load_mesh
from mesh_platform.publish import Outcome, Runtime, Status, build, open_runtime, publish
from mesh_platform.publish import python_transform as door
from mesh_platform.settings import Settings
from tests.publish.bakery import town_descriptor, write_product, write_project
from tests.publish.conftest import ORDERS, TOWNS

Run = Callable[[ProductKey], Outcome]
SECRET = "key-material-5521"


@pytest.fixture(scope="module")
def baked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project with its input published, once: only the hostile product is in question."""
    root = write_project(tmp_path_factory.mktemp("baked") / "project")
    with open_runtime(Settings(project=root)) as runtime:
        assert publish(load_mesh(root), ORDERS, runtime).status is Status.PUBLISHED
    return root


@pytest.fixture
def project(baked: Path, tmp_path: Path) -> Path:
    return shutil.copytree(baked, tmp_path / "project")


@pytest.fixture(autouse=True)
def secrets(project: Path) -> None:
    """What nobody may reach."""
    (project / ".mesh" / "keys" / "note").write_text(SECRET)
    (project / "domains" / "bakery" / "orders" / "notes.txt").write_text(SECRET)


def refused(run: Run, runtime: Runtime, rule: str = "RUN-03") -> Outcome:
    """The office's product is blocked under `rule`, the decision is on record, nothing is served and nothing is told."""
    outcome = run(TOWNS)
    assert outcome.status is Status.BLOCKED, outcome
    told = " ".join(map(str, outcome.findings))
    assert rule in told and SECRET not in told
    assert not runtime.registry.latest_decisions("publish")[TOWNS].open
    assert runtime.registry.latest(TOWNS) is None
    assert run(ORDERS).status is Status.PUBLISHED
    return outcome


HOSTILE = {
    "another domain's files": "return rows(open(r'{project}/domains/bakery/orders/notes.txt').read())",
    "the keyring": "return rows(open(r'{project}/.mesh/keys/note').read())",
    "the control database": "import sqlite3; return rows(str(sqlite3.connect(r'file:{project}/.mesh/control.db?mode=ro', uri=True).execute('select 1').fetchall()))",
    "the landing files": "return rows(open(r'{project}/landing/orders.csv').read())",
    "the environment": "import os; return rows(os.environ['MESH_TEST_SECRET'])",
    "the environment of its parent": "import os; return rows(open(f'/proc/{{os.getppid()}}/environ').read())",
    "the network": "import socket; socket.create_connection(('127.0.0.1', 22), 1); return rows('x')",
    "files through DuckDB": "import duckdb; return duckdb.sql(\"select column0 as town, 1::bigint as total from read_csv('{project}/.mesh/keys/note', header=false)\").arrow()",
    "files through polars": "import polars as pl; return pl.read_csv(r'{project}/landing/orders.csv')",
    "the platform's own code": "from mesh_platform.settings import load_settings; return rows(str(load_settings()))",
    "fifty gigabytes": "return rows(str(len(bytearray(50 << 30))))",
    "a symbolic link": "import os; os.symlink(r'{project}/.mesh/keys/note', '/tmp/l'); return rows(open('/tmp/l').read())",
}
CODE = """
import pyarrow as pa

def rows(text):
    return pa.table({{"town": [text[:20]], "total": [1]}})

def transform(inputs):
    {body}
"""


@pytest.mark.by_day("the keyring", "the network")
@pytest.mark.parametrize("reach", HOSTILE)
def test_a_python_transform_does_not_reach(
    run: Run, runtime: Runtime, project: Path, reach: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MESH_TEST_SECRET", SECRET)
    (project / "domains/office/towns/transform.sql").unlink()
    code = CODE.format(body=HOSTILE[reach].format(project=project))
    write_product(project, "office/towns", town_descriptor(), transform_py=code)
    refused(run, runtime)


def test_a_fork_bomb_ends_with_its_transform(run: Run, runtime: Runtime, project: Path) -> None:
    (project / "domains/office/towns/transform.sql").unlink()
    body = "import os\n    while True: os.fork()"
    write_product(project, "office/towns", town_descriptor(), transform_py=CODE.format(body=body))
    refused(run, runtime)


def test_a_symbolic_link_as_transform_or_source_is_refused(run: Run, runtime: Runtime, project: Path) -> None:
    sql = project / "domains/office/towns/transform.sql"
    sql.unlink()
    sql.symlink_to("/etc/hostname")
    refused(run, runtime, "DESC-04")
    (project / "landing/orders.csv").unlink()
    (project / "landing/orders.csv").symlink_to("/etc/hostname")
    assert run(ORDERS).status is Status.BLOCKED


@pytest.mark.by_day("through ibis")
@pytest.mark.parametrize(
    "body",
    [
        "checks = [pa.Check(lambda data: data.table.total > len(open(r'{project}/.mesh/keys/note').read()), name='c')]",
        "open(r'{project}/.mesh/keys/note').read()\nchecks = []",
        "import ibis\nchecks = [pa.Check(lambda data: ibis.literal('x') == ibis.read_csv(r'{project}/landing/orders.csv').town.first(), name='c')]",
    ],
    ids=["in a check", "beside the checks", "through ibis"],
)
def test_a_contract_does_not_reach_files(run: Run, runtime: Runtime, project: Path, body: str) -> None:
    write_product(
        project, "office/towns", town_descriptor(), contract_py=f"import pandera.ibis as pa\n{body.format(project=project)}\n"
    )
    refused(run, runtime, "CONTRACT-13")


FORGED: dict[str, object] = {
    "column": None,
    "name": "c",
    "says": "c",
    "warns": False,
    "per_row": True,
    "around": False,
    "columns": [],
}


@pytest.mark.nightly
@pytest.mark.parametrize(
    "answer",
    [
        {"problems": [], "checks": [{**FORGED, "sql": "length((select content from read_text('/etc/hostname'))) > 0"}]},
        {"problems": [], "checks": [{**FORGED, "sql": "total > 0", "columns": ["nowhere"]}]},
        {"problems": [], "checks": [{"sql": "total > 0"}]},
        {"problems": [{"what": 1}], "checks": {}},
        [],
    ],
    ids=["a file by way of a function", "a column that is not declared", "half a check", "no list", "no mapping"],
)
def test_a_contract_that_writes_its_answer_itself_is_not_believed(
    run: Run, runtime: Runtime, project: Path, answer: object
) -> None:
    forged = (
        "import os\n"
        "for fd in range(3, 64):\n"
        "    try:\n"
        f"        os.write(fd, {json.dumps(answer).encode()!r})\n"
        "    except OSError:\n"
        "        pass\n"
        "os._exit(0)\n"
    )
    write_product(project, "office/towns", town_descriptor(), contract_py=forged)
    refused(run, runtime, "CONTRACT-13")


class TestDbt:
    """Jinja is a program: it runs where nothing is within reach, and what it makes is judged."""

    @pytest.fixture(autouse=True)
    def dbt_project(self, project: Path) -> None:
        (project / "domains/office/towns/transform.sql").unlink()
        models = project / "dbt_project" / "models" / "office"
        models.mkdir(parents=True)
        (project / "dbt_project" / "dbt_project.yml").write_text(
            "name: mesh\nversion: '1.0.0'\nconfig-version: 2\nprofile: mesh\n"
        )
        (models / "sources.yml").write_text("sources: [{name: bakery, tables: [{name: orders}, {name: other}]}]\n")
        write_product(project, "office/towns", town_descriptor(transform="dbt.towns"))

    def model(self, project: Path, text: str) -> None:
        (project / "dbt_project/models/office/towns.sql").write_text(text)

    def test_a_model_is_compiled_and_published(
        self, run: Run, project: Path, rows: Callable[..., list[tuple[object, ...]]]
    ) -> None:
        self.model(
            project, "select town, cast(sum(amount) as bigint) as total from {{ source('bakery', 'orders') }} group by town"
        )
        assert run(TOWNS).status is Status.PUBLISHED
        assert rows(TOWNS) == [("Lisbon", 30), ("Porto", 5)]

    @pytest.mark.nightly
    def test_a_macro_that_takes_the_place_of_source_is_refused(self, run: Run, runtime: Runtime, project: Path) -> None:
        """The lineage is told by the model's text, so that nothing else may come of it."""
        self.model(
            project, "select town, cast(sum(amount) as bigint) as total from {{ source('bakery', 'orders') }} group by town"
        )
        macro = project / "dbt_project/macros/source.sql"
        macro.parent.mkdir()
        macro.write_text("{% macro source(a, b) %}(select email as town, amount from {{ builtins.source(a, b) }}){% endmacro %}")
        refused(run, runtime, "DBT-04")

    @pytest.mark.nightly
    def test_a_mistake_in_another_domains_models_is_no_mistake_here(self, run: Run, project: Path) -> None:
        self.model(
            project, "select town, cast(sum(amount) as bigint) as total from {{ source('bakery', 'orders') }} group by town"
        )
        other = project / "dbt_project" / "models" / "bakery" / "broken.sql"
        other.parent.mkdir()
        other.write_text("select {{ nothing.of.the.kind( }}")
        (project / "dbt_project/models/office/slow.sql").write_text("select {{ exceptions.raise_compiler_error('no') }} as x")
        assert run(TOWNS).status is Status.PUBLISHED

    @pytest.mark.by_day("a file at compile time")
    @pytest.mark.parametrize(
        "text",
        [
            "select '{{ env_var('MESH_TEST_SECRET') }}' as town, 1::bigint as total",
            "select content as town, 1::bigint as total from read_text('/etc/hostname')",
            "select town, 1::bigint as total from {{ source('bakery', 'other') }}",
            "select '{{ run_query(\"select content from read_text(\\'/etc/hostname\\')\").columns[0][0] }}' as town, 1::bigint as total",
            "{{ config(pre_hook=\"copy (select 1) to '/tmp/x'\") }} select town, 1::bigint as total from {{ source('bakery', 'orders') }}",
            "{{ config(materialized='incremental') }} select town, 1::bigint as total from {{ source('bakery', 'orders') }}",
        ],
        ids=["the environment", "a file", "an undeclared source", "a file at compile time", "a hook", "another materialization"],
    )
    def test_a_model_does_not_reach(
        self, run: Run, runtime: Runtime, project: Path, text: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("MESH_TEST_SECRET", SECRET)
        self.model(project, text)
        outcome = run(TOWNS)
        assert outcome.status is Status.BLOCKED, outcome
        assert SECRET not in " ".join(map(str, outcome.findings))
        assert runtime.registry.latest(TOWNS) is None


class TestStreams:
    """Rows go in and out as streams, and one that was cut is never taken for a whole one."""

    FIX = Limits(memory=1 << 30, seconds=120)

    def call(
        self, runtime: Runtime, tmp_path: Path, code: str, inputs: dict[str, pa.RecordBatchReader], limits: Limits = FIX
    ) -> pa.Table:
        transform = PythonTransform(tmp_path / "transform.py", code)
        folder = tmp_path / "work"
        folder.mkdir()
        opened = {name: partial(next, iter([reader])) for name, reader in inputs.items()}
        result = door.run_python(
            transform, "t.py", "a/b", opened, Confinement(limits), lambda rows: build.keep(runtime.lake, folder, rows)
        )
        if isinstance(result, pa.Table):
            return result
        with runtime.lake.engine() as con:
            con.execute(result.attach)
            return con.execute(f"SELECT * FROM {result.relation}").to_arrow_table()

    def test_rows_larger_than_its_memory_pass_through(
        self, runtime: Runtime, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(door, "IN_MEMORY", 8 << 20)
        batch = pa.record_batch({"n": pa.array(range(1 << 20), pa.int64())})
        many = pa.RecordBatchReader.from_batches(batch.schema, (batch for _ in range(200)))  # 1.6 GB, through 1 GB of memory
        code = "def transform(inputs):\n    return (batch.slice(0, 1000) for batch in inputs.stream('many'))\n"
        assert self.call(runtime, tmp_path, code, {"many": many}).num_rows == 200_000

    def test_a_large_result_is_kept_in_an_encrypted_file(
        self, runtime: Runtime, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(door, "IN_MEMORY", 1 << 16)
        code = "import pyarrow as pa\ndef transform(inputs):\n    return pa.table({'word': ['plaintext-word'] * 100_000})\n"
        assert self.call(runtime, tmp_path, code, {}).num_rows == 100_000
        assert b"plaintext-word" not in (tmp_path / "work" / "result.db").read_bytes()

    @pytest.mark.parametrize("why", ["ana@mail.test", "AnaMariaError"])
    def test_words_that_code_makes_of_values_are_not_told(self, runtime: Runtime, tmp_path: Path, why: str) -> None:
        """It answers in the platform's place, on each of its open pipes."""
        said = f'{{"ok": false, "why": "{why}", "line": 740512}}\\n'
        code = (
            "import os\ndef transform(inputs):\n    for fd in range(3, 64):\n"
            f"        try: os.write(fd, b'{said}')\n        except OSError: pass\n    os._exit(0)\n"
        )
        with pytest.raises(MeshError) as stopped:
            self.call(runtime, tmp_path, code, {})
        assert stopped.value.finding.rule == "RUN-03"
        assert "ana" not in str(stopped.value.finding).lower() and "740512" not in str(stopped.value.finding)

    @pytest.mark.parametrize("said", ["{}\\n", "[" * 4000, '{"ok": true}\\nno stream'], ids=["nothing", "too deep", "no stream"])
    def test_an_answer_that_is_none_is_a_finding(self, runtime: Runtime, tmp_path: Path, said: str) -> None:
        code = (
            "import os\ndef transform(inputs):\n    for fd in range(3, 64):\n"
            f"        try: os.write(fd, b'{said}')\n        except OSError: pass\n    os._exit(0)\n"
        )
        with pytest.raises(MeshError, match="RUN-03"):
            self.call(runtime, tmp_path, code, {})

    def test_batches_that_lie_about_their_lengths_are_refused(self, runtime: Runtime, tmp_path: Path) -> None:
        code = (
            "import pyarrow as pa\ndef transform(inputs):\n"
            "    offsets = pa.py_buffer(b'\\x00\\x00\\x00\\x00\\xff\\xff\\xff\\x0f')\n"
            "    lying = pa.Array.from_buffers(pa.string(), 1, [None, offsets, pa.py_buffer(b'x')])\n"
            "    return [pa.RecordBatch.from_arrays([lying], names=['town'])]\n"
        )
        with pytest.raises(MeshError):
            self.call(runtime, tmp_path, code, {})

    @pytest.mark.parametrize(
        ("body", "made"),
        [
            ("pa.table({'n': pa.array([0]).take(pa.array([0] * 1_000_000))})", "pa.ipc.IpcWriteOptions(compression='zstd')"),
            ("pa.table({'n': pa.RunEndEncodedArray.from_arrays([2**31 - 1], ['word'])})", "None"),
            ("pa.table({'n' * (5 << 20): [1]})", "None"),
        ],
        ids=["compressed", "run-end encoded", "a name of megabytes"],
    )
    def test_a_few_bytes_that_stand_for_many_are_not_decoded(
        self, runtime: Runtime, tmp_path: Path, body: str, made: str
    ) -> None:
        code = (
            "import pyarrow as pa\nreal = pa.ipc.new_stream\n"
            f"def transform(inputs):\n    pa.ipc.new_stream = lambda out, schema: real(out, schema, options={made})\n    return {body}\n"
        )
        with pytest.raises(MeshError, match="compressed, folded or too large"):
            self.call(runtime, tmp_path, code, {})

    @pytest.mark.parametrize("order", ["broken first", "broken last"])
    def test_an_input_that_breaks_off_is_no_input(self, runtime: Runtime, tmp_path: Path, order: str) -> None:
        batch = pa.record_batch({"n": [1, 2, 3]})

        def broken() -> Iterator[pa.RecordBatch]:
            yield batch
            raise Unavailable.because("LAKE-31", "a", "The rows went.", "Again.")

        inputs = {
            "broken": pa.RecordBatchReader.from_batches(batch.schema, broken()),
            "whole": pa.RecordBatchReader.from_batches(batch.schema, [batch]),
        }
        names = sorted(inputs, reverse=order == "broken last")
        code = "def transform(inputs):\n    return [t for n in inputs for t in inputs[n].to_batches()]\n"
        with pytest.raises(Exception, match="The rows went"):
            self.call(runtime, tmp_path, code, {name: inputs[name] for name in names})

    @pytest.mark.parametrize(
        ("code", "rule"),
        [
            ("import ctypes\n    ctypes.string_at(0)", "RUN-12"),
            ("import time\n    time.sleep(60)", "RUN-08"),
            ("yield_one()", "RUN-03"),
        ],
        ids=["killed", "too slow", "fails while its batches are drawn"],
    )
    def test_a_result_that_breaks_off_is_no_result(self, runtime: Runtime, tmp_path: Path, code: str, rule: str) -> None:
        text = (
            "import pyarrow as pa\nbatch = pa.record_batch({'n': [1]})\n"
            "def yield_one():\n    raise ValueError('no')\n"
            f"def transform(inputs):\n    yield batch\n    {code}\n    yield batch\n"
        )
        with pytest.raises(MeshError) as stopped:
            self.call(runtime, tmp_path, text, {}, Limits(seconds=3.0))
        assert stopped.value.finding.rule == rule


def test_an_error_that_sql_raises_tells_no_value(run: Run, runtime: Runtime, project: Path) -> None:
    sql = "SELECT town, CASE WHEN true THEN error('MESH-LOSSY-CAST ' || town) ELSE 1 END AS total FROM orders"
    write_product(project, "office/towns", town_descriptor(), transform_sql=sql)
    outcome = run(TOWNS)
    assert outcome.status is not Status.PUBLISHED
    assert not {"Lisbon", "Porto"} & set(" ".join(map(str, outcome.findings)).replace('"', " ").split())
    assert {finding.rule for finding in outcome.findings if finding.blocks} == {"LAKE-32"}


def test_what_was_judged_is_what_runs(
    run: Run, runtime: Runtime, project: Path, rows: Callable[..., list[tuple[object, ...]]]
) -> None:
    """A file that changes between the gate and the run changes nothing: the text that was read is hashed, judged and run."""
    from mesh_platform.publish import publish

    (project / "domains/office/towns/transform.sql").unlink()
    honest = "import pyarrow as pa\ndef transform(inputs):\n    return pa.table({'town': ['honest'], 'total': [1]})\n"
    write_product(project, "office/towns", town_descriptor(), transform_py=honest)
    mesh = load_mesh(project)
    (project / "domains/office/towns/transform.py").write_text(honest.replace("honest", "swapped"))
    assert publish(mesh, TOWNS, runtime).status is Status.PUBLISHED
    assert rows(TOWNS) == [("honest", 1)]
