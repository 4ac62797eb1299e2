"""gRPC around the port: one process, bounded, over TLS or to this machine alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import grpc

from mesh_platform.api.service import Service
from mesh_platform.errors import Unavailable
from mesh_platform.flight.port import Port
from mesh_platform.listening import closed

MOST_MESSAGE = 2 << 20
"""Bytes of one message of a caller's, refused before it is read whole; the longest statement fits several times."""
MOST_AT_ONCE = 256
"""Calls under way in one process; those beyond are refused at once."""
MOST_HEAD = 32_768
_PER_CONNECTION = 64
_IDLE = 15 * 60_000  # milliseconds
GRACE = 20.0
OPTIONS: Sequence[tuple[str, int]] = (
    ("grpc.max_receive_message_length", MOST_MESSAGE),
    ("grpc.max_send_message_length", -1),
    ("grpc.max_metadata_size", MOST_HEAD),
    ("grpc.absolute_max_metadata_size", MOST_HEAD),
    ("grpc.max_concurrent_streams", _PER_CONNECTION),
    ("grpc.max_connection_idle_ms", _IDLE),
    ("grpc.so_reuseport", 0),
)


@dataclass(frozen=True, slots=True)
class Tls:
    """The server's certificate chain and its private key, as PEM."""

    certificate: bytes
    key: bytes

    @classmethod
    def read(cls, certificate: Path, key: Path) -> Tls:
        """From their files.

        Raises:
            Unavailable: FLIGHT-14, where one cannot be read.
        """
        try:
            return cls(certificate.read_bytes(), key.read_bytes())
        except OSError as error:
            why = f"A file of it cannot be read ({type(error).__name__})."
            raise Unavailable.because(
                "FLIGHT-14", "the certificate", why, "Name the certificate's and the key's files (PEM)."
            ) from None


def server(service: Service, host: str, port: int, tls: Tls | None = None, plain: bool = False) -> tuple[grpc.aio.Server, int]:
    """A server that listens there once it is started, and its port; to be made in a running loop.

    Raises:
        UsageProblem: FLIGHT-15, where tokens would go over a network in the clear.
        Unavailable: FLIGHT-16, where it cannot listen there.
    """
    if tls is None and not plain:
        closed(host, "FLIGHT-15", "Give a certificate and its key, or say --plain where a proxy does TLS.")
    found = grpc.aio.server(options=OPTIONS, maximum_concurrent_rpcs=MOST_AT_ONCE)
    found.add_generic_rpc_handlers((Port(service).handlers(),))
    address = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    try:
        if tls is None:
            return found, found.add_insecure_port(address)
        return found, found.add_secure_port(address, grpc.ssl_server_credentials([(tls.key, tls.certificate)]))
    except RuntimeError:
        why = (
            "It cannot listen there: another process does, the address is not this machine's, or the certificate cannot be used."
        )
        raise Unavailable.because("FLIGHT-16", address, why, "Choose another port, or mend what stands in the way.") from None
