"""The server around the port: where it listens, TLS, and the program that starts it."""

from __future__ import annotations

import asyncio
import ipaddress
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from adbc_driver_flightsql import DatabaseOptions
from adbc_driver_manager import Error
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from mesh_platform.api.service import Service
from mesh_platform.clock import utc_now
from mesh_platform.errors import Unavailable, UsageProblem
from mesh_platform.flight.server import Tls, server
from mesh_platform.listening import loopback
from tests.ports.flight import connected, listening, token

SQL = "select count(*) from customer.profiles"


@pytest.fixture(scope="module")
def tls() -> Tls:
    """A certificate for 127.0.0.1 that stands for itself."""
    key, now = ec.generate_private_key(ec.SECP256R1()), utc_now()
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    address = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    certificate = (
        x509.CertificateBuilder(
            name, name, key.public_key(), x509.random_serial_number(), now - timedelta(hours=1), now + timedelta(1)
        )
        .add_extension(address, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return Tls(certificate.public_bytes(serialization.Encoding.PEM), pem)


@pytest.fixture(scope="module")
def secure(service: Service, tls: Tls) -> Iterator[str]:
    with listening(service, tls) as address:
        yield address


def counted(address: str, shown: str, **options: str) -> list[tuple[object, ...]]:
    with connected(address, shown, "service", **options) as connection, connection.cursor() as cursor:
        cursor.execute(SQL)
        return cursor.fetchall()


class TestTls:
    def test_serves_whoever_trusts_the_certificate(self, service: Service, secure: str, tls: Tls) -> None:
        trusted = {DatabaseOptions.TLS_ROOT_CERTS.value: tls.certificate.decode()}
        assert counted(secure, token(service, "analyst"), **trusted) == [(3,)]

    def test_serves_nobody_who_does_not(self, service: Service, secure: str) -> None:
        with pytest.raises(Error):
            counted(secure, token(service, "analyst"))

    def test_serves_nobody_in_the_clear(self, service: Service, secure: str) -> None:
        with pytest.raises(Error):
            counted(secure.replace("grpc+tls", "grpc"), token(service, "analyst"))

    def test_needs_files_that_can_be_read(self, tmp_path: Path) -> None:
        with pytest.raises(Unavailable, match="FLIGHT-14"):
            Tls.read(tmp_path / "none.pem", tmp_path / "none.key")


class TestWhereItListens:
    @pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1", "::", "example.com"])
    def test_not_on_a_network_in_the_clear(self, service: Service, host: str) -> None:
        async def made() -> None:
            server(service, host, 0)

        with pytest.raises(UsageProblem, match="FLIGHT-15"):
            asyncio.run(made())

    @pytest.mark.parametrize(("host", "here"), [("127.0.0.1", True), ("::1", True), ("localhost", True), ("10.0.0.1", False)])
    def test_this_machine_is_no_network(self, host: str, here: bool) -> None:
        assert loopback(host) is here

    def test_not_where_another_process_does(self, service: Service) -> None:
        async def made(port: int) -> None:
            server(service, "127.0.0.1", port)

        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            with pytest.raises(Unavailable, match="FLIGHT-16"):
                asyncio.run(made(taken.getsockname()[1]))


@pytest.mark.e2e
def test_the_program_serves_until_it_is_interrupted(service: Service) -> None:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    begin = "from mesh_platform.cli import main; raise SystemExit(main())"
    arguments = ["-c", begin, "flight", "--port", str(port), "--project", str(service.settings.project)]
    program = subprocess.Popen([sys.executable, *arguments], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        rows: list[tuple[object, ...]] = []
        until = time.monotonic() + 60
        while not rows:
            assert program.poll() is None, program.stdout and program.stdout.read()
            assert time.monotonic() < until
            try:
                rows = counted(f"grpc://127.0.0.1:{port}", token(service, "analyst"))
            except Error:
                time.sleep(0.2)
        assert rows == [(3,)]
    finally:
        program.send_signal(signal.SIGINT)
        assert program.wait(30) == 0
