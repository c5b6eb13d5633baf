"""The user's own sheet with its marks, and the list of findings, written row by row."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ingestion.pipeline.annotated.cells import cell_of, clean
from ingestion.pipeline.annotated.marks import SEVERITIES, Findings, Marks
from ingestion.pipeline.annotated.pages import Page
from ingestion.pipeline.pack import Pack
from ingestion.pipeline.readers import Grid

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.worksheet import Worksheet

MAX_FINDINGS = 50_000
"""Rows of the list; the csv of the portal has all."""
FILLS = {"error": "#F8C9C4", "warning": "#FCE8B2", "info": "#CFE3F7"}
_NUMERIC = ("decimal", "fraction", "integer")
_WIDTH = 16
_MOST_FROZEN = 4
"""Rows above the header; with more of them nothing else would fit on the screen."""


@dataclass(frozen=True)
class Formats:
    """By rank of severity, and last the unmarked one: of texts, of numbers, of headers."""

    text: list[Any]
    number: list[Any]
    header: list[Any]

    @classmethod
    def of(cls, book: "Workbook") -> "Formats":
        fills: list[dict[str, Any]] = [{"bg_color": FILLS[name], "border": 1} for name in SEVERITIES]
        fills.append({})
        as_text = {"num_format": "@"}  # zeros in front and long numbers stay whole when they are mended
        as_header = {"bold": True, "text_wrap": True, "valign": "top", **as_text}
        return cls(
            [book.add_format(fill | as_text) for fill in fills],
            [book.add_format(fill) for fill in fills],
            [book.add_format(fill | as_header) for fill in fills],
        )


def write_page(
    sheet: "Worksheet", page: Page, grid: Grid, marks: Marks, formats: Formats, pack: Pack
) -> None:
    """The table where it stood: rows above the header, header, every row and column below."""
    plain = len(SEVERITIES)
    numeric = {
        column for key, column in page.mapped.items()
        if key in pack.fields and pack.fields[key].type in _NUMERIC
    }  # fmt: skip
    width = max((len(grid.columns), *map(len, page.head)))
    for column in range(width):
        sheet.set_column(
            column, column, _WIDTH, formats.number[plain] if column in numeric else formats.text[plain]
        )
    header = len(page.head) - 1
    if header < _MOST_FROZEN:
        sheet.freeze_panes(header + 1, 0)
    sheet.ignore_errors({"number_stored_as_text": "A1:XFD1048576"})
    for row, texts in enumerate(page.head):
        marked = marks.by_row(row)
        for column, text in enumerate(texts):
            style = formats.header if row == header else formats.text
            if text or column in marked:
                sheet.write_string(row, column, clean(text), style[marked.get(column, plain)])
        _comment(sheet, row, marked, marks)
    columns = [
        (place, column.codes.tolist(), [cell_of(text, place in numeric) for text in column.values],
         formats.number if place in numeric else formats.text)
        for place, column in enumerate(grid.columns)
    ]  # fmt: skip
    for i in range(page.rows):
        row = header + 1 + i
        marked = marks.by_row(row)
        for place, codes, cells, style in columns:
            cell = cells[codes[i]]
            if cell == "":
                if place in marked:
                    sheet.write_blank(row, place, None, style[marked[place]])
            elif isinstance(cell, str):
                sheet.write_string(row, place, cell, style[marked.get(place, plain)])
            else:
                sheet.write_number(row, place, cell, style[marked.get(place, plain)])
        _comment(sheet, row, marked, marks)


def _comment(sheet: "Worksheet", row: int, marked: dict[int, int], marks: Marks) -> None:
    """The comments of a row: of an earlier one they are no longer taken."""
    for column in marked:
        if text := marks.notes.get((row, column)):
            sheet.write_comment(row, column, clean(text), {"x_scale": 2.5, "y_scale": 1.5})


def write_findings(
    sheet: "Worksheet", findings: Findings, shown: dict[str, Page], formats: Formats, head: Any
) -> None:
    """One line per finding with the name of its cell; `shown` are the pages by file."""
    from xlsxwriter.utility import xl_rowcol_to_cell

    titles = {"Severity": 10, "Sheet": 18, "Cell": 8, "Fund": 20, "What is wrong": 70, "Value": 24,
              "Field": 10, "Field name": 34, "Rule": 20}  # fmt: skip
    text = formats.text[-1]
    for column, (title, width) in enumerate(titles.items()):
        sheet.set_column(column, column, width, text)
        sheet.write_string(0, column, title, head)
    sheet.freeze_panes(1, 0)
    last = min(findings.count, MAX_FINDINGS)
    for i in range(last):
        page = shown.get(findings.text("file", i))
        field, severity = findings.text("field", i), findings.text("severity", i)
        place, row = page.mapped.get(field) if page else None, int(findings.rows[i])
        if page and place is not None and row <= page.rows:
            cell = xl_rowcol_to_cell(len(page.head) - 1 + row, place)
        else:
            cell = f"row {len(page.head) + row}" if page and row else ""
        cells = (SEVERITIES.get(severity, severity), page.name if page else "", cell,
                 findings.text("portfolio", i), findings.text("message", i), findings.text("value", i), field,
                 findings.text("field_name", i), findings.text("rule", i))  # fmt: skip
        for column, content in enumerate(cells):
            if content:
                sheet.write_string(i + 1, column, clean(content), text)
    sheet.autofilter(0, 0, max(last, 1), len(titles) - 1)
