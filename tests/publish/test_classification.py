"""The scan of staged rows: what it finds closes the gate, what it found before is not looked for twice, and no value of it leaves the lake."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import duckdb
import pytest
import yaml

from mesh_platform.actor import Actor
from mesh_platform.classify.table import TableScan
from mesh_platform.product import ProductKey, load_mesh
from mesh_platform.publish import Outcome, Runtime, Status, place_of
from mesh_platform.publish.classification import scan_of
from mesh_platform.publish.review import tasks_of
from mesh_platform.publish.scan_record import kept_with
from mesh_platform.registry.reviews import Reviews, Verdict
from tests.publish.bakery import order_descriptor, write_product

Run = Callable[[ProductKey], Outcome]
ORDERS, GUESTS, VISITS = (ProductKey("bakery", name) for name in ("orders", "guests", "visits"))
SERVICE = {"purpose": "service", "basis": "contract", "notice": "2026-01"}
NOTES = {
    "note_id": {"type": "integer", "sensitivity": "internal"},
    "note": {"type": "string", "sensitivity": "internal", "nullable": True},
}


def blocking(outcome: Outcome) -> dict[str, list[str]]:
    """Rule → patches of the findings that close the gate."""
    found: dict[str, list[str]] = {}
    for finding in outcome.findings:
        if finding.blocks:
            found.setdefault(finding.rule, []).append(finding.patch)
    return found


def write_table(project: Path, name: str, columns: dict[str, Any], rows: list[tuple[object, ...]], **more: Any) -> None:
    lines = [",".join(columns), *(",".join(map(str, row)) for row in rows)]
    (project / f"landing/{name}.csv").write_text("\n".join(lines) + "\n")
    source = {"path": f"landing/{name}*.csv", **SERVICE}
    said = {"name": name, "source": source, "columns": columns, "dataContracts": [], "erasure": {"strategy": "text_redact"}}
    write_product(project, f"bakery/{name}", order_descriptor(**{**said, **more}))


def govern(project: Path, **classification: Any) -> None:
    """Let `governance/policies.yaml` say so under dataClassification."""
    file = project / "governance/policies.yaml"
    policies = yaml.safe_load(file.read_text())
    policies["governancePolicies"]["dataClassification"] = classification
    file.write_text(yaml.safe_dump(policies))


def notes(project: Path, *texts: str, **note: Any) -> None:
    columns = {**NOTES, "note": {**NOTES["note"], **note}}
    write_table(project, "notes", columns, [(i, text) for i, text in enumerate(texts)])


def _approve(project: Path, runtime: Runtime) -> None:
    """Somebody else approves the notes as they stand."""
    mesh, reviews = load_mesh(project), Reviews(runtime.database, tasks_of(runtime))
    reviews.record(mesh, mesh.products[A_NOTE], Verdict.APPROVE, "as discussed", Actor("dana", ("privacy",)), None)


PLAIN = [f"box {i} came late again" for i in range(200)]
MAILED = [*PLAIN[:195], *(f"call guest{i}@mailhost.test" for i in range(5))]
A_NOTE = ProductKey("bakery", "notes")


def test_a_label_that_is_too_low_is_blocked_with_count_share_and_the_patch(run: Run, project: Path) -> None:
    notes(project, *MAILED)
    outcome = run(A_NOTE)
    patch = "note: {sensitivity: confidential, category: user.content, identifiability: direct}"
    assert blocking(outcome) == {"CORE-02": [patch], "CORE-05": [patch]}
    assert all("EMAIL in 5 rows, 2.5%" in finding.why and patch in finding.fix for finding in outcome.findings if finding.blocks)


def test_what_is_labelled_higher_than_found_is_fine(run: Run, project: Path) -> None:
    notes(project, *MAILED, sensitivity="restricted", category="user.content")
    assert run(A_NOTE).status is Status.PUBLISHED


def test_no_value_leaves_the_lake(run: Run, project: Path, runtime: Runtime) -> None:
    notes(project, *MAILED)
    run(A_NOTE)
    notes(project, *MAILED, sensitivity="confidential", category="user.content", identifiability="direct")
    assert run(A_NOTE).status is Status.PUBLISHED
    runtime.close()  # the audit log writes its last checkpoint
    files = [file for file in (project / ".mesh").rglob("*") if file.is_file()]
    assert files
    assert not any(b"mailhost" in file.read_bytes() for file in files)


def test_a_verdict_needs_a_review_from_the_first_publication_on(run: Run, project: Path) -> None:
    notes(project, *MAILED, verdicts={"EMAIL": {"upTo": 3, "reason": "Mailboxes of the shops."}})
    assert blocking(run(A_NOTE)) == {"CORE-16": [""]}


def test_a_verdict_holds_for_values_like_those_it_was_given_for_and_asks_again_for_others(
    run: Run, project: Path, runtime: Runtime
) -> None:
    shops = {"EMAIL": {"upTo": 3, "reason": "Mailboxes of the shops."}}
    notes(project, *MAILED, verdicts=shops)
    assert blocking(run(A_NOTE)).keys() == {"CORE-16"}
    _approve(project, runtime)
    assert run(A_NOTE).status is Status.PUBLISHED
    alike = [text.replace("guest", "till").replace("came late", "was there") for text in MAILED]
    notes(project, *alike, verdicts=shops)
    assert run(A_NOTE).status is Status.PUBLISHED

    longer = [text + " and the driver said that he would see to it before noon" for text in MAILED]
    notes(project, *longer, verdicts=shops)
    outcome = run(A_NOTE)
    assert blocking(outcome).keys() == {"CORE-02", "CORE-05"}
    assert all(
        "Its verdicts were given for other values: its values have" in each.why for each in outcome.findings if each.blocks
    )
    assert run(A_NOTE).status is Status.BLOCKED, "it waits for a word, and trying again is none"

    notes(project, *longer, verdicts={"EMAIL": {"upTo": 3, "reason": "Mailboxes of the shops, and their drivers' remarks."}})
    assert blocking(run(A_NOTE)).keys() == {"CORE-16"}
    _approve(project, runtime)
    assert run(A_NOTE).status is Status.PUBLISHED


def test_a_text_too_long_to_be_scanned_counts_as_restricted(run: Run, project: Path) -> None:
    notes(project, *PLAIN, "word " * 50_000)
    outcome = run(A_NOTE)
    assert blocking(outcome) == {"CORE-02": ["note: {sensitivity: restricted}"]}
    assert "1 texts are longer than 200,000 characters" in outcome.findings[0].why
    notes(project, *PLAIN, "word " * 50_000, sensitivity="restricted")
    assert run(A_NOTE).status is Status.PUBLISHED


def test_a_scan_that_fails_closes_the_gate(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(self: TableScan, batch: object) -> None:
        raise RuntimeError("ana@mail.test")

    monkeypatch.setattr(TableScan, "feed", broken)
    outcome = run(ORDERS)
    assert blocking(outcome).keys() == {"CORE-02"}
    assert "the scan of it failed (RuntimeError)" in outcome.findings[0].why
    assert "ana@" not in str(outcome.findings)


def test_governance_can_switch_the_scan_off_and_then_it_counts_as_not_evaluated(
    run: Run, project: Path, runtime: Runtime
) -> None:
    govern(project, autoClassify=False)
    notes(project, *MAILED)
    assert run(A_NOTE).status is Status.PUBLISHED
    skipped = {entry["rule"] for entry in runtime.registry.latest_decisions("publish")[A_NOTE].not_evaluated}
    assert {"CORE-02 (scan)", "CORE-05 (scan)"} <= skipped


@pytest.fixture
def scanned(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, int]]:
    """Column → rows that the scanner was given since it was last cleared."""
    rows: dict[str, int] = {}
    feed = TableScan.feed

    def counted(self: TableScan, batch: Any) -> None:
        for name in batch.schema.names:
            rows[name] = rows.get(name, 0) + batch.num_rows
        feed(self, batch)

    monkeypatch.setattr(TableScan, "feed", counted)
    return rows


def test_a_column_with_the_same_content_is_not_scanned_again(run: Run, project: Path, scanned: dict[str, int]) -> None:
    notes(project, *PLAIN)
    run(A_NOTE)
    assert scanned == {"note_id": 200, "note": 200}
    scanned.clear()
    assert run(A_NOTE).status is Status.PUBLISHED
    assert scanned == {}
    notes(project, *MAILED)
    assert blocking(run(A_NOTE)).keys() == {"CORE-02", "CORE-05"}
    assert scanned == {"note": 200}


def test_what_was_not_read_while_it_was_restricted_is_read_once_it_is_said_to_be_less(
    run: Run, project: Path, runtime: Runtime
) -> None:
    told = [f"Mrs Maria Oliveira called again about order {i} and waits for a call" for i in range(150)]
    notes(project, *told, sensitivity="restricted", category="user")
    first = run(ProductKey("bakery", "notes"))
    assert first.status is Status.PUBLISHED, first.findings
    notes(project, *told)
    _approve(project, runtime)
    outcome = run(A_NOTE)
    assert any(f.rule in ("CORE-02", "CORE-05") and "PERSON" in f.why for f in outcome.findings if f.blocks)


def test_an_append_scans_the_new_rows_and_remembers_the_old(
    run: Run, project: Path, runtime: Runtime, scanned: dict[str, int]
) -> None:
    label = {"sensitivity": "confidential", "category": "user.content", "identifiability": "direct"}
    columns = {**NOTES, "note": {**NOTES["note"], **label}}
    rows = [(i, f"box {i} came late") for i in range(6_000)]
    write_table(project, "notes", columns, [*rows, (6_000, "call guest@mailhost.test")], load="append")
    assert run(A_NOTE).status is Status.PUBLISHED
    scanned.clear()
    (project / "landing/notes-2.csv").write_text("note_id,note\n" + "".join(f"{i + 7_000},{text}\n" for i, text in rows))
    assert run(A_NOTE).status is Status.PUBLISHED
    assert scanned == {"note_id": 6_000, "note": 6_000}
    scanned.clear()
    (project / "landing/notes-3.csv").write_text("note_id,note\n20000,box 9 came late\n")
    assert run(A_NOTE).status is Status.PUBLISHED
    assert scanned == {"note_id": 6_001, "note": 6_001}
    kept = kept_with(runtime.lake.versions(place_of(load_mesh(project).products[A_NOTE]))[-1])
    assert kept["note"].found["EMAIL"].rows == 1


def guest(i: int) -> str:
    return f"G{(i * 7919 + 13) % 99991:05d}X"


def write_guests(project: Path) -> None:
    """The registered key of the domain: guests under numbers of a form of their own, and their mail addresses."""
    (project / "governance/identifiers.yaml").write_text("namespaces: {email: {}, guest_no: {}}\n")
    columns = {
        "guest_no": {"type": "string", "sensitivity": "confidential", "category": "user.unique_id", "subject": "guest_no"},
        "email": {"type": "string", "sensitivity": "restricted", "category": "user.contact.email", "subject": "email"},
    }
    write_table(project, "guests", columns, [(guest(i), f"guest{i}@mailhost.test") for i in range(400)])


def visits(project: Path, values: list[str]) -> None:
    columns = {"visit": {"type": "integer", "sensitivity": "internal"}, "col_17": {"type": "string", "sensitivity": "internal"}}
    write_table(project, "visits", columns, [(i, value) for i, value in enumerate(values)])


def test_a_key_of_the_domain_is_found_under_a_name_that_says_nothing(run: Run, project: Path) -> None:
    write_guests(project)
    visits(project, [guest(i * 3 % 400).lower() for i in range(300)])
    assert run(GUESTS).status is Status.PUBLISHED
    outcome = run(VISITS)
    assert "col_17: {sensitivity: confidential, category: user.unique_id, subject: guest_no}" in blocking(outcome)["CORE-05"]
    assert "KEY:guest_no in 300 rows, all (they stand in bakery/guests.guest_no)" in str(outcome.findings)


def test_keys_that_nobody_serves_crowd_out_none_that_is_served(run: Run, project: Path) -> None:
    write_guests(project)
    crowd = {f"k{i}": {"type": "string", "sensitivity": "confidential", "subject": "guest_no"} for i in range(14)}
    write_product(project, "bakery/aaa", order_descriptor(name="Aaa", columns=crowd, dataContracts=[]))
    visits(project, [guest(i) for i in range(300)])
    run(GUESTS)
    assert "KEY:guest_no" in str(run(VISITS).findings)


def test_values_that_are_no_key_of_the_domain_are_let_through(run: Run, project: Path) -> None:
    write_guests(project)
    visits(project, [f"Q{i:05d}Z" for i in range(300)])
    run(GUESTS)
    assert run(VISITS).status is Status.PUBLISHED


def mail(i: int) -> bytes:
    return f"guest{i}@mailhost.test".encode()


@pytest.mark.nightly
@pytest.mark.by_day("md5 of upper case", "salted")
@pytest.mark.parametrize(
    ("said", "digest"),
    [
        ("md5 hashes", lambda i: hashlib.md5(mail(i).upper(), usedforsecurity=False).hexdigest()),
        ("sha256 hashes", lambda i: hashlib.sha256(mail(i)).hexdigest()[:24]),
        ("sha1 hashes, with the salt 'till',", lambda i: hashlib.sha1(b"s3cret" + mail(i), usedforsecurity=False).hexdigest()),
        ("sha256 HMACs, with the key 'till',", lambda i: hmac.digest(b"s3cret", mail(i), "sha256").hex()),
        ("sha512 hashes", lambda i: hashlib.sha512(mail(i)).hexdigest()),
        ("sha256 hashes", lambda i: "sha256:" + hashlib.sha256(mail(i)).hexdigest()),
        ("md5 hashes", lambda i: str(UUID(hex=hashlib.md5(mail(i), usedforsecurity=False).hexdigest()))),
        (
            "sha256 of the md5 hashes",
            lambda i: hashlib.sha256(hashlib.md5(mail(i), usedforsecurity=False).hexdigest().encode()).hexdigest(),
        ),
    ],
    ids=["md5 of upper case", "cut off", "salted", "keyed", "sha512", "with its name before", "as a UUID", "twice"],
)
def test_hashes_of_a_key_of_the_domain_are_found(
    run: Run, project: Path, monkeypatch: pytest.MonkeyPatch, said: str, digest: Callable[[int], str]
) -> None:
    monkeypatch.setenv("TILL_SALT", "s3cret")
    govern(project, salts=[{"name": "till", "secret": "env:TILL_SALT"}])
    write_guests(project)
    visits(project, [digest(i) for i in range(100)])
    run(GUESTS)
    outcome = run(VISITS)
    assert f"(they are {said} of bakery/guests.email)" in str(outcome.findings)
    assert "s3cret" not in str(outcome.findings)


def test_a_registered_salt_that_cannot_be_read_is_told_and_publishes_nothing(run: Run, project: Path) -> None:
    govern(project, salts=[{"name": "till", "secret": "env:TILL_SALT"}])
    write_guests(project)
    visits(project, [hashlib.sha256(b"x" + mail(i)).hexdigest() for i in range(100)])
    run(GUESTS)
    outcome = run(VISITS)
    assert (outcome.status, [finding.rule for finding in outcome.findings]) == (Status.FAILED, ["CLASS-03"])


def test_tokens_of_a_registered_issuer_are_found_however_rare(run: Run, project: Path) -> None:
    govern(project, tokens=[{"name": "loyalty", "prefix": "lty_"}])
    notes(project, *PLAIN, "lty_Qm9vdA")
    outcome = run(A_NOTE)
    assert "TOKEN:loyalty in 1 rows" in str(outcome.findings)
    assert blocking(outcome)["CORE-05"] == [
        "note: {sensitivity: confidential, category: user.content, identifiability: pseudonymous}"
    ]


def test_a_rule_of_the_organisation_raises_what_its_pattern_fits(run: Run, project: Path) -> None:
    govern(project, rules=[{"pattern": "SSN|Social Security", "classification": "PII.HighRisk"}])
    columns = {**NOTES, "socialSecurityNo": {"type": "string", "sensitivity": "internal"}}
    write_table(project, "notes", columns, [(i, text, f"N{i}") for i, text in enumerate(PLAIN)])
    outcome = run(A_NOTE)
    assert blocking(outcome) == {"CORE-05": ["socialSecurityNo: {sensitivity: restricted}"]}
    assert "'SSN|Social Security' (PII.HighRisk)" in outcome.findings[0].why


def test_what_python_says_not_to_come_from_a_restricted_field_needs_a_review_the_first_time(run: Run, project: Path) -> None:
    copies = "def transform(inputs):\n    t = inputs['orders']\n    return t.select(['email']).rename_columns(['c'])\n"
    column = {"type": "string", "sensitivity": "internal", "derivedFrom": []}
    inputs = [{"product": "bakery/orders", "purpose": "service", "fields": ["email", "town"]}]
    said = order_descriptor(
        name="Copies", source=None, inputs=inputs, columns={"c": column}, dataContracts=[], erasure={"strategy": "rebuild"}
    )
    write_product(project, "bakery/copies", said, transform_py=copies)
    run(ORDERS)
    outcome = run(ProductKey("bakery", "copies"))
    assert outcome.status is Status.BLOCKED
    assert "CORE-16" in blocking(outcome)


def test_rows_that_hold_something_are_told_for_the_whole_where_a_sample_was_opened() -> None:
    con = duckdb.connect()
    con.execute("""CREATE TABLE t AS SELECT '{"n": ' || i || CASE WHEN i % 25 = 0 THEN ', "via": "guest' || i || '@mail.test"' ELSE '' END || '}' AS payload
        FROM range(50000) r(i)""")
    [found] = scan_of(con, "t", VISITS, {"payload": "VARCHAR"})["payload"].found
    assert found.kind == "EMAIL"
    assert 1_700 <= found.rows <= 2_300
