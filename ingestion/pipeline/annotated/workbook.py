"""The annotated workbook. Every text is written as text: nothing in it is computed, nothing is a link."""

import io
from datetime import datetime
from typing import Any

import pyarrow as pa

from ingestion.pipeline.annotated.marks import Findings, marks_of
from ingestion.pipeline.annotated.pages import SheetNames, pages
from ingestion.pipeline.annotated.sheets import Formats, write_findings, write_page
from ingestion.pipeline.annotated.summary import write_summary
from ingestion.pipeline.findings import TEXT_COLUMNS
from ingestion.pipeline.inspection import Inspection
from ingestion.pipeline.pack import find_pack
from ingestion.pipeline.readers import open_source

# Rows go to a temporary file as they come, so that memory holds one of them.
_OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}


def annotated_workbook(
    data: bytes, inspection: Inspection, findings: bytes, document: dict[str, Any]
) -> bytes:
    """An xlsx of the delivered file, from findings.parquet and verdict.json. Raises UnreadableFile."""
    import xlsxwriter  # imported here: few functions write a workbook
    from pyarrow import parquet

    table = parquet.read_table(pa.BufferReader(findings), read_dictionary=list(TEXT_COLUMNS))
    listed = Findings(table)
    pack = find_pack(inspection.template, inspection.version)
    fixes = {group["rule"]: group["how_to_fix"] or "" for group in document["groups"]}
    names, shown = SheetNames(), []
    sink = io.BytesIO()
    with xlsxwriter.Workbook(sink, _OPTIONS) as book:
        book.set_properties(
            {"created": datetime.fromisoformat(document["day"])}
        )  # the same again is the same
        formats = Formats.of(book)
        summary = book.add_worksheet(names.take("Summary"))
        wanted = names.take("Findings")
        for page, grid in pages(open_source(data), inspection, names):
            marks = marks_of(listed, page, fixes)
            write_page(book.add_worksheet(page.name), page, grid, marks, formats, pack)
            shown.append((page, marks))
        head = book.add_format({"bold": True, "bottom": 1})
        by_file = {page.file: page for page, _ in shown}
        write_findings(book.add_worksheet(wanted), listed, by_file, formats, head)
        write_summary(book, summary, document, shown, formats)
    return sink.getvalue()
