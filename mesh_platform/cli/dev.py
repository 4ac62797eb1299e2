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
    from mesh_platform.cli.output import clean
    from mesh_platform.cli.workspace_file import location_names
    from mesh_platform.settings import PROJECT_MARK

    arguments = [*(["--port", str(port)] if port else []), *(["--verbose"] if verbose else [])]
    workspace = (session.settings.project / PROJECT_MARK).read_text(encoding="utf-8", errors="replace")
    if names := location_names(workspace):
        session.say(f"The console answers when these code locations are loaded: {clean(', '.join(names))}.")
    with terminated_like_interrupted():
        child = subprocess.Popen(command(session, "dev", arguments), env=environment(), start_new_session=True)
        while True:
            try:
                return child.wait()
            except KeyboardInterrupt:
                session.say("\nEnding the console and all that it started; Ctrl-C again makes it hurry.")
                child.send_signal(signal.SIGINT)
