"""Stories 1 and 3 to 8: one person, known under many names and in many forms, asks by an address alone and is gone everywhere."""

from __future__ import annotations

import json
import re
from typing import Any

from mesh_platform.subjects import State
from mesh_platform.subjects.erasure.redaction import MARK
from tests.scenarios.conftest import Erased
from tests.scenarios.mesh import ANA, ANN, CLICKS, CUSTOMERS, ORDER, PAYMENTS, PHONE, REGIONS, SPENT, TICKETS, VISITS, md5, sha256


def of_others(rows: list[dict[str, Any]], **hers: Any) -> list[dict[str, Any]]:
    return [row for row in rows if not any(row[name] in values for name, values in hers.items())]


def written(erased: Erased) -> str:
    """All that stands in any product and in any landing file."""
    held = json.dumps({key: erased.now(key) for key in ORDER}, ensure_ascii=False)
    return held + "".join(file.read_text() for file in sorted((erased.root / "landing").iterdir()))


def test_01_several_ids_are_followed_and_others_keep_every_row(erased: Erased) -> None:
    assert erased.request.state is State.CERTIFIED, erased.request.as_json()["products"]
    assert {task.product for task in erased.request.tasks} == set(ORDER), "the certificate lists every product"
    hers: dict[str, dict[str, list[Any]]] = {
        CUSTOMERS: {"customer_id": ["C-7"]},
        PAYMENTS: {"ref": ["CR-0007"]},
        VISITS: {"cookie": ["ck-9"]},
    }
    for key, mine in hers.items():
        assert erased.now(key) == of_others(erased.before[key], **mine)


def test_03_a_value_goes_from_a_document_that_is_read_as_one_afterwards(erased: Erased) -> None:
    payloads = [json.loads(row["payload"]) for row in erased.now(TICKETS)]
    assert payloads[0] == {"u": {"mail": MARK, "tel": MARK}, "n": 1.5, "tags": ["late", MARK]}
    assert '"n": 1.5,' in erased.now(TICKETS)[0]["payload"], "other keys as they were written"
    assert payloads[1] == {"u": {"mail": ANN}, "n": 2}


def test_04_what_tells_of_her_goes_from_free_text_and_the_rows_stay(erased: Erased) -> None:
    bodies = [row["body"] for row in erased.now(TICKETS)]
    assert bodies[0] == f"{MARK} called from {MARK}, mail {MARK}. Her parcel is late."
    assert bodies[1] == erased.before[TICKETS][1]["body"].replace("Ana Souza", MARK).replace(ANA, MARK), "Ann's own words stay"
    assert bodies[3] == erased.before[TICKETS][3]["body"], "people who are nearly the same are others"
    assert bodies[5] == f"No name here, {MARK} neither. {MARK} wrote it."
    assert [(row["customer_id"], row["email"]) for row in erased.now(TICKETS)[:2]] == [(None, None), ("C-8", ANN)]
    assert re.sub(r"[^\d]", "", PHONE) not in re.sub(r"[^\d{}]", "", "".join(bodies)).replace("34600111222333", "")


def test_05_a_hash_is_found_in_every_spelling(erased: Erased) -> None:
    assert sha256(ANA) not in written(erased).lower() and md5(ANA) not in written(erased).lower()
    assert len(erased.before[VISITS]) - len(erased.now(VISITS)) == 2


def test_06_so_is_what_is_encoded(erased: Erased) -> None:
    assert len(erased.before[CLICKS]) - len(erased.now(CLICKS)) == 3
    bodies = [row["body"] for row in erased.now(TICKETS)]
    assert bodies[2] == f"Seen in a log: hex {MARK}, url ?m={MARK}&x=1, entity {MARK}."
    assert bodies[4] == f"call {MARK} ({MARK}), SOUZA"
    assert bodies[6] == f"Seen twice: {MARK}, {MARK}, {MARK}, \uff2f\uff2b.", (
        "encodings upon encodings, and signs that nobody sees"
    )
    payload = json.loads(erased.now(TICKETS)[6]["payload"])
    assert payload == {"n": 7, "raw": json.dumps({"m": json.dumps({"m": MARK})})}


def test_07_what_was_joined_and_keeps_no_key_is_as_if_she_had_never_been_there(erased: Erased) -> None:
    customers = {row["customer_id"]: row["region"] for row in erased.before[CUSTOMERS] if row["customer_id"] != "C-7"}
    wanted = [
        (customers[row["customer_id"]], row["amount"]) for row in erased.before[PAYMENTS] if row["customer_id"] in customers
    ]
    assert sorted((row["region"], row["amount"]) for row in erased.now(SPENT)) == sorted(wanted)


def test_08_groups_that_hide_everybody_are_exempt_and_say_so_and_small_ones_are_never_shown(erased: Erased) -> None:
    assert erased.before[REGIONS] == [{"region": "north", "people": 15}], "the three people of the south are no group"
    task = next(task for task in erased.request.tasks if task.product == REGIONS)
    assert task.state is State.EXEMPT
    assert "1 groups of 11 people or more, the smallest of 15" in task.reason
    assert erased.request.certificate is not None
    [told] = [one for one in erased.request.certificate["products"] if one["product"] == REGIONS]
    assert (told["state"], told["reason"]) == ("exempt", task.reason), "the certificate says what was not erased"
