"""Tickets and prepared statements that come back otherwise than they were handed out."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.flight as arrow_flight
import pytest

from mesh_platform.access.authentication import development_issuer, impersonate
from mesh_platform.actor import Actor
from mesh_platform.api.service import Service
from mesh_platform.audit import Act
from mesh_platform.audit.reading import newest_records
from mesh_platform.clock import utc_now
from mesh_platform.errors import Denied, Unavailable
from mesh_platform.flight.messages import packed, unpacked
from mesh_platform.flight.tickets import HANDLE, KEY_FILE, LIFETIMES, TICKET, Asked, Seals
from tests.flight.conftest import Client

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
ANA, BEN = Actor("ana", impersonated_by="unix-1"), Actor("ben", impersonated_by="unix-1")
ASKED = Asked("select segment from customer.profiles where segment = ?", "service", ("gold", 1, 1.5, True, None))
COMMAND = packed("CommandStatementQuery", query="select segment from customer.profiles order by 1")
ROWS = [{"segment": "gold"}, {"segment": "gold"}, {"segment": "silver"}]
Made = Callable[..., Client]


@pytest.fixture
def seals(tmp_path: Path) -> Seals:
    return Seals(tmp_path)


class TestSeals:
    @pytest.mark.parametrize("kind", [TICKET, HANDLE])
    def test_open_to_whom_they_were_made_for(self, seals: Seals, kind: str) -> None:
        assert seals.open(kind, seals.seal(kind, ASKED, ANA, NOW), ANA, NOW) == ASKED

    def test_open_in_every_process_of_the_home(self, seals: Seals, tmp_path: Path) -> None:
        assert Seals(tmp_path).open(TICKET, seals.seal(TICKET, ASKED, ANA, NOW), ANA, NOW) == ASKED

    def test_tell_nothing_of_the_statement(self, seals: Seals) -> None:
        sealed = seals.seal(TICKET, ASKED, ANA, NOW)
        assert b"select" not in sealed
        assert b"gold" not in sealed
        assert sealed != seals.seal(TICKET, ASKED, ANA, NOW)

    @pytest.mark.parametrize("other", [BEN, replace(ANA, impersonated_by="unix-2"), replace(ANA, impersonated_by=None)])
    def test_open_to_nobody_else(self, seals: Seals, other: Actor) -> None:
        with pytest.raises(Denied, match="FLIGHT-03"):
            seals.open(TICKET, seals.seal(TICKET, ASKED, ANA, NOW), other, NOW)

    def test_of_one_kind_are_none_of_another(self, seals: Seals) -> None:
        with pytest.raises(Denied, match="FLIGHT-03"):
            seals.open(TICKET, seals.seal(HANDLE, ASKED, ANA, NOW), ANA, NOW)

    def test_of_another_mesh_do_not_open(self, seals: Seals, tmp_path: Path) -> None:
        other = Seals(tmp_path / "other")
        with pytest.raises(Denied, match="FLIGHT-03"):
            seals.open(TICKET, other.seal(TICKET, ASKED, ANA, NOW), ANA, NOW)

    @pytest.mark.parametrize("kind", [TICKET, HANDLE])
    def test_end(self, seals: Seals, kind: str) -> None:
        sealed, late = seals.seal(kind, ASKED, ANA, NOW), NOW + LIFETIMES[kind]
        assert seals.open(kind, sealed, ANA, late) == ASKED
        with pytest.raises(Denied, match="too old"):
            seals.open(kind, sealed, ANA, late + timedelta(seconds=1))

    def test_that_were_changed_anywhere_do_not_open(self, seals: Seals) -> None:
        sealed = seals.seal(TICKET, ASKED, ANA, NOW)
        for place in range(len(sealed)):
            changed = bytearray(sealed)
            changed[place] ^= 1
            with pytest.raises(Denied, match="FLIGHT-03"):
                seals.open(TICKET, bytes(changed), ANA, NOW)

    @pytest.mark.parametrize("sealed", [b"", b"\x01", b"\x01" + b"x" * 12, b"\x01" + b"x" * 28, b"\x01" * (3 << 20)])
    def test_that_never_were_any_do_not_open(self, seals: Seals, sealed: bytes) -> None:
        with pytest.raises(Denied, match="FLIGHT-03"):
            seals.open(TICKET, sealed, ANA, NOW)

    def test_have_a_key_that_only_its_owner_reads(self, seals: Seals, tmp_path: Path) -> None:
        assert (tmp_path / KEY_FILE).stat().st_mode & 0o777 == 0o600

    def test_need_a_whole_key(self, tmp_path: Path) -> None:
        (tmp_path / KEY_FILE).write_bytes(b"short")
        with pytest.raises(Unavailable, match="FLIGHT-04"):
            Seals(tmp_path)


class TestTickets:
    def test_bring_the_rows(self, client: Made) -> None:
        analyst = client()
        assert analyst.rows(analyst.info(COMMAND).endpoints[0].ticket.ticket) == ROWS

    def test_shown_twice_are_asked_twice(self, client: Made, service: Service) -> None:
        analyst = client()
        ticket = analyst.info(COMMAND).endpoints[0].ticket.ticket
        before = len(reads(service))
        assert analyst.rows(ticket) == analyst.rows(ticket) == ROWS
        assert len(reads(service)) - before == 4  # begun and done, twice

    def test_of_another_caller_bring_nothing(self, client: Made, service: Service) -> None:
        ticket = client().info(COMMAND).endpoints[0].ticket.ticket
        before = len(reads(service))
        with pytest.raises(arrow_flight.FlightUnauthorizedError, match="FLIGHT-03"):
            client("engineer").rows(ticket)
        assert reads(service)[before:] == ["FLIGHT-03"]

    def test_give_no_right_that_their_bearer_lost(self, client: Made, service: Service) -> None:
        ticket = client().info(COMMAND).endpoints[0].ticket.ticket
        moved = replace(impersonate("analyst", service.mesh().governance, service.settings), region="US")
        shown = development_issuer(service.settings).issue(moved, utc_now(), timedelta(minutes=5))
        with pytest.raises(arrow_flight.FlightUnauthorizedError, match="CORE-07"):
            client(shown=shown).rows(ticket)

    def test_without_a_signed_in_bearer_bring_nothing(self, client: Made, address: str) -> None:
        ticket = client().info(COMMAND).endpoints[0].ticket.ticket
        with pytest.raises(arrow_flight.FlightUnauthenticatedError, match="AUTH-01"):
            Client(address, None).rows(ticket)

    def test_keep_the_purpose_that_was_decided_on(self, client: Made) -> None:
        ticket = client(purpose="service").info(COMMAND).endpoints[0].ticket.ticket
        assert client(purpose="marketing").rows(ticket) == ROWS

    @pytest.mark.parametrize("changed", [b"", b"x", b"\x01" * 64])
    def test_that_were_forged_are_refused(self, client: Made, changed: bytes) -> None:
        with pytest.raises(arrow_flight.FlightUnauthorizedError, match="FLIGHT-03"):
            client().rows(packed("TicketStatementQuery", statement_handle=changed))

    @pytest.mark.parametrize("ticket", [b"", b"\xff\xff", b"select 1", packed("CommandStatementUpdate", query="x"), COMMAND])
    def test_that_are_no_message_are_refused(self, client: Made, ticket: bytes) -> None:
        with pytest.raises(pa.ArrowInvalid, match="FLIGHT-02"):
            client().rows(ticket)

    def test_carry_no_statement_in_the_clear(self, client: Made) -> None:
        _, found = unpacked(client().info(COMMAND).endpoints[0].ticket.ticket)
        assert b"segment" not in found.statement_handle


class TestPreparedStatements:
    def prepared(self, who: Client) -> bytes:
        [answer] = who.act(
            "CreatePreparedStatement",
            packed("ActionCreatePreparedStatementRequest", query="select segment from customer.profiles"),
        )
        _, found = unpacked(answer)
        return bytes(found.prepared_statement_handle)

    def test_are_the_callers_own(self, client: Made) -> None:
        command = packed("CommandPreparedStatementQuery", prepared_statement_handle=self.prepared(client()))
        assert client().info(command).schema.names == ["segment"]
        with pytest.raises(arrow_flight.FlightUnauthorizedError, match="FLIGHT-03"):
            client("engineer").info(command)

    def test_are_no_tickets(self, client: Made) -> None:
        handle = self.prepared(client())
        with pytest.raises(arrow_flight.FlightUnauthorizedError, match="FLIGHT-03"):
            client().rows(packed("TicketStatementQuery", statement_handle=handle))

    def test_can_be_closed_and_nothing_is_kept(self, client: Made) -> None:
        handle = self.prepared(client())
        body = packed("ActionClosePreparedStatementRequest", prepared_statement_handle=handle)
        assert client().act("ClosePreparedStatement", body) == []


def reads(service: Service) -> list[str | None]:
    """The rules of what the audit log holds of reads, the newest last."""
    time.sleep(0.2)  # records that are not durable are written together, within 50 ms
    return [each.reason for each in newest_records(service.database, 1_000, Act.READ.value)]
