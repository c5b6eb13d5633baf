"""A table of text cells and the files it can be written as."""

import csv
import datetime as dt
import io
from dataclasses import dataclass, field

import xlsxwriter
import xlwt

from ingestion.pipeline.pack import Pack
from tests.tools.defects import Defect
from tests.tools.positions import Row

NUMERIC = ("decimal", "fraction")
FIXED_TIME = dt.datetime(2026, 1, 5, 8, 0)


@dataclass
class Table:
    """Rows by field key, the pack they follow, and what is wrong with them."""

    pack: Pack
    rows: list[Row]
    defects: list[Defect] = field(default_factory=list)

    @property
    def headers(self) -> list[str]:
        return [column.name for column in self.pack.fields.values()]

    def cells(self, row: Row) -> list[str]:
        """Text of one row in the order of the fields."""
        return [row.get(key, "") for key in self.pack.fields]

    def csv(
        self, delimiter: str = ";", decimal: str = ".", encoding: str = "utf-8", title: str = ""
    ) -> bytes:
        """Delimited text, CRLF line ends as Excel writes them."""
        text = io.StringIO()
        writer = csv.writer(text, delimiter=delimiter)
        if title:
            writer.writerow([title])
        writer.writerow(self.headers)
        numeric = {key for key, column in self.pack.fields.items() if column.type in NUMERIC}
        for row in self.rows:
            shown = {
                key: value.replace(".", decimal) if key in numeric else value for key, value in row.items()
            }
            writer.writerow(self.cells(shown))
        return text.getvalue().encode(encoding)

    def xlsx(self, sheet: str = "TPT") -> bytes:
        """A workbook with a cover sheet behind the data; numbers as numbers."""
        sink = io.BytesIO()
        with xlsxwriter.Workbook(sink, {"in_memory": True, "strings_to_formulas": False}) as book:
            book.set_properties({"created": FIXED_TIME})
            page = book.add_worksheet(sheet)
            page.write_row(0, 0, self.headers)
            for i, row in enumerate(self.rows, 1):
                for j, (key, text) in enumerate(zip(self.pack.fields, self.cells(row), strict=True)):
                    value = self._number(key, text)
                    if value is not None:
                        page.write_number(i, j, value)
                    elif text:
                        page.write_string(i, j, text)
            book.add_worksheet("Methodology").write_string(
                0, 0, "Prices as of the close of the valuation date."
            )
        return sink.getvalue()

    def xls(self, sheet: str = "TPT") -> bytes:
        """A legacy workbook."""
        book = xlwt.Workbook()
        page = book.add_sheet(sheet)
        for j, header in enumerate(self.headers):
            page.write(0, j, header)
        for i, row in enumerate(self.rows, 1):
            for j, (key, text) in enumerate(zip(self.pack.fields, self.cells(row), strict=True)):
                value = self._number(key, text)
                if text:
                    page.write(i, j, text if value is None else value)
        sink = io.BytesIO()
        book.save(sink)
        return sink.getvalue()

    def _number(self, key: str, text: str) -> float | None:
        if self.pack.fields[key].type not in NUMERIC:
            return None
        try:
            return float(text)
        except ValueError:
            return None
