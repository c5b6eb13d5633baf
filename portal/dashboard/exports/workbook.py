"""Findings as a workbook: a sheet of findings and one of rules; every text is written as text.

XlsxWriter makes the workbook with one empty finding; the findings themselves are streamed into it, for
XlsxWriter keeps all rows in memory or in files.
"""

import io
from collections.abc import Iterable, Iterator
from typing import Any

import pyarrow as pa
import xlsxwriter
from django.utils.translation import gettext as _

from ingestion.web.results import stored
from portal.common.numbers import grouped
from portal.dashboard.exports.columns import Columns
from portal.dashboard.exports.sheet import number_cell, streamed, text_cell

_WIDTHS = {"severity": 11, "file": 30, "row": 8, "scope": 11, "portfolio": 20, "message": 70, "value": 24,
           "field_name": 34, "field": 9, "rule": 20}  # fmt: skip


def findings_xlsx(
    parts: Iterable[pa.Table], groups: list[dict[str, Any]], *, several_files: bool = False
) -> Iterator[bytes]:
    """The workbook in pieces, one row group of findings in memory at a time.

    It says above the findings where not all are stored, and below them where a sheet can take no more.
    """
    columns = Columns(several_files)
    full = _("This sheet can take no more findings. The csv download holds all of them.")
    cells = (columns.of(part, text_cell, number_cell) for part in parts)
    return streamed(_empty(columns, groups), cells, full)


def _empty(columns: Columns, groups: list[dict[str, Any]]) -> bytes:
    """The workbook without its findings."""
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
        # as text also after somebody edited it: no formula comes about by a click into a cell
        text = book.add_format({"text_wrap": True, "valign": "top", "num_format": "@"})
        number = book.add_format({"valign": "top"})
        sheet = book.add_worksheet(_("Findings"))
        top = 0
        if sentence := _left_out(groups):
            sheet.write_string(0, 0, sentence, book.add_format({"bold": True}))
            top = 1
        for place, (name, title) in enumerate(columns.titles.items()):
            style = number if name == "row" else text
            sheet.set_column(place, place, _WIDTHS[name], style)
            sheet.write_string(top, place, title, head)
            sheet.write_blank(top + 1, place, None, style)
        sheet.freeze_panes(top + 1, 0)
        sheet.autofilter(top, 0, top + max(1, sum(map(stored, groups))), len(columns.titles) - 1)
        _rules_sheet(book, columns, groups, head, text)
    return target.getvalue()


def _left_out(groups: list[dict[str, Any]]) -> str:
    """That not all findings were stored, in a sentence; "" where they were."""
    held, counted = sum(map(stored, groups)), sum(int(group["count"]) for group in groups)
    if counted <= held:
        return ""
    said = _("%(counted)s were found; the first %(stored)s are stored.")
    return said % {"counted": grouped(counted), "stored": grouped(held)}


def _rules_sheet(book: Any, told: Columns, groups: list[dict[str, Any]], head: Any, text: Any) -> None:
    sheet = book.add_worksheet(_("Rules"))
    columns = [
        (_("Severity"), 11), (_("Rule"), 20), (_("Title"), 44), (_("Findings"), 10),
        (_("What it says"), 60), (_("How to fix it"), 60), (_("Where it comes from"), 40),
    ]  # fmt: skip
    for column, (title, width) in enumerate(columns):
        sheet.set_column(column, column, width, text)
        sheet.write_string(0, column, title, head)
    for row, group in enumerate(groups, start=1):
        texts = (told.severity(group["severity"]), group["rule"], group["title"], None,
                 group.get("explanation"), group.get("how_to_fix"), group.get("reference"))  # fmt: skip
        for column, cell in enumerate(texts):
            sheet.write_string(row, column, str(cell or ""))
        sheet.write_number(row, 3, int(group["count"]))
    sheet.freeze_panes(1, 0)
