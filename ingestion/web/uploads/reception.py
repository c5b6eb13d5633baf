"""The files of one request: who sends them, what became of each, and that nothing half-done stays."""

from collections.abc import Callable
from functools import wraps
from io import BytesIO
from types import TracebackType
from typing import Any

from django.core.exceptions import TooManyFilesSent
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler
from django.http import HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.csrf import csrf_exempt, csrf_protect

from ingestion.aws.errors import AwsError
from ingestion.web.services.arrivals import begin, give_up
from ingestion.web.uploads import refusals
from ingestion.web.uploads.incoming import Incoming
from ingestion.web.uploads.rate import check_rate
from ingestion.web.uploads.storage import LandingStorage
from ingestion.web.uploads.terms import Terms, only_checked
from portal.accounts.actor import Actor
from portal.accounts.roles import Role
from portal.common.errors import BadRequest, FundgateError

CHUNK_BYTES = 256 * 1024
DISCARDED_BYTES = 8 * 1024 * 1024
HELD_BYTES = 16 * 1024 * 1024  # of small files that wait for the end of the request
MALFORMED = lazy("The request is not a well-formed multipart/form-data, or a file's name is far too long.")
TOO_MANY = lazy("At most %(most)s files are taken at once; nothing was kept. Send fewer.")


class Reception:
    """Authorises before a byte of the body is read, then takes its files.

    As a context manager it leaves nothing.
    """

    def __init__(self, request: HttpRequest, actor: Actor) -> None:
        self.request, self.actor = request, actor
        self.incoming: list[Incoming] = []
        try:
            self.institution = actor.require(Role.UPLOADER)
            check_rate(self.institution)
            actor.id_token(min_minutes=15)  # renewed now, so that it does not end while the body arrives
            self.check_only = only_checked(request.GET)
            self._storage = LandingStorage.of(actor)
        except (FundgateError, AwsError):
            _discard_body(request)
            raise
        request.upload_handlers = [LandingUploadHandler(self)]

    def begin(self, file_name: str) -> Incoming:
        """Takes note of the next file before its first byte."""
        refusal = "TOO_MANY_FILES" if len(self.incoming) >= refusals.MAX_FILES else ""
        submission = begin(self.actor, self.institution, file_name, check_only=self.check_only)
        incoming = Incoming(submission, self._storage, refusal)
        self.incoming.append(incoming)
        return incoming

    def finish(self, incoming: Incoming) -> None:
        """Takes note of its last byte, and keeps the memory of the whole request bounded."""
        incoming.finish()
        if sum(one.held_bytes for one in self.incoming) > HELD_BYTES:
            incoming.spill()

    def read(self) -> None:
        """Reads the body, which streams its files past the upload handler; BadRequest when malformed."""
        try:
            self.request.FILES  # noqa: B018
        except TooManyFilesSent:
            raise BadRequest(TOO_MANY % {"most": refusals.MAX_FILES}) from None
        except MultiPartParserError:
            raise BadRequest(str(MALFORMED)) from None

    @property
    def complete(self) -> bool:
        """Whether as many bytes came as were announced.

        A cut connection looks like the end of the last file.
        """
        stream: Any = self.request._stream  # Django's LimitedStream
        return bool(stream._pos == stream.limit)

    @property
    def terms(self) -> Terms:
        """What the sender says about the files, known once the body is read; BadRequest."""
        return Terms.of(self.request.POST)

    def __enter__(self) -> "Reception":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for incoming in self.incoming:
            if incoming.settled:
                continue
            incoming.refuse("UPLOAD_INCOMPLETE")
            give_up(self.actor, incoming.submission, incoming.refusal)


def _discard_body(request: HttpRequest) -> None:
    """Reads what is on the way, within bounds: a sender that is cut off would not see why it was refused."""
    for _ in range(DISCARDED_BYTES // CHUNK_BYTES):
        if not request.read(CHUNK_BYTES):
            return


class LandingUploadHandler(FileUploadHandler):
    """Hands the chunks of each file to the reception; nothing is collected for the view."""

    chunk_size = CHUNK_BYTES

    def __init__(self, reception: Reception) -> None:
        super().__init__(reception.request)
        self._reception = reception
        self._incoming: Incoming | None = None

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self._incoming = self._reception.begin(str(self.file_name))

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        assert self._incoming is not None
        self._incoming.write(raw_data)

    def file_complete(self, file_size: int) -> "UploadedFile[Any]":
        assert self._incoming is not None
        self._reception.finish(self._incoming)
        return UploadedFile(file=BytesIO(), name=self.file_name, size=file_size)  # Django closes it


def receives_files(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """For a view that takes files: on POST it gets `reception=`, set up before the CSRF check reads the body.

    The check itself is that of any form; when it or anything else fails, what has arrived is removed.
    """
    checked = csrf_protect(view)

    @csrf_exempt
    @wraps(view)
    def receiving(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method != "POST":
            return checked(request, *args, reception=None, **kwargs)
        with Reception(request, request.actor) as reception:  # type: ignore[attr-defined]
            try:
                return checked(request, *args, reception=reception, **kwargs)
            except TooManyFilesSent:  # met while the CSRF check read the body
                raise BadRequest(TOO_MANY % {"most": refusals.MAX_FILES}) from None

    return receiving
