"""Findings as csv and xlsx. No cell can become a formula, a link or a rounded number in a spreadsheet."""

import csv
import io
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

import xlsxwriter
from django.utils.translation import gettext as _

from ingestion.pipeline.harmless import harmless
from portal.dashboard import wording

BOM = "\ufeff"  # without it Excel takes UTF-8 for the local code page
MOST_SHEET_ROWS = 100_000  # the workbook is made in memory; the csv is streamed and has no limit

_COLUMNS = ("severity", "row", "portfolio", "message", "value", "field_name", "field", "rule")
_WIDTHS = (11, 8, 20, 70, 24, 34, 9, 20)


def findings_csv(findings: Iterable[dict[str, Any]]) -> Iterator[bytes]:
    """The findings as UTF-8 csv, some hundred lines at a time."""
    rows = iter(findings)
    yield _lines([_headers()], start=BOM)
    while batch := list(islice(rows, 500)):
        yield _lines([[harmless(cell) for cell in _cells(finding)] for finding in batch])


def findings_xlsx(findings: Iterable[dict[str, Any]], groups: list[dict[str, Any]]) -> bytes:
    """A workbook with a sheet of findings and one of rules; every text is written as text."""
    target = io.BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(target, options) as book:
        head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
        text = book.add_format({"text_wrap": True, "valign": "top"})
        _findings_sheet(book, findings, head, text)
        _rules_sheet(book, groups, head, text)
    return target.getvalue()


def _findings_sheet(book: Any, findings: Iterable[dict[str, Any]], head: Any, text: Any) -> None:
    sheet = book.add_worksheet(_("Findings"))
    for column, (title, width) in enumerate(zip(_headers(), _WIDTHS, strict=True)):
        sheet.set_column(column, column, width, text)
        sheet.write_string(0, column, title, head)
    rows = iter(findings)
    last = 0
    for last, finding in enumerate(islice(rows, MOST_SHEET_ROWS), start=1):
        for column, (name, cell) in enumerate(zip(_COLUMNS, _cells(finding), strict=True)):
            if name == "row":
                sheet.write_number(last, column, int(finding["row"]))
            elif cell:
                sheet.write_string(last, column, cell)
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, max(last, 1), len(_COLUMNS) - 1)
    if next(rows, None) is not None:
        told = _("This sheet ends after %(count)s findings. The csv download holds all of them.")
        sheet.write_string(last + 1, 0, told % {"count": f"{MOST_SHEET_ROWS:,}"})


def _rules_sheet(book: Any, groups: list[dict[str, Any]], head: Any, text: Any) -> None:
    sheet = book.add_worksheet(_("Rules"))
    columns = [
        (_("Severity"), 11), (_("Rule"), 20), (_("Title"), 44), (_("Findings"), 10),
        (_("What it says"), 60), (_("How to fix it"), 60), (_("Where it comes from"), 40),
    ]  # fmt: skip
    for column, (title, width) in enumerate(columns):
        sheet.set_column(column, column, width, text)
        sheet.write_string(0, column, title, head)
    for row, group in enumerate(groups, start=1):
        texts = (_severity(group), group["rule"], group["title"], None, group.get("explanation"),
                 group.get("how_to_fix"), group.get("reference"))  # fmt: skip
        for column, cell in enumerate(texts):
            sheet.write_string(row, column, str(cell or ""))
        sheet.write_number(row, 3, int(group["count"]))
    sheet.freeze_panes(1, 0)


def _headers() -> list[str]:
    return [
        _("Severity"),
        _("Row"),
        _("Fund"),
        _("What is wrong"),
        _("Value"),
        _("Field name"),
        _("Field"),
        _("Rule"),
    ]


def _cells(finding: dict[str, Any]) -> list[str]:
    raw = [_severity(finding), *(finding.get(name) for name in _COLUMNS[1:])]
    return ["" if cell is None else str(cell) for cell in raw]


def _severity(row: dict[str, Any]) -> str:
    return str(wording.SEVERITIES.get(row["severity"], wording.UNKNOWN).word)


def _lines(rows: list[list[str]], *, start: str = "") -> bytes:
    text = io.StringIO(newline="")
    text.write(start)
    csv.writer(text).writerows(rows)
    return text.getvalue().encode("utf-8")
