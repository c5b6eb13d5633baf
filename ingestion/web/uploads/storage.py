"""The landing bucket as a Django storage whose credentials come with the request."""

import hashlib
import logging
from functools import cache
from typing import Any

import boto3.session
from botocore.exceptions import BotoCoreError, ClientError
from django.conf import settings
from storages.backends.s3 import S3File, S3Storage

from ingestion.aws import layout
from ingestion.aws.clients import client
from ingestion.aws.credentials import Credentials
from ingestion.aws.errors import AlreadyExists, NotFound, translate
from ingestion.aws.objects import ObjectRef
from portal.accounts.actor import Actor
from portal.accounts.roles import Role

log = logging.getLogger(__name__)
PART_BYTES = 8 * 1024 * 1024


@cache
def _resource_class() -> Any:
    """boto3's S3 resource class; made once, because making it builds a client of its own."""
    return type(boto3.session.Session(region_name="eu-central-1").resource("s3"))


class LandingFile(S3File):  # type: ignore[misc]
    """A write-once object that exists only after `commit`.

    Closing it without a commit leaves nothing behind.
    """

    def __init__(self, name: str, storage: "LandingStorage") -> None:
        super().__init__(name, "wb", storage, buffer_size=PART_BYTES)
        self._file: Any = None
        self._digest = hashlib.sha256()
        self._multipart: Any = None
        self._parts: list[dict[str, Any]] = []

    @property
    def sha256(self) -> str:
        """Of everything written so far, 64 hex digits."""
        return self._digest.hexdigest()

    @property
    def held_bytes(self) -> int:
        """Bytes that are in memory only."""
        return int(self._buffer_file_size)

    def write(self, content: bytes) -> int:
        """Takes bytes and sends each full part; an AwsError aborts what was sent."""
        self._digest.update(content)
        self._raw_bytes_written += len(content)
        self.file.write(content)
        if self.held_bytes >= self.buffer_size:
            self.send_part()
        return len(content)

    def send_part(self) -> None:
        """Sends what is held as the next part, so that it no longer takes memory."""
        try:
            self._flush_write_buffer()
        except (ClientError, BotoCoreError) as error:
            self.close()
            raise translate(error) from None

    def _flush_write_buffer(self) -> None:
        if not self.held_bytes:
            return
        if self._multipart is None:
            self._multipart = self.obj.initiate_multipart_upload(
                **self._storage.get_object_parameters(self.name)
            )
        number = len(self._parts) + 1
        self.file.seek(0)
        answer = self._multipart.Part(number).upload(Body=self.file.read())
        self.file.seek(0)
        self.file.truncate()
        # a checksum the service computed on the part must be repeated when the parts are joined
        proof = {
            name: value for name, value in answer.items() if name == "ETag" or name.startswith("ChecksumCRC")
        }
        self._parts.append({"PartNumber": number, **proof})

    def commit(self) -> ObjectRef:
        """Makes the object exist: one PutObject below one part, else the joined parts.

        Never over another object.
        """
        try:
            version = self._put() if self._multipart is None else self._join()
        except (ClientError, BotoCoreError) as error:
            known = translate(error)
            if not isinstance(known, AlreadyExists):
                self.close()
                raise known from None
            version = self._version_of_lost_answer()
        self._multipart = None  # nothing is left to abort
        ref = ObjectRef(self.obj.bucket_name, self.obj.key, version, self.sha256, self._raw_bytes_written)
        self.close()
        return ref

    def _put(self) -> str:
        self.file.seek(0)
        parameters = self._storage.get_object_parameters(self.name)
        return str(self.obj.put(Body=self.file.read(), IfNoneMatch="*", **parameters)["VersionId"])

    def _join(self) -> str:
        self._flush_write_buffer()
        answer = self.obj.meta.client.complete_multipart_upload(
            Bucket=self.obj.bucket_name,
            Key=self.obj.key,
            UploadId=self._multipart.id,
            MultipartUpload={"Parts": self._parts},
            IfNoneMatch="*",
        )
        return str(answer["VersionId"])

    def _version_of_lost_answer(self) -> str:
        """The key is a fresh random id: what is there came from this write, retried after a lost answer."""
        try:
            head = self.obj.meta.client.head_object(Bucket=self.obj.bucket_name, Key=self.obj.key)
        except (ClientError, BotoCoreError) as error:
            raise translate(error) from None
        if head["ContentLength"] != self._raw_bytes_written:
            raise AlreadyExists("PreconditionFailed", "PutObject")
        return str(head["VersionId"])

    def close(self) -> None:
        """Aborts what was not committed and frees the memory; may be called again."""
        multipart, self._multipart = self._multipart, None
        if self._file is not None:
            self._file.close()
            self._file = None
        self._closed = True
        if multipart is not None:
            try:
                multipart.abort()
            except (ClientError, BotoCoreError) as error:
                known = translate(error)
                if not isinstance(known, NotFound):  # the bucket's lifecycle rule ends it then
                    log.warning("parts of %s could not be removed: %s", self.obj.key, known.code)


class LandingStorage(S3Storage):  # type: ignore[misc]
    """One institution's landing bucket, under the credentials it is given.

    It never overwrites and never deletes.
    """

    @classmethod
    def of(cls, actor: Actor) -> "LandingStorage":
        """The landing bucket of the actor's institution, with the actor's own credentials."""
        institution = actor.require(Role.UPLOADER)
        bucket = layout.bucket_name(settings.FUNDGATE_ACCOUNT_ID, institution.code, "landing")
        return cls(credentials=actor.credentials(), bucket_name=bucket, region=settings.FUNDGATE_REGION)

    def __init__(self, *, credentials: Credentials, bucket_name: str, region: str) -> None:
        super().__init__(bucket_name=bucket_name, file_overwrite=False, gzip=False, max_memory_size=0)
        self._client = client("s3", credentials, region)

    @property
    def connection(self) -> Any:
        """boto3's resource over the process's cached client of these credentials."""
        return _resource_class()(client=self._client)

    def get_object_parameters(self, name: str) -> dict[str, Any]:
        """No content type from the sender is stored: a delivery is bytes until the pipeline has read it."""
        return {"ContentType": "application/octet-stream"}

    def _open(self, name: str, mode: str = "wb") -> LandingFile:
        if mode != "wb":
            raise ValueError(
                "the landing bucket is opened for writing; results and originals are read by version"
            )
        return LandingFile(self._normalize_name(name), self)

    def delete(self, name: str) -> None:
        """Landing is write-once."""
        raise PermissionError("the landing bucket is write-once")
