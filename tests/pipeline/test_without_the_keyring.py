"""Whoever copies a home without its keyring gets no restricted value out of it, whichever way they look.

One mesh is run through Dagster as the console runs it: an ingest, SQL, Python and dbt over it, a publication that its rows block, a transform that
raises, a purge and a rotation. Then all of the home but `keys/` is copied, and the values that went in are looked for in the copy.
"""

from __future__ import annotations

import base64
import gzip
import shutil
import zlib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import dagster as dg
import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from mesh_platform.errors import Unavailable
from mesh_platform.keys import LocalKeyring
from mesh_platform.lake import Doomed, Lake, Place, load_extension
from mesh_platform.pipeline import dagster_home
from mesh_platform.pipeline.location import mesh_definitions
from mesh_platform.publish import open_runtime
from mesh_platform.settings import load_settings
from tests.pipeline.small_mesh import put, write_domain, write_mesh, write_product, write_workspace
from tests.pipeline.steps import execute, materialized

pytestmark = pytest.mark.nightly
PEOPLE = [f"Zita.Quist{number}@Xyzzy-Mail.test" for number in range(40)]
DIAGNOSES = [f"Kwashiorkor-{number:03d}" for number in range(40)]
VALUES = [*PEOPLE, *DIAGNOSES]
COLUMNS = """\
  privacy: {condition: health_care}
  columns:
    email: {type: string, sensitivity: restricted, category: user.contact.email, subject: email, nullable: true, description: An address.}
    diagnosis: {type: string, sensitivity: restricted, category: user.health, nullable: true, description: What was found.}
"""
RESTRICTED = "  erasure: {strategy: delete_by_key}\n" + COLUMNS
INGEST = "  source: {path: landing/visits.csv, purpose: reporting, basis: legitimate_interests, notice: n1}\n" + RESTRICTED
DERIVED = "  inputs:\n    - {product: clinic/visits, purpose: reporting, fields: [email, diagnosis]}\n" + RESTRICTED
STRICT = DERIVED.replace("nullable: true, description: An address.", "values: [nobody], description: An address.")
SAYS = "def transform(inputs):\n    raise ValueError(str(inputs['visits'].to_pylist()))\n"
TOO_RARE = """\
def transform(inputs):
    table = inputs["visits"]
    return table.append_column("note", table["email"]).select(["email", "diagnosis"])
"""
DBT_PROJECT = "name: mesh\nversion: '1.0.0'\nconfig-version: 2\nprofile: mesh\n"
PUBLISHED = {"clinic/visits", "clinic/by_sql", "clinic/by_python", "clinic/by_dbt"}


@dataclass(frozen=True)
class Copied:
    """The copy, and what Dagster said had been made."""

    home: Path
    original: Path
    materialized: frozenset[str]

    def files(self) -> Iterator[tuple[str, bytes]]:
        for path in sorted(self.home.rglob("*")):
            if path.is_file():
                yield path.relative_to(self.home).as_posix(), path.read_bytes()


