"""A versioned bucket in memory and decisions that can be saved."""

import hashlib
from dataclasses import dataclass, field
from typing import Any

import pytest

from infra.local.home import ROOT
from ingestion.aws import objects
from ingestion.aws.errors import AlreadyExists, NotFound
from ingestion.aws.objects import ObjectRef
from ingestion.pipeline.errors import UnreadableFile
from ingestion.pipeline.inspection import inspect_file
from ingestion.web import control

UNKNOWN = (ROOT / "docs" / "samples" / "unknown-layout.csv").read_bytes()


@dataclass
class Bucket:
    """What was written, in order: (bucket, key, version, bytes)."""

    versions: list[tuple[str, str, str, bytes]] = field(default_factory=list)

    def put(self, _s3: Any, bucket: str, key: str, body: bytes, **options: Any) -> ObjectRef:
        if options.get("if_none_match") and any(one[:2] == (bucket, key) for one in self.versions):
            raise AlreadyExists("PreconditionFailed", "PutObject")
        version = f"version-{len(self.versions) + 1}"
        self.versions.append((bucket, key, version, body))
        return ObjectRef(bucket, key, version, hashlib.sha256(body).hexdigest(), len(body))

    def newest(self, _s3: Any, bucket: str, key: str, *, most: int | None = None) -> tuple[ObjectRef, bytes]:
        for where, name, version, body in reversed(self.versions):
            if (where, name) == (bucket, key):
                return ObjectRef(bucket, key, version, hashlib.sha256(body).hexdigest(), len(body)), body
        raise NotFound("NoSuchKey", "GetObject")

    def version(self, _s3: Any, bucket: str, key: str) -> str | None:
        return next((each for where, name, each, _ in self.versions if (where, name) == (bucket, key)), None)

    def get(self, _s3: Any, ref: ObjectRef) -> bytes:
        return next(body for *_, version, body in self.versions if version == ref.version_id)

    def proven(
        self, _s3: Any, bucket: str, key: str, version: str, sha256: str, length: int | None = None
    ) -> bytes:
        for where, name, each, body in self.versions:
            if (where, name, each) == (bucket, key, version):
                assert hashlib.sha256(body).hexdigest() == sha256
                return body
        raise NotFound("NoSuchVersion", "GetObject")

    def now(self, key: str) -> bytes:
        """The bytes that lie under a key now."""
        return next(body for _, name, _, body in reversed(self.versions) if name == key)

    def keys(self) -> list[str]:
        return [key for _, key, _, _ in self.versions]


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Bucket:
    """In place of S3; what S3 itself answers is tried with the embedded AWS elsewhere."""
    kept = Bucket()
    for name in ("put", "newest", "version", "get", "proven"):
        monkeypatch.setattr(objects, name, getattr(kept, name))
    monkeypatch.setattr(control, "_s3", lambda actor: None)
    monkeypatch.setattr("portal.accounts.actor.Actor.credentials", lambda actor: None)
    return kept


def mapping_of(**more: int) -> dict[str, Any]:
    """A mapping for the layout nobody knows."""
    with pytest.raises(UnreadableFile) as refused:
        inspect_file(UNKNOWN)
    layout = refused.value.layout
    assert layout is not None
    return {
        "format": 1, "fingerprint": layout.fingerprint, "template": "HOLDINGS", "version": "1.0",
        "header_row": layout.header_row, "sheet": layout.sheet, "decimal": None,
        "columns": {"isin": 2, "name": 3, "quantity": 4, **more},
    }  # fmt: skip
