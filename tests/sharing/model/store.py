"""S3 as sharing uses it, in memory: versions, marks of deletions, copies between buckets."""

# ruff: noqa: N803 - the names are those of the S3 API

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

from botocore.exceptions import ClientError

Place = tuple[str, str]
"""Bucket and key."""


@dataclass(frozen=True)
class Version:
    """`place`: its number among all that was written; `since`: the last that was when its writer set out."""

    id: str
    body: bytes
    place: int
    since: int


@dataclass
class Store:
    """`before` is called ahead of each call, `after` behind each that writes: both may raise."""

    before: Callable[[], None]
    after: Callable[[], None]
    versions: dict[Place, list[Version]] = field(default_factory=dict)
    written: int = 0
    lock: Lock = field(default_factory=Lock)

    def lay(
        self, bucket: str, key: str, body: bytes, version: str = "", since: int = 0, once: bool = False
    ) -> str:
        """A new newest version; its id. `once`: refused where something lies."""
        with self.lock:
            if once and self.versions.get((bucket, key)):
                raise ClientError({"Error": {"Code": "PreconditionFailed"}}, "PutObject")
            self.written += 1
            made = Version(version or f"version-{self.written}", body, self.written, since)
            self.versions.setdefault((bucket, key), []).append(made)
        return made.id

    def drop(self, bucket: str, key: str, version: str) -> None:
        """This version is gone."""
        with self.lock:
            found = self.versions.get((bucket, key), [])
            self.versions[bucket, key] = [each for each in found if each.id != version]

    def under(self, bucket: str, prefix: str = "") -> Iterator[tuple[str, Version]]:
        """Every version of what lies there, by key."""
        for (where, key), versions in list(self.versions.items()):
            if where == bucket and key.startswith(prefix):
                yield from ((key, each) for each in versions)

    def newest(self, bucket: str, key: str) -> bytes | None:
        """What whoever reads without a version gets."""
        found = self.version(bucket, key)
        return found.body if found else None

    def version(self, bucket: str, key: str) -> Version | None:
        """The newest version of what lies there."""
        found = self.versions.get((bucket, key))
        return found[-1] if found else None


class Client:
    """What boto3 gives for the people of `code`, or for the janitor; `check` refuses who is no member now."""

    def __init__(self, store: Store, code: str, check: Callable[[], None]) -> None:
        self._store, self._code, self._check = store, code, check
        self._since = store.written

    def put_object(self, *, Bucket: str, Key: str, Body: bytes, **more: Any) -> dict[str, Any]:
        self._begin("write", Bucket, Key)
        made = self._store.lay(Bucket, Key, Body, since=self._since, once="IfNoneMatch" in more)
        self._store.after()
        return {"VersionId": made}

    def copy_object(self, *, Bucket: str, Key: str, CopySource: dict[str, str]) -> dict[str, Any]:
        self._begin("read", CopySource["Bucket"], CopySource["Key"])
        self._reach("write", Bucket, Key)
        body = self._found(CopySource["Bucket"], CopySource["Key"], CopySource["VersionId"]).body
        made = self._store.lay(Bucket, Key, body, since=self._since)
        self._store.after()
        return {"VersionId": made}

    def get_object(self, *, Bucket: str, Key: str, VersionId: str = "") -> dict[str, Any]:
        self._begin("read", Bucket, Key)
        found = self._found(Bucket, Key, VersionId)
        return {"Body": Body(found.body), "ContentLength": len(found.body), "VersionId": found.id}

    def head_object(self, *, Bucket: str, Key: str) -> dict[str, Any]:
        self._begin("read", Bucket, Key)
        return {"VersionId": self._found(Bucket, Key, "").id}

    def delete_objects(self, *, Bucket: str, Delete: dict[str, Any]) -> dict[str, Any]:
        self._begin("delete", Bucket, *[each["Key"] for each in Delete["Objects"]])
        for each in Delete["Objects"]:
            self._store.drop(Bucket, each["Key"], each["VersionId"])
        self._store.after()
        return {}

    def list_object_versions(
        self, *, Bucket: str, Prefix: str, MaxKeys: int, KeyMarker: str = ""
    ) -> dict[str, Any]:
        self._begin("delete", Bucket, Prefix)
        found = sorted(
            (key, version.id) for key, version in self._store.under(Bucket, Prefix) if key > KeyMarker
        )
        listed = [{"Key": key, "VersionId": version} for key, version in found[:MaxKeys]]
        return {"Versions": listed, "IsTruncated": len(found) > MaxKeys}

    def get_paginator(self, _name: str) -> "Client":
        return self

    def paginate(self, *, Bucket: str, Prefix: str) -> list[dict[str, Any]]:
        self._begin("delete", Bucket, Prefix)
        found = self._store.under(Bucket, Prefix)
        return [{"Versions": [{"Key": key, "VersionId": version.id} for key, version in found]}]

    def _begin(self, act: str, bucket: str, *keys: str) -> None:
        self._store.before()
        self._check()
        for key in keys:
            self._reach(act, bucket, key)

    def _reach(self, act: str, bucket: str, key: str) -> None:
        """No code tries what the policies of the institutions would deny it."""
        abroad = bucket.endswith("-exchange") and act != "read"
        if self._code and bucket.startswith(f"fundgate-000000000000-{self._code}-"):
            reached = act == "read" or not abroad
        elif self._code:
            reached = abroad and key.startswith(f"from/{self._code}/")
        else:
            reached = abroad and act == "delete" and key.startswith("from/")
        assert reached, f"{self._code or 'the janitor'} would {act} {key} in {bucket}"

    def _found(self, bucket: str, key: str, version: str) -> Version:
        for each in reversed(self._store.versions.get((bucket, key), [])):
            if version in ("", each.id):
                return each
        raise ClientError({"Error": {"Code": "NoSuchKey"}}, "GetObject")


class Body:
    """What is read of an object, once."""

    def __init__(self, body: bytes) -> None:
        self._body = body

    def read(self) -> bytes:
        return self._body

    def __enter__(self) -> "Body":
        return self

    def __exit__(self, *_: object) -> None: ...
