"""`mesh consent apply` and `lag`, as they are typed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

import pytest

from tests.propagation.shop import LETTERS, Shop


def mesh(shop: Shop, *words: str) -> tuple[int, dict[str, Any]]:
    command = [
        sys.executable,
        "-c",
        "import sys; from mesh_platform.cli import main; sys.exit(main())",
        *words,
        "--json",
        "--project",
        str(shop.root),
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False, env=dict(os.environ))
    return done.returncode, json.loads(done.stdout or "{}")


@pytest.mark.nightly
def test_a_domain_is_brought_along_by_hand_and_measured(shop: Shop) -> None:
    sequence = shop.say("ana", "withdrawn", "marketing")
    code, told = mesh(shop, "consent", "lag")
    lags = {each["domain"]: each for each in told["domains"]}
    assert code == 0 and lags["shop"]["waiting"] == 1 and lags["shop"]["state"] == "ok"
    code, told = mesh(shop, "consent", "apply", "shop", "--as", "platform-engineer")
    assert code == 0 and told["whole"] and told["sequence"] == sequence
    assert {one["product"]: one["rows"] for one in told["receipts"]}[LETTERS] == 1
    assert mesh(shop, "consent", "apply", "nowhere", "--as", "platform-engineer")[0] == 4
    assert mesh(shop, "consent", "apply", "shop", "--as", "analyst")[0] == 3
    lags = {each["domain"]: each for each in mesh(shop, "consent", "lag")[1]["domains"]}
    assert lags["shop"]["watermark"] == sequence and lags["shop"]["waiting"] == 0 and lags["office"]["waiting"] == 1
