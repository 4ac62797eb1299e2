"""Releases that claim to point at nobody: held against their rows by t-closeness too, and the remedies that are told were tried on them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import yaml

from mesh_platform.product import ProductKey
from mesh_platform.publish import Outcome, Status
from tests.publish.bakery import order_descriptor, write_product
from tests.publish.conftest import ORDERS
from tests.publish.test_flow import rules
from tests.publish.test_pack_products import RECORD
from tests.publish.test_risk import ILL, QUASI, why

Run = Callable[[ProductKey], Outcome]
Row = tuple[str, str, str]
TOWNS = ("Lisbon", "Porto")
ILLS = ("gout", "asthma")
SEEN = {**QUASI, "type": "date", "sensitivity": "restricted"}


def release(project: Path, rows: list[Row], claim: str = "anonymous", **seen: object) -> None:
    """bakery/orders as a table of towns, days of a visit and diagnoses that names nobody and says so."""
    text = "town,seen,ill\n" + "".join(f"{','.join(row)}\n" for row in rows)
    (project / "landing/orders.csv").write_text(text)
    columns = {"town": QUASI, "seen": {**SEEN, **seen}, "ill": ILL}
    more = {"erasure": {"strategy": "not_applicable", "reason": "It names nobody."}, "dataContracts": None}
    privacy = {"claim": claim, "condition": "health_care", "records": ["nobody-knows"]}
    (project / "governance/register.yaml").write_text(yaml.safe_dump({"register": {"nobody-knows": RECORD}}))
    write_product(project, "bakery/orders", order_descriptor(columns=columns, privacy=privacy, **more))


def days(*years: int) -> list[Row]:
    """Of each year 48 people on 24 days in two towns, with two illnesses evenly spread."""
    return [(TOWNS[i // 2 % 2], f"{year}-{1 + i % 12:02}-{1 + i // 2:02}", ILLS[i % 2]) for year in years for i in range(48)]


def by_town(*towns: tuple[int, int]) -> list[Row]:
    """People of one day, town by town so many with the one illness and so many with the other."""
    return [(f"town{t}", "1980-01-01", ILLS[k]) for t, counts in enumerate(towns) for k in (0, 1) for _ in range(counts[k])]


def test_a_class_whose_illnesses_are_not_those_of_everybody_blocks_though_each_has_two(run: Run, project: Path) -> None:
    release(project, by_town((40, 12), (12, 40)))
    outcome = run(ORDERS)
    assert rules(outcome) == {"CORE-22"}
    assert "In 2 of 2 classes by 'seen', 'town', 'ill' lies farther" in why(outcome, "CORE-22")
    assert "(up to 0.27)" in why(outcome, "CORE-22")
    assert "asthma" not in str(outcome.findings) and "town0" not in str(outcome.findings)


def test_what_is_proposed_was_tried_on_the_rows(run: Run, project: Path) -> None:
    release(project, by_town((40, 12), (12, 40)))
    (finding,) = [finding for finding in run(ORDERS).findings if finding.rule == "CORE-22"]
    assert finding.fix.startswith("Tried on these rows") and "drop 'town'" in finding.fix
    assert "drop 'ill'" in finding.fix and "drop 'seen'" not in finding.fix and "coarsen" not in finding.fix
    assert (finding.patch, finding.waivable) == ("", True)


def test_classes_like_everybody_pass(run: Run, project: Path) -> None:
    release(project, by_town((11, 12), (12, 11)))
    assert run(ORDERS).status is Status.PUBLISHED


def test_under_safe_harbor_it_is_told_and_blocks_nothing_by_itself(run: Run, project: Path) -> None:
    release(project, by_town((40, 12), (12, 40)), claim="safe_harbor")
    found = [finding for finding in run(ORDERS).findings if finding.rule == "CORE-22"]
    assert found and not any(finding.blocks for finding in found)


def test_without_a_claim_nothing_of_it_is_measured(run: Run, project: Path) -> None:
    release(project, by_town((40, 12), (12, 40)), claim="limited_data_set")
    assert "CORE-22" not in rules(run(ORDERS))


def test_days_that_single_people_out_are_mended_by_the_transform_that_was_tried_and_the_finer_one_is_not_told(
    run: Run, project: Path
) -> None:
    release(project, days(1980, 1990))
    (finding,) = [f for f in run(ORDERS).findings if f.rule == "GDPR-R26" and "single out" in f.why]
    assert "`seen: {coarsen: year}`" in finding.fix and "coarsen: month" not in finding.fix
    assert finding.patch == "seen: {coarsen: year}"
    release(project, days(1980, 1990), coarsen="year")
    assert run(ORDERS).status is Status.PUBLISHED


def test_what_is_served_is_as_coarse_as_the_descriptor_says(
    run: Run, project: Path, rows: Callable[..., list[tuple[object, ...]]]
) -> None:
    release(project, days(1980, 1990), coarsen="year")
    assert run(ORDERS).status is Status.PUBLISHED
    assert {str(row[1]) for row in rows(ORDERS)} == {"1980-01-01", "1990-01-01"}
    assert len(rows(ORDERS)) == 96


def test_rows_that_were_served_before_are_made_coarser_with_those_that_are_added(
    run: Run, project: Path, rows: Callable[..., list[tuple[object, ...]]]
) -> None:
    columns = {"town": {**QUASI, "sensitivity": "restricted"}, "seen": SEEN}

    def write(**seen: object) -> None:
        told = {"columns": {**columns, "seen": {**columns["seen"], **seen}}, "load": "append", "dataContracts": None}
        source = {"path": "landing/orders/*.csv", "purpose": "service", "basis": "contract", "notice": "2026-01"}
        more = {"erasure": {"strategy": "not_applicable", "reason": "It names nobody."}, "source": source}
        write_product(project, "bakery/orders", order_descriptor(**told, **more))

    (project / "landing/orders").mkdir()
    (project / "landing/orders/a.csv").write_text("town,seen\nLisbon,1980-05-06\n")
    write()
    assert run(ORDERS).status is Status.PUBLISHED
    write(coarsen="year")
    assert run(ORDERS).status is Status.PUBLISHED
    assert [str(row[1]) for row in rows(ORDERS)] == ["1980-01-01"]
