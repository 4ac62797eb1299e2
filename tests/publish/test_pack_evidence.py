"""What evidence tells of health data and of card numbers: kept back with its rule, in order once it is mended, and never a value of a row."""

from __future__ import annotations

from pathlib import Path

from mesh_platform.interop.evidence.frameworks import Framework
from mesh_platform.interop.evidence.outsider import examine, unpacked
from mesh_platform.publish import Runtime, Status
from tests.interop.asking import Package, asked
from tests.publish.conftest import ORDERS
from tests.publish.test_pack_products import NUMBER, Run, column, stays, write

ZIP = column(category="user.contact.address.postal_code")


def standing(package: Package, product: str = "bakery/orders") -> dict[str, str]:
    """Rule → how it stands for the product."""
    return {control.rule: on.state for control in package.evidence.controls for on in control.products if on.product == product}


def holds(package: Package, runtime: Runtime, *values: str) -> None:
    """It verifies with the public keys alone, and none of these stands in any file."""
    assert examine(package.data, runtime.audit.signer.succession)["ok"]
    for name, body in unpacked(package.data).items():
        assert [value for value in values if value.encode() in body] == [], name


def test_health_data_under_safe_harbor_is_told_as_kept_back_and_then_as_in_order(
    run: Run, project: Path, runtime: Runtime
) -> None:
    stays(project, [f"2024-0{1 + i % 9}-15,90210" for i in range(60)], admitted=column("date"), zip=ZIP)
    assert run(ORDERS).status is Status.BLOCKED
    package = asked(runtime, framework=Framework.HIPAA)
    holds(package, runtime, "90210", "2024-01-15")
    found = standing(package)
    assert {rule for rule, state in found.items() if state == "blocked"} == {"HIPAA-514B2-B (rows)", "HIPAA-514B2-C (rows)"}
    assert [
        {one.rule for one in decision.objections if one.severity == "block"} >= {"HIPAA-514B2-B", "HIPAA-514B2-C"}
        for decision in package.evidence.decisions
        if not decision.open
    ] == [True]
    stays(project, ["2024-01-01,902"] * 60, admitted=column("date"), zip=ZIP)
    assert run(ORDERS).status is Status.PUBLISHED
    found = standing(asked(runtime, framework=Framework.HIPAA))
    assert {found["HIPAA-514B2-B (rows)"], found["HIPAA-514B2-C (rows)"]} == {"enforced"} and "blocked" not in found.values()


def test_whole_card_numbers_are_told_as_kept_back_and_cut_ones_as_in_order(run: Run, project: Path, runtime: Runtime) -> None:
    write(project, "card\n" + f"{NUMBER}\n" * 40, {"card": column()})
    assert run(ORDERS).status is Status.BLOCKED
    package = asked(runtime, framework=Framework.PCI)
    holds(package, runtime, NUMBER, NUMBER[-4:] * 2)
    assert standing(package)["PCI-3.5.1"] == "blocked"
    write(project, "card\n" + "411111******1111\n" * 40, {"card": column()})
    assert run(ORDERS).status is Status.PUBLISHED
    after = asked(runtime, framework=Framework.PCI)
    holds(after, runtime, NUMBER, "411111******1111")
    assert "blocked" not in standing(after).values()
