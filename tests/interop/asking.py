"""Who asks for evidence in tests, and of what."""

from __future__ import annotations

import io
from dataclasses import dataclass

from mesh_platform.actor import Actor
from mesh_platform.clock import utc_now
from mesh_platform.interop.evidence.export import export
from mesh_platform.interop.evidence.frameworks import Framework
from mesh_platform.interop.evidence.model import Evidence
from mesh_platform.interop.evidence.scope import Scope
from mesh_platform.product import load_mesh
from mesh_platform.publish import Runtime

EXAMINER = Actor("examiner", ("examiner",))
OF_OFFICE = Actor("office-auditor", ("examiner",), ("office",))


@dataclass(frozen=True)
class Package:
    """A package, and what it says."""

    data: bytes
    evidence: Evidence
    files: int


def asked(runtime: Runtime, actor: Actor = EXAMINER, framework: Framework = Framework.GDPR, **scope: object) -> Package:
    """A package, as of now where nothing else is said."""
    now = utc_now()
    given = {"as_of": now} | scope
    out, mesh = io.BytesIO(), load_mesh(runtime.settings.project)
    done = export(mesh, runtime, Scope(framework, **given), actor, now, out)  # type: ignore[arg-type]
    return Package(out.getvalue(), done.evidence, done.files)
