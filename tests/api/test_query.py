"""`/v1/query` over a real socket: the rows of a governed read, in each form, with what decided them."""

from __future__ import annotations

import io
import json
from base64 import urlsafe_b64decode
from typing import Any

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
import pytest

from mesh_platform.api.forms import ARROW, CSV, PARQUET
from tests.api.conftest import Call

SQL = "select segment, email from customer.profiles order by segment, email"
ROWS = [("gold", "…@firm.test"), ("gold", "…@mail.test"), ("silver", "…@mail.test")]


def header_of(answer: Any) -> dict[str, Any]:
    text = answer.headers["Mesh-Envelope"]
    found: dict[str, Any] = json.loads(urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    return found


class TestForms:
    def test_json_has_the_decision_before_the_rows_and_the_count_after_them(self, ask: Call) -> None:
        answer = ask(SQL)
        found = answer.json()
        assert list(found) == ["mesh", "columns", "rows", "count", "cut"]
        assert [tuple(row) for row in found["rows"]] == ROWS
        assert (found["count"], found["cut"], found["mesh"]["purpose"]) == (3, False, "service")
        [product] = found["mesh"]["products"]
        assert product["columns"]["email"]["mask"] == "email_domain"
        assert (product["location"], product["version"], product["decision"]) == ("westeurope", "1.0.0", "allow")
        assert answer.headers["Cache-Control"] == "no-store"

    def test_csv_has_the_names_and_its_envelope_in_the_head(self, ask: Call) -> None:
        answer = ask(SQL, accept=CSV)
        found = pyarrow.csv.read_csv(io.BytesIO(answer.content))
        assert list(zip(*(column.to_pylist() for column in found.columns), strict=True)) == ROWS
        assert header_of(answer)["products"][0]["columns"]["email"] == "email_domain"

    def test_parquet_says_in_its_footer_whether_it_was_cut(self, ask: Call) -> None:
        answer = ask(SQL, accept=PARQUET, limit=2)
        file = pq.ParquetFile(io.BytesIO(answer.content))
        assert file.read().to_pylist()[0] == {"segment": "gold", "email": "…@firm.test"}
        told = json.loads(file.metadata.metadata[b"mesh"])
        assert (told["count"], told["cut"]) == (2, True)
        assert header_of(answer)["limit"] == 2

    def test_arrow_says_it_in_its_last_batch(self, ask: Call) -> None:
        with pa.ipc.open_stream(ask(SQL, accept=ARROW).content) as stream:
            assert json.loads(stream.schema.metadata[b"mesh"])["products"][0]["product"] == "customer/profiles"
            batches = [stream.read_next_batch_with_custom_metadata() for _ in range(2)]
        assert batches[0].batch.column(0).to_pylist() == ["gold", "gold", "silver"]
        assert batches[1].batch.num_rows == 0
        assert json.loads(batches[1].custom_metadata[b"mesh"]) == {"count": 3, "cut": False}

    @pytest.mark.parametrize("accept", ["text/html", "application/json;q=0", "image/*", ",,;"])
    def test_another_form_is_refused(self, ask: Call, accept: str) -> None:
        answer = ask(SQL, accept=accept)
        assert (answer.status_code, answer.json()["rule"]) == (406, "HTTP-06")

    def test_values_that_json_does_not_hold_are_text(self, ask: Call) -> None:
        sql = "select 9007199254740993 as far, 'nan'::double as none, 1.10::decimal(4,2) as price, date '2026-01-02' as day, [1, 2] as list"
        [row] = ask(f"{sql} from customer.profiles limit 1").json()["rows"]
        assert row == ["9007199254740993", "nan", "1.10", "2026-01-02", [1, 2]]


class TestRefusals:
    @pytest.mark.parametrize(
        ("sql", "purpose", "who", "status", "rule", "code"),
        [
            ("select region from customer.profiles", "service", "analyst", 403, "CORE-09", 3),
            ("select segment from customer.profiles", None, "analyst", 403, "CORE-14", 3),
            ("select segment from customer.profiles", "service", "abroad", 403, "CORE-07", 3),
            ("select * from read_csv('/etc/passwd')", "service", "analyst", 403, "SQL-04", 3),
            ("select * from customer.nothing", "service", "analyst", 404, "NAME-02", 4),
            ("selec 1", "service", "analyst", 400, "SQL-01", 2),
            ("select cast(segment as integer) from customer.profiles", "service", "analyst", 400, "SQL-10", 2),
        ],
    )
    def test_say_rule_where_why_and_fix(
        self, ask: Call, sql: str, purpose: str | None, who: str, status: int, rule: str, code: int
    ) -> None:
        answer = ask(sql, purpose, who)
        found = answer.json()
        assert (answer.status_code, found["rule"], found["exit_code"]) == (status, rule, code)
        assert answer.headers["content-type"] == "application/problem+json"
        assert all(found[name] for name in ("title", "where", "why", "fix"))
        assert "north" not in answer.text

    def test_nobody_is_asked_to_sign_in(self, ask: Call) -> None:
        answer = ask(SQL, who=None)
        assert (answer.status_code, answer.json()["rule"]) == (401, "AUTH-01")
        assert answer.headers["WWW-Authenticate"] == 'Bearer realm="mesh"'

    @pytest.mark.parametrize(
        "body", [{"sql": SQL, "porpose": "service"}, {"sql": 1}, {"sql": SQL, "limit": "5"}, [], "text", None]
    )
    def test_a_body_of_another_form_is_refused_without_a_word_of_it(self, call: Call, body: Any) -> None:
        answer = call("POST", "/v1/query", json=body)
        assert (answer.status_code, answer.json()["rule"]) == (422, "HTTP-12")
        assert "profiles" not in answer.text


class TestHealth:
    def test_answers_without_a_token(self, call: Call) -> None:
        assert call("GET", "/healthz", None).json() == {"status": "ok"}
        assert call("GET", "/readyz", None).json() == {"status": "ok"}

    def test_another_address_is_a_problem_too(self, call: Call) -> None:
        assert call("GET", "/v2/query", None).json()["rule"] == "HTTP-13"
        answer = call("GET", "/v1/query", None)
        assert (answer.status_code, answer.json()["rule"], answer.headers["Allow"]) == (405, "HTTP-14", "POST")
