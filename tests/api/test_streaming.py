"""Answers that leave as they come: whole or visibly broken, and nobody who goes away leaves a statement running."""

from __future__ import annotations

import pyarrow as pa

from mesh_platform.api.forms import ARROW
from tests.api.conftest import Call


class TestWhole:
    def test_an_answer_that_does_not_fit_ahead_streams_and_is_whole(self, ask: Call) -> None:
        sql = "select i, p.segment from customer.profiles p, range(200000) r(i)"
        found = ask(sql, accept=ARROW)
        assert "content-length" not in found.headers
        assert pa.ipc.open_stream(found.content).read_all().num_rows == 600_000
        told = ask(sql, limit=250_000).json()
        assert (told["count"], len(told["rows"]), told["cut"]) == (250_000, 250_000, True)
