"""People's requests from Python: the same words, answers and refusals through the project's own door and over an address."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import mesh_platform
from mesh_platform import Connection
from mesh_platform.api.service import Service
from mesh_platform.errors import Denied, NotFound, UsageProblem
from mesh_platform.settings import Settings
from tests.api.conftest import listening

ANA = "email:ana@mail.test"
As = Callable[[str], Connection]


@pytest.fixture(scope="module", params=["local", "remote"])
def letters(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp(request.param) / "out"


@pytest.fixture(scope="module")
def mesh(letters: Path, shop: Settings, token: Callable[[str], str]) -> Iterator[As]:
    """`mesh(principal)`: a connection of theirs, of a mesh that sends letters."""
    opened: dict[str, Connection] = {}
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("MESH_NOTICE_FOLDER", str(letters))
        with Service(shop.model_copy(update={"notice_folder": letters})) as service:
            for address in listening(service):

                def connected(who: str, address: str = address) -> Connection:
                    if who not in opened:
                        local = letters.parent.name.startswith("local")
                        here = mesh_platform.connect(shop.project, as_=who) if local else None
                        opened[who] = here or mesh_platform.connect(address, token=lambda: token(who))
                    return opened[who]

                yield connected
                for each in opened.values():
                    each.close()


def test_a_system_brings_a_request_and_the_privacy_team_fetches_the_package(mesh: As, letters: Path) -> None:
    shop, privacy = mesh("web-shop").subject_requests, mesh("privacy").subject_requests
    made = shop.open("access", [ANA], regime="gdpr")
    id = made["id"]
    assert made["identity"] == "unknown" and id in [one["id"] for one in shop.list()]
    assert shop.send_code(id) == {"sent": "email"}
    [letter] = [json.loads(path.read_text()) for path in letters.iterdir()]
    shown = shop.show_code(id, letter["code"])
    assert shown["identity"] == "verified" and shown["token"]
    assert "products" not in shop.get(id) and "products" in privacy.get(id)
    with zipfile.ZipFile(io.BytesIO(privacy.package(id))) as packed:
        [product] = json.loads(packed.read("package.json"))["products"]
    assert [row["email"] for row in product["rows"]] == ["ana@mail.test"]
    assert privacy.get(id)["state"] == "certified"


def test_who_may_not_and_what_is_none_are_refused_alike(mesh: As) -> None:
    shop, privacy = mesh("web-shop").subject_requests, mesh("privacy").subject_requests
    theirs = privacy.open("objection", [ANA], regime="gdpr", attested=True)["id"]
    with pytest.raises(Denied, match="DSAR-02"):
        shop.get(theirs)
    with pytest.raises(Denied, match="AUTH-02"):
        shop.package(theirs)
    with pytest.raises(NotFound, match="DSAR-01"):
        privacy.get("none")
    for wrong in ({"kind": "nothing"}, {"regime": "none"}, {"subjects": ["nonsense"]}):
        given = {"kind": "access", "subjects": [ANA], "regime": "gdpr", **wrong}
        with pytest.raises(UsageProblem):
            privacy.open(given.pop("kind"), given.pop("subjects"), **given)
