"""Configuration, read once at the edge: `MESH_*` variables over `mesh.toml` over defaults.

What is no setting and is read elsewhere: secrets that a source names (`env:NAME`), and the switches of tests (`MESH_ENV`).
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Set
from pathlib import Path
from typing import Literal

from pydantic import ByteSize, Field, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

from mesh_platform.errors import NotFound, UsageProblem

PROJECT_MARK = "workspace.yaml"
CONFIG = "mesh.toml"
DEVELOPMENT = "development"


class Settings(BaseSettings):
    """Where the mesh stands and what it may use. Relative paths are relative to the project."""

    model_config = SettingsConfigDict(env_prefix="MESH_", extra="ignore", frozen=True)

    project: Path = Field(description="The folder that holds workspace.yaml, domains/ and governance/.")
    home: Path = Field(default=Path(".mesh"), description="Runtime state: control database, catalogs, data, keys, Dagster home.")
    database_url: str | None = Field(default=None, repr=False, description="Control database; SQLite under the home where unset.")
    memory_limit: str = Field(default="1GB", description="Memory of one DuckDB engine.")
    threads: int = Field(default_factory=lambda: max(1, os.cpu_count() or 1), ge=1, description="Threads of one DuckDB engine.")
    history: int = Field(default=2, ge=1, description="Published versions kept per product, the current one included.")
    lock_wait_seconds: float = Field(default=600.0, ge=0, description="How long a publication waits for its product's lock.")
    keys: Literal["local", "aws-kms", "vault"] = Field(
        default="local", description="What holds the domains' key-encryption keys."
    )
    keys_url: str | None = Field(default=None, description="Address of Vault, or of a KMS that is not AWS's own endpoint.")
    keys_prefix: str = Field(
        default="mesh", pattern=r"^[A-Za-z0-9_-]+$", description="What this mesh's keys begin with in a KMS or in Vault."
    )
    kms_regions: dict[str, str] = Field(
        default_factory=dict,
        description="Location → region of AWS whose KMS holds its keys; boto3's own region where none is named.",
    )
    vault_mount: str = Field(default="transit", description="Where Vault's transit engine is mounted.")
    storage_roots: dict[str, Path] = Field(
        default_factory=dict, description="Location → folder below which its files must really lie, however the home leads there."
    )
    confinement: Literal["required", "weakened"] = Field(
        default_factory=lambda: "required" if sys.platform == "linux" else "weakened",
        description="`required`: domain code does not run where the kernel closes neither files nor network; `weakened`: it does.",
    )
    transform_memory: ByteSize = Field(
        default=ByteSize(4 << 30), ge=256 << 20, description="Memory of one process of domain code."
    )
    transform_seconds: float = Field(default=3600.0, gt=0, description="Wall time of one run of domain code.")
    clock_leap_days: int = Field(
        default=7,
        ge=1,
        description="How far the clock may leap forward at once before retention waits until somebody confirms the day.",
    )
    backup_folder: Path | None = Field(
        default=None, description="Folder of new backups, best on another disk; `backups/` in the home where unset."
    )
    backup_days: int = Field(default=35, ge=1, le=3650, description="Days after which a backup ends and is removed.")
    backup_hour: int | None = Field(
        default=None, ge=0, le=23, description="Hour of the day (UTC) at which a backup is made by itself; none is where unset."
    )
    run_retention_days: int = Field(default=30, ge=1, description="Age at which Dagster runs and their logs are removed.")
    issuer: str = Field(
        default=DEVELOPMENT, min_length=1, description="Who issues tokens: `development`, or an OIDC issuer's URL."
    )
    audience: str = Field(default="mesh", min_length=1, description="The audience that a token must be for.")
    jwks: str | None = Field(default=None, description="File or address of the OIDC issuer's keys (JSON Web Key Set).")
    consent_hours: float = Field(
        default=24.0,
        gt=0,
        description="Hours within which a withdrawal is carried into a domain's rows, unless `domain.yaml` says less.",
    )
    review_days: int = Field(default=7, ge=1, description="Days within which a review is due.")
    notice_folder: Path | None = Field(default=None, description="Folder into which notices are written, a file each.")
    notice_webhook: str | None = Field(default=None, repr=False, description="Address to which notices are posted.")
    notice_secret: str | None = Field(default=None, repr=False, description="Secret with which posted notices are signed.")
    notice_smtp: str | None = Field(default=None, repr=False, description="Mail server: smtp://, smtps:// or smtp+starttls://.")
    notice_from: str | None = Field(default=None, description="Sender of mailed notices.")
    notice_to: str | None = Field(default=None, description="Recipients of mailed notices, separated by commas.")
    letters: Literal["smtp", "webhook", "folder"] | None = Field(
        default=None,
        description="Channel of notices over which a person gets codes and notices of their own request; the first that is set where unset.",
    )
    audit_origin: str | None = Field(
        default=None, pattern=r"^[^\s+]{1,200}$", description="Name of the audit log, given to it once; a random one where unset."
    )
    audit_keys: Path | None = Field(
        default=None, description="Folder of the audit log's own keys; `keys/` in the home where unset."
    )
    audit_anchor: str | None = Field(
        default=None,
        description="Folder outside of the home that checkpoints are anchored in; the user's state where unset; `none`.",
    )
    audit_witnesses: Path | None = Field(
        default=None, description="Policy file of the witnesses of the audit log (C2SP tlog-policy)."
    )
    audit_witness_hours: float = Field(
        default=24.0,
        gt=0,
        description="Hours that the audit log may go without a quorum of its witnesses before restricted data is published no more.",
    )
    audit_regions: dict[str, str] = Field(
        default_factory=dict,
        repr=False,
        description="Region → database of its own audit log, a URL or a path; every record in the control database where unset.",
    )
    audit_years: int = Field(
        default=10,
        ge=1,
        le=100,
        description="Years after which `mesh audit drop` drops the bodies of audit records; their hashes stay.",
    )
    api_port: int = Field(default=8000, ge=1, le=65535, description="Port of the HTTP API that `mesh serve` starts.")
    api_region: str | None = Field(
        default=None, description="Region that this instance of the HTTP API answers for; every one where unset."
    )
    api_endpoints: dict[str, str] = Field(
        default_factory=dict, description="Region → address of the instance of the HTTP API that answers for it."
    )
    api_workers: int = Field(default=4, ge=1, le=64, description="Statements that one process of the HTTP API runs at once.")
    api_seconds: float = Field(default=60.0, gt=0, description="How long one statement of the HTTP API may run.")
    api_tokens_once: bool = Field(
        default=False, description="Whether the HTTP API accepts each token once, by its `jti`; until it expires where not."
    )
    flight_port: int = Field(
        default=32010, ge=1, le=65535, description="Port for SQL tools (Arrow Flight SQL) that `mesh flight` starts."
    )
    flight_tls_cert: Path | None = Field(
        default=None,
        description="Certificate chain of the port for SQL tools, a PEM file; plain and on this machine alone where unset.",
    )
    flight_tls_key: Path | None = Field(default=None, description="The private key of that certificate, a PEM file.")
    port: int = Field(default=3000, ge=1, le=65535, description="Port of the Dagster web server that `mesh dev` starts.")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        project = Path(str(init_settings().get("project", ".")))
        toml = TomlConfigSettingsSource(settings_cls, toml_file=project / CONFIG)
        _refuse_unknown(toml(), settings_cls.model_fields.keys() - {"project"})
        return init_settings, env_settings, toml

    @property
    def home_path(self) -> Path:
        """Absolute path of the home."""
        return (self.project / self.home).resolve()

    @property
    def state_url(self) -> str:
        """SQLAlchemy URL of the control database."""
        return self.database_url or f"sqlite:///{self.home_path / 'control.db'}"


def _refuse_unknown(given: Mapping[str, object], known: Set[str]) -> None:
    if unknown := sorted(given.keys() - known):
        why = f"It has keys that are no settings: {', '.join(unknown)}."
        raise UsageProblem.because("SET-01", CONFIG, why, f"Take them out, or write what is meant: {', '.join(sorted(known))}.")


def find_project(start: Path | None = None) -> Path:
    """The nearest folder at or above `start` that holds `workspace.yaml`.

    Raises:
        NotFound: where there is none.
    """
    here = (start or Path.cwd()).resolve()
    for folder in (here, *here.parents):
        if (folder / PROJECT_MARK).is_file():
            return folder
    raise NotFound.because(
        "PROJECT-01",
        str(here),
        f"No {PROJECT_MARK} stands here or in a folder above.",
        "Change into the project's folder or name it with --project.",
    )


def load_settings(project: Path | None = None) -> Settings:
    """Settings of `project`, or of the one that `MESH_PROJECT` names, or of the one at or above the working directory.

    Raises:
        NotFound: where there is no project.
        UsageProblem: SET-01, where mesh.toml has a key that is no setting.
        pydantic.ValidationError: where a value cannot be used.
        tomllib.TOMLDecodeError: where mesh.toml is no TOML.
    """
    chosen = project or (Path(os.environ["MESH_PROJECT"]) if "MESH_PROJECT" in os.environ else None)
    return Settings(project=find_project(chosen))


def usable_settings(project: Path | None = None) -> Settings:
    """As `load_settings`; what cannot be used is told without its value, since a setting may be a secret.

    Raises:
        NotFound: where there is no project.
        UsageProblem: SET-01, where a value or mesh.toml cannot be used.
    """
    try:
        return load_settings(project)
    except ValidationError as error:
        names = ", ".join(sorted({f"MESH_{str(detail['loc'][0]).upper()}" for detail in error.errors(include_input=False)}))
        why = f"{names} has a value that cannot be used."
        raise UsageProblem.because("SET-01", "mesh.toml or the environment", why, "See docs/reference/settings.md.") from None
    except ValueError:  # tomllib's own error, which quotes the file
        raise UsageProblem.because("SET-01", CONFIG, "It is not valid TOML.", "Mend or remove it.") from None
