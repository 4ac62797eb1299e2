"""What `mesh new product` proposes for the laws: the source as a store, whom it is about, and the questions of the rules that bind it."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from mesh_platform.cli.propose.privacy import whom
from mesh_platform.cli.propose.vocabulary import WHOM
from tests.cli.conftest import Mesh
from tests.cli.project import CUSTOMERS, publish_all, put
from tests.cli.test_new_product import make

DESK = ("--as", "privacy-engineer")
PATIENTS = "patient_mrn,diagnosis,admitted_on\n" + "".join(
    f"MRN-{100_000 + i},J4{i % 9}.0,2025-01-{1 + i % 28:02d}\n" for i in range(60)
)


def text_of(root: Path, name: str = "made") -> str:
    return (root / f"domains/shop/{name}/product.yaml").read_text(encoding="utf-8")


def erased(mesh: Mesh, address: str) -> tuple[int, str, list[str]]:
    """Exit code and state of an erasure, and which products are blocked."""
    id = mesh("dsar", "open", "--kind", "erasure", "--subject", f"email:{address}", "--regime", "gdpr", *DESK, "--json").json[
        "id"
    ]
    said = mesh("dsar", "run", id, *DESK, "--json")
    return said.code, said.json["state"], [one["product"] for one in said.json["products"] if one["state"] == "blocked"]


def test_the_first_erasure_reaches_the_file_that_a_product_was_proposed_from(mesh: Mesh, project: Path, customers: Path) -> None:
    made = make(mesh, project, customers, "customers", "--purpose", "service", "--notice", "n1")
    assert made["source"]["stores"] == [{"kind": "landing", "keys": {"customer_id": "customer_id", "email": "email"}}]
    publish_all(project, "shop/customers")
    assert erased(mesh, "p7@example.com") == (0, "certified", [])
    left = (project / "landing/shop/customers.csv").read_text(encoding="utf-8")
    assert left == "".join(line for line in CUSTOMERS.splitlines(keepends=True) if "p7@example.com" not in line)
    assert "p7@example.com" in customers.read_text(encoding="utf-8"), "what lies outside of the project is its owner's"


def test_without_the_proposed_store_the_same_erasure_is_blocked_at_the_file(mesh: Mesh, project: Path, customers: Path) -> None:
    make(mesh, project, customers, "customers", "--purpose", "service", "--notice", "n1")
    file = project / "domains/shop/customers/product.yaml"
    lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
    file.write_text("".join(line for line in lines if not line.lstrip().startswith("stores:")), encoding="utf-8")
    publish_all(project, "shop/customers")
    code, state, blocked = erased(mesh, "p7@example.com")
    assert (code, state) == (1, "blocked") and blocked


def test_the_first_erasure_reaches_the_table_that_a_product_was_proposed_from(mesh: Mesh, project: Path, tmp_path: Path) -> None:
    file = tmp_path / "crm.sqlite"
    with closing(sqlite3.connect(file)) as database, database:
        database.execute("CREATE TABLE leads (email TEXT, town TEXT)")
        database.executemany("INSERT INTO leads VALUES (?, 'Porto')", [(f"a{i}@example.com",) for i in range(60)])
    made = make(mesh, project, file, "leads", "--purpose", "marketing=consent", "--notice", "n1")
    assert made["source"]["stores"] == [{"kind": "table", "keys": {"email": "email"}}]
    publish_all(project, "shop/leads")
    assert erased(mesh, "a7@example.com") == (0, "certified", [])
    with closing(sqlite3.connect(project / "landing/shop/crm.sqlite")) as database:
        assert database.execute("SELECT count(*), count(*) FILTER (WHERE email = 'a7@example.com') FROM leads").fetchone() == (
            59,
            0,
        )


def test_a_store_names_the_columns_as_the_file_does(mesh: Mesh, project: Path, tmp_path: Path) -> None:
    file = put(tmp_path / "people.csv", "Customer E-Mail,town\n" + "".join(f"a{i}@example.com,Porto\n" for i in range(60)))
    made = make(mesh, project, file, "made", "--purpose", "service", "--notice", "n1")
    [store] = made["source"]["stores"]
    assert store["keys"] == {"Customer E-Mail": "email"} and "Customer E-Mail" not in made["columns"]
    publish_all(project, "shop/made")
    assert erased(mesh, "a7@example.com") == (0, "certified", [])
    assert "a7@example.com" not in (project / "landing/shop/people.csv").read_text(encoding="utf-8")


class TestASourceThatNoErasureCanWriteTo:
    """It is asked how a person leaves it, and nothing is made up."""

    def asked(self, mesh: Mesh, root: Path, file: Path, *options: str) -> str:
        made = make(mesh, root, file, "made", "--purpose", "service", *options)
        assert "stores" not in made["source"]
        [line] = [line for line in text_of(root).splitlines() if "# stores:" in line]
        return line.partition("# decide: ")[2]

    def test_an_array_of_json(self, mesh: Mesh, project: Path, tmp_path: Path) -> None:
        rows = [{"email": f"a{i}@example.com", "town": "Porto"} for i in range(60)]
        assert "lines of JSON" in self.asked(mesh, project, put(tmp_path / "leads.json", json.dumps(rows)))

    def test_a_view(self, mesh: Mesh, project: Path, tmp_path: Path) -> None:
        file = tmp_path / "crm.sqlite"
        with closing(sqlite3.connect(file)) as database, database:
            database.execute("CREATE TABLE t (email TEXT, town TEXT)")
            database.executemany("INSERT INTO t VALUES (?, 'Porto')", [(f"a{i}@example.com",) for i in range(60)])
            database.execute("CREATE VIEW leads AS SELECT * FROM t")
        assert "view" in self.asked(mesh, project, file, "--table", "leads")

    def test_identifiers_that_two_people_may_share(self, mesh: Mesh, project: Path, tmp_path: Path) -> None:
        file = put(tmp_path / "visits.csv", "device_id,seen\n" + "".join(f"dv-{i:04d},{i}\n" for i in range(60)))
        assert "share" in self.asked(mesh, project, file)


def test_what_is_about_nobody_has_neither_store_nor_privacy(mesh: Mesh, project: Path, tmp_path: Path) -> None:
    file = put(tmp_path / "stock.csv", "sku,quantity\n" + "".join(f"S-{i},{i}\n" for i in range(60)))
    made = make(mesh, project, file)
    assert "privacy" not in text_of(project) and "stores" not in made["source"]


def test_whom_it_is_about_is_proposed_from_names_and_asked_where_none_tells(mesh: Mesh, project: Path, tmp_path: Path) -> None:
    rows = "email,town\n" + "".join(f"a{i}@example.com,Porto\n" for i in range(60))
    assert make(mesh, project, put(tmp_path / "staff.csv", rows), "staff")["privacy"] == {"subjects": ["employee"]}
    assert "subjects: [employee]  # proposed:" in text_of(project, "staff")
    said = mesh(
        "new", "product", "shop/contacts", "--from", str(put(tmp_path / "contacts.csv", rows)), "--purpose", "service", "--json"
    )
    assert any(one.startswith("privacy.subjects: whom it is about") for one in said.json["decide"])
    assert said.json["ok"] is False and {f["rule"] for f in said.json["findings"] if f["severity"] == "block"} == {"CORE-20"}
    text = text_of(project, "contacts")
    assert "privacy" not in yaml.safe_load(text)["dataProduct"]
    answered = text.replace("  # privacy:", "  privacy:").replace("  #   subjects: [<whom>]", "    subjects: [visitor]")
    assert yaml.safe_load(answered)["dataProduct"]["privacy"] == {"subjects": ["visitor"]}


def test_a_name_that_may_speak_of_tests_is_asked_about_and_not_believed(mesh: Mesh, project: Path, customers: Path) -> None:
    made = make(mesh, project, customers, "demo_customers", "--purpose", "service")
    assert made["privacy"] == {"subjects": ["customer"]}
    assert "# production: <true or false>  # decide:" in text_of(project, "demo_customers")


def test_what_the_laws_ask_stands_as_a_question_and_the_answers_open_the_gate(mesh: Mesh, project: Path, tmp_path: Path) -> None:
    file = put(tmp_path / "stays.csv", PATIENTS)
    said = mesh("new", "product", "shop/stays", "--from", str(file), "--purpose", "service", "--notice", "n1", "--json")
    assert {f["rule"] for f in said.json["findings"] if f["severity"] == "block"} == {"GDPR-9", "GDPR-35"}
    path = project / "domains/shop/stays/product.yaml"
    text = path.read_text(encoding="utf-8")
    lines = {line.split(":")[0].strip(" #"): line for line in text.splitlines() if "# decide: GDPR-" in line}
    assert lines.keys() == {"condition", "records"}
    assert "GDPR-9:" in lines["condition"] and "GDPR-35:" in lines["records"]
    for key, answer in {"condition": "health_care", "records": "[dpia-stays]"}.items():
        text = text.replace(lines[key], f"    {key}: {answer}")
    path.write_text(text, encoding="utf-8")
    assert {f["rule"] for f in mesh("check", "--json").json["findings"] if f["severity"] == "block"} == {"GDPR-35"}
    with (project / "governance/register.yaml").open("a", encoding="utf-8") as register:
        register.write(
            "  dpia-stays: {kind: dpia, title: Stays, about: [shop/stays], by: privacy@example.com, on: 2026-03-02, expires: 2029-03-01}\n"
        )
    assert mesh("check").code == 0


def test_no_assessment_is_asked_for_where_no_trigger_says_so(mesh: Mesh, project: Path, customers: Path) -> None:
    make(mesh, project, customers, "customers", "--purpose", "service", "--notice", "n1")
    assert "records:" not in text_of(project, "customers") and "condition:" not in text_of(project, "customers")


def test_a_derived_product_is_about_whom_its_inputs_are(mesh: Mesh, project: Path, customers: Path) -> None:
    make(mesh, project, customers, "customers", "--purpose", "service", "--notice", "n1")
    file = project / "domains/shop/customers/product.yaml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("subjects: [customer]", "production: false\n    subjects: [customer, child]"), encoding="utf-8")
    assert mesh("new", "product", "shop/names", "--input", "shop/customers", "--purpose", "service").code == 0
    derived = yaml.safe_load(text_of(project, "names"))["dataProduct"]
    assert derived["privacy"] == {"subjects": ["customer", "child"], "production": False}
    assert "stores" not in derived.get("source", {})


@pytest.mark.parametrize(
    ("said", "found"),
    [
        (("customer", "id"), ("customer",)),
        (("patients",), ("patient",)),
        (("pupils",), ("child", "student")),
        (("orders", "email"), ()),
        (("guests", "staff"), ("employee", "visitor")),
    ],
)
def test_words_for_people_say_whom(said: tuple[str, ...], found: tuple[str, ...]) -> None:
    assert whom(said, ()) == found


_WORDS = st.lists(st.sampled_from([word for word, _ in WHOM] + ["orders", "email", "id", "town"]))


@given(_WORDS, _WORDS)
def test_more_words_never_take_anybody_away_and_a_category_of_children_adds_them(some: list[str], more: list[str]) -> None:
    assert {*whom(some, ())} <= {*whom([*some, *more], ())}
    assert {*whom(some, ["user.children"])} == {*whom(some, ()), "child"}


CARDS = "payment_id,card_number,cvv,amount\n" + "".join(f"P-{i},4111111111111111,{100 + i},{i}.50\n" for i in range(60))
BODIES = "customer_id,blood_pressure,measured_at\n" + "".join(
    f"C-{i},{110 + i % 30}/{70 + i % 20},2026-01-{1 + i % 28:02d} 10:00:00\n" for i in range(60)
)


def proposed(mesh: Mesh, file: Path) -> dict[str, object]:
    said = mesh("new", "product", "shop/made", "--from", str(file), "--purpose", "service.orders", "--notice", "n1", "--json")
    assert isinstance(said.json, dict)
    return said.json


def test_a_file_with_card_verification_codes_is_copied_nowhere_and_said_to_be_deleted(
    mesh: Mesh, project: Path, tmp_path: Path
) -> None:
    file = put(tmp_path / "cards.csv", CARDS)
    made = proposed(mesh, file)
    assert made["files"] == ["domains/shop/made/product.yaml"] and not (project / "landing").exists()
    [told] = [one for one in made["decide"] if one.startswith("landing/shop/cards.csv: not copied there.")]  # type: ignore[attr-defined]
    assert "'cvv' holds card verification code" in told and "PCI-3.3.1.2" in told and "Delete the file" in told
    assert not any("4111111111111111" in path.read_text() for path in project.rglob("*.yaml"))
    assert mesh("check", "shop/made").code == 1, "and the gate keeps the product back"


def test_of_such_a_file_within_the_project_it_is_said_that_it_must_go(mesh: Mesh, project: Path) -> None:
    put(project / "landing/shop/cards.csv", CARDS)
    said = mesh(
        "new", "product", "shop/made", "--from", "landing/shop/cards.csv", "--purpose", "service.orders", "--notice", "n1"
    )
    assert "landing/shop/cards.csv: delete it. 'cvv' holds card verification code" in said.out


def test_without_the_codes_the_file_is_copied_as_ever(mesh: Mesh, project: Path, tmp_path: Path) -> None:
    file = put(tmp_path / "cards.csv", "\n".join(",".join(line.split(",")[:2]) for line in CARDS.splitlines()))
    made = proposed(mesh, file)
    assert "landing/shop/cards.csv" in made["files"] and (project / "landing/shop/cards.csv").exists()  # type: ignore[operator]
    assert not any("delete" in one.lower() for one in made["decide"])  # type: ignore[attr-defined]


def test_a_blood_pressure_is_health_data_of_a_special_category_and_asks_for_its_condition(
    mesh: Mesh, project: Path, tmp_path: Path
) -> None:
    made = proposed(mesh, put(tmp_path / "bodies.csv", BODIES))
    [column] = [one for one in made["columns"] if one["name"] == "blood_pressure"]  # type: ignore[attr-defined]
    assert (column["category"], column["sensitivity"]) == ("user.health", "restricted") and "pattern" not in column
    assert any(one.startswith("privacy.condition: GDPR-9") for one in made["decide"])  # type: ignore[attr-defined]
