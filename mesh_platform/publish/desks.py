"""The desk of people's requests over an opened mesh, which publishes anew as `mesh run` does; and the register of breaches."""

from __future__ import annotations

from mesh_platform.access.exports import Exports
from mesh_platform.product import Mesh
from mesh_platform.publish.backing_up import backups_of
from mesh_platform.publish.carrying import audited_ledger, republishing
from mesh_platform.publish.runtime import Runtime
from mesh_platform.subjects import Desk, Requests, Retained, Traces
from mesh_platform.subjects.breaches import Breaches
from mesh_platform.subjects.requests.clocks import Calendar
from mesh_platform.tasks import Tasks
from mesh_platform.tasks.channels import channel_names
from mesh_platform.tasks.letters import letters_of


def desk_of(mesh: Mesh, runtime: Runtime) -> Desk:
    """The desk over the runtime's lake, ledger and audit log."""
    settings, ledger = runtime.settings, audited_ledger(mesh, runtime)
    tasks = Tasks(runtime.database, channel_names(settings))
    return Desk(
        lake=runtime.lake,
        ledger=ledger,
        registry=runtime.registry,
        audit=runtime.audit,
        store=Requests(runtime.database, runtime.lake.keys),
        tasks=tasks,
        exports=Exports(runtime.database, settings.home_path, tasks),
        root=settings.project,
        publishable=frozenset(map(str, mesh.products)),
        republish=republishing(mesh, runtime),
        retained=Retained(backups_of(runtime), ledger, runtime.registry),
        letters=letters_of(settings),
        traces=Traces(runtime.lake, settings.project, ledger.tokens, mesh.governance.namespaces),
    )


def breaches_of(mesh: Mesh, runtime: Runtime) -> Breaches:
    """The register of breaches over the runtime's database and audit log, with the calendar of people's requests."""
    tasks = Tasks(runtime.database, channel_names(runtime.settings))
    calendar = Calendar.of(mesh.governance.policies.subject_requests)
    return Breaches(runtime.database, runtime.audit, tasks, calendar)
