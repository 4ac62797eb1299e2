"""`mesh new product --from`: from a file to a descriptor that passes the check, or says what a person has to decide."""

from __future__ import annotations

import base64
import gzip
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mesh_platform.cli import making
from mesh_platform.cli.undo import Undo
from mesh_platform.product import ProductKey, load_mesh
from mesh_platform.publish import open_runtime, publish
from mesh_platform.settings import load_settings
from tests.cli.conftest import Mesh
from tests.cli.project import CUSTOMERS, ORDERS, everything, put


def descriptor(root: Path, name: str, domain: str = "shop") -> dict[str, Any]:
    """The columns and the rest below `dataProduct`."""
    text = (root / f"domains/{domain}/{name}/product.yaml").read_text(encoding="utf-8")
    return dict(yaml.safe_load(text)["dataProduct"])


def make(mesh: Mesh, root: Path, file: Path, name: str = "made", *options: str) -> dict[str, Any]:
    said = mesh("new", "product", f"shop/{name}", "--from", str(file), *options)
    assert said.code == 0, said.err
    return descriptor(root, name)


def test_a_simple_csv_is_green_at_once(mesh: Mesh, project: Path, customers: Path) -> None:
    said = mesh("new", "product", "shop/customers", "--from", str(customers), "--purpose", "service", "--notice", "n1")
    assert said.code == 0
    assert "`mesh check` lets it through" in said.out
    assert mesh("check", "--strict").code == 0


def test_what_the_first_publication_would_find_is_proposed(mesh: Mesh, project: Path, tmp_path: Path) -> None:
    """Addresses that neither the name nor the look of the values tells of."""
    file = tmp_path / "events.csv"
    hidden = (base64.b64encode(f"ana{i}.silva@mail.test".encode()).decode() for i in range(300))
    file.write_text("nr,f2\n" + "\n".join(f"{i},{value}" for i, value in enumerate(hidden)) + "\n", encoding="utf-8")
    made = make(mesh, project, file, "events", "--purpose", "service.orders", "--notice", "n1")
    assert made["columns"]["f2"]["category"] == "user.contact.email"
    assert "the scan finds EMAIL in 300 rows" in (project / "domains/shop/events/product.yaml").read_text(encoding="utf-8")
    with open_runtime(load_settings(project)) as runtime:
        outcome = publish(load_mesh(project), ProductKey("shop", "events"), runtime)
    assert not {"CORE-02", "CORE-05"} & {finding.rule for finding in outcome.findings if finding.blocks}


def test_columns_types_keys_and_labels_are_proposed(mesh: Mesh, project: Path, customers: Path) -> None:
    made = make(mesh, project, customers, "customers", "--purpose", "service.orders")
    columns = made["columns"]
    assert {name: c["type"] for name, c in columns.items()} == {
        "customer_id": "string",
        "name": "string",
        "email": "string",
        "signed_up_at": "timestamp",
    }
    assert made["primaryKey"] == ["customer_id"]
    assert columns["customer_id"] | {"subject": "customer_id", "pattern": "^C-[0-9]+$"} == columns["customer_id"]
    assert (columns["name"]["category"], columns["email"]["category"]) == ("user.name", "user.contact.email")
    assert columns["email"]["unique"] is True
    assert made["purposes"] == {"service.orders": "contract"}
    assert made["retention"]["from"] == "signed_up_at"
    assert made["erasure"] == {"strategy": "delete_by_key"}


def test_guesses_are_marked_for_confirmation(mesh: Mesh, project: Path, customers: Path) -> None:
    make(mesh, project, customers, "customers")
    lines = (project / "domains/shop/customers/product.yaml").read_text(encoding="utf-8").splitlines()
    assert any("email:" in line and "# proposed:" in line for line in lines)
    assert any("retention:" in line and "# proposed:" in line for line in lines)
    assert any("# decide:" in line for line in lines)


