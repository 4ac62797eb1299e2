"""Dagster's tables in the mesh's PostgreSQL database, in a schema of their own: both keep a table called `alembic_version`."""

from __future__ import annotations

import importlib.util
import os

from sqlalchemy.engine import URL, make_url

from mesh_platform.errors import Unavailable
from mesh_platform.settings import Settings

SCHEMA = "dagster"
URL_VARIABLE = "MESH_DAGSTER_DATABASE_URL"


def prepare_database(settings: Settings) -> None:
    """Make the schema and put its URL where `dagster.yaml` looks for it; nothing where the mesh keeps its state in SQLite.

    Raises:
        Unavailable: where Dagster's PostgreSQL store is not installed, or the database does not answer.
    """
    if settings.database_url is None:
        return
    if importlib.util.find_spec("dagster_postgres") is None:
        raise Unavailable.because(
            "HOME-02",
            "database_url",
            "Dagster's PostgreSQL store is not installed.",
            "Install the extra: `pip install -c constraints.txt -e '.[postgres]'`.",
        )
    _make_schema(make_url(settings.database_url))
    os.environ[URL_VARIABLE] = dagster_url(settings.database_url)


def dagster_url(database_url: str) -> str:
    """The database's URL as Dagster takes it, with every statement in its own schema.

    The driver is named: SQLAlchemy 2.1 takes psycopg 3 for plain `postgresql://`, and Dagster's NOTIFY is written for psycopg2.
    """
    url = make_url(database_url).set(drivername="postgresql+psycopg2")
    return url.update_query_dict({"options": f"-csearch_path={SCHEMA}"}).render_as_string(hide_password=False)


def _make_schema(url: URL) -> None:
    import psycopg

    plain = url.set(drivername="postgresql").render_as_string(hide_password=False)
    problem = None
    try:
        with psycopg.connect(plain, autocommit=True, connect_timeout=10) as con:
            con.execute(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}")
    except psycopg.Error as error:
        problem = type(error).__name__
    if problem is not None:
        raise Unavailable.because(
            "HOME-03", "database_url", f"The database does not answer ({problem}).", "Start it, or mend its URL and rights."
        )
