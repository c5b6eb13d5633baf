"""One version of an S3 object as a seekable file: a small one in one request, a large one by ranges."""

import io
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from ingestion.aws.errors import translate

TAIL_BYTES = 256 * 1024  # holds a Parquet footer, and most findings files altogether


class RangeFile(io.RawIOBase):
    """Read-only; pinned to the version the first request saw.

    NotFound, AccessDenied, AwsUnavailable as they come.
    """

    def __init__(self, s3: Any, bucket: str, key: str, version_id: str = "") -> None:
        super().__init__()
        self._s3, self._where = s3, {"Bucket": bucket, "Key": key}
        if version_id:
            self._where["VersionId"] = version_id
        answer = self._get(f"bytes=-{TAIL_BYTES}")
        self._where["VersionId"] = answer["VersionId"]
        self._tail: bytes = answer["Body"].read()
        self.size = _total(answer)
        self._position = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self.size}[whence]
        self._position = max(0, base + offset)
        return self._position

    def read(self, size: int | None = -1, /) -> bytes:
        wanted = self.size if size is None or size < 0 else self._position + size
        start, stop = self._position, min(wanted, self.size)
        if start >= stop:
            return b""
        tail_start = self.size - len(self._tail)
        if start >= tail_start:
            data = self._tail[start - tail_start : stop - tail_start]
        else:
            data = self._get(f"bytes={start}-{stop - 1}")["Body"].read()
        self._position = start + len(data)
        return data

    def readinto(self, buffer: Any) -> int:
        data = self.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)

    def _get(self, span: str) -> Any:
        try:
            return self._s3.get_object(**self._where, Range=span)
        except (ClientError, BotoCoreError) as error:
            raise translate(error) from None


def _total(answer: Any) -> int:
    """Length of the whole object.

    From `bytes 0-9/1234`, or of the answer when the range covered everything.
    """
    span = answer.get("ContentRange", "")
    return int(span.rpartition("/")[2]) if "/" in span else int(answer["ContentLength"])
