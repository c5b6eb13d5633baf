"""What a pack yields for people to download: an empty workbook, a filled example, a field guide."""

from ingestion.pipeline.materials.examples import example_rows
from ingestion.pipeline.materials.guide import field_guide
from ingestion.pipeline.materials.workbook import example_csv, template_workbook

__all__ = ["example_csv", "example_rows", "field_guide", "template_workbook"]
