"""The rows of the filled examples: invented funds, kept as data in example_data/, one file per template."""

import csv
from pathlib import Path

from ingestion.pipeline.pack import Pack

FOLDER = Path(__file__).parent / "example_data"


def example_rows(pack: Pack) -> list[dict[str, str]]:
    """A few consistent rows of a version by field key; fields the version does not have are left out."""
    with (FOLDER / f"{pack.template.lower()}.csv").open(encoding="utf-8", newline="") as lines:
        reader = csv.reader(lines)
        count = len(next(reader)) - 1
        cells = {key: values for key, *values in reader if key in pack.fields}
    if pack.version_field:
        text = pack.version_texts[0] if pack.version_texts else f"V{pack.version}"
        cells[pack.version_field] = [text] * count
    return [{key: cells[key][i] for key in pack.fields if key in cells} for i in range(count)]
