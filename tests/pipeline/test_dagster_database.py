"""Dagster's storage on a real PostgreSQL server, in the mesh's own database and beside its tables."""

from __future__ import annotations

import os

import dagster as dg
import pytest

from mesh_platform.errors import Unavailable
from mesh_platform.pipeline import dagster_home
from mesh_platform.pipeline.dagster_database import URL_VARIABLE, dagster_url
from mesh_platform.pipeline.location import mesh_definitions
from mesh_platform.pipeline.opened_mesh import OpenedMesh
from mesh_platform.pipeline.run import run_products
from mesh_platform.settings import Settings
from tests.pipeline.steps import Publications
from tests.pipeline.test_run import Heard, statuses
from tests.postgres import PostgresServer


@pytest.fixture(autouse=True)
def _restored(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(URL_VARIABLE, "")


@pytest.mark.postgres
def test_runs_stand_in_a_schema_of_their_own_beside_the_meshs_tables(
    settings: Settings, postgres_server: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    import psycopg

    pytest.importorskip("dagster_postgres", reason="the extra `postgres` is not installed")
    monkeypatch.setattr(OpenedMesh, "publish", lambda self, domain, name: Publications()(self, domain, name))
    monkeypatch.setattr(OpenedMesh, "served", lambda self, domain, name: False)
    url = postgres_server.new_database()
    shared = settings.model_copy(update={"database_url": url})
    assert set(statuses(run_products(shared, (), Heard())).values()) == {"published"}
    with psycopg.connect(url.replace("+psycopg", "")) as con:
        schemas = dict(
            con.execute("SELECT tablename, schemaname FROM pg_tables WHERE tablename IN ('runs', 'event_logs')").fetchall()
        )
        versions = con.execute("SELECT schemaname FROM pg_tables WHERE tablename = 'alembic_version' ORDER BY 1").fetchall()
    assert schemas == {"runs": "dagster", "event_logs": "dagster"}
    assert versions == [("dagster",), ("public",)]
    assert not list(dagster_home.home_of(shared).rglob("runs.db"))
    with dg.DagsterInstance.from_config(str(dagster_home.home_of(shared))) as instance:
        assert instance.get_latest_materialization_event(dg.AssetKey(["finance", "revenue"])) is not None
        assert mesh_definitions(shared).resolve_implicit_global_asset_job_def() is not None


def test_no_password_is_written_into_the_configuration(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    told = dagster_home.configuration(settings.model_copy(update={"database_url": "postgresql+psycopg://u:hush@h/db"}))
    assert told["storage"] == {"postgres": {"postgres_url": {"env": URL_VARIABLE}}}
    assert "hush" not in str(told)


def test_a_server_that_does_not_answer_is_told_without_its_password(settings: Settings) -> None:
    pytest.importorskip("dagster_postgres", reason="the extra `postgres` is not installed")
    lost = settings.model_copy(update={"database_url": "postgresql+psycopg://u:hush@127.0.0.1:1/db"})
    with pytest.raises(Unavailable) as caught:
        dagster_home.prepare(lost)
    assert caught.value.finding.rule == "HOME-03"
    assert "hush" not in str(caught.value)
    assert os.environ[URL_VARIABLE] == ""


def test_the_url_keeps_what_it_had_and_names_the_schema() -> None:
    url = dagster_url("postgresql+psycopg://mesh:s%40crat@db.example.org:5433/mesh?sslmode=require")
    assert url == "postgresql+psycopg2://mesh:s%40crat@db.example.org:5433/mesh?options=-csearch_path%3Ddagster&sslmode=require"
