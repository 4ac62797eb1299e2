"""`mesh dev`: Dagster's web console on all code locations."""

from __future__ import annotations

import click

from mesh_platform.cli.session import Session, options, pass_session


@click.command()
@click.option("--port", type=click.IntRange(1, 65535), help="Port of the console [default: 3000, or MESH_PORT].")
@click.option("--verbose", is_flag=True, help="Show what Dagster says.")
@options
@pass_session
def dev(session: Session, port: int | None, verbose: bool) -> int:
    """Start Dagster's web console on all code locations; Ctrl-C ends it and everything that it started.

    The console has no sign-in of its own and listens on this machine only.

    \b
    Examples:
      mesh dev
      mesh dev --port 3001
    """
    import signal
    import subprocess

    from mesh_platform.cli.child import command, environment, terminated_like_interrupted

    arguments = [*(["--port", str(port)] if port else []), *(["--verbose"] if verbose else [])]
    with terminated_like_interrupted():
        child = subprocess.Popen(command(session, "dev", arguments), env=environment(), start_new_session=True)
        while True:
            try:
                return child.wait()
            except KeyboardInterrupt:  # it ends what it has started; a second one makes it hurry
                child.send_signal(signal.SIGINT)
