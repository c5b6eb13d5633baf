"""A whole delivery in memory, for what runs the rules again; only as large as one request may hold."""

from django.utils.translation import gettext as _

from ingestion.aws import errors as aws
from ingestion.aws import objects
from ingestion.aws.credentials import Credentials
from ingestion.pipeline.delivery import Delivery, cells_of
from ingestion.web.errors import NoResultYet, TooLargeToTry
from ingestion.web.models import Submission
from ingestion.web.pointers import pointer
from ingestion.web.results.documents import original, require_verdict, s3_client

MAX_ROWS_BYTES = 12 * 1024 * 1024
"""Of the compressed rows."""
MAX_CELLS = 5_000_000
MAX_FILE_BYTES = 12 * 1024 * 1024
"""Of a delivered file that is read anew."""


def stored_delivery(credentials: Credentials, submission: Submission) -> Delivery:
    """The rows as they were checked. NoResultYet when they are not stored, TooLargeToTry."""
    require_verdict(submission)
    where, s3 = pointer(submission, "rows"), s3_client(credentials)
    try:
        if where["version_id"]:
            ref = objects.ObjectRef.from_json(where)
            if ref.bytes > MAX_ROWS_BYTES:
                raise TooLargeToTry
            body = objects.get(s3, ref)
        else:
            body = objects.latest(s3, where["bucket"], where["key"], most=MAX_ROWS_BYTES)
    except aws.ObjectTooLarge:
        raise TooLargeToTry from None
    except aws.NotFound:
        raise NoResultYet(_("The rows of this delivery are not stored. Run its check again first.")) from None
    if cells_of(body) > MAX_CELLS:
        raise TooLargeToTry
    return Delivery.from_parquet(body)


def whole_original(credentials: Credentials, submission: Submission) -> bytes:
    """The delivered file; NoResultYet when it is not stored, TooLargeToTry for a large one."""
    if submission.bytes > MAX_FILE_BYTES:
        raise TooLargeToTry
    return b"".join(original(credentials, submission))
