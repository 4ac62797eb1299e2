"""What a request works with, as one value; and who a person is over what is held now."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from mesh_platform.access.exports import Exports
from mesh_platform.audit import AuditLog
from mesh_platform.errors import CheckFailed
from mesh_platform.lake import Lake, Reader
from mesh_platform.ledger import Ledger
from mesh_platform.registry import Registry, Republish
from mesh_platform.subjects.erasure.retained import Retained
from mesh_platform.subjects.people.by_token import located_by_token, pseudonyms, secrets_of
from mesh_platform.subjects.people.groups import groups_of
from mesh_platform.subjects.people.held import Held
from mesh_platform.subjects.people.identity import close, in_all_forms
from mesh_platform.subjects.people.locate import located
from mesh_platform.subjects.plan import plan_erasure
from mesh_platform.subjects.requests.store import Requests
from mesh_platform.subjects.requests.values import Closure, Identifier, Request, Task
from mesh_platform.subjects.verifier.traces import Traces
from mesh_platform.subjects.verifier.verifier import Verifier
from mesh_platform.tasks import Tasks
from mesh_platform.tasks.letters import Letters


@dataclass(frozen=True, slots=True)
class Means:
    """Everything that a request needs.

    `publishable` names the products that `republish` can publish anew. `retained` are the backups, `traces` the files of the home beside the
    lake; None where they are not looked after, and the certificate says so.
    `letters` is the way to a person, where there is one.
    """

    lake: Lake
    ledger: Ledger
    registry: Registry
    audit: AuditLog
    store: Requests
    tasks: Tasks
    exports: Exports
    root: Path
    publishable: Collection[str]
    republish: Republish
    retained: Retained | None = None
    letters: Letters | None = None
    traces: Traces | None = None

    @property
    def verifier(self) -> Verifier:
        governance = self.ledger.governance
        salts = secrets_of(governance)
        return Verifier(self.lake, self.registry, self.root, self.ledger.tokens, governance.namespaces, salts)

    def closed(self, named: Iterable[Identifier], held: Sequence[Held], reader: Reader, people: int = 1) -> Closure:
        """By what else the person of these identifiers is known, or so many people of one each.

        Raises:
            CheckFailed: DSAR-43, where nothing that was named is one person's own.
        """
        namespaces = self.ledger.governance.namespaces
        every = [form for one in named for form in in_all_forms(self.ledger.tokens, namespaces, one)]
        closure = close(every, held, reader, self.ledger.tokens, namespaces, people)
        if not closure.identifiers:
            where = ", ".join(sorted({f"{weak.namespace} in {weak.product}" for weak in closure.weak}))
            why = (
                f"Two or more people are known by what was named ({where}), so it says of nobody who they are. Nothing was done."
            )
            raise CheckFailed.because("DSAR-43", "the request", why, "Open one that names an identifier of the person's own.")
        return closure

    def planned(self, closure: Closure, request: Request, held: Sequence[Held], reader: Reader) -> tuple[Task, ...]:
        """What each product has to do for the request, as the mesh stands now."""
        rows = located(held, closure, self.lake, reader, request.before)
        rows |= located_by_token(held, closure, lambda: self._pseudonyms(request, closure), reader)
        rows |= {task.product: max(task.rows, 1) for task in request.tasks if task.version is not None or task.rows}
        return plan_erasure(held, closure.namespaces, rows, self.publishable, request.before, groups_of(held, reader))

    def _pseudonyms(self, request: Request, closure: Closure) -> frozenset[str]:
        who = closure.identifiers if request.closure is None else self.store.identifiers(request.id)
        return pseudonyms(who, self.ledger.tokens, self.ledger.governance.namespaces, secrets_of(self.ledger.governance))