@pytest.fixture(scope="module")
def copied(tmp_path_factory: pytest.TempPathFactory) -> Copied:
    folder = tmp_path_factory.mktemp("copied")
    root = write_mesh(folder / "project")
    rows = [f"{email},{diagnosis}" for email, diagnosis in zip(PEOPLE, DIAGNOSES, strict=True)]
    put(root / "landing/visits.csv", "\n".join(["email,diagnosis", *rows]) + "\n")
    write_domain(root, "clinic")
    write_product(root, "clinic/visits", INGEST)
    write_product(root, "clinic/by_sql", DERIVED, sql="select email, diagnosis from visits where email is not null")
    write_product(root, "clinic/by_python", DERIVED, python=TOO_RARE)
    write_product(root, "clinic/by_dbt", "  transform: dbt.by_dbt\n" + DERIVED)
    put(root / "dbt_project/dbt_project.yml", DBT_PROJECT)
    put(root / "dbt_project/models/clinic/sources.yml", "sources: [{name: clinic, tables: [{name: visits}]}]\n")
    put(root / "dbt_project/models/clinic/by_dbt.sql", "select email, diagnosis from {{ source('clinic', 'visits') }}")
    write_product(root, "clinic/blocked", STRICT, sql="select email, diagnosis from visits")
    write_product(root, "clinic/raises", DERIVED, python=SAYS)
    write_workspace(root)
    settings = load_settings(root)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DAGSTER_DISABLE_TELEMETRY", "yes")
        with dg.DagsterInstance.from_config(str(dagster_home.prepare(settings))) as instance:
            made = {*materialized(execute(mesh_definitions(settings), instance))}
            execute(mesh_definitions(settings), instance, ["clinic/visits", "clinic/by_sql"])  # a second version
    with open_runtime(settings) as runtime:
        runtime.lake.purge(Place("westeurope", "clinic", "visits"), Doomed("email = ?", (PEOPLE[7],)), "dpo", "erase")
        assert runtime.lake.domain_keys.rotate("clinic", "westeurope").complete
        killed = runtime.lake.writer(Place("westeurope", "clinic", "visits"))
        with killed as writer:  # copied in the middle of a publication: its copy, its write-ahead log, its staged files
            writer.stage(pa.table({"email": PEOPLE, "diagnosis": DIAGNOSES}))
            shutil.copytree(settings.home_path, folder / "copy", ignore=shutil.ignore_patterns("keys"))
    return Copied(folder / "copy", settings.home_path, frozenset(made))


def test_the_mesh_did_what_the_search_is_about(copied: Copied) -> None:
    assert {product for product in copied.materialized if product.startswith("clinic/")} == PUBLISHED
    names = [name for name, _ in copied.files()]
    assert sum(name.endswith(".parquet") for name in names) >= 5
    for part in ("control.db", ".ducklake", ".key", ".copy", "dagster/", "cache/", "locks/"):
        assert any(part in name for name in names), part
    assert not (copied.home / "keys").exists()


def spellings(value: str) -> set[bytes]:
    """How a value may stand in a file: encodings, cases, reversed, and the three alignments of Base64."""
    found = set()
    for text in (value, value.lower(), value.upper(), value[::-1]):
        plain = text.encode()
        found |= {plain, text.encode("utf-16-le"), text.encode("utf-16-be"), plain.hex().encode()}
    for shift in range(3):
        coded = base64.b64encode(b"x" * shift + value.encode()).rstrip(b"=")
        found |= {coded[4:-2], coded[4:-2].translate(bytes.maketrans(b"+/", b"-_"))}
    return found


def unpacked(content: bytes) -> Iterator[bytes]:
    """Everything in a file that inflates: zlib and gzip streams at any offset, and whole zstd frames."""
    for head, bits in ((b"\x78\x01", 15), (b"\x78\x9c", 15), (b"\x78\xda", 15), (b"\x1f\x8b\x08", 31)):
        at = content.find(head)
        while at >= 0:
            with suppress(zlib.error):
                yield zlib.decompressobj(bits).decompress(content[at : at + (1 << 20)], 1 << 22)
            at = content.find(head, at + 1)
    at = content.find(b"\x28\xb5\x2f\xfd")
    while at >= 0:
        with suppress(OSError):
            yield pa.CompressedInputStream(pa.BufferReader(content[at:]), "zstd").read(1 << 22)
        at = content.find(b"\x28\xb5\x2f\xfd", at + 1)


def found_in(files: Iterator[tuple[str, bytes]]) -> set[str]:
    wanted = {form for value in (PEOPLE[0], PEOPLE[7], PEOPLE[39], DIAGNOSES[0], DIAGNOSES[39]) for form in spellings(value)}
    wanted |= {form for stem in ("Xyzzy-Mail", "Kwashiorkor") for form in spellings(stem)}
    return {name for name, content in files if any(form in part for part in (content, *unpacked(content)) for form in wanted)}


def test_no_file_of_the_copy_holds_a_value_in_any_spelling(copied: Copied) -> None:
    assert found_in(copied.files()) == set()


