"""Files as sources: read as declared, and refused with file, line and column where they differ, never with the value."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mesh_platform.errors import CheckFailed, MeshError, Unavailable
from mesh_platform.lake import Lake, Place, describe_source, scan_source

PLACE = Place("westeurope", "crm", "accounts")
DECLARED = {"id": "BIGINT", "name": "VARCHAR", "amount": "DECIMAL(10,2)"}
GOOD = "id,name,amount\n1,Ana,1.5\n2,Bob,2.25\n"
ROWS = [(1, "Ana", Decimal("1.50")), (2, "Bob", Decimal("2.25"))]


@dataclass(frozen=True)
class Source:
    path: str | None = None
    connection: str | None = None
    table: str | None = None
    format: str | None = None


Read = Callable[..., list[tuple[object, ...]]]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "project" / "landing").mkdir(parents=True)
    return tmp_path / "project"


@pytest.fixture
def read(lake: Lake, project: Path) -> Read:
    """The rows of a source, as they would be staged."""

    def read_one(source: Source | str, declared: dict[str, str] = DECLARED, strict: bool = True) -> list[tuple[object, ...]]:
        wanted = Source(path=source) if isinstance(source, str) else source
        with lake.engine() as con, scan_source(con, project, wanted, declared, strict, "crm/accounts") as select:
            return con.execute(f"SELECT * FROM ({select}) ORDER BY ALL").fetchall()

    return read_one


def refused(read: Read, *arguments: object, **named: object) -> MeshError:
    with pytest.raises(MeshError) as error:
        read(*arguments, **named)
    assert error.value.finding.product == "crm/accounts"
    return error.value


def write(project: Path, name: str, content: str | bytes) -> str:
    path = project / "landing" / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return f"landing/{name}"


@pytest.mark.parametrize(
    "content",
    [
        GOOD,
        GOOD.replace("\n", "\r\n"),
        GOOD.rstrip("\n"),
        "\ufeff" + GOOD,
        GOOD.replace(",", ";"),
        GOOD.replace(",", "\t"),
        GOOD.replace(",", "|"),
        "amount,id,name\n1.5,1,Ana\n2.25,2,Bob\n",
        'id,"name",amount\n"1","Ana","1.5"\n2,Bob,2.25\n',
        "id,name,amount\n 1 ,Ana, 1.5\n2,Bob,2.250\n",
    ],
)
def test_a_csv_file_is_read_by_its_header_whatever_its_dialect(read: Read, project: Path, content: str) -> None:
    assert read(write(project, "a.csv", content)) == ROWS


def test_what_a_publication_stages_is_traced_to_its_line_too(lake: Lake, project: Path) -> None:
    path = write(project, "a.csv", GOOD.replace("2.25", "ana@ex.com"))
    with (
        lake.writer(PLACE) as writer,
        pytest.raises(CheckFailed) as refusal,
        scan_source(writer.con, project, Source(path), DECLARED) as rows,
    ):
        writer.stage(rows, list(DECLARED.items()))
    assert refusal.value.finding.where == f'{path}, line 3, column "amount"'
    write(project, "a.csv", GOOD)
    with lake.writer(PLACE) as writer, scan_source(writer.con, project, Source(path), DECLARED) as rows:
        assert writer.stage(rows, list(DECLARED.items())) == 2


def test_a_compressed_file_is_read_like_a_plain_one(read: Read, project: Path) -> None:
    assert read(write(project, "a.csv.gz", gzip.compress(GOOD.encode()))) == ROWS
    lines = b'{"id": 1, "name": "Ana", "amount": 1.5}\n{"id": 2, "name": "Bob", "amount": "2.25"}\n'
    assert read(write(project, "a.ndjson.gz", gzip.compress(lines))) == ROWS


def test_a_glob_reads_all_its_files_each_by_its_own_header(read: Read, project: Path) -> None:
    write(project, "day1.csv", "id,name,amount\n1,Ana,1.5\n")
    write(project, "day2.csv", "name;id;amount\nBob;2;2.25\n")
    assert read("landing/day*.csv") == ROWS


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.json", json.dumps([{"id": 1, "name": "Ana", "amount": 1.5}, {"amount": 2.25, "id": 2, "name": "Bob"}])),
        ("a.ndjson", '{"id": 1, "name": "Ana", "amount": 1.5}\n{"id": 2, "name": "Bob", "amount": "2.25"}\n'),
        ("a.jsonl", '{"id": "1", "name": "Ana", "amount": 1.5}\n{"id": 2, "name": "Bob", "amount": 2.25}'),
    ],
)
def test_json_is_read_as_an_array_or_line_by_line(read: Read, project: Path, name: str, content: str) -> None:
    assert read(write(project, name, content)) == ROWS


def test_nested_json_stays_a_document_and_lists_stay_lists(read: Read, project: Path) -> None:
    path = write(project, "a.json", json.dumps([{"doc": {"mail": ["x"]}, "tags": ["a", "b"], "word": "quoted"}]))
    [(doc, tags, word)] = read(path, {"doc": "JSON", "tags": "VARCHAR[]", "word": "VARCHAR"})
    assert (json.loads(str(doc)), tags, word) == ({"mail": ["x"]}, ["a", "b"], "quoted")


def test_parquet_is_read_with_its_own_types(read: Read, project: Path) -> None:
    duckdb.sql("SELECT 1::INTEGER AS id, 'Ana' AS name, 1.5 AS amount").write_parquet(str(project / "landing" / "a.parquet"))
    assert read("landing/a.parquet") == ROWS[:1]


def test_text_in_parquet_is_converted_like_text_in_csv(read: Read, project: Path) -> None:
    duckdb.sql("SELECT '1' AS id, 'Ana' AS name, '1.5' AS amount").write_parquet(str(project / "landing" / "a.parquet"))
    assert read("landing/a.parquet") == ROWS[:1]


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("BIGINT", "12", 12),
        ("BIGINT", "-9223372036854775808", -(2**63)),
        ("DECIMAL(10,2)", "1.50", Decimal("1.50")),
        ("DECIMAL(38,3)", "12345678901234567890.125", Decimal("12345678901234567890.125")),
        ("DECIMAL(10,2)", "1.5e1", Decimal("15.00")),
        ("DOUBLE", "1e-3", 0.001),
        ("BOOLEAN", "true", True),
        ("DATE", "2026-02-28", date(2026, 2, 28)),
        ("TIMESTAMP", "2026-01-02T03:04:05Z", datetime(2026, 1, 2, 3, 4, 5)),
        ("TIMESTAMP", "2026-01-02 03:04:05", datetime(2026, 1, 2, 3, 4, 5)),
        ("TIMESTAMP", "2026-01-02T03:04:05+02:00", datetime(2026, 1, 2, 1, 4, 5)),
        ("TIMESTAMPTZ", "2026-01-02T03:04:05+02:00", datetime(2026, 1, 2, 1, 4, 5, tzinfo=UTC)),
        ("VARCHAR", "00123", "00123"),
        ("BIGINT", "", None),
    ],
)
def test_a_text_becomes_exactly_the_declared_value(read: Read, project: Path, kind: str, text: str, value: object) -> None:
    assert read(write(project, "a.csv", f"a,b\n{text},x\n"), {"a": kind, "b": "VARCHAR"}) == [(value, "x")]


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("BIGINT", "1.5"),
        ("BIGINT", "ana@ex.com"),
        ("BIGINT", "9223372036854775808"),
        ("BIGINT", "1e-1"),
        ("DECIMAL(38,2)", "1.555"),
        ("DECIMAL(10,2)", "1.555"),
        ("DECIMAL(10,2)", "123456789.00"),
        ("DATE", "2026-02-30"),
        ("DATE", "2026-01-02 10:00:00"),
        ("DATE", "02/01/2026"),
        ("TIMESTAMP", "yesterday"),
        ("UUID", "no-uuid"),
        ("BOOLEAN", "maybe"),
    ],
)
@pytest.mark.parametrize("form", ["csv", "ndjson"])
def test_a_text_that_is_no_value_of_the_type_is_refused_with_file_line_and_column(
    read: Read, project: Path, kind: str, text: str, form: str
) -> None:
    lines = (
        ["b,a", "x,", f"y,{text}"] if form == "csv" else [json.dumps({"b": "x", "a": None}), json.dumps({"b": "y", "a": text})]
    )
    path = write(project, f"a.{form}", "\n".join(lines))
    finding = refused(read, path, {"a": kind, "b": "VARCHAR"}).finding
    assert (finding.rule, finding.where) == ("RUN-03", f'{path}, line {len(lines)}, column "a"')
    assert text not in str(finding)


@given(value=st.integers(-(2**63), 2**63 - 1) | st.decimals(allow_nan=False, allow_infinity=False, places=3))
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_number_is_read_exactly_or_refused(lake: Lake, project: Path, value: int | Decimal) -> None:
    path = write(project, "n.csv", f"n\n{value}\n")
    for kind in ("BIGINT", "DECIMAL(18,2)"):
        with lake.engine() as con:
            try:
                with scan_source(con, project, Source(path=path), {"n": kind}) as select:
                    [(found,)] = con.execute(select).fetchall()
            except CheckFailed:
                continue
            assert Decimal(found) == Decimal(value)


@pytest.mark.parametrize(
    ("content", "rule", "line"),
    [
        ("id,name,amount\n1,Ana\n", "RUN-02", 2),
        ("id,name,amount\n1,Ana,1.5\n2,Bob,2.5,9\n", "RUN-02", 3),
        ('id,name,amount\n1,"Ana,1.5\n', "RUN-01", 2),
        ("id,name,amount\n1,An\xf1a,1.5\n".encode("latin-1"), "RUN-03", 2),
        ("id,n\xe4me,amount\n1,Ana,1.5\n".encode("latin-1"), "RUN-03", 1),
        ("id,id,amount\n1,2,1.5\n", "RUN-02", 1),
        ("id,,amount\n1,2,1.5\n", "RUN-02", 1),
    ],
)
def test_a_broken_csv_names_the_line(read: Read, project: Path, content: str | bytes, rule: str, line: int) -> None:
    path = write(project, "a.csv", content)
    finding = refused(read, path).finding
    assert (finding.rule, finding.where) == (rule, f"{path}, line {line}")


@pytest.mark.parametrize(
    ("content", "names"),
    [("id,name\n1,Ana\n", ['missing: "amount"']), ("id,name,amount,extra\n1,Ana,1,2\n", ["undeclared: 1, in place 4"]),
     ("ID,name,amount\n1,Ana,1\n", ['missing: "id"', "undeclared: 1, in place 1"])],
)  # fmt: skip
def test_a_changed_header_names_the_columns(read: Read, project: Path, content: str, names: list[str]) -> None:
    finding = refused(read, write(project, "a.csv", content)).finding
    assert finding.rule == "RUN-02" and all(name in finding.why for name in names)


@pytest.mark.parametrize(
    ("name", "content"),
    [("a.json", '[{"id": 1, "name": "Ana", "amount": 1, "extra": 1}]'), ("a.ndjson", '{"id": 1, "name": "Ana"}\n')],
)
def test_a_changed_record_names_the_columns(read: Read, project: Path, name: str, content: str) -> None:
    assert refused(read, write(project, name, content)).finding.rule == "RUN-02"


def test_one_file_of_a_glob_that_differs_is_named(read: Read, project: Path) -> None:
    write(project, "day1.csv", GOOD)
    write(project, "day2.csv", "id,name\n1,Ana\n")
    assert refused(read, "landing/day*.csv").finding.where == "landing/day2.csv"


@pytest.mark.parametrize("cut", [0.5, -8, -4, -1])
def test_a_compressed_file_that_is_cut_off_is_refused_also_at_the_end_of_a_row(read: Read, project: Path, cut: float) -> None:
    whole = gzip.compress(("id,name,amount\n" + "".join(f"{i},Ana,1.5\n" for i in range(5_000))).encode())
    content = whole[: int(len(whole) * cut)] if cut > 0 else whole[: int(cut)]
    error = refused(read, write(project, "a.csv.gz", content))
    assert isinstance(error, Unavailable) and error.finding.rule == "RUN-01"


def test_a_flipped_bit_in_a_compressed_file_is_found(read: Read, project: Path) -> None:
    content = bytearray(gzip.compress(GOOD.encode() * 50))
    content[len(content) // 2] ^= 1
    assert refused(read, write(project, "a.csv.gz", bytes(content))).finding.rule == "RUN-01"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.json", '[{"id": 1, "name": "Ana", "amount": 1},'),
        ("a.json", '[{"id": 1, "name": "An'),
        ("a.ndjson", '{"id": 1, "name": "Ana", "amount": 1}\n{"id": 2, "na'),
        ("a.parquet", b"PAR1 and nothing else"),
        ("a.json", "[1, 2]"),
    ],
)
def test_a_file_that_is_cut_off_or_of_another_form_is_refused(read: Read, project: Path, name: str, content: str | bytes) -> None:
    assert refused(read, write(project, name, content)).finding.rule in ("RUN-01", "RUN-02")


def test_an_empty_file_is_refused_and_a_header_alone_is_no_rows(read: Read, project: Path) -> None:
    assert refused(read, write(project, "a.csv", "")).finding.rule == "RUN-02"
    assert read(write(project, "a.csv", "id,name,amount\n")) == []


@pytest.mark.parametrize(
    "path", ["../outside.csv", "/etc/hostname", "landing/../../outside.csv", ".mesh/keys/x.csv", "landing/.x.csv", "**/**/x.csv"]
)
def test_a_path_out_of_the_project_or_into_a_hidden_folder_is_refused(read: Read, project: Path, path: str) -> None:
    (project.parent / "outside.csv").write_text(GOOD)
    error = refused(read, path)
    assert isinstance(error, CheckFailed) and error.finding.rule == "RUN-01"


def test_the_platform_s_own_home_is_no_source(read: Read, project: Path) -> None:
    for folder in ("landing/store/catalogs", "landing/store/keys"):
        (project / folder).mkdir(parents=True)
    assert "own home" in refused(read, write(project, "store/keys/a.csv", GOOD)).finding.why


def test_a_link_out_of_the_project_is_refused(read: Read, project: Path) -> None:
    (project.parent / "outside.csv").write_text(GOOD)
    (project / "landing" / "link.csv").symlink_to(project.parent / "outside.csv")
    assert "leads out" in refused(read, "landing/link.csv").finding.why
    assert "leads out" in refused(read, "landing/*.csv").finding.why


def test_a_file_that_was_not_delivered_is_unavailable(read: Read) -> None:
    assert isinstance(refused(read, "landing/none.csv"), Unavailable)


def test_an_unknown_format_is_asked_for(read: Read, project: Path) -> None:
    path = write(project, "a.dat", GOOD)
    assert "source.format" in refused(read, path).finding.fix
    assert read(Source(path=path, format="csv")) == ROWS


@pytest.mark.parametrize("name", ['quo"te.csv', "apo'strophe.csv", "sp ace 😀.csv", "semi;colon.csv"])
def test_a_file_may_have_any_name(read: Read, project: Path, name: str) -> None:
    assert read(write(project, name, GOOD)) == ROWS


def test_columns_of_a_file_may_have_any_name(read: Read, project: Path) -> None:
    names = ['quo"te', "apo'strophe", "two words", "emoji 😀", "select", "a,b"]
    header = ",".join('"' + name.replace('"', '""') + '"' for name in names)
    path = write(project, "a.csv", f"{header}\n" + ",".join("123456") + "\n")
    assert read(path, dict.fromkeys(names, "BIGINT")) == [(1, 2, 3, 4, 5, 6)]


def test_before_a_transform_a_file_comes_as_it_is_but_declared_text_stays_text(read: Read, project: Path) -> None:
    path = write(project, "a.csv", "zip,extra,born\n00123,7,2026-01-02\n")
    assert read(path, {"zip": "VARCHAR"}, strict=False) == [("00123", 7, date(2026, 1, 2))]


def test_a_line_is_that_of_the_file_whatever_lies_above_it(read: Read, project: Path) -> None:
    path = write(project, "a.csv", 'id,name,amount\n\n1,"Ana\nMaria",1.5\n\n2,Bob,ana@ex.com\n')
    assert refused(read, path).finding.where == f'{path}, line 6, column "amount"'
    one = write(project, "n.csv", "n\n1\n\nana@ex.com\n")
    assert refused(read, one, {"n": "BIGINT"}).finding.where == f'{one}, line 4, column "n"'


def test_a_row_of_a_table_is_a_row_and_not_a_line(read: Read, project: Path) -> None:
    path = write(
        project, "a.json", json.dumps([{"id": 1, "name": "Ana", "amount": 1}, {"id": 2, "name": "B", "amount": "ana@ex.com"}])
    )
    assert refused(read, path).finding.where == f'{path}, row 2, column "amount"'


def test_what_fails_before_a_transform_names_the_line_too(read: Read, project: Path) -> None:
    path = write(project, "a.csv", "n\n" + "1\n" * 30_000 + "ana@ex.com\n")
    finding = refused(read, path, {}, strict=False).finding
    assert (finding.rule, finding.where) == ("RUN-03", f'{path}, line 30002, column "n"')


def test_an_error_of_the_transform_is_not_blamed_on_the_source(read: Read, lake: Lake, project: Path) -> None:
    path = write(project, "a.csv", GOOD)
    with (
        pytest.raises(CheckFailed, match="LAKE-32"),
        lake.writer(PLACE) as writer,
        scan_source(writer.con, project, Source(path=path), {}, strict=False) as select,
    ):
        writer.stage(f"SELECT no_such_column FROM ({select})")


def test_a_proposal_of_columns_follows_from_the_data(lake: Lake, project: Path) -> None:
    path = write(project, "a.csv", GOOD)
    with lake.engine() as con:
        assert describe_source(con, project, Source(path=path)) == [("id", "BIGINT"), ("name", "VARCHAR"), ("amount", "DOUBLE")]


def test_a_header_with_a_name_that_no_column_can_have_is_refused(read: Read, project: Path) -> None:
    assert refused(read, write(project, "a.csv", "a" * 200_000 + ",b\n1,2\n")).finding.rule == "RUN-02"


def test_a_header_without_end_is_refused(read: Read, project: Path) -> None:
    path = write(project, "endless.csv", 'a,"b\n' + "\n" * 5_000_000)
    assert refused(read, path).finding.rule == "RUN-02"
