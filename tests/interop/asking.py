"""Who asks for evidence in tests, and of what."""

from __future__ import annotations

from mesh_platform.actor import Actor
from mesh_platform.clock import utc_now
from mesh_platform.interop.evidence.export import Exported, export
from mesh_platform.interop.evidence.frameworks import Framework
from mesh_platform.interop.evidence.scope import Scope
from mesh_platform.product import load_mesh
from mesh_platform.publish import Runtime

EXAMINER = Actor("examiner", ("examiner",))
OF_OFFICE = Actor("office-auditor", ("examiner",), ("office",))


def asked(runtime: Runtime, actor: Actor = EXAMINER, framework: Framework = Framework.GDPR, **scope: object) -> Exported:
    """A package, as of now where nothing else is said."""
    now = utc_now()
    given = {"as_of": now} | scope
    return export(load_mesh(runtime.settings.project), runtime, Scope(framework, **given), actor, now)  # type: ignore[arg-type]
