"""Card numbers that are cut in one product and hashed in another, and the age of the key over them: seen at a publication."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any, cast

import yaml

from mesh_platform.errors import Unavailable
from mesh_platform.keys import KeyProvider
from mesh_platform.product import ProductKey, load_mesh
from mesh_platform.publish import Outcome, Runtime, Status
from mesh_platform.publish.probes import key_days
from mesh_platform.registry.measures import CUT
from tests.publish.bakery import COMMON, write_product
from tests.publish.conftest import ORDERS

Run = Callable[..., Outcome]
TILLS = ProductKey("bakery", "tills")
MAIL = {"type": "string", "sensitivity": "restricted", "category": "user.contact.email", "subject": "email"}
PAN = {"type": "string", "sensitivity": "restricted", "category": "user.financial.card.pan", "mask": "bin_last4"}


def ingest(project: Path, key: ProductKey, second: str, said: dict[str, Any], value: Callable[[int], str]) -> None:
    """Forty rows of an address and one more column."""
    source = {"path": f"landing/{key.name}.csv", "purpose": "service", "basis": "contract", "notice": "2026-01"}
    columns = {"email": MAIL, second: said}
    own = {
        "name": key.name,
        "domain": "Bakery",
        "source": source,
        "erasure": {"strategy": "delete_by_key"},
    }
    write_product(project, str(key), {**COMMON, **own, "columns": columns})
    rows = "".join(f"p{i}@mail.test,{value(i)}\n" for i in range(40))
    (project / f"landing/{key.name}.csv").write_text(f"email,{second}\n{rows}")


def cut(i: int) -> str:
    return f"**** **** **** {i:04d}"


def hashed(i: int) -> str:
    return hashlib.sha256(b"%d" % i).hexdigest()


def blocking(outcome: Outcome) -> set[str]:
    return {finding.rule for finding in outcome.findings if finding.blocks}


def test_a_cut_and_a_hashed_number_in_two_products_with_the_same_people_are_not_both_published(
    project: Path, runtime: Runtime, run: Run
) -> None:
    plain = {"type": "string", "sensitivity": "restricted"}
    ingest(project, TILLS, "ref", plain, hashed)
    ingest(project, ORDERS, "card", PAN, cut)
    assert run(ORDERS).status is Status.PUBLISHED
    outcome = run(TILLS)
    assert (outcome.status, blocking(outcome)) == (Status.BLOCKED, {"PCI-3.5.1"})
    ingest(project, TILLS, "ref", plain, lambda i: f"till {i % 3}")
    assert run(TILLS).status is Status.PUBLISHED
    assert runtime.registry.counted(CUT) == {"bakery/orders": 1, "bakery/tills": 0}


def test_a_cut_number_is_kept_back_where_another_product_was_published_with_the_hashes(project: Path, run: Run) -> None:
    today = date.today()
    ends = {"on": today - timedelta(days=9), "expires": today + timedelta(days=90)}
    said = {"kind": "attestation", "about": ["PCI-3.5.1.1"], "by": "ciso@example.com", **ends}
    (project / "governance/register.yaml").write_text(yaml.safe_dump({"register": {"it": said}}))
    ingest(
        project, TILLS, "card_hash", {"type": "string", "sensitivity": "restricted", "category": "user.financial.card"}, hashed
    )
    assert run(TILLS).status is Status.PUBLISHED
    ingest(project, ORDERS, "card", PAN, cut)
    assert blocking(run(ORDERS)) == {"PCI-3.5.1"}


def test_the_age_of_a_key_is_that_of_the_newest_version_and_an_old_one_keeps_card_numbers_back(
    project: Path, runtime: Runtime, run: Run
) -> None:
    ingest(project, ORDERS, "card", PAN, cut)
    assert run(ORDERS).status is Status.PUBLISHED
    product, keys = load_mesh(project).products[ORDERS], runtime.lake.keys
    assert key_days(product, keys, date.today()) in (0, 1)
    [held] = [path for path in (runtime.lake.home / "keys").rglob("*") if path.is_file() and "bakery" in str(path)]
    os.utime(held, (held.stat().st_atime, held.stat().st_mtime - 367 * 86_400))
    assert blocking(run(ORDERS)) == {"PCI-3.7"}
    keys.renew("bakery", "westeurope")
    assert run(ORDERS).status is Status.PUBLISHED


def test_the_age_of_a_key_that_nobody_can_tell_is_not_known(project: Path) -> None:
    class Silent:
        def versions(self, domain: str, region: str) -> tuple[Any, ...]:
            raise Unavailable.because("KEY-05", "keys", "It does not answer.", "Wait.")

    assert key_days(load_mesh(project).products[ORDERS], cast(KeyProvider, Silent()), date(2026, 12, 1)) is None
