"""Key-encryption keys in AWS KMS: one customer-managed key per domain, region and version, which never leaves the service.

An alias per version (`alias/<prefix>/<domain>/<region>/<number>`) says which key is whose, so that whoever creates a version first has
created it. Domain and region are part of each wrapping (KMS's encryption context), and KMS refuses to open it under others. A key that is
destroyed is useless at once; its material is gone after the seven days that AWS makes everybody wait, in which an administrator of the
account can cancel that (CancelKeyDeletion).
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC
from typing import Any
from urllib.parse import quote, unquote

from mesh_platform.keys.provider import KeyVersion, damaged, lacks_extra, no_key, refused, unreachable, wrapped_otherwise

MAGIC = b"MA1"
SERVICE = "AWS KMS"
PENDING_DAYS = 7  # the fewest that ScheduleKeyDeletion takes
_GONE = {"NotFoundException", "KMSInvalidStateException", "DisabledException"}
_DAMAGED = {"InvalidCiphertextException"}
_OTHER = {"IncorrectKeyException"}


class AwsKms:
    """A `KeyProvider` on AWS KMS. Credentials come from where boto3 looks for them.

    Args:
        prefix: of the aliases, so that several meshes may share an account.
        url: of another endpoint than AWS's own.
        regions: region of the mesh → region of AWS whose KMS holds its keys; boto3's default region where one is not named.

    Raises:
        Unavailable: KEY-07, where boto3 is not installed.
    """

    kind = SERVICE
    recallable_days = PENDING_DAYS

    def __init__(self, prefix: str = "mesh", url: str | None = None, regions: Mapping[str, str] | None = None) -> None:
        try:
            import boto3
            from botocore.config import Config
        except ImportError:
            raise lacks_extra(SERVICE, "aws") from None
        self._session = boto3.session.Session()
        self._config = Config(connect_timeout=5, read_timeout=15, retries={"mode": "standard", "total_max_attempts": 3})
        self._prefix, self._url, self._regions = prefix, url, dict(regions or {})
        self._clients: dict[str | None, Any] = {}
        self._lock = threading.Lock()  # making clients is not safe between threads, using them is

    def wrap(self, domain: str, region: str, key: bytes) -> bytes:
        with self._asking(domain, region) as kms:
            newest = (self._aliases(kms, domain, region) or [self._create(kms, domain, region, 1)])[-1]
            sealed = kms.encrypt(KeyId=newest.name, Plaintext=key, EncryptionContext=_bound_to(domain, region))
        name = newest.name.encode()
        return MAGIC + bytes([len(name)]) + name + bytes(sealed["CiphertextBlob"])

    def unwrap(self, domain: str, region: str, wrapped: bytes) -> bytes:
        name = self.version_of(domain, region, wrapped)
        blob = wrapped[len(MAGIC) + 1 + len(name) :]
        with self._asking(domain, region) as kms:
            if kms.describe_key(KeyId=name)["KeyMetadata"]["KeyState"] != "Enabled":
                raise no_key(domain, region)
            opened = kms.decrypt(KeyId=name, CiphertextBlob=blob, EncryptionContext=_bound_to(domain, region))
        return bytes(opened["Plaintext"])

    def has(self, domain: str, region: str) -> bool:
        with self._asking(domain, region) as kms:
            return bool(self._aliases(kms, domain, region))

    def destroy(self, domain: str, region: str) -> None:
        self._drop(domain, region, keep=0)

    def versions(self, domain: str, region: str) -> tuple[KeyVersion, ...]:
        with self._asking(domain, region) as kms:
            return tuple(self._dated(kms, version) for version in self._aliases(kms, domain, region))

    def listed(self) -> tuple[KeyVersion, ...]:
        found: list[KeyVersion] = []
        for aws_region in self._asked_of():
            with self._asking("", "", aws_region) as kms:
                found += [self._dated(kms, version) for version in self._every_alias(kms)]
        return tuple(sorted(set(found), key=lambda v: (v.domain, v.region, v.number)))

    def _asked_of(self) -> set[str | None]:
        """AWS's regions that may hold keys of the mesh; the default one is left out where every key is mapped elsewhere and none is set."""
        mapped: set[str | None] = set(self._regions.values())
        return mapped if mapped and self._session.region_name is None else {None, *mapped}

    def version_of(self, domain: str, region: str, wrapped: bytes) -> str:
        start = len(MAGIC) + 1
        if wrapped[: len(MAGIC)] != MAGIC or len(wrapped) <= start + wrapped[len(MAGIC)]:
            raise damaged(domain, region)
        try:
            return wrapped[start : start + wrapped[len(MAGIC)]].decode("ascii")
        except UnicodeDecodeError:
            raise damaged(domain, region) from None

    def renew(self, domain: str, region: str) -> KeyVersion:
        with self._asking(domain, region) as kms:
            held = self._aliases(kms, domain, region)
            return self._dated(kms, self._create(kms, domain, region, held[-1].number + 1 if held else 1))

    def drop_older(self, domain: str, region: str) -> int:
        return self._drop(domain, region, keep=1)

    def _drop(self, domain: str, region: str, keep: int) -> int:
        with self._asking(domain, region) as kms:
            held = self._aliases(kms, domain, region)
            doomed = held[: len(held) - keep]
            for version in doomed:
                self._end(kms, version.name)
                kms.delete_alias(AliasName=self._alias(domain, region, version.number))
            return len(doomed)

    def _end(self, kms: Any, name: str) -> None:
        """Schedule the deletion, from which moment on the key opens nothing; one that is scheduled already stays so."""
        try:
            kms.schedule_key_deletion(KeyId=name, PendingWindowInDays=PENDING_DAYS)
        except kms.exceptions.KMSInvalidStateException:
            return

    def _create(self, kms: Any, domain: str, region: str, number: int) -> KeyVersion:
        """A key under the version's alias: ours, or that of whoever was first."""
        tags = [
            {"TagKey": f"{self._prefix}-{name}", "TagValue": value} for name, value in (("domain", domain), ("region", region))
        ]
        made = kms.create_key(Description=f"{self._prefix}: wraps the catalogs of one domain in one region", Tags=tags)
        name = str(made["KeyMetadata"]["KeyId"])
        try:
            kms.create_alias(AliasName=self._alias(domain, region, number), TargetKeyId=name)
        except kms.exceptions.AlreadyExistsException:
            self._end(kms, name)
            found = [version for version in self._aliases(kms, domain, region) if version.number == number]
            if not found:  # KMS shows a new alias after a while only
                raise unreachable(SERVICE, domain, region, "a key that was just made is not shown yet") from None
            return found[0]
        return KeyVersion(domain, region, number, name, None)

    def _aliases(self, kms: Any, domain: str, region: str) -> list[KeyVersion]:
        return [version for version in self._every_alias(kms) if (version.domain, version.region) == (domain, region)]

    def _every_alias(self, kms: Any) -> list[KeyVersion]:
        """What the aliases of this mesh say, in order; KMS lists them all and filters none."""
        found = []
        for page in kms.get_paginator("list_aliases").paginate():
            for alias in page["Aliases"]:
                parts = str(alias["AliasName"]).split("/")
                if parts[:2] == ["alias", self._prefix] and len(parts) == 5 and parts[4].isdecimal() and "TargetKeyId" in alias:
                    owner = unquote(parts[2]), unquote(parts[3])
                    found.append(KeyVersion(*owner, int(parts[4]), str(alias["TargetKeyId"]), None))
        return sorted(found, key=lambda v: (v.domain, v.region, v.number))

    def _alias(self, domain: str, region: str, number: int) -> str:
        return f"alias/{self._prefix}/{quote(domain, safe='')}/{quote(region, safe='')}/{number}"

    def _dated(self, kms: Any, version: KeyVersion) -> KeyVersion:
        created = kms.describe_key(KeyId=version.name)["KeyMetadata"]["CreationDate"].astimezone(UTC)
        return KeyVersion(version.domain, version.region, version.number, version.name, created)

    @contextmanager
    def _asking(self, domain: str, region: str, aws_region: str | None = None) -> Iterator[Any]:
        """A client of the region's KMS; what it raises becomes a finding that holds its kind alone."""
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            yield self._client(aws_region or self._regions.get(region))
        except ClientError as error:
            kind = str(error.response.get("Error", {}).get("Code", "unknown"))
            status = int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
            if kind in _GONE:
                raise no_key(domain, region) from None
            if kind in _OTHER:
                raise wrapped_otherwise(domain, region) from None
            if kind in _DAMAGED:
                raise damaged(domain, region, "The wrapped key is damaged or another domain's.") from None
            raise (unreachable if status >= 500 else refused)(SERVICE, domain, region, kind) from None
        except BotoCoreError as error:
            raise unreachable(SERVICE, domain, region, type(error).__name__) from None

    def _client(self, aws_region: str | None) -> Any:
        with self._lock:
            if aws_region not in self._clients:
                self._clients[aws_region] = self._session.client(
                    "kms", region_name=aws_region, endpoint_url=self._url, config=self._config
                )
            return self._clients[aws_region]


def _bound_to(domain: str, region: str) -> dict[str, str]:
    return {"mesh-domain": domain, "mesh-region": region}
