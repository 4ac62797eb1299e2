"""The landing files: the same for the same seed and day, whole or absent, and one person recognisable in every system."""

from __future__ import annotations

import hashlib
import os
import re
import signal
import sqlite3
import subprocess
import sys
import time
from datetime import date
from pathlib import Path

import duckdb
import pytest

from mesh_platform.demo import SEED, Made, generate, made_in, pools
from mesh_platform.demo.landing import EXPORTS
from mesh_platform.errors import Unavailable, UsageProblem

DAY = date(2026, 6, 1)
Row = tuple[object, ...]


@pytest.fixture(scope="module")
def landing(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("landing")
    generate(folder, as_of=DAY)
    return folder


def rows(query: str, **paths: Path) -> list[Row]:
    return duckdb.sql(query.format(**paths)).fetchall()


def sqlite_rows(path: Path, query: str) -> list[Row]:
    connection = sqlite3.connect(path)
    try:
        return list(connection.execute(query))
    finally:
        connection.close()


def digests(folder: Path) -> dict[str, str]:
    return {
        p.relative_to(folder).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest() for p in folder.rglob("*") if p.is_file()
    }


def test_every_source_kind_is_there_and_nothing_else(landing: Path) -> None:
    assert sorted(digests(landing)) == [
        "billing/invoices.csv.gz",
        "clinic/encounters.csv.gz",
        "clinic/patients.parquet",
        "crm/accounts.csv",
        "crm/preferences.sqlite",
        "demo.json",
        "helpdesk/tickets.ndjson.gz",
        "psp/ledger.sqlite",
        "shop/order_items.parquet",
        "shop/orders.csv",
        "web/consents.csv",
        "web/events-1.ndjson.gz",
        "web/events-2.ndjson.gz",
    ]


def test_the_same_seed_and_day_give_the_same_bytes_and_another_seed_gives_others(landing: Path, tmp_path: Path) -> None:
    generate(tmp_path / "again", as_of=DAY)
    generate(tmp_path / "other", seed=8, as_of=DAY)
    assert digests(tmp_path / "again") == digests(landing)
    assert set(digests(tmp_path / "other").values()).isdisjoint(digests(landing).values())


def test_scale_multiplies_the_rows_and_leaves_the_first_people_who_they_were(landing: Path, tmp_path: Path) -> None:
    generate(tmp_path, scale=3, as_of=DAY)
    counts = [len(rows("from '{f}/shop/order_items.parquet'", f=folder)) for folder in (landing, tmp_path)]
    assert counts[1] == pytest.approx(3 * counts[0], rel=0.05)
    names = [rows("select givenName, email from '{f}/crm/accounts.csv' limit 1000", f=folder) for folder in (landing, tmp_path)]
    assert names[0] == names[1]


def test_a_scale_below_one_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    with pytest.raises(UsageProblem):
        generate(tmp_path / "landing", scale=0)
    assert not (tmp_path / "landing").exists()


def test_without_faker_the_error_names_the_package_and_the_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "faker", None)
    with pytest.raises(Unavailable, match=r"faker.*mesh-platform\[demo\]"):
        generate(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_one_person_stands_in_every_system_under_its_own_identifier(landing: Path) -> None:
    [(reference, email, phone)] = rows(
        "select paymentReference, lower(trim(email)), phone from '{f}/crm/accounts.csv' where customerId = 'C-7'", f=landing
    )
    hashed = hashlib.sha256(str(email).encode()).hexdigest()
    assert (reference, email, phone) == ("CR-0007", "ana@example.com", "+34 600 111 222")
    assert rows("select count(*) > 0 from '{f}/shop/orders.csv' where customerId = 'C-7'", f=landing) == [(True,)]
    assert rows("select mrn from '{f}/clinic/patients.parquet' where email = 'ana@example.com'", f=landing) == [("MRN-155433",)]
    assert sqlite_rows(landing / "psp/ledger.sqlite", "select count(*) > 0 from transactions where customer_ref = 'CR-0007'") == [
        (1,)
    ]
    seen = "select distinct cookie_id from read_json('{f}/web/events-*.ndjson.gz') where email_hash = '" + hashed + "'"
    assert rows(seen, f=landing) == [("ck-9",)]
    encoded = (
        "select distinct from_base64(click_token)::varchar from read_json('{f}/web/events-*.ndjson.gz') where cookie_id = 'ck-9'"
    )
    assert ("ana@example.com",) in rows(encoded, f=landing)
    ticket = "select body, payload.u.mail from read_json('{f}/helpdesk/tickets.ndjson.gz') where ticket_id = 'TCK-3001'"
    [(body, mail)] = rows(ticket, f=landing)
    assert str(body).startswith("Ana Souza called from +34 600 111 222, mail ana@example.com")
    assert mail == "ana@example.com"


def test_a_near_twin_is_somebody_else_everywhere(landing: Path) -> None:
    [(ana, ann)] = rows(
        "select array_agg(email) filter (customerId = 'C-7'), array_agg(email) filter (customerId = 'C-8') from '{f}/crm/accounts.csv'",
        f=landing,
    )
    assert ana == ["ana@example.com"]
    assert ann == ["ann@example.com"]
    assert rows("select count(*) > 0 from '{f}/clinic/patients.parquet' where email = 'ann@example.com'", f=landing) == [(True,)]


def test_identifiers_are_unique_and_relations_hold(landing: Path) -> None:
    unique = """
        select count(*) = count(distinct customerId) and count(*) = count(distinct lower(trim(email))) and count(*) = count(distinct phone)
        from '{f}/crm/accounts.csv'
    """
    assert rows(unique, f=landing) == [(True,)]
    lost = "select count(*) from '{f}/shop/order_items.parquet' i anti join '{f}/shop/orders.csv' o on o.orderId = i.order_id"
    assert rows(lost, f=landing) == [(0,)]
    totals = """
        select count(*) from '{f}/shop/orders.csv' o
        join (select order_id, sum(quantity * unit_price) total from '{f}/shop/order_items.parquet' group by 1) i on o.orderId = i.order_id
        where o.total::decimal(12, 2) <> i.total
    """
    assert rows(totals, f=landing) == [(0,)]
    stays = "select count(*) from '{f}/clinic/encounters.csv.gz' e anti join '{f}/clinic/patients.parquet' p using (mrn)"
    assert rows(stays, f=landing) == [(0,)]


def test_bank_accounts_have_right_check_digits_and_no_real_bank(landing: Path) -> None:
    accounts = sqlite_rows(landing / "psp/ledger.sqlite", "select distinct iban from transactions where iban is not null")
    assert len(accounts) > 50
    for (iban,) in accounts:
        text = str(iban)
        assert int("".join(str(int(c, 36)) for c in text[4:] + text[:4])) % 97 == 1
        assert text[4:12] == "00000000"


def moments(landing: Path, path: str) -> dict[str, str]:
    """The latest value of every column of a file that holds dates or times, as text."""
    if path.endswith(".sqlite"):
        [(table,)] = sqlite_rows(landing / path, "select name from sqlite_master")
        names = [str(row[1]) for row in sqlite_rows(landing / path, f"pragma table_info({table})")]
        query = f"select {', '.join(f'max({name})' for name in names)} from {table}"
        latest = dict(zip(names, sqlite_rows(landing / path, query)[0], strict=True))
    else:
        reader = "read_json" if ".ndjson" in path else "read_parquet" if path.endswith(".parquet") else "read_csv"
        relation = duckdb.sql(f"from {reader}('{landing / path}')")
        kinds = dict(zip(relation.columns, map(str, relation.types), strict=True))
        names = [name for name, kind in kinds.items() if kind.startswith(("DATE", "TIMESTAMP", "VARCHAR"))]
        latest = dict(
            zip(names, relation.aggregate(", ".join(f'max("{name}")::varchar' for name in names)).fetchall()[0], strict=True)
        )
    return {name: str(value) for name, value in latest.items() if re.match(r"\d{4}-\d\d-\d\d", str(value))}


def test_nothing_is_later_than_the_day_of_the_export_but_for_due_dates(landing: Path) -> None:
    found = {(export.path, name): value for export in EXPORTS for name, value in moments(landing, export.path).items()}
    assert {path for path, _ in found} == {export.path for export in EXPORTS}
    assert {place for place, value in found.items() if value[:19].replace("T", " ") > "2026-06-01 00:00:00"} == {
        ("billing/invoices.csv.gz", "due_on")
    }


def test_telephone_numbers_begin_as_none_does_in_their_country(landing: Path) -> None:
    begun = {f"{country.calling} {country.unused}" for country in pools.COUNTRIES}
    phones = [str(phone) for (phone,) in rows("select phone from '{f}/crm/accounts.csv'", f=landing)]
    assert [phone for phone in phones if not phone.startswith(tuple(begun))] == ["+34 600 111 222", "+34 600 111 223"]


def test_a_note_tells_what_the_files_were_made_of(landing: Path, tmp_path: Path) -> None:
    assert made_in(landing) == Made(1, SEED, DAY)
    assert made_in(tmp_path) is None
    generate(tmp_path, seed=9, as_of=DAY)
    assert made_in(tmp_path) == Made(1, 9, DAY)
    (tmp_path / "demo.json").write_text('{"scale": "much"}')
    assert made_in(tmp_path) is None


def test_make_clean_names_the_generated_files_and_no_others() -> None:
    text = (Path(__file__).parents[2] / "Makefile").read_text(encoding="utf-8").replace("\\\n", " ")
    named = next(line for line in text.splitlines() if line.startswith("LANDING :=")).split()[2:]
    assert sorted(named) == sorted(export.path for export in EXPORTS)


@pytest.mark.kill
def test_a_killed_generator_leaves_whole_files_and_the_next_one_cleans_up(landing: Path, tmp_path: Path) -> None:
    generate(tmp_path, as_of=DAY)
    code = "import sys; from pathlib import Path; from datetime import date; from mesh_platform.demo import generate\n"
    code += "generate(Path(sys.argv[1]), scale=20, as_of=date(2026, 6, 1))"
    process = subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path)], env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    )
    deadline = time.monotonic() + 60
    while process.poll() is None and not any(tmp_path.glob(".landing-partial-*/crm/*")):
        assert time.monotonic() < deadline
        time.sleep(0.005)
    process.send_signal(signal.SIGKILL)
    process.wait()
    whole = {name: digest for name, digest in digests(tmp_path).items() if not name.startswith(".")}
    assert whole == digests(landing)
    generate(tmp_path, as_of=DAY)
    assert digests(tmp_path) == digests(landing)
