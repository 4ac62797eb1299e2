"""Writes the landing files of the example mesh: the same files for the same scale, seed and day, and never half a file.

Everything is made up: addresses end in example.com, .net or .org (RFC 2606), banks do not exist, and telephone numbers begin as none does
in their country, but for those of the two people whom the documentation names. One person stands in every system under that system's
own identifier, so that a story about one person crosses the whole mesh. Each file is written beside its place and renamed into it.
"""

from __future__ import annotations

import gzip
import json
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, time
from importlib.resources import files
from pathlib import Path
from string import Template

import duckdb
import pyarrow as pa
import yaml

from mesh_platform.clock import utc_now
from mesh_platform.demo import pools
from mesh_platform.errors import UsageProblem

PEOPLE, SEED = 1000, 7
SQLITE_BATCH = 20_000
COMPRESSION = 3
_PARTIAL = ".landing-partial-"
_HERE = "mesh_platform.demo"

_CSV = "format csv, header"
_NDJSON = "format json"
_PARQUET = "format parquet, compression zstd"
_NOTE = "demo.json"


@dataclass(frozen=True, slots=True)
class Export:
    """One landing file: the query that fills it and how it is written (a SQLite `table` where that is named, gzip where it ends so)."""

    path: str
    query: str
    form: str = ""
    table: str = ""
    names: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Made:
    """What landing files were made of, as a note beside them tells."""

    scale: int
    seed: int
    as_of: date


EXPORTS = (
    Export("crm/accounts.csv", "crm_accounts", _CSV),
    Export("crm/preferences.sqlite", "crm_preferences", table="contact_preferences"),
    Export("psp/ledger.sqlite", "psp_transactions", table="transactions"),
    Export("billing/invoices.csv.gz", "billing_invoices", _CSV),
    Export("clinic/patients.parquet", "clinic_patients", _PARQUET),
    Export("clinic/encounters.csv.gz", "clinic_encounters", _CSV),
    Export("helpdesk/tickets.ndjson.gz", "helpdesk_tickets", _NDJSON),
    Export("web/events-1.ndjson.gz", "web_events", _NDJSON, names={"part": 0}),
    Export("web/events-2.ndjson.gz", "web_events", _NDJSON, names={"part": 1}),
    Export("web/consents.csv", "web_consents", _CSV),
    Export("shop/orders.csv", "shop_orders", _CSV),
    Export("shop/order_items.parquet", "shop_order_items", _PARQUET),
)


def is_complete(target: Path) -> bool:
    """Whether every landing file stands below `target`."""
    return all((target / export.path).is_file() for export in EXPORTS)


def made_in(target: Path) -> Made | None:
    """What the landing files below `target` were made of; None where one is missing or nothing tells."""
    if not is_complete(target):
        return None
    try:
        note = json.loads((target / _NOTE).read_text(encoding="utf-8"))
        return Made(int(note["scale"]), int(note["seed"]), date.fromisoformat(note["as_of"]))
    except (OSError, ValueError, TypeError, KeyError):
        return None


def generate(target: Path, scale: int = 1, seed: int = SEED, *, as_of: date | None = None) -> tuple[Path, ...]:
    """Write the landing files below `target` and return their paths.

    Args:
        target: folder, made where it is missing; files of the same names are replaced, others left alone.
        scale: 1 makes a thousand people and some 25,000 rows in seconds; 1000 makes a million people.
        seed: another seed, other people.
        as_of: the day on which the systems exported; today where not given. Nothing in the files is later, but for due dates.

    Raises:
        UsageProblem: where `scale` is less than one.
    """
    if scale < 1:
        raise UsageProblem.because("DEMO-01", "scale", "It is less than one.", "Give a whole number from 1.")
    made = Made(scale, seed, as_of or utc_now().date())
    target.mkdir(parents=True, exist_ok=True)
    for left_over in target.glob(_PARTIAL + "*"):
        shutil.rmtree(left_over, ignore_errors=True)
    with _partial_folder(target) as partial, closing(_engine(partial)) as con:
        names = _prepare(con, made)
        for export in EXPORTS:
            _write(con, export, partial / export.path, names)
        (target / _NOTE).unlink(missing_ok=True)  # a kill between the files leaves no note that is wrong of some
        written = tuple(_settle(partial / export.path, target / export.path) for export in EXPORTS)
        note = json.dumps({"scale": made.scale, "seed": made.seed, "as_of": made.as_of.isoformat()})
        (partial / _NOTE).write_text(note, encoding="utf-8")
        _settle(partial / _NOTE, target / _NOTE)
        return written


