"""Findings as csv, xlsx and JSON. No cell can become a formula, a link or a rounded number in a workbook."""

import csv
import io
import json
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

import xlsxwriter
from django.utils.translation import gettext as _

from ingestion.pipeline.harmless import harmless
from ingestion.web.results import stored
from portal.common.numbers import grouped
from portal.dashboard import wording

BOM = "\ufeff"  # without it Excel takes UTF-8 for the local code page
MOST_SHEET_ROWS = 100_000
"""Findings of a workbook, which is made in memory; the csv is streamed and has no limit."""

_HEAD = ("template", "version", "verdict", "counts", "ruleset_version", "day", "rows")
_WIDTHS = {"severity": 11, "file": 30, "row": 8, "scope": 11, "portfolio": 20, "message": 70, "value": 24,
           "field_name": 34, "field": 9, "rule": 20}  # fmt: skip


def findings_csv(findings: Iterable[dict[str, Any]], *, several_files: bool = False) -> Iterator[bytes]:
    """The findings as UTF-8 csv, some hundred lines at a time."""
    rows = iter(findings)
    columns = _columns(several_files)
    yield _lines([list(columns.values())], start=BOM)
    while batch := list(islice(rows, 500)):
        yield _lines([[harmless(cell) for cell in _cells(finding, columns)] for finding in batch])


def findings_json(findings: Iterable[dict[str, Any]], document: dict[str, Any]) -> Iterator[bytes]:
    """What was checked and by which rules, then the findings, some hundred at a time."""
    head = {name: document.get(name) for name in _HEAD}
    yield json.dumps(head, ensure_ascii=False)[:-1].encode() + b', "findings": ['
    rows, first = iter(findings), True
    while batch := list(islice(rows, 500)):
        lines = ",\n".join(json.dumps(finding, ensure_ascii=False) for finding in batch)
        yield (("\n" if first else ",\n") + lines).encode()
        first = False
    yield b"\n]}\n"


def findings_xlsx(
    findings: Iterable[dict[str, Any]], groups: list[dict[str, Any]], *, several_files: bool = False
) -> bytes:
    """A workbook with a sheet of findings and one of rules; every text is written as text.

    It says above the findings where it does not hold all of them.
    """
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
        _findings_sheet(book, findings, _columns(several_files), head, text, _left_out(groups))
        _rules_sheet(book, groups, head, text)
    return target.getvalue()


def _findings_sheet(
    book: Any,
    findings: Iterable[dict[str, Any]],
    columns: dict[str, str],
    head: Any,
    text: Any,
    left_out: list[str],
) -> None:
    sheet = book.add_worksheet(_("Findings"))
    for above, sentence in enumerate(left_out):
        sheet.write_string(above, 0, sentence, book.add_format({"bold": True, "text_wrap": False}))
    top = last = len(left_out)
    for column, (name, title) in enumerate(columns.items()):
        sheet.set_column(column, column, _WIDTHS[name], text)
        sheet.write_string(top, column, title, head)
    for last, finding in enumerate(islice(findings, MOST_SHEET_ROWS), start=top + 1):
        for column, (name, cell) in enumerate(zip(columns, _cells(finding, columns), strict=True)):
            if cell and name == "row":
                sheet.write_number(last, column, int(cell))
            elif cell:
                sheet.write_string(last, column, cell)
    sheet.freeze_panes(top + 1, 0)
    sheet.autofilter(top, 0, max(last, top + 1), len(columns) - 1)


def _left_out(groups: list[dict[str, Any]]) -> list[str]:
    """What the sheet of findings does not hold, in sentences: past its end, and what was never stored."""
    held, counted = sum(map(stored, groups)), sum(int(group["count"]) for group in groups)
    told = []
    if held > MOST_SHEET_ROWS:
        said = _("This sheet ends after %(count)s findings. The csv download holds all of them.")
        told.append(said % {"count": grouped(MOST_SHEET_ROWS)})
    if counted > held:
        said = _("%(counted)s were found; the first %(stored)s are stored.")
        told.append(said % {"counted": grouped(counted), "stored": grouped(held)})
    return told


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


def _columns(several_files: bool) -> dict[str, str]:
    """Columns of the table and their titles; the file is named where there is more than one."""
    return {
        "severity": _("Severity"),
        **({"file": _("File")} if several_files else {}),
        "row": _("Row"),
        "scope": _("Scope"),
        "portfolio": _("Fund"),
        "message": _("What is wrong"),
        "value": _("Value"),
        "field_name": _("Field name"),
        "field": _("Field"),
        "rule": _("Rule"),
    }


def _cells(finding: dict[str, Any], columns: Iterable[str]) -> list[str]:
    told = finding | {
        "severity": _severity(finding),
        "row": finding["row"] or None,  # 0: about more than one row
        "scope": wording.scope_of(finding),
    }
    return ["" if (cell := told.get(name)) is None else str(cell) for name in columns]


def _severity(row: dict[str, Any]) -> str:
    return str(wording.SEVERITIES.get(row["severity"], wording.UNKNOWN).word)


def _lines(rows: list[list[str]], *, start: str = "") -> bytes:
    text = io.StringIO(newline="")
    text.write(start)
    csv.writer(text).writerows(rows)
    return text.getvalue().encode("utf-8")
