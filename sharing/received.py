"""A received delivery, open for reading: proven by the portal's signature, read with the viewer's rights."""

import hashlib
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from django.conf import settings
from django.utils.translation import gettext as _

from ingestion.aws import errors as aws
from ingestion.aws import exchange, layout, objects, receipts
from ingestion.aws.errors import translate
from ingestion.lambdas.work import TABLES, VERDICT
from ingestion.web.public_keys import public_key
from ingestion.web.ranges import RangeFile
from sharing.errors import NotProven
from sharing.models import Copy

AT_ONCE = 8 << 20
"""Bytes of a file that is held in memory; a longer one is read twice: to prove it, then to hand it out."""
PIECE = 1 << 20


@dataclass(frozen=True)
class Proof:
    """What the manifest says of one file."""

    sha256: str
    bytes: int


class Received:
    """A copy whose manifest fits its row; NotProven when it does not, or when there is none."""

    def __init__(self, s3: Any, copy: Copy) -> None:
        self.copy, self._s3 = copy, s3
        owner, recipient = copy.grant.owner.code, copy.grant.recipient.code
        self._bucket = layout.bucket_name(settings.FUNDGATE_ACCOUNT_ID, recipient, "exchange")
        self._prefix = f"{layout.exchange_prefix(owner, copy.grant_id, copy.submission_id)}{copy.attempt}/"
        self.manifest_bytes = self._manifest()
        self.manifest = self._opened()

    @cached_property
    def files(self) -> dict[str, Proof]:
        """The files that came, by their name."""
        return {
            str(name): Proof(str(each["sha256"]), int(each["bytes"]))
            for name, each in self.manifest["files"].items()
        }

    @property
    def tables(self) -> list[str]:
        """Names of the tables of the common schema that came."""
        return [name for name, file in TABLES.items() if file in self.files]

    @property
    def has_verdict(self) -> bool:
        return VERDICT in self.files

    def json_verdict(self) -> dict[str, Any]:
        """What the owner's rules found, proven."""
        found: dict[str, Any] = json.loads(self.whole(VERDICT))
        return found

    def whole(self, name: str) -> bytes:
        """All bytes of a file that fits into memory, proven by the manifest."""
        proof = self._proof(name)
        try:
            found, body = objects.newest(self._s3, self._bucket, self._prefix + name, most=proof.bytes)
        except (aws.NotFound, aws.ObjectTooLarge):
            raise NotProven(_changed()) from None
        if (found.sha256, found.bytes) != (proof.sha256, proof.bytes):
            raise NotProven(_changed())
        return body

    def source(self, name: str) -> io.IOBase:
        """A file open for reading, every byte of it proven before the first is given."""
        if self._proof(name).bytes <= AT_ONCE:
            return io.BytesIO(self.whole(name))
        return RangeFile(self._s3, self._bucket, self._prefix + name, self._proven_version(name))

    def pieces(self, name: str) -> Iterator[bytes]:
        """The file as it came."""
        source = self.source(name)

        def read() -> Iterator[bytes]:
            with source:
                while piece := source.read(PIECE):
                    yield piece

        return read()

    def _proof(self, name: str) -> Proof:
        if name not in self.files:
            raise NotProven(_("This file is not part of what was shared."))
        return self.files[name]

    def _proven_version(self, name: str) -> str:
        """Which version it is whose every byte was hashed just now."""
        proof, digest = self._proof(name), hashlib.sha256()
        try:
            answer = self._s3.get_object(Bucket=self._bucket, Key=self._prefix + name)
            with (body := answer["Body"]):  # the context is the stream beneath it
                for piece in body.iter_chunks(PIECE):
                    digest.update(piece)
        except (ClientError, BotoCoreError) as error:
            known = translate(error)
            if isinstance(known, aws.NotFound):
                raise NotProven(_changed()) from None
            raise known from None
        if digest.hexdigest() != proof.sha256:
            raise NotProven(_changed())
        return str(answer["VersionId"])

    def _manifest(self) -> bytes:
        key = self._prefix + exchange.MANIFEST
        try:
            return objects.latest(self._s3, self._bucket, key, most=receipts.MOST_BYTES)
        except (aws.NotFound, aws.ObjectTooLarge):
            raise NotProven(_("There is no manifest beside it.")) from None

    def _opened(self) -> dict[str, Any]:
        try:
            found = receipts.opened(self.manifest_bytes, public_key(settings.FUNDGATE_RECEIPT_KEY_ARN))
        except receipts.NotGenuine:
            raise NotProven(_("Its manifest is not signed by this portal, or was changed.")) from None
        if not _fits(found, self.copy):
            raise NotProven(_("Its manifest belongs to another delivery."))
        return found


def _fits(manifest: dict[str, Any], copy: Copy) -> bool:
    """Whether it is about this copy in this attempt, and of files the grant lets through."""
    grant = copy.grant
    expected = {
        "kind": "delivery",
        "grant": str(grant.id),
        "owner": grant.owner.code,
        "recipient": grant.recipient.code,
        "submission": str(copy.submission_id),
        "attempt": copy.attempt,
    }
    allowed = {file for content in grant.contents for file in exchange.FILES[content]}
    files = manifest.get("files")
    return (
        all(manifest.get(name) == value for name, value in expected.items())
        and isinstance(files, dict)
        and set(files) <= allowed
    )


def _changed() -> str:
    return _("A file of it is missing or is not the one that its manifest names.")
