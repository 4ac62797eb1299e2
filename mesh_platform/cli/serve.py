"""`mesh serve`: the HTTP API."""

from __future__ import annotations

import click

from mesh_platform.cli.session import Session, options, pass_session


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on; another one needs --plain.")
@click.option("--port", type=click.IntRange(1, 65535), help="Port of the API [default: 8000, or MESH_API_PORT].")
@click.option("--region", metavar="REGION", help="Answer for products of this region alone [default: MESH_API_REGION, or all].")
@click.option("--plain", is_flag=True, help="Without TLS on other addresses: where a proxy in front of it does TLS.")
@options
@pass_session
def serve(session: Session, host: str, port: int | None, region: str | None, plain: bool) -> int:
    """Start the HTTP API; Ctrl-C ends it after the answers that are under way.

    Every call needs a token: `mesh token issue NAME --print` in development, one of your identity provider else. Several may run beside
    each other, on one machine or behind one address. What it answers is described under /openapi.json.

    \b
    Examples:
      mesh serve
      mesh serve --port 8080 --region EU
      mesh serve --host 0.0.0.0 --plain
    """
    import sys

    from mesh_platform.cli.child import served
    from mesh_platform.errors import UsageProblem
    from mesh_platform.listening import closed

    if not plain:
        closed(host, "HTTP-19", "Say --plain where a proxy in front of it does TLS.")
    if region is not None and not session.governance.regions.locations(region):
        why = "governance/regions.yaml knows no such region."
        raise UsageProblem.because("HTTP-16", "--region", why, "Name one of its regions or locations.")
    settings = session.settings
    arguments = ["--project", str(settings.project), "--host", host, "--port", str(port or settings.api_port)]
    session.say(f"Listening on http://{host}:{port or settings.api_port}; /openapi.json describes it.")
    arguments += ["--region", region] if region else []
    return served(session, [sys.executable, "-m", "mesh_platform.api", *arguments, *(["--plain"] if plain else [])])
