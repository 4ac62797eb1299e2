"""One call of `mesh`: the options that every command has, and the project it works on, opened when first asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from mesh_platform.contract import ExtraCompiler
    from mesh_platform.lake import Lake
    from mesh_platform.product import Governance, Mesh, ProductKey
    from mesh_platform.product.sql import ShapeCache
    from mesh_platform.publish import Known
    from mesh_platform.registry import Registry
    from mesh_platform.settings import Settings
    from mesh_platform.tasks import Tasks

F = TypeVar("F", bound=Callable[..., Any])


class Session:
    """The options, and what follows from them."""

    def __init__(self) -> None:
        self.project: Path | None = None
        self.json = False
        self.quiet = False
        self.debug = False

    @cached_property
    def today(self) -> date:
        """The day of this call, one and the same for all that it judges."""
        from mesh_platform.clock import utc_now

        return utc_now().date()

    @cached_property
    def settings(self) -> Settings:
        """Raises `NotFound` outside of a project and `UsageProblem` where a setting has not its form."""
        from mesh_platform.errors import Finding, NotFound
        from mesh_platform.settings import usable_settings

        if self.project is not None and not self.project.is_dir():
            raise NotFound(Finding("PROJECT-01", "--project", "There is no such folder.", "Name the folder with workspace.yaml."))
        return usable_settings(self.project)

    @cached_property
    def mesh(self) -> Mesh:
        from mesh_platform.product import load_mesh
        from mesh_platform.publish import confinement_of

        return self.with_waivers(load_mesh(self.settings.project, confinement_of(self.settings)))

    @property
    def _has_state(self) -> bool:
        return self.settings.home_path.is_dir() or self.settings.database_url is not None

    def with_waivers(self, mesh: Mesh) -> Mesh:
        """With the waivers that were approved here; where they cannot be read, none counts."""
        if not self._has_state:
            return mesh
        from mesh_platform.errors import MeshError
        from mesh_platform.registry.waivers import with_waivers
        from mesh_platform.state import look_at_state

        try:
            with look_at_state(self.settings) as database:
                return with_waivers(mesh, database)
        except MeshError:
            return mesh

    @cached_property
    def governance(self) -> Governance:
        """What the organisation decides; raises the first finding where `roles.yaml` or another file of it cannot be read."""
        from mesh_platform.errors import CheckFailed
        from mesh_platform.product import load_governance

        governance, findings = load_governance(self.settings.project)
        if blocking := [finding for finding in findings if finding.blocks]:
            raise CheckFailed(blocking[0])
        return governance

    @cached_property
    def shapes(self) -> ShapeCache:
        """Parsed SQL, kept under the home; looking at a mesh makes no home."""
        from mesh_platform.product.sql import ShapeCache
        from mesh_platform.publish import shape_cache

        return shape_cache(self.settings) if self.settings.home_path.is_dir() else ShapeCache(None)

    @cached_property
    def contracts(self) -> ExtraCompiler:
        """What compiles the `contract.py` of products; it keeps what it compiled under the home, where there is one."""
        from mesh_platform.publish.assessment import extra_compiler

        compiler = extra_compiler(self.settings)
        return compiler if self.settings.home_path.is_dir() else replace(compiler, cache=None)

    @cached_property
    def known(self) -> Mapping[ProductKey, Known]:
        """What is known here of the versions that are served; nothing where no home is."""
        if not self._has_state:
            return {}
        from mesh_platform.cli.known import known_here

        return known_here(self)

    @contextmanager
    def registry(self) -> Iterator[Registry | None]:
        """The registry to look into, or None where nothing was ever registered: nothing is made, closed to others or migrated."""
        from mesh_platform.registry import Registry
        from mesh_platform.state import look_at_state

        with look_at_state(self.settings) as database:
            yield Registry(database) if database else None

    @contextmanager
    def tasks(self) -> Iterator[Tasks]:
        """The tasks, to be changed: the home is made and the tables are brought up to date where they are not."""
        from mesh_platform.state import open_state
        from mesh_platform.tasks import Tasks
        from mesh_platform.tasks.channels import channel_names

        with closing(open_state(self.settings)) as database:
            yield Tasks(database, channel_names(self.settings))

    @contextmanager
    def lake(self) -> Iterator[Lake | None]:
        """The lake to look into, or None where no home holds one."""
        from mesh_platform.keys import open_keys
        from mesh_platform.lake import Lake

        settings, home = self.settings, self.settings.home_path
        if not (home / "catalogs").is_dir():
            yield None
            return
        with closing(Lake(home, open_keys(settings), settings.memory_limit, settings.threads)) as lake:
            yield lake

    def say(self, text: str = "", err: bool = False) -> None:
        """A text for people; silent with --quiet and with --json. The names in it are cleaned by whoever puts them there."""
        if not self.quiet and not self.json:
            click.echo(text, err=err)


def _remember(name: str) -> Callable[[click.Context, click.Parameter, Any], None]:
    def callback(ctx: click.Context, _param: click.Parameter, value: Any) -> None:
        if value:
            setattr(ctx.ensure_object(Session), name, value)

    return callback


def options(command: F) -> F:
    """The options of every command. They may stand before or after the command's name."""
    for flags, name, more in (
        (("--debug",), "debug", {"is_flag": True, "help": "On an unexpected error, show the lines it came through."}),
        (("-q", "--quiet"), "quiet", {"is_flag": True, "help": "Say nothing but the result."}),
        (("--json",), "json", {"is_flag": True, "help": "Answer in JSON, in a stable shape."}),
        (
            ("--project",),
            "project",
            {"type": click.Path(path_type=Path), "metavar": "PATH", "help": "The project's folder [default: here or above]."},
        ),
    ):
        command = click.option(*flags, expose_value=False, callback=_remember(name), **more)(command)  # type: ignore[arg-type]
    return command


pass_session = click.make_pass_decorator(Session, ensure=True)