def test_every_line_that_no_person_registry_or_domain_said_is_marked(mesh: Mesh, project: Path, customers: Path) -> None:
    make(mesh, project, customers, "customers", "--purpose", "service.orders", "--purpose", "analytics")
    lines = (project / "domains/shop/customers/product.yaml").read_text(encoding="utf-8").splitlines()
    heads = [line for line in lines[2:] if not line.startswith("      ")]  # the rest of a long line is marked at its head
    told = {
        "name",
        "domain",
        "owner",
        "version",
        "status",
        "description",
        "dataResidency",
        "source",
        "path",
        "purpose",
        "columns",
        "privacy",
    }
    told |= {"basis"}  # service.orders has one basis in the registry, so there is nothing to guess
    unmarked = {line.split(":")[0].strip() for line in heads if "# proposed" not in line and "# decide" not in line}
    assert unmarked <= told
    [purposes] = [line for line in lines if line.lstrip().startswith("purposes:")]
    assert purposes.endswith("# proposed: analytics may rest on legitimate_interests or consent")
    assert not any("OAuth2" in line for line in lines)


def test_a_basis_that_the_person_names_is_no_guess(mesh: Mesh, project: Path, customers: Path) -> None:
    made = make(mesh, project, customers, "customers", "--purpose", "analytics=consent")
    assert made["source"]["basis"] == "consent"
    lines = (project / "domains/shop/customers/product.yaml").read_text(encoding="utf-8").splitlines()
    assert [line.strip() for line in lines if "analytics" in line] == ["purpose: analytics", "purposes: {analytics: consent}"]


def test_what_is_left_open_is_told_by_the_check_until_it_is_decided(mesh: Mesh, project: Path, customers: Path) -> None:
    make(mesh, project, customers, "customers", "--purpose", "service.orders")
    file = project / "domains/shop/customers/product.yaml"
    text = file.read_text(encoding="utf-8")
    at = next(i for i, line in enumerate(text.splitlines(), start=1) if "# decide: version of the notice" in line)
    told = [(f["where"], f["severity"]) for f in mesh("check", "--json").json["findings"] if f["rule"] == "DESC-15"]
    assert told == [(f"domains/shop/customers/product.yaml:{at}", "warn")]
    assert {f["rule"] for f in mesh("check", "--json").json["findings"] if f["severity"] == "block"} == {"CORE-20"}
    lines = text.splitlines(keepends=True)
    lines[at - 1] = "    notice: privacy-2026-01\n"
    file.write_text("".join(lines), encoding="utf-8")
    assert mesh("check", "--strict").code == 0


