"""One file on its way: looked at, counted, hashed and passed on while it arrives."""

from collections.abc import Callable

from ingestion.aws import errors as aws
from ingestion.aws import layout
from ingestion.aws.objects import ObjectRef
from ingestion.pipeline.sniff import kind_of
from ingestion.web.models import Submission
from ingestion.web.uploads import refusals
from ingestion.web.uploads.storage import LandingFile, LandingStorage

HEAD_BYTES = 64 * 1024


class Incoming:
    """Takes the chunks of one file. What it refuses is read to its end and kept nowhere."""

    def __init__(self, submission: Submission, storage: LandingStorage, refusal: str = "") -> None:
        self.submission = submission
        self.refusal = refusal
        self.settled = False
        self.whole = False  # its end was seen, not only the end of the request
        self.kind = ""
        self.bytes = 0
        self.file: LandingFile | None = None
        self._storage = storage
        self._head = b""

    def write(self, chunk: bytes) -> None:
        """Takes the next bytes; decides by the first 64 KiB whether this is a table at all."""
        self.bytes += len(chunk)
        if self.refusal:
            return
        if self.bytes > refusals.MAX_BYTES:
            self.refuse("FILE_TOO_LARGE")
        elif self.file is None:
            self._head += chunk
            if len(self._head) >= HEAD_BYTES:
                self._open()
        else:
            self._pass_on(chunk)

    def finish(self) -> None:
        """The last byte is here; a short file is only now looked at."""
        self.whole = True
        if self.refusal:
            return
        if self.bytes == 0:
            self.refuse("FILE_EMPTY")
        elif self.file is None:
            self._open()

    def refuse(self, code: str) -> None:
        """Stops taking the file and removes what was sent of it; the first reason stands."""
        self.refusal = self.refusal or code
        self._head = b""
        if self.file is not None:
            file, self.file = self.file, None
            file.close()

    def commit(self) -> ObjectRef | None:
        """Makes the stored object exist; None (and a refusal) when the storage did not take it."""
        file, refs = self.file, list[ObjectRef]()
        if file is not None:
            self._guarded(lambda: refs.append(file.commit()))
        self.file = None
        return refs[0] if refs else None

    @property
    def held_bytes(self) -> int:
        """Bytes of it that are in this process's memory."""
        return self.file.held_bytes if self.file else len(self._head)

    def spill(self) -> None:
        """Sends what is in memory as a part of its own, so that many small files do not add up."""
        if self.file is not None:
            self._guarded(self.file.send_part)

    def _open(self) -> None:
        kind = kind_of(self._head)
        if kind is None:
            self.refuse("FILE_NOT_A_TABLE")
            return
        self.kind = kind
        key = layout.landing_key(self.submission.id, check_only=self.submission.check_only)
        self.file = self._storage.open(key, "wb")
        head, self._head = self._head, b""
        self._pass_on(head)

    def _pass_on(self, chunk: bytes) -> None:
        file = self.file
        if file is not None:
            self._guarded(lambda: file.write(chunk))

    def _guarded(self, act: Callable[[], object]) -> None:
        try:
            act()
        except aws.AccessDenied:
            self.refuse("ACCESS_DENIED")
        except aws.AwsError:
            self.refuse("STORAGE_UNAVAILABLE")
