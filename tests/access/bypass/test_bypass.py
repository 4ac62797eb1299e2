"""The corpus on every port: what attackers write is refused or tells nothing, what analysts write is answered right."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator

import duckdb
import pytest

from mesh_platform.access import plain as as_json
from tests.access.bypass import columns, honest, monsters, names, oracles, outside
from tests.access.bypass.case import STATUS, Case, Must
from tests.ports import in_process
from tests.ports.answers import Answered, Refused
from tests.ports.mesh import SECRETS, Published
from tests.ports.port import FIRST, PORTS, TEXT_ONLY, Port, asked_of

CASES = (*outside.ALL, *columns.ALL, *names.ALL, *oracles.ALL, *monsters.ALL, *honest.ALL)
Opener = Callable[[str], Port]


def corpus(must: Must) -> pytest.MarkDecorator:
    """The cases of that outcome on each port that takes them now."""
    ports = [port for port in PORTS if must is not Must.ANSWER or port not in TEXT_ONLY]
    now = [case for case in CASES if case.must is must and (not case.late or os.environ.get("MESH_NIGHTLY"))]
    chosen = [
        (port, case) for port in ports for case in now if asked_of(port, case.id) and (port == FIRST or case not in monsters.ALL)
    ]
    return pytest.mark.parametrize(("name", "case"), chosen, ids=[f"{port}-{case.id}" for port, case in chosen])


def asked(port: Port, case: Case, guess: str = "") -> Answered | Refused:
    return port.ask(case.persona, case.text(guess), case.purpose, case.parameters)


def secrets_in(told: str, case: Case) -> list[str]:
    """Secrets that the caller did not bring along himself."""
    brought = (case.text() + repr(case.parameters)).casefold()
    shown = [secret for secret in SECRETS if secret.casefold() not in brought]
    return [secret for secret in shown if re.search(rf"(?<![0-9.]){re.escape(secret)}(?![0-9])", told)]


def test_there_are_enough_cases_and_none_stands_twice() -> None:
    attacks = [case for case in CASES if case.must is not Must.ANSWER]
    assert len({(case.sql, case.purpose, case.persona, repr(case.parameters)) for case in CASES}) == len(CASES)
    assert len({case.id for case in CASES}) == len(CASES)
    assert len(attacks) >= 300
    assert len(CASES) - len(attacks) >= 100


@corpus(Must.REFUSE)
def test_what_is_not_allowed_is_refused_by_its_rule(port: Opener, name: str, case: Case) -> None:
    told = asked(port(name), case)
    assert isinstance(told, Refused), told
    assert told.rule in case.rules, told
    assert told.status == STATUS.get(told.rule, 3) or (told.rule == "SQL-08" and told.status == 3), told
    assert not secrets_in(told.text, case)


def failed(told: Answered | Refused) -> bool:
    """Whether there was no answer at all: what failed tells nothing, whatever the port."""
    return isinstance(told, Refused) and told.status == 5


@corpus(Must.HIDE)
def test_no_secret_shows(port: Opener, name: str, case: Case) -> None:
    told = asked(port(name), case)
    assert not secrets_in(told.text, case), told
    assert case in monsters.ALL or not failed(told), told


@corpus(Must.SAME)
def test_a_right_guess_and_a_wrong_one_are_answered_alike(port: Opener, name: str, case: Case) -> None:
    right, wrong = (asked(port(name), case, guess) for guess in case.guesses)
    first, second = (repr(told).replace(guess, "…") for told, guess in zip((right, wrong), case.guesses, strict=True))
    assert first == second
    assert not failed(right), right


@pytest.mark.parametrize("name", PORTS)
def test_no_port_hides_by_answering_nothing(port: Opener, name: str) -> None:
    """A port whose every answer is a refusal or a failure would pass both tests above."""
    assert isinstance(asked(port(name), Case("floor", "select count(*) as n from @p", Must.ANSWER)), Answered)
    now = [case for case in oracles.ALL if asked_of(name, case.id)]
    answered = sum(isinstance(asked(port(name), case, case.guesses[1]), Answered) for case in now)
    assert answered >= len(now) // 2, f"{answered} of {len(now)}"


@pytest.fixture(scope="session")
def reference(published_mesh: Published) -> Iterator[duckdb.DuckDBPyConnection]:
    """A plain engine over what the analyst sees of both products."""
    with duckdb.connect() as con, in_process.opened(published_mesh) as port:
        con.execute("SET TimeZone = 'UTC'; CREATE SCHEMA customer")
        for name in ("profiles", "visits"):
            seen = port.table("analyst", f"select * from customer.{name}", "service")
            con.register("seen", seen)
            con.execute(f'CREATE TABLE customer.{name} AS FROM seen; CREATE VIEW "customer/{name}" AS FROM customer.{name}')
        yield con


@corpus(Must.ANSWER)
def test_honest_statements_are_answered_right(port: Opener, reference: duckdb.DuckDBPyConnection, name: str, case: Case) -> None:
    told = asked(port(name), case)
    assert isinstance(told, Answered), told
    right = in_process.answered(reference.execute(case.text()).to_arrow_table())
    assert told.columns == right.columns
    assert comparable(told, case) == comparable(right, case)


def comparable(answer: Answered, case: Case) -> list[str]:
    rows = [repr(tuple(plain(value) for value in row)) for row in answer.rows]
    return rows if "order by" in case.sql else sorted(rows)


def plain(value: object) -> object:
    """As JSON has it, since some ports answer in JSON; floats to ten digits: their sums depend on the order of the rows."""
    return float(f"{value:.10g}") if isinstance(value, float) else as_json.plain(value)
