"""The delivered rows themselves, read from the results bucket with the viewer's own credentials."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.utils.translation import gettext as _

from ingestion.pipeline.delivery import Part
from ingestion.pipeline.pack import Pack, find_pack, pack_names
from ingestion.web import results
from ingestion.web.acts import record_act
from ingestion.web.errors import NoResultYet
from ingestion.web.models import Submission
from ingestion.web.results.findings import Mask
from portal.accounts.actor import Actor
from portal.audit.tags import AuditTag
from portal.common.errors import NotFound

Finding = dict[str, Any]
ABOUT_FUND = 20
"""Findings about the whole fund that are shown beside a row of it."""


@dataclass(frozen=True)
class Row:
    """One row: its cells by field key, the rows beside it, what was found on it and about its fund.

    `part` counts the files of a zip from 1; `file` is "" in any other file.
    """

    number: int
    part: int
    file: str
    cells: dict[str, str]
    previous: int | None
    next: int | None
    findings: list[Finding]
    about_fund: list[Finding]


def get_row(actor: Actor, submission: Submission, number: int, *, part: int = 1, pack: Pack | None) -> Row:
    """One row with its findings; NotFound for one that is not there, NoResultYet before a verdict."""
    credentials = actor.credentials()
    with results.Rows(credentials, submission) as rows:
        file = _file(rows.parts, part)
        found = rows.of([(file, number)], rows.fields).get((file, number))
        before, after = rows.beside(file, number)
    if found is None:
        raise NotFound(_("This row does not exist, or nothing stands in it."))
    fund = found.get(pack.portfolio_key[0], "") if pack else ""
    with results.Findings(credentials, submission) as findings:
        on_row = findings.on_row(file, number)
        about = findings.about_fund(fund, ABOUT_FUND) if fund else []
    detail = {"attempt": submission.attempt, "row": number, "part": part}
    record_act(actor, submission, AuditTag.ROW_VIEWED, detail)
    return Row(number, part, file, found, before, after, on_row, about)


@dataclass(frozen=True)
class Surroundings:
    """The cells around findings: one entry per finding, None where it is about more than a row.

    `fields` are the keys of all columns of the file, `parts` the number of each file of a zip, from 1.
    """

    cells: list[dict[str, str] | None]
    fields: list[str]
    parts: dict[str, int]


def around(
    actor: Actor, submission: Submission, findings: Sequence[Finding], fields: Sequence[str] | None
) -> Surroundings:
    """Cells of these fields (None: of all) on the rows of findings; nothing where no rows are stored.

    The caller records what is looked at.
    """
    try:
        with results.Rows(actor.credentials(), submission) as rows:
            keys = [(finding["file"] or "", int(finding["row"])) for finding in findings]
            wanted = rows.fields if fields is None else fields
            found = rows.of([key for key in keys if key[1]], wanted)
            parts = {part.name: number for number, part in enumerate(rows.parts, start=1)}
            return Surroundings([found.get(key) for key in keys], rows.fields, parts)
    except NoResultYet:  # checked before rows were stored
        return Surroundings([None] * len(findings), [], {})


def rows_of_class(
    actor: Actor, submission: Submission, document: dict[str, Any], letter: str
) -> dict[str, Mask]:
    """By file a mask of the numbers of the rows whose instrument is of this CIC class."""
    pack = pack_of(document)
    field = cic_field(pack) if pack else ""
    try:
        with results.Rows(actor.credentials(), submission) as rows:
            return rows.of_class(field, letter)
    except NoResultYet:
        return {"": np.zeros(0, np.bool_)}


def pack_of(document: dict[str, Any]) -> Pack | None:
    """The template version of a verdict document; None when there was none, or it is gone."""
    known = str(document.get("template") or ""), str(document.get("version") or "")
    return find_pack(*known) if known in pack_names() else None


def cic_field(pack: Pack) -> str:
    """The field with the CIC of a row's instrument, "" in templates without."""
    return next((key for key, field in pack.fields.items() if field.type == "cic"), "")


def _file(parts: list[Part], number: int) -> str:
    if not 1 <= number <= len(parts):
        raise NotFound(_("This file is not part of the delivery."))
    return parts[number - 1].name
