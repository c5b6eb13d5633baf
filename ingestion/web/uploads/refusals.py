"""Why a file is not taken, in a sentence: the upload's own reasons, then those of the pipeline."""

from ingestion.pipeline.codes import CODES, Code
from ingestion.web.codes import spoken

MAX_FILES = 50
MAX_BYTES = 100 * 1024 * 1024

OWN: dict[str, Code] = {
    "FILE_EMPTY": Code(
        "Nothing in it",
        "The file is empty.",
        "Export it again and send the file that has the table in it.",
    ),
    "FILE_TOO_LARGE": Code(
        "Too large",
        "The file is larger than 100 MB.",
        "Send one file per fund, or delete unused rows, columns and sheets before saving.",
    ),
    "TOO_MANY_FILES": Code(
        "Too many files",
        "At most 50 files are taken at once.",
        "Send the remaining files in a second go.",
    ),
    "UPLOAD_INCOMPLETE": Code(
        "Not received completely",
        "The connection ended before the whole file had arrived.",
        "Send it again.",
    ),
    "STORAGE_UNAVAILABLE": Code(
        "Storage not available",
        "The storage did not take the file.",
        "Nothing was kept; send it again in a minute.",
    ),
    "DUPLICATE": Code(
        "Sent before",
        "A file with exactly this content was received before.",
        "Open the earlier submission; there it can be checked again.",
    ),
    "DUPLICATE_UNSEEN": Code(
        "Sent before",
        "A file with exactly this content was received before, as a submission that you do not see.",
        "Ask a colleague who sees every fund; they can have it checked again.",
    ),
}


def text_of(code: str) -> Code:
    """Title, message and remedy of a refusal, in the language that is active."""
    return spoken(OWN.get(code) or CODES.get(code) or CODES["INTERNAL"])