@contextmanager
def _partial_folder(target: Path) -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix=_PARTIAL, dir=target))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _settle(written: Path, place: Path) -> Path:
    place.parent.mkdir(parents=True, exist_ok=True)
    return written.replace(place)


def _engine(partial: Path) -> duckdb.DuckDBPyConnection:
    con = duckdb.connect()
    con.execute("set autoinstall_known_extensions = false")
    con.execute("set enable_progress_bar = false")
    con.execute("set memory_limit = '1GB'")
    con.execute("set temp_directory = ?", [str(partial / "spill")])
    return con


def _prepare(con: duckdb.DuckDBPyConnection, made: Made) -> dict[str, int]:
    """Make the people and their purchases; what the queries may name with `$` comes back."""
    con.execute("set variable seed = ?::bigint", [made.seed])
    con.execute("set variable as_of = ?::timestamp", [datetime.combine(made.as_of, time())])
    pools.fill(con, made.seed)
    texts = _fill_texts(con)
    names = {"people": PEOPLE * made.scale, "seed": made.seed, "texts": texts, "articles": pools.ARTICLES}
    names |= {"first_names": pools.FIRST_NAMES, "last_names": pools.LAST_NAMES, "places": pools.PLACES}
    for step in ("macros", "people", "purchases"):
        con.execute(_query(step, names))
    return names


def _fill_texts(con: duckdb.DuckDBPyConnection) -> int:
    texts = yaml.safe_load(files(_HERE).joinpath("ticket_texts.yaml").read_text(encoding="utf-8"))
    con.register("_texts", pa.Table.from_pylist([{"i": i, **text} for i, text in enumerate(texts)]))
    con.execute("create table ticket_text as select * from _texts")
    con.unregister("_texts")
    return len(texts)


def _query(name: str, names: dict[str, int]) -> str:
    """The SQL file `name`; only whole numbers ever replace its `$names`."""
    text = files(_HERE).joinpath("sql", f"{name}.sql").read_text(encoding="utf-8")
    return Template(text).substitute({key: str(int(value)) for key, value in names.items()})


def _write(con: duckdb.DuckDBPyConnection, export: Export, path: Path, names: dict[str, int]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    query = _query(export.query, names | export.names)
    if export.table:
        _write_sqlite(con.execute(query), path, export.table)
    else:
        plain = path.with_suffix("") if path.suffix == ".gz" else path
        place = str(plain).replace("'", "''")
        con.execute(f"copy ({query}) to '{place}' ({export.form})")
        if plain != path:
            _compress(plain, path)


def _compress(plain: Path, path: Path) -> None:
    """Python's gzip takes a third of the time of DuckDB's, and leaves the hour out of the file."""
    with plain.open("rb") as source, path.open("wb") as raw, gzip.GzipFile("", "wb", COMPRESSION, raw, mtime=0) as target:
        shutil.copyfileobj(source, target, 1 << 20)
    plain.unlink()


_SQLITE_TYPES = {"BIGINT": "integer", "INTEGER": "integer", "BOOLEAN": "integer", "DOUBLE": "real"}


def _write_sqlite(rows: duckdb.DuckDBPyConnection, path: Path, table: str) -> None:
    columns = [f"{name} {_SQLITE_TYPES.get(str(kind), 'text')}" for name, kind, *_ in rows.description]
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("pragma journal_mode = off")
        database.execute(f"create table {table} ({', '.join(columns)})")
        insert = f"insert into {table} values ({', '.join('?' * len(columns))})"
        while batch := rows.fetchmany(SQLITE_BATCH):
            database.executemany(insert, batch)
