"""The delivered table as a workbook with its findings marked, to mend in a spreadsheet and send again."""

from ingestion.pipeline.annotated.workbook import annotated_workbook

__all__ = ["annotated_workbook"]
