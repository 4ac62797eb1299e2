"""The package as bytes, and its seal: a record of the audit log that names the manifest's hash, with the proof that it stands there."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import BinaryIO

from mesh_platform.actor import Actor
from mesh_platform.audit import Act, AuditLog, Phase, What
from mesh_platform.audit.alone import CHECKER, module, together
from mesh_platform.audit.tlog import parse_proof, proof_text
from mesh_platform.interop.evidence.model import VERSION
from mesh_platform.interop.evidence.outsider import FORMAT, MANIFEST, SEAL, SEALED, pack
from mesh_platform.interop.evidence.scope import Scope

PROGRAM = "verify_evidence.py"
README = """\
Evidence of compliance, made by a data mesh. Open evidence.html; evidence.json says the same to programs.

    python verify_evidence.py THIS.zip --key KEYS-THAT-YOU-KNOW

needs Python 3.11 or newer and the package `cryptography`, and verifies all of it without the platform.

evidence.html         the document; it needs nothing from elsewhere
evidence.json         what it is made of; evidence.schema.json says its form
processing.*          the record of processing activities, where the framework asks for one
pci-scope.*           what holds, touches or is connected to card data, for PCI DSS
proofs/LOG/N.tlog-proof   proof of record N of that audit log, with the record's bytes as extra data (c2sp.org/tlog-proof)
keys/LOG              the public keys of that log; hold keys/mesh against those that you got before
manifest.json         every file with its SHA-256
manifest.tlog-proof   the seal: proof of the record that names the hash of manifest.json
"""


def text_of(value: object) -> bytes:
    """JSON that is the same bytes for the same value."""
    return (json.dumps(value, ensure_ascii=False, indent=1) + "\n").encode()


def manifest_of(files: Mapping[str, bytes]) -> bytes:
    """Every file with its size and its SHA-256."""
    told = {name: {"bytes": len(body), "sha256": hashlib.sha256(body).hexdigest()} for name, body in sorted(files.items())}
    return text_of({"files": told, "format": FORMAT, "version": VERSION})


def program() -> str:
    """The verifier, for whoever has no platform."""
    here = Path(__file__).parent
    return together([*map(module, CHECKER), here / "tied.py", here / "outsider.py"])


def sealed(files: Mapping[str, bytes], audit: AuditLog, actor: Actor, scope: Scope, out: BinaryIO) -> None:
    """Write the zip, once its manifest stands in the audit log.

    Raises:
        Unavailable: AUDIT-12, where the record does not stand; nothing is handed out then.
    """
    manifest = manifest_of(files)
    about = What(domain=scope.domain, what=SEALED, ref=scope.framework.value, code=hashlib.sha256(manifest).hexdigest())
    receipt = audit.declare(Act.EXPORT, Phase.DONE, actor, about, len(files))
    seal = with_body(*audit.proof(audit.seq_of(receipt.eid)))
    pack({**files, MANIFEST: manifest, SEAL: seal}, out)


def with_body(proof: str, body: bytes) -> bytes:
    """A proof with the record's bytes as extra data, so that it needs nothing beside it."""
    index, path, note, _ = parse_proof(proof)
    return proof_text(index, path, note, body).encode()
