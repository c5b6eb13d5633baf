"""Why an upload by machine is not taken, as an HTTP status."""

from ingestion.web.services import Refused
from portal.common.errors import FundgateError

_STATUS = {
    "FILE_TOO_LARGE": 413,
    "FILE_NOT_A_TABLE": 415,
    "ACCESS_DENIED": 403,
    "STORAGE_UNAVAILABLE": 503,
}


class FileRefused(FundgateError):
    """One file was not taken; nothing of it is kept."""

    def __init__(self, refused: Refused) -> None:
        super().__init__(refused.message, title=refused.title, code=refused.code)
        self.status = _STATUS.get(refused.code, 400)


class DocumentTooLarge(FundgateError):
    """More than any mapping or rulebook holds."""

    status = 413
    code = "TOO_LARGE"
    title = "Too large"
    message = "A mapping or rulebook has at most 256 KB."