class TestMeanwhile:
    """What another `mesh new` made while this one looked at its file and waited is not overwritten, and not taken back either."""

    def meanwhile(self, monkeypatch: pytest.MonkeyPatch, path: Path, text: str) -> None:
        @contextmanager
        def late(_folder: Path) -> Iterator[None]:
            put(path, text)
            yield

        monkeypatch.setattr(making, "alone", late)

    def test_a_product_of_that_name(self, mesh: Mesh, project: Path, customers: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        file = project / "domains/shop/made/product.yaml"
        self.meanwhile(monkeypatch, file, "theirs")
        said = mesh("new", "product", "shop/made", "--from", str(customers))
        assert (said.code, "NEW-06" in said.err) == (2, True)
        assert file.read_text(encoding="utf-8") == "theirs"
        assert not (project / "landing").exists()

    def test_another_file_of_that_name(self, mesh: Mesh, project: Path, customers: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        landed = project / "landing/shop/customers.csv"
        self.meanwhile(monkeypatch, landed, "theirs")
        said = mesh("new", "product", "shop/made", "--from", str(customers))
        assert (said.code, "NEW-08" in said.err) == (2, True)
        assert landed.read_text(encoding="utf-8") == "theirs"
        assert not (project / "domains/shop/made").exists()


def test_a_sibling_that_cannot_be_read_is_told_and_not_passed_over(mesh: Mesh, shop: Path, tmp_path: Path) -> None:
    (shop / "landing/shop/customers.csv").write_bytes(b"customer_id\n\xff\xfe\n")
    file = put(tmp_path / "visits.csv", "visit_id,customer_id\n" + "".join(f"V-{i},C-{i % 60}\n" for i in range(100)))
    said = mesh("new", "product", "shop/visits", "--from", str(file), "--json").json
    assert any(question.startswith("references: the file of shop/customers could not be read") for question in said["decide"])


@pytest.mark.parametrize("name", ["a\x1b[31m.csv", "a.c\x1bsv", "a.x\u202ey.csv"])
def test_a_file_s_name_never_reaches_the_terminal_with_control_characters(
    mesh: Mesh, project: Path, tmp_path: Path, name: str
) -> None:
    said = mesh("new", "product", "shop/made", "--from", str(put(tmp_path / name, CUSTOMERS)))
    assert said.code == 0, said.err
    assert not {"\x1b", "\u202e"} & {*said.out, *said.err}
    [landed] = (project / "landing/shop").iterdir()
    assert landed.name.isprintable()


def test_values_of_people_never_stand_in_the_descriptor(mesh: Mesh, project: Path, tmp_path: Path) -> None:
    rows = "".join(f"{name},{town}\n" for name in ("Ana Souza", "Ben Okoro") for town in ("Lyon", "Porto") for _ in range(30))
    make(mesh, project, put(tmp_path / "people.csv", f"full_name,town\n{rows}"))
    text = (project / "domains/shop/made/product.yaml").read_text(encoding="utf-8")
    assert "Ana" not in text
    assert "values: [Lyon, Porto]" in text


def test_addresses_and_numbers_are_no_codes_however_often_they_are_repeated(mesh: Mesh, project: Path, tmp_path: Path) -> None:
    make(
        mesh,
        project,
        put(tmp_path / "calls.csv", "result,n\n" + "done,1\nmail ana@example.com,2\ncall +1 (312) 555-0156,3\n" * 40),
    )
    text = (project / "domains/shop/made/product.yaml").read_text(encoding="utf-8")
    assert "ana@example.com" not in text
    assert "555" not in text
    assert yaml.safe_load(text)["dataProduct"]["columns"]["result"]["category"] == "user.content"


@pytest.mark.parametrize(
    ("values", "category"),
    [
        (["DE89370400440532013000", "GB82WEST12345698765432"], "user.financial.iban"),
        (["DE89370400440532013001", "GB82WEST12345698765433"], None),
        (["4111111111111112", "5500000000000005"], None),
    ],
)
def test_account_and_card_numbers_count_only_with_right_check_digits(
    mesh: Mesh, project: Path, tmp_path: Path, values: list[str], category: str | None
) -> None:
    made = make(mesh, project, put(tmp_path / "t.csv", "v,w\n" + "".join(f"{value},1\n" for value in values * 30)))
    assert made["columns"]["v"].get("category") == category


def test_few_names_of_people_are_not_taken_for_a_set_of_codes(mesh: Mesh, project: Path, tmp_path: Path) -> None:
    made = make(mesh, project, put(tmp_path / "visits.csv", "seen_by,n\n" + "Ana Souza,1\nBen Okoro,2\n" * 40))
    assert made["columns"]["seen_by"] == {"type": "string", "sensitivity": "confidential", "category": "user.name"}


def test_a_column_whose_values_all_stand_in_a_sibling_refers_to_it_and_takes_its_labels(mesh: Mesh, shop: Path) -> None:
    column = descriptor(shop, "orders")["columns"]["customer_id"]
    assert column["references"] == "shop/customers.customer_id"
    assert (column["subject"], column["category"]) == ("customer_id", "user.unique_id")


def test_value_sets_and_ranges_are_proposed_where_chance_is_unlikely(mesh: Mesh, shop: Path) -> None:
    columns = descriptor(shop, "orders")["columns"]
    assert columns["status"]["values"] == ["back", "paid", "sent"]
    assert (columns["total"]["type"], columns["total"]["min"]) == ("decimal(18,2)", 0)


def test_a_file_outside_is_copied_closed_and_one_inside_is_read_in_place(mesh: Mesh, project: Path, orders: Path) -> None:
    assert make(mesh, project, orders, "outside")["source"]["path"] == "landing/shop/orders.csv"
    copy = project / "landing/shop/orders.csv"
    assert copy.read_bytes() == orders.read_bytes()
    assert copy.stat().st_mode & 0o077 == 0
    inside = put(project / "files/mine.csv", ORDERS)
    assert make(mesh, project, inside, "inside")["source"]["path"] == "files/mine.csv"
    assert not (project / "landing/shop/mine.csv").exists()


def test_another_file_of_that_name_is_not_overwritten(mesh: Mesh, project: Path, orders: Path) -> None:
    put(project / "landing/shop/orders.csv", "a,b\n1,2\n")
    before = everything(project)
    said = mesh("new", "product", "shop/orders", "--from", str(orders))
    assert (said.code, "NEW-08" in said.err) == (2, True)
    assert everything(project) == before


def test_an_existing_product_is_refused_and_nothing_changes(mesh: Mesh, shop: Path, orders: Path) -> None:
    before = everything(shop)
    said = mesh("new", "product", "shop/orders", "--from", str(orders))
    assert (said.code, "NEW-06" in said.err) == (2, True)
    assert everything(shop) == before


@pytest.mark.parametrize("name", ["shop/My Orders", "orders", "shop/../x", "shop/", "shop/ünïx", "shop/a/b"])
def test_a_name_that_cannot_be_one_writes_nothing(mesh: Mesh, project: Path, orders: Path, name: str) -> None:
    before = everything(project)
    said = mesh("new", "product", name, "--from", str(orders))
    assert (said.code, "NAME-01" in said.err) == (2, True)
    assert everything(project) == before


def test_a_domain_that_does_not_exist_is_met_with_the_command_that_makes_it(mesh: Mesh, project: Path, orders: Path) -> None:
    said = mesh("new", "product", "clinics/orders", "--from", str(orders))
    assert said.code == 4
    assert "mesh new domain clinics" in said.err


@pytest.mark.parametrize("purpose", ["curiosity", "marketing=contract", "servise"])
def test_a_purpose_must_be_registered_for_its_basis(mesh: Mesh, project: Path, orders: Path, purpose: str) -> None:
    before = everything(project)
    said = mesh("new", "product", "shop/orders", "--from", str(orders), "--purpose", purpose)
    assert (said.code, "NEW-07" in said.err) == (2, True)
    assert ("governance/purposes.yaml" in said.err) == ("=" not in purpose), "how another one is registered"
    assert everything(project) == before


@pytest.mark.nightly
def test_a_failure_half_way_leaves_nothing(mesh: Mesh, project: Path, orders: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object) -> None:
        raise OSError(28, "No space left on device")

    before = everything(project)
    for place, step in ((making, "_judged"), (Undo, "folder"), (Undo, "copy")):
        with monkeypatch.context() as broken:
            broken.setattr(place, step, fails)
            assert mesh("new", "product", "shop/orders", "--from", str(orders)).code == 70
        assert everything(project) == before


class TestOddFiles:
    """A file that cannot be read is told with its name and a fix, and nothing is written."""

    @pytest.mark.nightly
    @pytest.mark.parametrize(
        ("name", "content", "told"),
        [
            ("empty.csv", b"", "empty"),
            ("blank.csv", b"\n\n", "empty"),
            ("header.csv", b"a,b\n", "no rows"),
            ("latin.csv", "a,b\nMünchen,1\n".encode("latin-1"), "UTF-8"),
            ("utf16.csv", "a,b\n1,2\n".encode("utf-16"), "UTF-16"),
            ("sheet.xlsx", b"PK\x03\x04rest", "spreadsheet"),
            ("noise.bin", bytes(range(256)), "binary"),
            ("cut.csv.gz", gzip.compress(CUSTOMERS.encode())[:-20], "cut off"),
            ("table.csv", gzip.compress(CUSTOMERS.encode()), "gz"),
            ("bad.parquet", b"PAR1 and no more", "damaged"),
            ("bad.json", b'[{"a": 1}, {"a"', "cut off"),
            ("twice.csv", b"a,A\n1,2\n", "name"),
            ("ragged.csv", b"a,b\nana@example.com,2\n3\n4,5,6\n", "line 3"),
            ("wide.csv", (",".join(f"c{i}" for i in range(10_000)) + "\n" + ",".join("1" * 10_000) + "\n").encode(), "10,000"),
        ],
    )
    def test_it_is_refused(self, mesh: Mesh, project: Path, tmp_path: Path, name: str, content: bytes, told: str) -> None:
        file = tmp_path / name
        file.write_bytes(content)
        before = everything(project)
        said = mesh("new", "product", "shop/made", "--from", str(file))
        assert said.code in (1, 2, 5), said.err
        assert "CLI-01" not in said.err
        assert name in said.err
        assert told in said.err
        assert "ana@example.com" not in said.err
        assert everything(project) == before

    def test_a_missing_one_is_not_found_and_a_folder_is_no_file(self, mesh: Mesh, project: Path, tmp_path: Path) -> None:
        assert mesh("new", "product", "shop/made", "--from", str(tmp_path / "nothing.csv")).code == 4
        assert mesh("new", "product", "shop/made", "--from", str(tmp_path)).code == 2

    def test_names_with_quotes_spaces_emoji_and_brackets_work(self, mesh: Mesh, project: Path, tmp_path: Path) -> None:
        file = tmp_path / 'my "odd" [file] 😀.csv'
        rows = "".join(f"Ana {i},a{i}@example.com,{i:05d},{i}\n" for i in range(60))
        file.write_text('\ufeff"Customer ""Name""",E-Mail 😀,Zip Code,select\n' + rows, encoding="utf-8")
        made = make(mesh, project, file, "made", "--purpose", "service", "--notice", "n1")
        assert list(made["columns"]) == ["customer_name", "e_mail", "Zip Code", "select"]
        assert made["columns"]["Zip Code"]["type"] == "string"
        assert (project / made["source"]["path"]).is_file()
        assert mesh("check", "--strict").code == 0


class TestTypes:
    """A type is proposed where every value has it, read as strictly as a source is."""

    @pytest.mark.nightly
    @pytest.mark.parametrize(
        ("values", "type_"),
        [
            (["1", "-2", "0"], "integer"),
            (["01234", "00777"], "string"),
            (["1.5", "2"], "double"),
            (["1e5", "2.25"], "double"),
            (["true", "False"], "boolean"),
            (["yes", "no"], "string"),
            (["2024-01-31", "2025-12-01"], "date"),
            (["2024-13-31", "2025-12-01"], "string"),
            (["2024-01-31T10:00:00Z", "2024-01-31 10:00"], "timestamp"),
            (["2024-01-31", "2024-01-31 10:00"], "string"),
            (["7c84bd2e-815c-4391-8c8d-f8b279696bef"] * 2, "uuid"),
            (["31/12/2024", "01/02/2024"], "string"),
            (["1,5", "2,5"], "string"),
            (["12345678901234567890", "1"], "string"),
            (['{"a": 1}', "[1]"], "json"),
            (["nan", "1.5"], "string"),
        ],
    )
    def test_of_text(self, mesh: Mesh, project: Path, tmp_path: Path, values: list[str], type_: str) -> None:
        cells = "".join(f'"{value.replace(chr(34), chr(34) * 2)}",x\n' for value in values)
        made = make(mesh, project, put(tmp_path / "t.csv", f"v,w\n{cells}"))
        assert made["columns"]["v"]["type"] == type_

    def test_one_bad_value_after_many_good_ones_counts(self, mesh: Mesh, project: Path, tmp_path: Path) -> None:
        rows = "".join(f"{i}\n" for i in range(30_000))
        made = make(mesh, project, put(tmp_path / "t.csv", f"v,w\n{rows.replace(chr(10), ',1' + chr(10))}unknown,1\n"))
        assert made["columns"]["v"]["type"] == "string"

    def test_missing_values_make_it_nullable(self, mesh: Mesh, project: Path, tmp_path: Path) -> None:
        made = make(mesh, project, put(tmp_path / "t.csv", "a,b\n1,\n2,x\n"))
        assert "nullable" not in made["columns"]["a"]
        assert made["columns"]["b"]["nullable"] is True

    def test_card_numbers_are_text_and_restricted(self, mesh: Mesh, project: Path, tmp_path: Path) -> None:
        made = make(mesh, project, put(tmp_path / "t.csv", "a,b\n" + "4111111111111111,1\n5500000000000004,2\n" * 20))
        assert made["columns"]["a"] == {"type": "string", "sensitivity": "restricted", "category": "user.financial.card.pan"}

    def test_parquet_json_and_sqlite_bring_their_own(self, mesh: Mesh, project: Path, tmp_path: Path) -> None:
        with duckdb.connect() as con:
            con.execute(
                "CREATE TABLE t AS SELECT i AS n, i::DECIMAL(12,2) AS d, [i] AS l, {'a': i} AS s, TIMESTAMP '2025-01-01' AS at FROM range(9) r(i)"
            )
            con.execute(f"COPY t TO '{tmp_path}/t.parquet'")
            con.execute(f"COPY t TO '{tmp_path}/t.ndjson'")
        wanted = {"n": "integer", "d": "decimal(12,2)", "l": "list<integer>", "s": "json", "at": "timestamp"}
        made = make(mesh, project, tmp_path / "t.parquet", "pq")
        assert {name: c["type"] for name, c in made["columns"].items()} == wanted
        assert (project / "domains/shop/pq/transform.sql").is_file()
        made = make(mesh, project, tmp_path / "t.ndjson", "js")
        assert {name: c["type"] for name, c in made["columns"].items()} == {**wanted, "d": "double"}
        with closing(sqlite3.connect(tmp_path / "t.sqlite")) as database:
            database.execute("create table leads (id integer primary key, email text)")
            database.execute("create table other (a)")
            database.executemany("insert into leads values (?, ?)", [(i, f"x{i}@example.com") for i in range(9)])
            database.commit()
        said = mesh("new", "product", "shop/leads", "--from", str(tmp_path / "t.sqlite"))
        assert (said.code, "leads, other" in said.err) == (2, True)
        made = make(mesh, project, tmp_path / "t.sqlite", "leads", "--table", "leads")
        assert made["source"] == {"connection": "landing/shop/t.sqlite", "table": "leads"} | {
            "stores": [{"kind": "table", "keys": {"email": "email"}}]
        }
        assert {name: c["type"] for name, c in made["columns"].items()} == {"id": "integer", "email": "string"}


def test_cells_of_a_sqlite_column_without_a_type_are_read_as_text(mesh: Mesh, project: Path) -> None:
    with closing(sqlite3.connect(project / "t.sqlite")) as database:
        database.execute("create table t (id, town, amount, raw)")
        rows = [(f"T-{i}", "Málaga", str(i), bytes([255, i])) for i in range(9)]
        database.executemany("insert into t values (?, ?, ?, ?)", rows)
        database.commit()
    made = make(mesh, project, project / "t.sqlite", "made", "--purpose", "service", "--notice", "n1")
    assert {name: c["type"] for name, c in made["columns"].items()} == {
        "id": "string",
        "town": "string",
        "amount": "integer",
        "raw": "binary",
    }
    with open_runtime(load_settings(project)) as runtime:
        outcome = publish(load_mesh(project), ProductKey("shop", "made"), runtime)
    assert (outcome.status, outcome.rows) == ("published", 9), outcome.findings


@pytest.mark.nightly
@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=30).filter(
            lambda text: text.strip(' "') != ""
        ),
        min_size=1,
        max_size=6,
        unique_by=str.casefold,
    )
)
def test_any_header_makes_a_descriptor_that_can_be_read_or_a_finding(
    mesh: Mesh, project: Path, tmp_path: Path, header: list[str]
) -> None:
    quoted = ",".join('"' + name.replace('"', '""') + '"' for name in header)
    row = ",".join("a" for _ in header)
    file = tmp_path / "any.csv"
    file.write_text(f"{quoted}\n{row}\n{row}\n", encoding="utf-8", newline="")
    said = mesh("new", "product", "shop/made", "--from", str(file))
    assert "CLI-01" not in said.err, header
    if said.code == 0:
        product = load_mesh(project).products[ProductKey("shop", "made")]
        assert len(product.descriptor.columns) == len(header)
        for path in sorted((project / "domains/shop/made").iterdir()):
            path.unlink()
        (project / "domains/shop/made").rmdir()
        (project / "landing/shop/any.csv").unlink()


