"""Files to take away: streamed with the person's own credentials, recorded before the first byte leaves."""

from collections.abc import Callable, Iterator
from functools import partial
from itertools import chain, islice
from typing import TypeVar

from django.utils.translation import gettext as _

from ingestion.aws.credentials import Credentials
from ingestion.lambdas.work import ANNOTATED, TABLES
from ingestion.web import results
from ingestion.web.acts import record_act
from ingestion.web.errors import NoResultYet
from ingestion.web.models import Submission
from portal.accounts.actor import Actor
from portal.audit.tags import AuditTag

TABLE_FORMS = ("parquet", "csv")
_Piece = TypeVar("_Piece")


def tables_of(submission: Submission) -> list[str]:
    """Names of the tables of the common schema that the file filled."""
    return [name for name in TABLES if name in submission.results and not submission.deleted_at]


def annotated_workbook(*, actor: Actor, submission: Submission) -> Iterator[bytes]:
    """The delivered table with its findings marked; NoResultYet when none was made."""
    content = results.streamed(actor.credentials(), submission, "annotated")
    record_act(actor, submission, AuditTag.WORKBOOK_DOWNLOADED, {"attempt": submission.attempt})
    return content


def table(*, actor: Actor, submission: Submission, name: str, form: str) -> Iterator[bytes]:
    """A table of the common schema in one of TABLE_FORMS; NoResultYet when it is not there."""
    if form not in TABLE_FORMS or name not in tables_of(submission):
        raise NoResultYet(_("There is no such table."))
    credentials = actor.credentials()
    if form == "parquet":
        content = results.streamed(credentials, submission, name)
    else:
        content = with_first(_csv_of(credentials, submission, name))
    detail = {"attempt": submission.attempt, "table": name, "format": form}
    record_act(actor, submission, AuditTag.TABLE_DOWNLOADED, detail)
    return content


def original(*, actor: Actor, submission: Submission) -> Iterator[bytes]:
    """The delivered file exactly as it was stored; NoResultYet when nothing was."""
    content = results.original(actor.credentials(), submission)
    record_act(actor, submission, AuditTag.ORIGINAL_DOWNLOADED, {"bytes": submission.bytes})
    return content


def files_of(submission: Submission) -> dict[str, Callable[..., Iterator[bytes]]]:
    """The files that are there by name, each with the service that streams it."""
    if submission.deleted_at:
        return {}
    found: dict[str, Callable[..., Iterator[bytes]]] = {}
    if submission.object_version:
        found["original"] = original
    if "annotated" in submission.results:
        found[ANNOTATED] = annotated_workbook
    for name in tables_of(submission):
        for form in TABLE_FORMS:
            found[f"{name}.{form}"] = partial(table, name=name, form=form)
    return found


def with_first(rows: Iterator[_Piece]) -> Iterator[_Piece]:
    """The same rows with the first one fetched: what cannot be read fails before an answer has begun."""
    return chain(list(islice(rows, 1)), rows)


def _csv_of(credentials: Credentials, submission: Submission, name: str) -> Iterator[bytes]:
    with results.CommonTable(credentials, submission, name) as stored:
        yield from stored.csv()
