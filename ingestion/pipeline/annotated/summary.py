"""The first sheet: the verdict in words, what the colours mean, which rules are not kept, how to fix that."""

from typing import TYPE_CHECKING, Any

from ingestion.pipeline.annotated.cells import clean
from ingestion.pipeline.annotated.marks import MAX_NOTES, SEVERITIES, Marks
from ingestion.pipeline.annotated.pages import Page
from ingestion.pipeline.annotated.sheets import MAX_FINDINGS, Formats

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.worksheet import Worksheet

_VERDICTS = {
    "passed": "Passed: every rule that was checked is kept.",
    "passed_with_warnings": "Passed with warnings: no errors, but look at what is marked.",
    "failed": "Failed: the errors have to be mended before the file can be used.",
}
_LEGEND = {
    "error": "The value breaks a rule of the template.",
    "warning": "The value is allowed, but unlikely or incomplete.",
    "info": "Worth knowing; nothing has to be done.",
}
_SEND_AGAIN = "Mend the marked cells, save the workbook and send it: it is read like the file."
_MEND_YOURS = "Mend what is marked here in your own files and send those."


def write_summary(
    book: "Workbook",
    sheet: "Worksheet",
    document: dict[str, Any],
    shown: list[tuple[Page, Marks]],
    formats: Formats,
) -> None:
    """Everything above the tables themselves; the sheet was added first, so that it is what opens."""
    bold = book.add_format({"bold": True})
    title = book.add_format({"bold": True, "font_size": 16})
    wrap = book.add_format({"text_wrap": True, "valign": "top"})
    for column, width in enumerate((14, 12, 44, 10, 60, 60)):
        sheet.set_column(column, column, width, wrap)
    sheet.write_string(0, 0, f"{document['template']} {document['version']}: findings marked", title)
    row = 2
    for name, text in _facts(document, shown):
        sheet.write_string(row, 0, name, bold)
        sheet.write_string(row, 1, clean(text))
        row += 1
    row += 1
    for rank, (severity, word) in enumerate(SEVERITIES.items()):
        sheet.write_string(row, 0, word, formats.text[rank])
        sheet.write_string(row, 1, _LEGEND[severity])
        row += 1
    row += 1
    titles = ("Severity", "Findings", "Rule", "Id", "What it says", "How to fix it")
    for column, text in enumerate(titles):
        sheet.write_string(row, column, text, bold)
    for group in document["groups"]:
        row += 1
        rank = list(SEVERITIES).index(group["severity"])
        sheet.write_string(row, 0, SEVERITIES[group["severity"]], formats.text[rank])
        sheet.write_number(row, 1, int(group["count"]))
        texts = (group["title"], group["rule"], group["explanation"], group["how_to_fix"])
        for column, text in enumerate(texts, 2):
            sheet.write_string(row, column, clean(str(text or "")), wrap)


def _is_whole(shown: list[tuple[Page, Marks]]) -> bool:
    """Whether the workbook can be sent in place of what was delivered: of several sheets one is read."""
    return len(shown) == 1 and not (shown[0][0].cut or shown[0][0].altered)


def _facts(document: dict[str, Any], shown: list[tuple[Page, Marks]]) -> list[tuple[str, str]]:
    counts = document["counts"]
    facts = [
        ("Verdict", _VERDICTS.get(document["verdict"], document["verdict"])),
        ("Found", f"{counts['error']:,} errors, {counts['warning']:,} warnings, {counts['info']:,} notes."),
        ("Rules", str(document["ruleset_version"])),
        ("Checked on", str(document.get("day", ""))),
        ("How to use", _SEND_AGAIN if _is_whole(shown) else _MEND_YOURS),
    ]
    for page, marks in shown:
        name = page.name
        if page.cut:
            facts.append(("Cut off", f"“{name}” shows {page.rows:,} of {page.total:,} rows."))
        if page.altered:
            facts.append(
                ("Shortened", f"“{name}” holds texts that a spreadsheet cannot; they are cut or replaced.")
            )
        if marks.silent:
            text = f"“{name}” has comments on {MAX_NOTES:,} cells; {marks.silent:,} more are coloured only."
            facts.append(("Comments", text))
    if sum(counts.values()) > MAX_FINDINGS:
        text = (
            f"The sheet of findings ends after {MAX_FINDINGS:,}. The csv of findings has all that are stored."
        )
        facts.append(("Findings", text))
    return facts