class TestFromInputs:
    """`--input`: columns with the labels they carry, a SELECT, and the contract that another domain must add."""

    def test_labels_rules_and_retention_come_along(self, mesh: Mesh, shop: Path) -> None:
        said = mesh("new", "product", "shop/customer_orders", "--input", "shop/orders", "--input", "shop/customers")
        assert said.code == 0, said.err
        made = descriptor(shop, "customer_orders")
        assert made["columns"]["email"]["subject"] == "email"
        assert made["columns"]["status"]["values"] == ["back", "paid", "sent"]
        assert made["purposes"] == {"service.orders": "contract"}
        assert made["primaryKey"] == ["order_id"]
        sql = (shop / "domains/shop/customer_orders/transform.sql").read_text(encoding="utf-8")
        assert "join customers on customers.customer_id = orders.customer_id" in sql
        assert mesh("check", "--strict").code == 0

    def test_the_key_is_that_of_the_rows_that_joining_does_not_repeat(self, mesh: Mesh, shop: Path) -> None:
        mesh("new", "product", "shop/one", "--input", "shop/customers", "--input", "shop/orders")
        assert descriptor(shop, "one")["primaryKey"] == ["order_id"]
        mesh("new", "product", "shop/two", "--input", "shop/customers")
        assert descriptor(shop, "two")["primaryKey"] == ["customer_id"]

    def test_another_domain_s_contract_is_printed_and_its_files_are_left_alone(self, mesh: Mesh, shop: Path) -> None:
        mesh("new", "domain", "finance", "--owner", "finance@example.com")
        before = (shop / "domains/shop/orders/product.yaml").read_bytes()
        said = mesh("new", "product", "finance/revenue", "--input", "shop/orders", "--json").json
        assert (shop / "domains/shop/orders/product.yaml").read_bytes() == before
        assert "domains/shop/orders/product.yaml" in said["contracts"][0]
        assert "consumer: finance" in said["contracts"][0]
        assert [f["rule"] for f in said["findings"] if f["severity"] == "block"] == ["CORE-09"]

    def test_a_legal_basis_is_never_made_up(self, mesh: Mesh, shop: Path) -> None:
        mesh("new", "domain", "finance", "--owner", "finance@example.com")
        file = shop / "domains/shop/orders/product.yaml"
        contract = "  dataContracts:\n    - {consumer: finance, purpose: analytics, fields: [order_id, customer_id, total]}\n"
        file.write_text(file.read_text(encoding="utf-8") + contract, encoding="utf-8")
        said = mesh("new", "product", "finance/revenue", "--input", "shop/orders", "--json").json
        assert "purposes" not in descriptor(shop, "revenue", "finance")
        text = (shop / "domains/finance/revenue/product.yaml").read_text(encoding="utf-8")
        assert "# purposes: {analytics: <legal basis>}  # decide: on which basis" in text
        assert any("the legal basis of analytics" in question for question in said["decide"])

    def test_a_column_for_which_no_name_is_left_is_told(self, mesh: Mesh, shop: Path) -> None:
        for name, text in (("a", "id,b_id\n1,2\n3,4\n"), ("b", "id,x\n1,2\n3,4\n")):
            assert mesh("new", "product", f"shop/{name}", "--from", str(put(shop / f"{name}.csv", text))).code == 0
        said = mesh("new", "product", "shop/both", "--input", "shop/a", "--input", "shop/b", "--json").json
        assert any("shop/b.id is left out" in question for question in said["decide"])

    def test_the_printed_contract_opens_the_gate(self, mesh: Mesh, shop: Path) -> None:
        mesh("new", "domain", "finance", "--owner", "finance@example.com")
        contract = mesh("new", "product", "finance/revenue", "--input", "shop/orders", "--json").json["contracts"][0]
        file = shop / "domains/shop/orders/product.yaml"
        file.write_text(
            file.read_text(encoding="utf-8") + "  dataContracts:\n    " + contract.splitlines()[-1] + "\n", encoding="utf-8"
        )
        said = mesh("check", "--json")
        assert said.code == 0, said.out

    @pytest.mark.parametrize("inputs", [("shop/orders", "shop/orders"), ("shop/made",), ("shop/nothing",)])
    def test_inputs_that_cannot_be_are_refused(self, mesh: Mesh, shop: Path, inputs: tuple[str, ...]) -> None:
        before = everything(shop)
        said = mesh("new", "product", "shop/made", *(part for name in inputs for part in ("--input", name)))
        assert said.code in (2, 4)
        assert everything(shop) == before

    def test_a_file_and_inputs_together_are_a_usage_error(self, mesh: Mesh, shop: Path, orders: Path) -> None:
        assert mesh("new", "product", "shop/made", "--from", str(orders), "--input", "shop/orders").code == 2
        assert mesh("new", "product", "shop/made").code == 2
