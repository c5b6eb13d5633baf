"""A zip that holds several deliveries: each file in it is a source of its own, unpacked when asked for."""

import io
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import replace

from ingestion.pipeline.errors import UnreadableFile
from ingestion.pipeline.readers.source import Candidate, Grid, Source
from ingestion.pipeline.sentences import said

MAX_MEMBERS = 50
MAX_ENTRIES = 1_000
"""Folders and what an operating system adds are entries too."""
MAX_INFLATED = 256 * 1024 * 1024
"""Bytes of all files together."""
MAX_RATIO = 250
RATIO_FROM = 16 * 1024 * 1024
_PIECE = 1 << 20
_IGNORED = ("thumbs.db", "desktop.ini")


class ZipSource:
    """An opened zip. `members` are the names of its files in their order, whatever these hold."""

    kind = "zip"
    encoding: str | None = None

    def __init__(self, data: bytes, open_member: Callable[[bytes], Source]) -> None:
        """`open_member` opens the content of a file that is no zip."""
        self.sheets: list[str] = []
        self._open = open_member
        self._latest: tuple[str, Source] | None = None
        try:
            self._package = zipfile.ZipFile(io.BytesIO(data))
        except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
            raise UnreadableFile("FILE_UNREADABLE") from error
        entries = self._package.infolist()
        self._files = {entry.filename: entry for entry in entries if not _ignored(entry)}
        self.members = list(self._files)
        _check(entries, self._files)

    @property
    def inflated(self) -> int:
        """Bytes of all files together, as their entries declare."""
        return sum(entry.file_size for entry in self._files.values())

    def member(self, name: str) -> Source:
        """One of the files, opened; the latest one is kept. Raises UnreadableFile."""
        if self._latest is None or self._latest[0] != name:
            self._latest = None
            self._latest = name, self._open(self.content(name))
        return self._latest[1]

    def candidates(self) -> Iterator[Candidate]:
        """Tables of all files; one that cannot be read has none."""
        for name in self.members:
            try:
                for candidate in self.member(name).candidates():
                    yield replace(candidate, member=name)
            except UnreadableFile:
                continue

    def grid(self, sheet: str | None, delimiter: str | None, header_row: int, member: str = "") -> Grid:
        return self.member(member).grid(sheet, delimiter, header_row)

    def content(self, name: str) -> bytes:
        """The bytes of one of the files. Counted while inflating: the size an entry declares may be a lie.

        Raises UnreadableFile.
        """
        entry = self._files.get(name)
        if entry is None:
            raise UnreadableFile("FILE_UNREADABLE", "A file that was in the zip is no longer there.")
        pieces: list[bytes] = []
        size = 0
        try:
            with self._package.open(entry) as stream:
                while piece := stream.read(_PIECE):
                    pieces.append(piece)
                    size += len(piece)
                    _check_size(size, entry.compress_size)
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, ValueError) as error:
            raise UnreadableFile("FILE_UNREADABLE") from error
        return b"".join(pieces)


def _ignored(entry: zipfile.ZipInfo) -> bool:
    """Folders, and what an operating system puts beside the files."""
    *folders, name = entry.filename.lower().split("/")
    return not name or name.startswith(".") or name in _IGNORED or "__macosx" in folders


def _check(entries: list[zipfile.ZipInfo], files: dict[str, zipfile.ZipInfo]) -> None:
    if not files:
        raise UnreadableFile("FILE_EMPTY", "The zip holds no file.")
    if len(files) > MAX_MEMBERS or len(entries) > MAX_ENTRIES:
        raise UnreadableFile(
            "FILE_TOO_LARGE", said("The zip holds more than {most} files.", most=MAX_MEMBERS)
        )
    if any(entry.flag_bits & 0x1 for entry in files.values()):
        raise UnreadableFile("FILE_ENCRYPTED")
    if len(files) < sum(not _ignored(entry) for entry in entries):
        raise UnreadableFile("FILE_UNREADABLE", "Two files in the zip carry the same name.")
    for entry in files.values():
        _check_size(entry.file_size, entry.compress_size)
    _check_size(sum(entry.file_size for entry in files.values()), MAX_INFLATED)


def _check_size(inflated: int, packed: int) -> None:
    if inflated > MAX_INFLATED or (inflated > RATIO_FROM and inflated > MAX_RATIO * max(packed, 1)):
        raise UnreadableFile("FILE_TOO_LARGE", "The zip unpacks to far more than its own size.")
