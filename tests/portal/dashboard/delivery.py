"""A small TPT delivery with mistakes, among them a currency that a spreadsheet would take for a formula."""

from ingestion.pipeline.pack import find_pack

ROWS = 12
FORMULA = "=1+cmd"

_PACK = find_pack("TPT", "7.0")
_VALUES = {
    "1": "LU0000000001",
    "2": "1",
    "3": "Société Générale Test Fund",
    "4": "EUR",
    "5": "1000000",
    "6": "2025-12-31",
    "7": "2026-01-05",
    "12": "FR11",
    "14": "FR0000131104",
    "15": "1",
    "17": "A share",
    "21": "EUR",
    "22": "1000",
    "24": "1000",
    "26": "0.001",
}


def _delivery() -> bytes:
    fields = [field for key, field in _PACK.fields.items() if key in _VALUES]
    lines = [";".join(field.name.replace(" ", "_") for field in fields)]
    for row in range(1, ROWS + 1):
        values = (
            _VALUES | ({"21": FORMULA} if row == 3 else {}) | ({"14": "FR0000131105"} if row == 5 else {})
        )
        lines.append(";".join(values[field.key] for field in fields))
    return "\n".join(lines).encode()


DELIVERY = _delivery()
