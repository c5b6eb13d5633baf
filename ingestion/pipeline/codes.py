"""Every stable code a user can meet when a file gets no ordinary verdict: title, message, what to do."""

from typing import NamedTuple


class Code(NamedTuple):
    """Texts of one code."""

    title: str
    message: str
    how_to_fix: str


CODES: dict[str, Code] = {
    # The file itself
    "FILE_EMPTY": Code(
        "Nothing in it",
        "The file holds no data rows.",
        "Export it again and check that the rows below the header are there.",
    ),
    "FILE_TOO_LARGE": Code(
        "Too large",
        "The file, or what it unpacks to, is larger than can be checked.",
        "Send one file per fund, and delete unused rows, columns and sheets before saving.",
    ),
    "FILE_NOT_A_TABLE": Code(
        "Not a table",
        "The content is neither a delimited text (csv), nor an Excel workbook (xlsx, xls), nor JSON records.",
        "Send the table itself as csv, xlsx, xls or JSON; renaming another kind of file does not help.",
    ),
    "FILE_UNREADABLE": Code(
        "Cannot be opened",
        "The file is damaged or not written as its kind requires.",
        "Open it where it was made, save it again as xlsx or csv, and send that file.",
    ),
    "FILE_ENCRYPTED": Code(
        "Protected by a password",
        "The workbook is encrypted, so nothing in it can be checked.",
        "Save it without a password; it is encrypted here with your institution's own key anyway.",
    ),
    "FILE_HAS_MACROS": Code(
        "Contains macros",
        "The workbook contains program code, which is not accepted from anybody.",
        "Save it as an ordinary workbook (.xlsx) and send that file.",
    ),
    "FILE_HAS_LINKS": Code(
        "Links to other workbooks",
        "The workbook takes values from other files, which cannot be followed.",
        "In Excel use Data, Edit Links, Break Link, then save and send it again.",
    ),
    "FILE_HAS_OBJECTS": Code(
        "Contains embedded objects",
        "Other documents or controls are embedded in the workbook.",
        "Copy the data sheet into a new workbook and send that one.",
    ),
    "FILE_NESTED": Code(
        "Nested content",
        "A table must have one plain value in each cell, and a zip must hold the tables themselves.",
        "Write each JSON record as one flat object, and put the files into one zip without further zips.",
    ),
    "TEMPLATE_UNKNOWN": Code(
        "Template not recognised",
        "The headers do not belong to a template that is checked here.",
        "Use the official field names as the header row, or say once which column is which: the mapping is "
        "kept for the next file of this layout.",
    ),
    "TEMPLATE_NOT_EXPECTED": Code(
        "Another template",
        "The file is a good one, but not of the template that is expected here.",
        "Choose the file you meant, or send this one as the template that it is.",
    ),
    # The run
    "TOKEN_EXPIRED": Code(
        "Waiting for you",
        "Your sign-in ended while the file was being checked, so its key is closed again.",
        "Sign in and continue; the check resumes after the last finished step.",
    ),
    "TOKEN_MISSING": Code(
        "Waiting for you",
        "There is no open sign-in to read the file with.",
        "Sign in and continue; nothing was lost.",
    ),
    "ACCESS_DENIED": Code(
        "Access denied",
        "The file could not be opened with your institution's rights.",
        "Sign out and in again; if it happens again, ask the operator to look at your institution's set-up.",
    ),
    "OBJECT_CHANGED": Code(
        "File changed",
        "What is stored is not what was uploaded.",
        "Upload the file again.",
    ),
    "RULEBOOK_INVALID": Code(
        "Rulebook cannot be followed",
        "Your institution's rulebook names something that is not known, so the file was not checked by it.",
        "Open the rulebook and save it again: it says what is wrong. Then run this file again.",
    ),
    "TIMED_OUT": Code(
        "Took too long",
        "A step did not finish in the time it has.",
        "Run it again; if it happens again, send the file in parts.",
    ),
    "AWS_UNAVAILABLE": Code(
        "Service not available",
        "A service the check depends on did not answer.",
        "Run it again in a few minutes.",
    ),
    "WITHDRAWN": Code(
        "Withdrawn",
        "The submission was withdrawn before it was finished.",
        "Upload the file again if it is still wanted.",
    ),
    "INTERNAL": Code(
        "Something went wrong here",
        "The check stopped because of a fault on our side, not because of your file.",
        "Run it again; if it happens again, tell the operator the submission's number.",
    ),
}
