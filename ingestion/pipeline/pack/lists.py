"""Tables as files: read strictly, and the code lists all packs share."""

import csv
from functools import cache
from pathlib import Path
from types import MappingProxyType

from ingestion.pipeline.errors import PackError

SHARED = Path(__file__).parents[1] / "packs" / "shared"
CURRENCY_COLUMNS = frozenset(["ended", "successor"])
"""Of a currency that was replaced: the first day of the other one."""


@cache
def code_set(name: str) -> frozenset[str]:
    """A shared code list: `countries` or `currencies`."""
    path = SHARED / f"{name}.csv"
    return frozenset(row["code"] for row in read_table(path, ["code", "source"], CURRENCY_COLUMNS))


@cache
def cic_table() -> MappingProxyType[str, tuple[str, frozenset[str]]]:
    """CIC class -> (what it is, its sub-classes)."""
    rows = read_table(SHARED / "cic.csv", ["class", "name", "subclasses"])
    return MappingProxyType({row["class"]: (row["name"], frozenset(row["subclasses"])) for row in rows})


def read_table(
    path: Path, columns: list[str], optional: frozenset[str] = frozenset()
) -> list[dict[str, str]]:
    """Rows of a csv: these columns in this order, optional ones anywhere. Raises PackError."""
    with path.open(encoding="utf-8", newline="") as lines:
        reader = csv.DictReader(lines, strict=True)
        if [name for name in reader.fieldnames or () if name not in optional] != columns:
            raise PackError(f"{path.parent.name}/{path.name} must have the columns {', '.join(columns)}")
        rows = list(reader)
    if any(None in row or None in row.values() for row in rows):
        raise PackError(f"{path.parent.name}/{path.name} has a line with too many or too few cells")
    return rows