@pytest.mark.parametrize("pack", [zlib.compress, gzip.compress, lambda raw: pa.compress(raw, "zstd", asbytes=True), bytes])
def test_the_search_finds_what_is_there(pack: object) -> None:
    assert callable(pack)
    for form in (PEOPLE[7].encode("utf-16-le"), DIAGNOSES[0][::-1].encode(), base64.b64encode(b"??" + PEOPLE[0].encode())):
        assert found_in(iter([("x", b"before" + pack(b"some text " + form + b" and more"))])) == {"x"}


def test_no_catalog_of_the_copy_opens_and_no_key_is_made(copied: Copied) -> None:
    lake = Lake(copied.home, LocalKeyring(copied.home / "keys"), "300MB", 1)
    places = [place for place in lake.places() if place.domain == "clinic" and lake.published(place)]
    assert len(places) == len(PUBLISHED)
    with lake.reader() as reader:
        for place in places:
            with pytest.raises(Unavailable, match="KEY-01"):
                reader.fetch(place, "SELECT * FROM {t}")
            with pytest.raises(Unavailable), lake.writer(place):
                pass
    with pytest.raises(Unavailable, match="KEY-01"):
        lake.provision_domain("clinic", "westeurope")
    lake.close()
    assert list((copied.home / "keys").glob("*.kek")) == []


def test_the_engine_itself_opens_nothing_of_the_copy(copied: Copied) -> None:
    con = duckdb.connect()
    for name in ("ducklake", "httpfs", "sqlite_scanner"):
        load_extension(con, name)
    opened = 0
    for path in copied.home.rglob("*"):
        if not path.is_file() or path.suffix not in (".ducklake", ".copy", ".wal", ".parquet", ".db", ".block", ".tmp"):
            continue
        if path.suffix == ".db":  # SQLite: in the clear, and searched as text as well
            opened += 1
            _assert_no_value(con, path)
            continue
        for statement in (
            f"ATTACH '{path}' AS opened (READ_ONLY)",
            f"ATTACH 'ducklake:{path}' AS opened (READ_ONLY)",
            f"SELECT * FROM read_parquet('{path}')",
            f"SELECT * FROM parquet_metadata('{path}')",
            f"SELECT * FROM parquet_schema('{path}')",
        ):
            with pytest.raises(duckdb.Error):
                con.execute(statement).fetchall()
    assert opened >= 2


def _assert_no_value(con: duckdb.DuckDBPyConnection, path: Path) -> None:
    con.execute(f"ATTACH '{path}' AS clear (TYPE sqlite, READ_ONLY)")
    tables = con.execute("SELECT schema_name, table_name FROM duckdb_tables() WHERE database_name = 'clear'").fetchall()
    for _, table in tables:
        try:
            rows = str(con.execute(f'SELECT * FROM clear."{table}"').fetchall())
        except duckdb.Error:
            continue  # a virtual table of SQLite; its own tables are read beside it
        assert not any(value in rows for value in VALUES), f"{path.name}: {table}"
    con.execute("DETACH clear")


def test_no_statistic_of_a_data_file_can_be_read(copied: Copied) -> None:
    files = list(copied.home.rglob("*.parquet"))
    for path in files:
        assert path.read_bytes()[-4:] == b"PARE", "an encrypted footer"
        with pytest.raises((OSError, pa.ArrowException)):
            pq.read_metadata(path)


def test_names_of_files_hold_no_value(copied: Copied) -> None:
    names = " ".join(name for name, _ in copied.files()).casefold()
    assert not any(value.casefold() in names for value in VALUES)


def test_with_the_keyring_the_same_copy_gives_every_value(copied: Copied, tmp_path: Path) -> None:
    """The search would prove nothing about an empty home."""
    home = tmp_path / "home"
    shutil.copytree(copied.home, home)
    shutil.rmtree(home / "keys", ignore_errors=True)
    shutil.copytree(copied.original / "keys", home / "keys")
    lake = Lake(home, LocalKeyring(home / "keys"), "300MB", 1)
    with lake.reader() as reader:
        rows = reader.fetch(Place("westeurope", "clinic", "by_python"), "SELECT email, diagnosis FROM {t}").to_pydict()
        assert sorted(rows["email"]) == sorted(PEOPLE) and sorted(rows["diagnosis"]) == sorted(DIAGNOSES)
    lake.close()
