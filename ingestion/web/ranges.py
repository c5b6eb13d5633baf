"""One version of an S3 object as a seekable file: a small one in one request, a large one by ranges."""

import io
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from ingestion.aws.errors import translate

TAIL_BYTES = 256 * 1024  # holds a Parquet footer, and most findings files altogether
GAP_BYTES = 128 * 1024  # reading so much too much takes less time than another request
REQUESTS = 8  # at once; a client keeps ten connections
Span = tuple[int, int]  # first byte, and the one behind the last


class RangeFile(io.RawIOBase):
    """Read-only; pinned to the version the first request saw.

    NotFound, AccessDenied, AwsUnavailable as they come.
    """

    def __init__(self, s3: Any, bucket: str, key: str, version_id: str = "") -> None:
        super().__init__()
        self._s3, self._where = s3, {"Bucket": bucket, "Key": key}
        if version_id:
            self._where["VersionId"] = version_id
        answer, tail = self._get(f"bytes=-{TAIL_BYTES}")
        self._where["VersionId"] = answer["VersionId"]
        self.size = _total(answer)
        self._tail = (_first(answer), tail)
        self._prepared: list[tuple[int, bytes]] = []
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

    def prepare(self, spans: Iterable[Span]) -> None:
        """Fetches what will be read next, in few requests side by side, in place of what was prepared."""
        missing = [span for span in _joined(spans) if span[0] < self._tail[0]]
        self._prepared = []
        if len(missing) == 1:
            self._prepared = [self._fetch(missing[0])]
        elif missing:
            with ThreadPoolExecutor(REQUESTS) as pool:
                self._prepared = list(pool.map(self._fetch, missing))

    def read(self, size: int | None = -1, /) -> bytes:
        wanted = self.size if size is None or size < 0 else self._position + size
        start, stop = self._position, min(wanted, self.size)
        if start >= stop:
            return b""
        if not (data := self._at_hand(start, stop)):
            first, block = self._fetch((start, stop))
            data = block[start - first : stop - first]
        self._position = start + len(data)
        return data

    def readinto(self, buffer: Any) -> int:
        data = self.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)

    def _at_hand(self, start: int, stop: int) -> bytes:
        for first, block in (self._tail, *self._prepared):
            if first <= start and stop <= first + len(block):
                return block[start - first : stop - first]
        return b""

    def _fetch(self, span: Span) -> tuple[int, bytes]:
        """A block and where it begins: all of a small object, should the store answer with that."""
        answer, block = self._get(f"bytes={span[0]}-{span[1] - 1}")
        return _first(answer), block

    def _get(self, span: str) -> tuple[Any, bytes]:
        try:
            answer = self._s3.get_object(**self._where, Range=span)
            return answer, answer["Body"].read()
        except (ClientError, BotoCoreError) as error:
            raise translate(error) from None


def _joined(spans: Iterable[Span]) -> list[Span]:
    """Neighbours as one."""
    found: list[Span] = []
    for start, stop in sorted(spans):
        if found and start - found[-1][1] <= GAP_BYTES:
            found[-1] = (found[-1][0], max(found[-1][1], stop))
        else:
            found.append((start, stop))
    return found


def _first(answer: Any) -> int:
    """Where an answer begins, from `bytes 10-19/1234`; at 0 when it is the whole object."""
    span = answer.get("ContentRange", "")
    return int(span.removeprefix("bytes ").partition("-")[0]) if "/" in span else 0


def _total(answer: Any) -> int:
    """Length of the whole object.

    From `bytes 0-9/1234`, or of the answer when the range covered everything.
    """
    span = answer.get("ContentRange", "")
    return int(span.rpartition("/")[2]) if "/" in span else int(answer["ContentLength"])
