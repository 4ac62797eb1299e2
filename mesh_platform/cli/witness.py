"""`mesh witness`: for another team, security or an auditor, who watch that a log only grows. It needs no project."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import click

from mesh_platform.cli.session import Session, options, pass_session

T = TypeVar("T")
_FOLDER = click.argument("folder", type=click.Path(path_type=Path))


@click.group()
@options
def witness() -> None:
    """Watch audit logs: cosign a checkpoint only where it continues what was cosigned before. Needs no project and no home.

    \b
    Examples:
      mesh witness new watch --name security.example/w1
      mesh witness trust watch "$(mesh audit key | head -1)"
      mesh witness serve watch --port 8383
    """


@witness.command()
@_FOLDER
@click.option("--name", required=True, help="What it is called in cosignatures and policies: host and path of whoever runs it.")
@options
@pass_session
def new(session: Session, folder: Path, name: str) -> None:
    """Make a witness with a key of its own in FOLDER, and say its public key.

    \b
    Examples:
      mesh witness new watch --name security.example/w1
    """
    from mesh_platform.audit.witness import Witness

    _say_key(session, _usable(lambda: Witness.new(folder, name)).key.verifier.text)


@witness.command()
@_FOLDER
@click.argument("key")
@options
@pass_session
def trust(session: Session, folder: Path, key: str) -> None:
    """Watch the log with this public KEY too; `mesh audit key` says it.

    \b
    Examples:
      mesh witness trust watch "$(mesh audit key | head -1)"
    """
    from mesh_platform.audit.witness import Witness

    found = _usable(lambda: Witness(folder))
    _usable(lambda: found.trust(key))
    session.say("It is watched from now on.")


@witness.command()
@_FOLDER
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen at.")
@click.option("--port", type=click.IntRange(0, 65535), default=8383, show_default=True, help="Port to listen at.")
@options
@pass_session
def serve(session: Session, folder: Path, host: str, port: int) -> None:
    """Answer `add-checkpoint` (c2sp.org/tlog-witness) until interrupted. Plain HTTP: put a proxy with TLS in front.

    \b
    Examples:
      mesh witness serve watch --port 8383
    """
    from mesh_platform.audit.witness import Witness, server

    found = _usable(lambda: Witness(folder))
    with _usable(lambda: server(found, host, port)) as serving:
        session.say(f"{found.key.name} at http://{host}:{serving.server_address[1]}/")
        serving.serve_forever()


@witness.command()
@click.argument("out", type=click.Path(path_type=Path))
@options
@pass_session
def file(session: Session, out: Path) -> None:
    """Write the witness as one file OUT, which runs with Python and `cryptography` alone: for machines without the platform.

    \b
    Examples:
      mesh witness file mesh_witness.py
    """
    from mesh_platform.audit.alone import WITNESS, alone

    out.write_text(alone(WITNESS), encoding="utf-8")
    session.say(f"python {out.name} new FOLDER --name NAME")


def _say_key(session: Session, text: str) -> None:
    from mesh_platform.cli.output import print_json

    if session.json:
        print_json({"key": text})
    else:
        click.echo(text)


def _usable(call: Callable[[], T]) -> T:
    """What the call gives; a folder, key or port that cannot be used is told.

    Raises:
        UsageProblem: AUDIT-21.
    """
    from mesh_platform.errors import UsageProblem

    try:
        return call()
    except (OSError, ValueError) as error:
        why = str(error) if not isinstance(error, OSError) else f"folder or port cannot be used ({type(error).__name__})"
        raise UsageProblem.because("AUDIT-21", "witness", f"{why[:1].upper()}{why[1:]}.", "See `mesh witness --help`.") from None
