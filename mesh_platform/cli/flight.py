"""`mesh flight`: the port for SQL tools."""

from __future__ import annotations

from pathlib import Path

import click

from mesh_platform.cli.session import Session, options, pass_session


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on; another one needs TLS, or --plain.")
@click.option("--port", type=click.IntRange(1, 65535), help="Port [default: 32010, or MESH_FLIGHT_PORT].")
@click.option("--region", metavar="REGION", help="Answer for products of this region alone [default: MESH_API_REGION, or all].")
@click.option("--tls-cert", type=click.Path(path_type=Path), help="Certificate chain, PEM [default: MESH_FLIGHT_TLS_CERT].")
@click.option("--tls-key", type=click.Path(path_type=Path), help="Its private key, PEM [default: MESH_FLIGHT_TLS_KEY].")
@click.option("--plain", is_flag=True, help="Without TLS on other addresses too: where a proxy in front of it does TLS.")
@options
@pass_session
def flight(
    session: Session, host: str, port: int | None, region: str | None, tls_cert: Path | None, tls_key: Path | None, plain: bool
) -> int:
    """Start the port for SQL tools, Arrow Flight SQL; Ctrl-C ends it after the answers that are under way.

    ADBC, JDBC and ODBC drivers for Flight SQL connect to it with a token (`mesh token issue NAME --print` in development) and name what
    they read for in the header x-mesh-purpose. It gives what `mesh query` gives.

    \b
    Examples:
      mesh flight
      mesh flight --host 0.0.0.0 --tls-cert server.pem --tls-key server-key.pem
    """
    import sys

    from mesh_platform.cli.child import served
    from mesh_platform.errors import UsageProblem

    if region is not None and not session.governance.regions.locations(region):
        why = "governance/regions.yaml knows no such region."
        raise UsageProblem.because("HTTP-16", "--region", why, "Name one of its regions or locations.")
    settings = session.settings
    number, cert, key = port or settings.flight_port, tls_cert or settings.flight_tls_cert, tls_key or settings.flight_tls_key
    if (cert is None) is not (key is None):
        why = "A certificate is of no use without its key, nor a key without its certificate."
        raise UsageProblem.because("FLIGHT-17", "--tls-cert and --tls-key", why, "Give both, or neither.")
    arguments = ["--project", str(settings.project), "--host", host, "--port", str(number)]
    arguments += ["--region", region] if region else []
    if cert and key:
        arguments += ["--tls-cert", str(settings.project / cert), "--tls-key", str(settings.project / key)]
    session.say(f"Listening on {'grpc+tls' if cert else 'grpc'}://{host}:{number}.")
    return served(session, [sys.executable, "-m", "mesh_platform.flight", *arguments, *(["--plain"] if plain else [])])
