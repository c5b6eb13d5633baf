"""A delivery with some cells corrected, and the file that holds it."""

from ingestion.pipeline.corrections.cells import Correction, corrected, text_at
from ingestion.pipeline.corrections.files import CannotBeWritten, written
from ingestion.pipeline.corrections.packages import rebuilt

__all__ = ["CannotBeWritten", "Correction", "corrected", "rebuilt", "text_at", "written"]
