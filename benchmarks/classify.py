"""What looking for personal data costs: every row of a table scanned, against DuckDB merely reading it, and against Presidio per value.

    python benchmarks/classify.py [--rows 200000 1000000 3000000] [--rounds 3] [--presidio PYTHON] [--values 400] [--quick]

The table has 20 columns, ten of them texts of mostly distinct values: notes, JSON, codes, names, addresses, statuses. DuckDB's part is
`SELECT *` with every batch fetched. Each run is a process of its own, in turns; imports are outside of the figures. With `--presidio` (an
interpreter that has presidio-analyzer and spacy) the same values of the ten text columns go through its pattern recognisers, without a model.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from functools import partial
from pathlib import Path
from typing import Any

from measure import Usage, child, in_turns, machine, markdown, median, python, ratio, say, spread, used

ROWS = (200_000, 1_000_000, 3_000_000)
PRESIDIO = """
import json, sys, time, spacy
import pyarrow.parquet as pq
from presidio_analyzer import AnalyzerEngine, RecognizerRegistry
from presidio_analyzer.nlp_engine import SpacyNlpEngine

class Blank(SpacyNlpEngine):
    def __init__(self):
        super().__init__(models=[{"lang_code": "en", "model_name": "blank"}])
        self.nlp = {"en": spacy.blank("en")}
    def load(self): self.nlp = {"en": spacy.blank("en")}
    def is_loaded(self): return True

engine = Blank()
registry = RecognizerRegistry(supported_languages=["en"])
registry.load_predefined_recognizers(languages=["en"], nlp_engine=engine)
analyzer = AnalyzerEngine(registry=registry, nlp_engine=engine, supported_languages=["en"])
rows = int(sys.argv[2])
table = next(pq.ParquetFile(sys.argv[1]).iter_batches(rows))
values = [str(v) for c, f in zip(table.columns, table.schema) if str(f.type) == "string" for v in c.to_pylist() if v is not None]
analyzer.analyze(values[0], language="en")
began, cpu, found = time.perf_counter(), time.process_time(), 0
for value in values:
    found += bool(analyzer.analyze(value, language="en"))
