"""What a contract costs: ours against hand-written SQL over the same rules, stock pandera on ibis, pandera on pandas and on polars.

Every run is a process of its own, engines take turns within a round, and what is shown are medians over rounds and ratios to our run of the
same round. CPU and wall time are of the check alone (imports done, data loaded or file opened); peak memory is of the whole process.

    python benchmarks/contract.py [--rows 10000000] [--rounds 3] [--engines "ours,sql by rule,stock"] [--large 30000000] [--append] [--quick]

20 rules over 9 columns: seven columns required, one unique column, one composite key, a reference to a tenth as many customers, two patterns, a
length, two value sets, three ranges, a row check and a row count. The dirty table breaks nine of them in about 0.05 % of its rows each.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from measure import Rounds, child, in_turns, machine, markdown, median, python, ratio, used

Counts = dict[str, int]

EMAIL, ORDER = r"[^@\s]+@[^@\s]+\.[a-z]+", r"ORD-[0-9]{10}"
COUNTRIES, STATES = ["DE", "FR", "ES", "IT", "NL", "PT", "AT", "BE"], ["new", "paid", "sent", "back"]
SINCE = datetime(2024, 1, 1)
MEMORY, THREADS = "700MB", 2


def make_data(path: Path, rows: int, dirty: bool) -> None:
    """`orders`, `customers`, and `more`: one percent of orders that came later."""
    import duckdb

    customers = max(rows // 10, 1)

    def spoiled(name: str, bad: str, good: str) -> str:
        return f"CASE WHEN hash(i, '{name}') % 100000 < 50 THEN {bad} ELSE {good} END" if dirty else good

    columns = f"""
        {spoiled("order", "printf('ORD-%010d', i // 2)", "printf('ORD-%010d', i)")} AS order_id,
        {spoiled("customer", "-1::BIGINT", f"(i % {customers})::BIGINT")} AS customer_id,
        (i // {customers})::INTEGER AS line,
        {spoiled("email", "'nobody'", "printf('user%d.%d@example.org', hash(i, 2) % 1000000, i % 97)")} AS email,
        {spoiled("country", "'XX'", f"({COUNTRIES})[1 + (hash(i, 3) % 8)::INTEGER]")} AS country,
        {spoiled("status", "'lost'", f"({STATES})[1 + (hash(i, 4) % 4)::INTEGER]")} AS status,
        {spoiled("quantity", "0", "(1 + hash(i, 5) % 20)::INTEGER")} AS quantity,
        ({spoiled("amount", "-1", "(hash(i, 6) % 1000000) / 100")})::DECIMAL(12,2) AS amount,
        {spoiled("created", "NULL", "TIMESTAMP '2024-01-01' + to_seconds((hash(i, 7) % 60000000)::BIGINT)")} AS created_at"""
    with duckdb.connect(path) as con:
        con.execute(f"SET threads = {THREADS}")
        con.execute(f"CREATE TABLE customers AS SELECT i AS customer_id FROM range({customers}) r(i)")
        con.execute(f"CREATE TABLE orders AS SELECT {columns} FROM range({rows}) r(i)")
        con.execute(f"CREATE TABLE more AS SELECT {columns} FROM range({rows}, {rows + rows // 100}) r(i)")
        con.execute("CREATE VIEW everything AS SELECT * FROM orders UNION ALL SELECT * FROM more")


@contextmanager
def opened(path: Path) -> Iterator[Any]:
    import duckdb

    with tempfile.TemporaryDirectory() as temp, duckdb.connect(path, read_only=True) as con:
        con.execute(f"SET memory_limit = '{MEMORY}'; SET threads = {THREADS}; SET temp_directory = '{temp}'")
        yield con


def descriptor() -> Any:
    from mesh_platform.product import DataProduct

    columns = {
        "order_id": {"type": "string", "unique": True, "pattern": ORDER},
        "customer_id": {"type": "integer", "references": "crm/customers.customer_id"},
        "line": {"type": "int32"},
        "email": {"type": "string", "nullable": True, "pattern": EMAIL, "maxLength": 254},
        "country": {"type": "string", "values": COUNTRIES},
        "status": {"type": "string", "nullable": True, "values": STATES},
        "quantity": {"type": "int32", "min": 1, "max": 20},
        "amount": {"type": "decimal(12,2)", "min": 0, "max": 10000},
        "created_at": {"type": "timestamp", "min": "2024-01-01"},
    }
    document = {
        "name": "orders",
        "domain": "sales",
        "columns": columns,
        "unique": [["customer_id", "line"]],
        "rows": {"min": 1},
        "checks": [{"name": "worth", "sql": "amount * quantity < 200000"}],
    }
    return DataProduct.model_validate(document, by_alias=True, by_name=False)


def ours(path: Path, table: str = "orders", new_rows: str | None = None) -> tuple[Counts, Measured]:
    import mesh_platform.contract.audit  # noqa: F401  (imported by the first check otherwise)
    from mesh_platform.contract import check_contract, contract_of
    from mesh_platform.product import ProductKey

    contract = contract_of(descriptor())
    with opened(path) as con:
        with used() as figures:
            references = {ProductKey("crm", "customers"): "customers"}
            result = check_contract(contract, con, table, now=datetime.now(UTC), references=references, new_rows=new_rows)
        assert not result.problems
        return {rule.id: rule.failed for rule in result.rules}, figures


REQUIRED = ("order_id", "customer_id", "line", "country", "quantity", "amount", "created_at")


def _conditions() -> dict[str, str]:
    return {
        "order_id.str_matches": f"NOT regexp_full_match(order_id, '{ORDER}')",
        "email.str_matches": rf"NOT regexp_full_match(email, '{EMAIL}')",
        "email.str_length": "length(email) > 254",
        "country.isin": f"country NOT IN {tuple(COUNTRIES)}",
        "status.isin": f"status NOT IN {tuple(STATES)}",
        "quantity.in_range": "quantity NOT BETWEEN 1 AND 20",
        "amount.in_range": "amount NOT BETWEEN 0 AND 10000",
        "created_at.greater_than_or_equal_to": "created_at < TIMESTAMP '2024-01-01'",
        "row.worth": "NOT amount * quantity < 200000",
    }


_REFERENCE = "SELECT count(*) FROM orders ANTI JOIN customers USING (customer_id) WHERE customer_id IS NOT NULL"


def _repeated(columns: str) -> str:
    return f"SELECT coalesce(sum(n), 0) FROM (SELECT count(*) AS n FROM orders GROUP BY {columns} HAVING count(*) > 1)"


def sql_by_rule(path: Path) -> tuple[Counts, Measured]:
    """Hand-written SQL, a query per rule."""
    queries = {f"{name}.not_null": f"SELECT count(*) - count({name}) FROM orders" for name in REQUIRED}
    queries |= {rule: f"SELECT count(*) FROM orders WHERE {condition}" for rule, condition in _conditions().items()}
    queries |= {"customer_id.reference": _REFERENCE, "order_id.unique": _repeated("order_id")}
    queries |= {"customer_id+line.unique": _repeated("customer_id, line"), "table.rows": "SELECT (count(*) < 1)::INT FROM orders"}
    with opened(path) as con:
        with used() as figures:
            counts = {rule: int(con.execute(query).fetchall()[0][0]) for rule, query in queries.items()}
        return counts, figures


def sql_in_one(path: Path) -> tuple[Counts, Measured]:
    """Hand-written SQL, one aggregate for all rules about rows."""
    nulls = {f"{name}.not_null": f"count(*) - count({name})" for name in REQUIRED}
    rules = {rule: f"count(*) FILTER ({condition})" for rule, condition in _conditions().items()}
    listed = {**nulls, **rules, "table.rows": "(count(*) < 1)::INT"}
    with opened(path) as con:
        with used() as figures:
            row = con.execute(f"SELECT {', '.join(listed.values())} FROM orders").fetchall()[0]
            counts = {rule: int(value) for rule, value in zip(listed, row, strict=True)}
            rest = {"customer_id.reference": _REFERENCE, "order_id.unique": _repeated("order_id")}
            rest["customer_id+line.unique"] = _repeated("customer_id, line")
            counts |= {rule: int(con.execute(query).fetchall()[0][0]) for rule, query in rest.items()}
        return counts, figures


def _schema(module: Any, types: dict[str, Any], reference: Callable[[Any], Any], worth: Any, rows: Any) -> Any:
    check = module.Check
    columns = {
        "order_id": module.Column(types["text"], check.str_matches(f"(?:{ORDER})$")),
        "customer_id": module.Column(types["long"], check(reference, name="reference")),
        "line": module.Column(types["int"]),
        "email": module.Column(
            types["text"], [check.str_matches(f"(?:{EMAIL})$"), check.str_length(max_value=254)], nullable=True
        ),
        "country": module.Column(types["text"], check.isin(COUNTRIES)),
        "status": module.Column(types["text"], check.isin(STATES), nullable=True),
        "quantity": module.Column(types["int"], check.in_range(1, 20)),
        "amount": module.Column(types["decimal"], check.in_range(0, 10000)),
        "created_at": module.Column(types["timestamp"], check.ge(SINCE)),
    }
    unique: Any = [["order_id"], ["customer_id", "line"]]
    return module.DataFrameSchema(
        columns, checks=[check(worth, name="worth"), check(rows, name="rows")], unique=unique, strict=True
    )


def _pandera(schema: Any, rows: Any) -> tuple[Counts, Measured]:
    import pandera.errors

    with used() as figures:
        try:
            schema.validate(rows, lazy=True)
            failed = 0
        except pandera.errors.SchemaErrors as errors:
            failed = len(errors.schema_errors)
    return {"rules that failed": failed}, figures


def stock(path: Path) -> tuple[Counts, Measured]:
    """Pandera's own engine on ibis; without our schema-level keys it would ignore `unique=True`."""
    import ibis
    import pandera.ibis

    with opened(path) as con:
        backend = ibis.duckdb.from_connection(con)
        customers = backend.table("customers")
        types = {"text": "string", "long": "int64", "int": "int32", "decimal": "decimal(12,2)", "timestamp": "timestamp(6)"}
        schema = _schema(
            pandera.ibis,
            {name: ibis.dtype(kind) for name, kind in types.items()},
            lambda data: data.table[data.key].isin(customers.customer_id),
            lambda data: data.table.amount * data.table.quantity < 200000,
            lambda data: data.table.count() >= 1,
        )
        return _pandera(schema, backend.table("orders"))


def pandas(path: Path) -> tuple[Counts, Measured]:
    import pandera.pandas

    with opened(path) as con:
        customers = con.execute("SELECT customer_id FROM customers").to_arrow_table().to_pandas()["customer_id"]
        frame = con.execute("SELECT * REPLACE (amount::DOUBLE AS amount) FROM orders").to_arrow_table().to_pandas()
    return _pandera(
        _schema(
            pandera.pandas,
            {"text": "str", "long": "int64", "int": "int32", "decimal": "float64", "timestamp": "datetime64[us]"},
            lambda column: column.isin(customers),
            lambda table: table["amount"] * table["quantity"] < 200000,
            lambda table: len(table) >= 1,
        ),
        frame,
    )


def polars(path: Path) -> tuple[Counts, Measured]:
    import pandera.polars
    import polars as pl

    with opened(path) as con:
        customers = con.execute("SELECT customer_id FROM customers").pl()["customer_id"]
        frame = con.execute("SELECT * REPLACE (amount::DOUBLE AS amount) FROM orders").pl()
    return _pandera(
        _schema(
            pandera.polars,
            {"text": pl.String, "long": pl.Int64, "int": pl.Int32, "decimal": pl.Float64, "timestamp": pl.Datetime("us")},
            lambda data: data.lazyframe.select(pl.col(data.key).is_in(customers.implode())),
            lambda data: data.lazyframe.select(pl.col("amount") * pl.col("quantity") < 200000),
            lambda data: data.lazyframe.select(pl.len() >= 1).collect().item(),
        ),
        frame,
    )


def appended(path: Path) -> tuple[Counts, Measured]:
    return ours(path, "everything", "more")


def whole(path: Path) -> tuple[Counts, Measured]:
    return ours(path, "everything")


Measured = dict[str, float]
ENGINES: dict[str, Callable[[Path], tuple[Counts, Measured]]] = {
    "ours": ours,
    "sql by rule": sql_by_rule,
    "sql in one": sql_in_one,
    "stock": stock,
    "pandas": pandas,
    "polars": polars,
    "appended": appended,
    "whole": whole,
}


def one(engine: str, path: Path) -> None:
    """One run in this process; its figures go to stdout as JSON."""
    counts, figures = ENGINES[engine](path)
    print(json.dumps({**figures, "counts": counts}))


def rounds(engines: list[str], path: Path, times: int) -> Rounds:
    """Each engine once per round, starting with another one each time; one that fails is left out."""
    runs = {engine: lambda engine=engine: child(python(__file__, "--one", engine, "--data", path)) for engine in engines}
    return in_turns(runs, times, rotate=True, required=False)


def table(title: str, found: Rounds, base: str) -> str:
    head = ["engine", "CPU s", "wall s", "peak MB", f"CPU, {base} = 1 (least–most)"]
    rows = [
        [
            name,
            *(f"{median(runs, figure):.2f}" for figure in ("cpu", "wall")),
            f"{median(runs, 'peak'):.0f}",
            ratio(runs, found[base], "cpu"),
        ]
        for name, runs in found.items()
    ]
    return f"**{title}**\n\n{markdown(head, rows)}"


def agree(found: Rounds) -> str:
    """That hand-written SQL and we counted the same, rule by rule; figures of different work are not shown."""
    counted = {
        engine: runs[0].told["counts"] for engine, runs in found.items() if engine in ("ours", "sql by rule", "sql in one")
    }
    if len({json.dumps(counts, sort_keys=True) for counts in counted.values()}) > 1:
        raise SystemExit(f"DIFFERENT counts: {counted}")
    broken = sum(1 for failed in next(iter(counted.values()), {}).values() if failed)
    return f"Equal counts from {', '.join(counted)}; {broken} rules broken.\n"


def make(path: Path, rows: int, dirty: bool = False) -> None:
    """The data, made in a process of its own: what this one takes would count as its children's peak."""
    child(python(__file__, "--one", "data", "--data", path, "--rows", rows, *(["--dirty"] if dirty else [])))


def report(arguments: argparse.Namespace) -> None:
    engines = [name.strip() for name in arguments.engines.split(",")]
    print(f"{machine()} {arguments.rounds} rounds, DuckDB: {MEMORY}, {THREADS} threads.\n")
    with tempfile.TemporaryDirectory(dir=arguments.temp) as folder:
        for dirty in (False, True):
            path = Path(folder) / f"{'dirty' if dirty else 'clean'}.duckdb"
            make(path, arguments.rows, dirty)
            found = rounds(engines, path, arguments.rounds)
            print(agree(found), table(f"{arguments.rows:,} rows, {path.stem}", found, "ours"), sep="\n")
            if arguments.append:
                both = rounds(["whole", "appended"], path, arguments.rounds)
                print(table(f"{arguments.rows // 100:,} rows appended to {arguments.rows:,}, {path.stem}", both, "whole"))
            path.unlink()
        if arguments.large:
            path = Path(folder) / "large.duckdb"
            make(path, arguments.large)
            print(table(f"{arguments.large:,} rows, clean", rounds(["ours"], path, arguments.rounds), "ours"))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--engines", default="ours,sql by rule,sql in one,stock,pandas,polars")
    parser.add_argument("--large", type=int, default=0, help="also measure ours on that many rows, for memory")
    parser.add_argument("--append", action="store_true", help="also measure one percent of appended rows")
    parser.add_argument("--temp", default=None, help="folder for the generated data")
    parser.add_argument("--quick", action="store_true", help="300,000 rows, two rounds, with appended rows")
    parser.add_argument("--one", choices=[*ENGINES, "data"], help=argparse.SUPPRESS)
    parser.add_argument("--dirty", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--data", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.quick:
        arguments.rows, arguments.rounds, arguments.append = 300_000, 2, True
    if arguments.one == "data":
        make_data(arguments.data, arguments.rows, arguments.dirty)
    elif arguments.one:
        one(arguments.one, arguments.data)
    else:
        report(arguments)


if __name__ == "__main__":
    main()
