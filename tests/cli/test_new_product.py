"""`mesh new product --from`: from a file to a descriptor that passes the check, or says what a person has to decide."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import yaml

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