wall, cpu = time.perf_counter() - began, time.process_time() - cpu
print(json.dumps({"wall": wall, "cpu": cpu, "values": len(values), "per value": wall / len(values) * 1e6, "found": found}))
"""


def make(path: Path, rows: int) -> dict[str, Any]:
    """The table as Parquet, made by DuckDB."""
    import duckdb

    duckdb.sql("SET threads=2; SET memory_limit='2GB'")
    duckdb.sql(
        f"""
        COPY (SELECT
            i AS order_id, (hash(i) % 900000 + 100000)::INTEGER AS batch, (hash(i, 1) % 10000) / 100.0 AS amount, (hash(i, 2) % 7)::TINYINT AS grade,
            DATE '2020-01-01' + (hash(i, 3) % 1500)::INTEGER AS ordered, TIMESTAMP '2020-01-01' + to_seconds((hash(i, 4) % 90000000)::BIGINT) AS changed,
            hash(i, 5) % 2 = 0 AS active, (hash(i, 6) % 1000)::SMALLINT AS shelf, random() AS weight, hash(i, 7) % 100000000 AS counter,
            'parcel ' || i || ' left hall ' || (hash(i, 8) % 40) || ' by belt ' || (hash(i, 9) % 9) AS note,
            '{{"step": ' || (hash(i, 10) % 99) || ', "unit": "m' || (hash(i, 11) % 100000) || '", "ok": true}}' AS payload,
            'user' || (hash(i, 12) % 1000000) || '@example.org' AS mail, md5(i::VARCHAR) AS digest,
            ['open', 'packed', 'sent', 'back'][(hash(i, 13) % 4 + 1)::INTEGER] AS state,
            'SKU-' || (hash(i, 14) % 100000) || '-' || (hash(i, 15) % 9) AS article,
            ['Anna', 'Jan', 'Mia', 'Luca', 'Olga'][(hash(i, 16) % 5 + 1)::INTEGER] || ' ' || ['Berg', 'Novak', 'Rossi', 'Lund'][(hash(i, 17) % 4 + 1)::INTEGER] AS contact,
            'https://shop.example/p/' || (hash(i, 18) % 300000) || '?ref=' || (hash(i, 19) % 50) AS link,
            'GET /v1/items/' || (hash(i, 20) % 500000) || ' 200 ' || (hash(i, 21) % 900) || 'ms' AS line,
            CASE WHEN i % 5000 = 17 THEN 'asked for by ines' || i || '@example.net' ELSE 'hall ' || (hash(i, 22) % 100000) || ', row ' || (hash(i, 23) % 99) END AS place
        FROM range({rows}) t(i)) TO '{path}' (FORMAT parquet, ROW_GROUP_SIZE 100000)
        """
    )
    return {"rows": rows}


def read(path: Path) -> dict[str, Any]:
    """DuckDB reading all columns of all rows."""
    import duckdb
    import pyarrow  # noqa: F401 - loaded by the first batch otherwise

    duckdb.sql("SET threads=2")
    duckdb.sql("SELECT 1").to_arrow_reader(1).read_all()
    rows = 0
    with used() as figures:
        for batch in duckdb.sql(f"SELECT * FROM '{path}'").to_arrow_reader(65_536):
            rows += batch.num_rows
    return {**figures, "rows": rows}


def scan(path: Path) -> dict[str, Any]:
    """Every row through `TableScan`, free texts included; refuses a figure where the rare address was missed."""
    import pyarrow.parquet as pq

    from mesh_platform.classify.files import parquet
    from mesh_platform.classify.reading import reader
    from mesh_platform.classify.table import TableScan

    file = pq.ParquetFile(path)
    reader_of_texts = reader()
    reader_of_texts(["a text that loads what is loaded once"])
    with used() as figures:
        table = TableScan("shop__orders", file.schema_arrow, reader_of_texts)
        for batch in parquet(path):
            table.feed(batch)
        found = {column.name: [str(entity) for entity in column.entities] for column in table.finish()}
    if found["place"] != ["EMAIL"] or "EMAIL" not in found["mail"] or found["note"]:
        raise SystemExit(f"the scan did not find what is there: {found}")
    texts = 10 * table.rows
    return {**figures, "rows": table.rows, "per value": figures["wall"] / texts * 1e6}


def report(arguments: argparse.Namespace) -> None:
    counts, rounds = ([100_000], 1) if arguments.quick else (arguments.rows, arguments.rounds)
    print(f"{machine()} 20 columns, 10 of them texts; {rounds} rounds.\n")
    lines = []
    with tempfile.TemporaryDirectory(dir=arguments.temp) as folder:
        for rows in counts:
            path = Path(folder) / f"orders_{rows}.parquet"
            say(f"making {rows:,} rows")
            child(python(__file__, "--one", "make", "--path", path, "--count", rows))
            sides = {kind: partial(child, python(__file__, "--one", kind, "--path", path)) for kind in ("read", "scan")}
            if arguments.presidio and rows == counts[0]:
                sides["presidio"] = partial(child, [str(arguments.presidio), "-c", PRESIDIO, str(path), str(arguments.values)])
            runs = in_turns(sides, rounds)
            lines += _lines(rows, runs)
    print(
        markdown(
            ["rows", "side", "wall s", "least–most", "CPU s", "wall, read = 1", "CPU, read = 1", "peak MB", "µs a text value"],
            lines,
        )
    )
    print("Goals: at most 10 times the read at 1,000,000 rows, a flat peak, and a hundredth of Presidio's time a value.\n")


def _lines(rows: int, runs: dict[str, list[Usage]]) -> list[list[object]]:
    found: list[list[object]] = []
    for side, each in runs.items():
        beside = [ratio(each, runs["read"], name) for name in ("wall", "cpu")] if side == "scan" else ["", ""]
        value = f"{median(each, 'per value'):.2f}" if side != "read" else ""
        found.append([f"{rows:,}", side, f"{median(each, 'wall'):.2f}", spread(each, "wall"), f"{median(each, 'cpu'):.2f}", *beside, f"{median(each, 'peak'):.0f}", value])  # fmt: skip
    if "presidio" in runs:
        found[-1][1] = (
            f"presidio, {int(runs['presidio'][0].told['values']):,} values ({ratio(runs['presidio'], runs['scan'], 'per value')} times a value)"
        )
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, nargs="+", default=list(ROWS))
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--presidio", type=Path, help="an interpreter that has presidio-analyzer and spacy")
    parser.add_argument("--values", type=int, default=400, help="rows of which Presidio gets the ten texts")
    parser.add_argument("--quick", action="store_true", help="100,000 rows, one round")
    parser.add_argument("--temp", help="where the files of the measurement lie")
    parser.add_argument("--one", choices=("make", "read", "scan"), help=argparse.SUPPRESS)
    parser.add_argument("--path", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--count", type=int, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.one is None:
        report(given)
    else:
        print(json.dumps({"make": lambda p: make(p, given.count), "read": read, "scan": scan}[given.one](given.path)))


if __name__ == "__main__":
    main()
