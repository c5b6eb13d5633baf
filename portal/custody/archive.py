"""A zip file that leaves while it is made: nothing of it is kept but the piece under way."""

import hashlib
import io
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

PACKED = (".parquet", ".xlsx", ".zip", ".gz")
"""What is compressed already is stored as it is."""
LARGE = 1 << 31


@dataclass(frozen=True)
class Entry:
    """What was written under a path."""

    path: str
    bytes: int
    sha256: str


@dataclass
class Archive:
    """Takes files one after the other; `add` and `end` give the bytes of the zip as they come."""

    entries: list[Entry] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._sink = _Sink()
        self._zip = zipfile.ZipFile(self._sink, "w")

    def add(self, path: str, pieces: Iterable[bytes], *, size: int, modified: datetime) -> Iterator[bytes]:
        """One file; `size` in bytes as far as it is known, it decides the form of its header."""
        info = zipfile.ZipInfo(path, modified.astimezone(UTC).timetuple()[:6])
        info.compress_type = zipfile.ZIP_STORED if path.endswith(PACKED) else zipfile.ZIP_DEFLATED
        digest, length = hashlib.sha256(), 0
        with self._zip.open(info, "w", force_zip64=size >= LARGE) as target:
            for piece in pieces:
                target.write(piece)
                digest.update(piece)
                length += len(piece)
                yield from self._sink.drained()
        self.entries.append(Entry(path, length, digest.hexdigest()))
        yield from self._sink.drained()

    def end(self) -> Iterator[bytes]:
        """What makes it a zip file: without it no program opens it."""
        self._zip.close()
        yield from self._sink.drained()


class _Sink:
    """Where zipfile writes to; it can neither tell nor seek."""

    def __init__(self) -> None:
        self._held = io.BytesIO()

    def write(self, data: bytes) -> int:
        return self._held.write(data)

    def flush(self) -> None:
        """Nothing lies anywhere else."""

    def close(self) -> None:
        """Nothing is open."""

    def drained(self) -> Iterator[bytes]:
        if held := self._held.getvalue():
            yield held
            self._held = io.BytesIO()
