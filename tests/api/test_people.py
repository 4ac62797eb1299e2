"""What people ask for about their own data, over HTTP: a system brings the request and the code, the person fetches the package by a token of their own."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from mesh_platform.api.people import TOKEN
from mesh_platform.api.service import Service
from mesh_platform.settings import Settings
from tests.api.conftest import listening

ANA, REQUESTS = "email:ana@mail.test", "/v1/subject-requests"
Ask = Callable[..., httpx.Response]


@pytest.fixture(scope="module")
def letters(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("letters") / "out"


@pytest.fixture(scope="module")
def ask(shop: Settings, letters: Path, token: Callable[[str], str]) -> Iterator[Ask]:
    """`ask(method, path, who, **as httpx has it)` of a server that sends letters."""
    with Service(shop.model_copy(update={"notice_folder": letters})) as service:
        for address in listening(service):
            with httpx.Client(base_url=address, timeout=30) as client:

                def asked(method: str, path: str = "", who: str | None = "web-shop", **more: object) -> httpx.Response:
                    headers = {"Authorization": f"Bearer {token(who)}"} if who is not None else {}
                    headers |= dict(more.pop("headers", {}))  # type: ignore[call-overload]
                    return client.request(method, REQUESTS + path, headers=headers, **more)  # type: ignore[arg-type]

                yield asked


def opened(ask: Ask, who: str = "web-shop", **more: object) -> str:
    answer = ask("POST", "", who, json={"kind": "access", "regime": "gdpr", "subjects": [ANA], **more})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def test_a_person_fetches_their_package_by_the_token_that_the_right_code_gave(ask: Ask, letters: Path) -> None:
    id = opened(ask)
    assert ask("POST", f"/{id}/identity", json={"code": "00000000"}).json()["rule"] == "DSAR-33"
    sent = ask("POST", f"/{id}/code")
    assert (sent.status_code, sent.json()) == (202, {"sent": "email"})
    [letter] = [json.loads(path.read_text()) for path in letters.iterdir()]
    shown = ask("POST", f"/{id}/identity", json={"code": letter["code"]})
    token = {TOKEN: shown.json()["token"]}
    seen = ask("GET", f"/{id}", None, headers=token).json()
    assert seen["identity"] == "verified" and not seen["breached"] and "products" not in seen

    fetched = ask("GET", f"/{id}/package", None, headers=token)
    assert (fetched.status_code, fetched.headers["content-type"]) == (200, "application/zip")
    assert fetched.headers["cache-control"] == "no-store"
    with zipfile.ZipFile(io.BytesIO(fetched.content)) as packed:
        [product] = json.loads(packed.read("package.json"))["products"]
    [row] = product["rows"]
    assert (row["email"], row["card"], product["product"]) == ("ana@mail.test", "[masked]", "customer/profiles")
    assert b"ben@mail.test" not in fetched.content and ask("GET", f"/{id}").json()["state"] == "certified"

    other = opened(ask, subjects=["email:ben@mail.test"])
    for path in (f"/{other}", f"/{other}/package", "/none/package"):
        refused = ask("GET", path, None, headers=token)
        assert (refused.status_code, refused.json()["rule"]) == (401, "DSAR-30"), path


def test_the_token_of_an_erasure_fetches_nothing_and_erases_nothing_here(ask: Ask, letters: Path) -> None:
    """The API publishes nothing and reaches no backup: what it certified would claim more than was done."""
    id, before = opened(ask, kind="erasure"), {*letters.iterdir()} if letters.is_dir() else set()
    ask("POST", f"/{id}/code")
    [letter] = [json.loads(path.read_text()) for path in {*letters.iterdir()} - before]
    token = {TOKEN: ask("POST", f"/{id}/identity", json={"code": letter["code"]}).json()["token"]}
    refused = ask("GET", f"/{id}/package", None, headers=token)
    assert (refused.status_code, refused.json()["rule"]) == (400, "DSAR-40")
    assert ask("GET", f"/{id}", None, headers=token).json()["state"] == "open"


def test_nothing_is_had_before_it_is_known_who_asks_nor_without_a_token(ask: Ask) -> None:
    id = opened(ask)
    assert ask("GET", f"/{id}/package", "privacy").json()["rule"] == "DSAR-30"
    assert ask("GET", f"/{id}/package").json()["rule"] == "AUTH-02"
    assert ask("GET", f"/{id}/package", None).status_code == 401
    assert ask("GET", f"/{id}", None, headers={TOKEN: "x"}).status_code == 401


def test_each_sees_what_is_theirs(ask: Ask) -> None:
    mine, theirs = opened(ask), opened(ask, "privacy", attested=True)
    assert theirs not in [one["id"] for one in ask("GET").json()["requests"]]
    assert {mine, theirs} <= {one["id"] for one in ask("GET", "", "privacy").json()["requests"]}
    assert ask("GET", f"/{theirs}").json()["rule"] == "DSAR-02" and ask("POST", f"/{theirs}/code").json()["rule"] == "DSAR-02"
    whole = ask("GET", f"/{theirs}", "privacy").json()
    assert whole["identity"] == "attested" and whole["clock"]["source"] and whole["history"][0]["event"] == "opened"
    assert ask("GET", "", "analyst").json()["rule"] == "AUTH-02"


def test_a_system_attests_nobody_and_a_strange_body_is_refused_without_its_values(ask: Ask) -> None:
    id = opened(ask, attested=True)
    assert ask("GET", f"/{id}").json()["identity"] == "unknown"
    refused = ask("POST", "", json={"kind": "access", "regime": "gdpr", "subjects": ["ana-secret"]})
    assert refused.status_code == 400 and "ana-secret" not in refused.text


def test_a_person_takes_their_request_back_and_the_privacy_team_refuses_one(ask: Ask) -> None:
    id = opened(ask, kind="erasure")
    assert ask("POST", f"/{id}/withdraw", None, headers={TOKEN: "none of it"}).status_code == 401
    taken = ask("POST", f"/{id}/withdraw", json={"reason": "changed their mind"}).json()
    assert (taken["state"], taken["suppression"], taken["in_words"]) == ("withdrawn", "none", "Nothing was erased.")
    assert ask("POST", f"/{id}/withdraw").json()["rule"] == "DSAR-45"
    assert ask("GET", f"/{id}").json()["state"] == "withdrawn"

    other, refusal = opened(ask), {"ground": "duplicate", "reason": "It is there already.", "told": "by telephone"}
    assert ask("POST", f"/{other}/refuse", json=refusal).status_code == 403
    assert ask("POST", f"/{other}/refuse", "privacy", json={**refusal, "ground": "no reason"}).status_code == 422
    assert ask("POST", f"/{other}/refuse", "privacy", json=refusal).json()["state"] == "refused"
