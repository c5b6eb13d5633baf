"""The part of docs/schema.md that describes the tables, generated from the schema data."""

from collections.abc import Mapping

from ingestion.pipeline.transform.schema import ColumnSpec, Source, Span, TableSpec, tables
from ingestion.pipeline.transform.values import ARROW

BEGIN = "<!-- tables: written by `python -m ingestion.pipeline.transform`, do not edit by hand -->"
_ABOUT = {
    "holdings": "One row per position.",
    "share_classes": "One row per share class: of position files the first row of each portfolio and date.",
    "esg": "One row per share class.",
    "esg_indicators": "One row per share class and indicator of which anything is filled; `field` is the "
    "code of its value.",
    "costs": "One row per share class and cost that is filled; `field` is the code of its cell.",
}


def markdown() -> str:
    """The section, beginning with the marker."""
    lines = [BEGIN, "", "## Tables", "", *_CONVENTIONS]
    for spec in tables().values():
        lines += ["", f"### {spec.name}", "", _ABOUT[spec.name], ""]
        lines += _rows(["column", "type", "unit", "what", *spec.templates], _columns(spec))
        if spec.items:
            heads = list(spec.items[0])
            lines += ["", f"What a row of {spec.name} can be, and the fields it takes:", ""]
            lines += _rows(heads, [[item[head] for head in heads] for item in spec.items])
    return "\n".join(lines) + "\n"


def _columns(spec: TableSpec) -> list[list[str]]:
    return [
        [
            f"`{column.name}`",
            _type(column),
            column.unit,
            column.description,
            *(_source(column.sources, template) for template in spec.templates),
        ]
        for column in spec.columns
    ]


def _type(column: ColumnSpec) -> str:
    kind = ARROW[column.type]
    return "category" if column.type in ("text", "code", "id_type") else str(kind).replace("[day]", "")


def _source(sources: Mapping[str, Source], template: str) -> str:
    source = sources.get(template)
    if source is None:
        return ""
    if source.kind != "field":
        return f"*{source.fields[0]}* below"
    parts = [
        f"{constant} if {field}" if constant else field
        for field, constant in zip(source.fields, source.constants, strict=True)
    ]
    return " / ".join(parts) + _span(source.span)


def _span(span: Span) -> str:
    first = f", from {span.first}" if span.first else ""
    return first + (f", until {span.last}" if span.last else "")


def _rows(heads: list[str], rows: list[list[str]]) -> list[str]:
    return [
        "| " + " | ".join(heads) + " |",
        "|" + "---|" * len(heads),
        *("| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in rows),
    ]


_CONVENTIONS = """\
Every recognised file becomes some of these tables, `<submission>/<attempt>/tables/<name>.parquet` in the
results bucket; the command `convert` writes one of them as csv, Parquet, JSON lines or xlsx. A table has the
same columns whatever template and version the file followed; what a template does not have is null.

- Every table begins with `file` (its name when a zip held several, else empty), `row` (data row from 1, as in
  the findings), `template` and `version`; together with the source field in the column's metadata they lead
  from a value back to its cell.
- Weights, costs, rates and contributions to the capital requirement are fractions: 1 = 100 %. Where a
  template writes percent (the coupons and margins of TPT), the table holds the hundredth.
- Numbers are exact decimals: `decimal128(38, 18)` for amounts, `decimal128(38, 28)` for fractions,
  rates and sensitivities, because small ones as spreadsheets write them (`8.31225379398178e-06`) have more
  than 18 decimals.
- A value that is not of the column's type, or has more digits than its type holds, is null and counted per
  field; nothing is rounded. Blank cells are null, and so are texts that stand for nothing, such as NULL
  or #N/A.
- Dates are calendar days, a time of day is left out; `9999-12-31` stands for no end. Yes and no are true and
  false. Codes are the template's own, without the `.0` that spreadsheets add; kinds of identifiers are named
  (ISIN, CUSIP, SEDOL, WKN, BLOOMBERG, BBGID, RIC, FIGI, OTHER_ANNA, LEI, UNDERTAKING).
- In csv exports a text that a spreadsheet could take for a formula begins with an apostrophe; decimals are
  written in full with a point. In JSON lines decimals are texts and nulls are left out.

The layouts `tpt-6.0`, `tpt-7.0` and `tpt-8.0` are the official columns of that version. Values are carried
over by field as they stand, numbers with a decimal point; fields the file does not have are said, mandatory
ones first, as are filled fields the version has no column for and codes it has divided.""".splitlines()
